"""The least that the caller and the execution role need, as policies that IAM takes.

From what the SDK does (sagemaker 3.27.0, ``core/helper/iam_policies.py``: IAM_POLICY_CONFIG and
EVALUATION_CALLER_ACTIONS) and what evalbook asks itself. Actions that IAM knows no resource for
stand on ``*``, and of the role's also the four that the SDK simulates without naming a resource.
"""

from __future__ import annotations

from dataclasses import dataclass

from evalbook.aws.executions import LOG_GROUP, ROLLOUT_LOG_GROUP
from evalbook.aws.permissions import list_gated_actions, own_instances_caller_actions
from evalbook.aws.policy_documents import WrittenPolicy, WrittenStatement
from evalbook.evaluation_types import EVALUATION_TYPES

NOTE = (
    "The SDK simulates the caller's actions without naming resources, if the caller is a role that "
    "may do iam:SimulatePrincipalPolicy, and then refuses grants that name resources as these do. "
    "The caller's policy therefore leaves that permission out; a caller who has it from elsewhere "
    'needs the same actions on "*".'
)


@dataclass(frozen=True)
class Scope:
    """What the policies are for; a ``*`` stands for what is not known."""

    account: str
    region: str
    evaluation_type: str
    partition: str = "aws"
    role: str = "*"
    """ARN."""
    group: str = "*"
    """Model package group's name."""
    dataset_bucket: str = "*"
    output_bucket: str = "*"
    judge: str = "*"
    """Foundation model's ID."""
    base_profile: str | None = None
    """Inference profile by which a base Nova model answers, as ``us.amazon.nova-lite-v1:0``."""
    kms_keys: tuple[str, ...] = ()
    """Those that were named, and those that the buckets encrypt with by themselves."""
    vpc: bool = False
    own_instances: bool = False
    """Whether the caller starts training jobs itself, instead of a pipeline that does."""

    @property
    def services(self) -> tuple[str, ...]:
        """Who assumes the role: Bedrock only where it is Bedrock that judges."""
        judges = EVALUATION_TYPES[self.evaluation_type].bedrock_judges
        return ("sagemaker.amazonaws.com", *(["bedrock.amazonaws.com"] if judges else []))

    def sagemaker(self, resource: str) -> str:
        """Return the ARN of a SageMaker resource of the account and region."""
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}:{resource}"

    def bucket(self, name: str, keys: str = "") -> str:
        """Return the ARN of a bucket, or of objects in it."""
        return f"arn:{self.partition}:s3:::{name}{keys}"


def _policy(*statements: WrittenStatement | None) -> WrittenPolicy:
    return {"Version": "2012-10-17", "Statement": [it for it in statements if it is not None]}


def _allow(sid: str, actions: list[str], *resources: str) -> WrittenStatement:
    named = sorted(set(resources)) or ["*"]
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": named}


def build_caller_policy(scope: Scope) -> WrittenPolicy:
    """Return what the person needs who writes the notebook, starts the run and looks at it."""
    hub = f"arn:{scope.partition}:sagemaker:{scope.region}:*:hub"
    output = scope.bucket(scope.output_bucket)
    return _policy(
        _allow("Pipelines", _prefixed("sagemaker", _PIPELINES),
               scope.sagemaker("pipeline/SagemakerEvaluation-*"),
               # Older pipelines' ARNs are in lower case.
               scope.sagemaker("pipeline/sagemakerevaluation-*")),
        _allow("Lists", _prefixed("sagemaker", _LISTS)),
        _allow("Models", _prefixed("sagemaker", _MODELS),
               scope.sagemaker(f"model-package/{scope.group}/*"),
               scope.sagemaker(f"model-package-group/{scope.group}")),
        _allow("Jobs", ["sagemaker:DescribeTrainingJob"], scope.sagemaker("training-job/*")),
        *_own_jobs(scope),
        *_answering(scope),
        # Agents and jobs of multi-turn RL, and what MLflow recorded of them.
        _allow("Agents", ["bedrock-agentcore:ListAgentRuntimes"]),
        _allow("Functions", ["lambda:GetFunctionConfiguration"],
               f"arn:{scope.partition}:lambda:{scope.region}:*:function:*"),
        _allow("Rollouts", ["sagemaker:DescribeJob"], scope.sagemaker("job/*")),
        _allow("Rewards", ["sagemaker-mlflow:GetRun", *_prefixed("sagemaker", _MLFLOW_SERVERS)],
               scope.sagemaker("mlflow-app/*"), scope.sagemaker("mlflow-tracking-server/*")),
        _allow("Lineage", _prefixed("sagemaker", ["CreateArtifact", "DescribeArtifact", "AddTags"]),
               scope.sagemaker("artifact/*")),
        _allow("Hubs", _prefixed("sagemaker", ["DescribeHub", "DescribeHubContent",
                                               "ListHubContents"]), f"{hub}/*", f"{hub}-content/*"),
        _allow("Judges", _prefixed("bedrock", _JUDGES)),
        _allow("JudgeList", ["s3:GetObject"],
               scope.bucket(f"jumpstart-cache-prod-{scope.region}", "/*")),
        _allow("Data", ["s3:GetObject"], scope.bucket(scope.dataset_bucket, "/*")),
        _allow("Buckets", _prefixed("s3", ["GetBucketLocation", "GetEncryptionConfiguration",
                                           "ListBucket"]),
               scope.bucket(scope.dataset_bucket), output),
        _allow("Results", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], f"{output}/*"),
        _allow("Role", ["iam:GetRole"], scope.role),
        _pass_role(scope, "sagemaker.amazonaws.com"),
        _allow("Logs", ["logs:DescribeLogStreams", "logs:GetLogEvents"], *_log_groups(scope)),
        _allow("Estimates", ["pricing:GetProducts", "servicequotas:ListServiceQuotas"]),
        _kms(scope, "GetKeyPolicy", "ListGrants"),
        _allow("Network", _prefixed("ec2", ["DescribeSecurityGroups", "DescribeSubnets"]))
        if scope.vpc else None,
    )  # fmt: skip


_PIPELINES = [
    "AddTags", "CreatePipeline", "DescribePipeline", "DescribePipelineDefinitionForExecution",
    "DescribePipelineExecution", "ListPipelineExecutionSteps", "ListPipelineExecutions",
    "ListTags", "StartPipelineExecution", "StopPipelineExecution", "UpdatePipeline",
]  # fmt: skip
_LISTS = [
    "ListArtifacts", "ListHubs", "ListJobs", "ListMlflowApps", "ListMlflowTrackingServers",
    "ListModelPackageGroups", "ListPipelines",
]  # fmt: skip
_MLFLOW_SERVERS = ["CreatePresignedMlflowAppUrl", "DescribeMlflowTrackingServer"]
_MODELS = ["DescribeModelPackage", "DescribeModelPackageGroup", "ListModelPackages"]
_JUDGES = [
    "GetEvaluationJob", "GetFoundationModel", "ListEvaluationJobs", "ListInferenceProfiles",
]  # fmt: skip


def role_policy(scope: Scope) -> WrittenPolicy:
    """Return what the execution role needs while the run goes on."""
    hub = f"arn:{scope.partition}:sagemaker:{scope.region}:*:hub"
    output = scope.bucket(scope.output_bucket)
    return _policy(
        # The SDK refuses a role that may not do these on every resource.
        _allow("GatedBySdk", sorted(list_gated_actions(scope.evaluation_type))),
        _judge(scope),
        _base_model(scope),
        *_asking(scope),
        # The judging job hands this very role on to Bedrock's evaluation job.
        _pass_role(scope, *scope.services),
        _allow("Data", ["s3:GetObject"], scope.bucket(scope.dataset_bucket, "/*")),
        _allow("Buckets", ["s3:GetBucketLocation", "s3:ListBucket"],
               scope.bucket(scope.dataset_bucket), output),
        _allow("Results", ["s3:GetObject", "s3:PutObject"], f"{output}/*"),
        _allow("Jobs", _prefixed("sagemaker", ["AddTags", "CreateTrainingJob",
                                               "DescribeTrainingJob", "StopTrainingJob"]),
               scope.sagemaker("training-job/*")),
        _allow("Models", ["sagemaker:DescribeModelPackage"],
               scope.sagemaker(f"model-package/{scope.group}/*")),
        _allow("Hubs", _prefixed("sagemaker", ["DescribeHub", "DescribeHubContent"]),
               f"{hub}/*", f"{hub}-content/*"),
        _allow("Lineage", _prefixed("sagemaker", _LINEAGE), *map(scope.sagemaker, _LINEAGE_OF)),
        _allow("Mlflow", _prefixed("sagemaker-mlflow", _MLFLOW), scope.sagemaker("mlflow-app/*"),
               scope.sagemaker("mlflow-tracking-server/*")),
        _allow("Images", _prefixed("ecr", ["BatchCheckLayerAvailability", "BatchGetImage",
                                           "GetDownloadUrlForLayer"]),
               f"arn:{scope.partition}:ecr:{scope.region}:*:repository/*"),
        _allow("Logs", _prefixed("logs", ["CreateLogGroup", "CreateLogStream",
                                          "DescribeLogStreams", "PutLogEvents"]),
               *_log_groups(scope)),
        _kms(scope),
        _allow("Network", _prefixed("ec2", _NETWORK)) if scope.vpc else None,
    )  # fmt: skip


_LINEAGE = ["AddAssociation", "CreateAction", "CreateArtifact", "CreateContext"]
_LINEAGE_OF = ["action/*", "artifact/*", "context/*"]
_MLFLOW = [
    "CreateExperiment", "CreateRun", "GetExperimentByName", "LogBatch", "LogMetric", "LogParam",
    "SetTag", "UpdateRun",
]  # fmt: skip
_NETWORK = [
    "CreateNetworkInterface", "CreateNetworkInterfacePermission", "DeleteNetworkInterface",
    "DeleteNetworkInterfacePermission", "DescribeDhcpOptions", "DescribeNetworkInterfaces",
    "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs",
]  # fmt: skip


def trust_policy(scope: Scope) -> WrittenPolicy:
    """Return the trust policy that lets the services assume the role, for this account only."""
    return _policy(
        {
            "Sid": "Services",
            "Effect": "Allow",
            "Principal": {"Service": list(scope.services)},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": scope.account}},
        }
    )


def _prefixed(service: str, actions: list[str]) -> list[str]:
    return [f"{service}:{action}" for action in actions]


def _pass_role(scope: Scope, *services: str) -> WrittenStatement:
    statement = _allow("PassRole", ["iam:PassRole"], scope.role)
    statement["Condition"] = {"StringEquals": {"iam:PassedToService": list(services)}}
    return statement


def _own_jobs(scope: Scope) -> list[WrittenStatement]:
    if not scope.own_instances:
        return []
    listing = ["sagemaker:ListTrainingJobs"]
    on_jobs = [action for action in own_instances_caller_actions() if action not in listing]
    return [
        _allow("OwnJobs", on_jobs, scope.sagemaker("training-job/*")),
        # The SDK lists all buckets to find out whether that of the results is there.
        _allow("OwnJobsLists", [*listing, "s3:ListAllMyBuckets"]),
    ]


def _answering(scope: Scope) -> list[WrittenStatement]:
    """Return what the caller needs to look at what answers Inspect AI's tasks."""
    if not EVALUATION_TYPES[scope.evaluation_type].one_model_a_run:
        return []
    return [
        _allow("Endpoints", ["sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig"],
               scope.sagemaker("endpoint/*"), scope.sagemaker("endpoint-config/*")),
        _allow("EndpointsLists", ["sagemaker:ListEndpoints"]),
        _allow("Images", _prefixed("ecr", ["BatchGetImage", "ListImages"]),
               f"arn:{scope.partition}:ecr:{scope.region}:*:repository/*"),
        _allow("CustomModels", _prefixed("bedrock", [
            "GetCustomModelDeployment", "GetImportedModel", "GetInferenceProfile",
            "GetProvisionedModelThroughput"])),
    ]  # fmt: skip


def _asking(scope: Scope) -> list[WrittenStatement]:
    """Return what the role needs to ask a model that an endpoint or Bedrock serves."""
    if not EVALUATION_TYPES[scope.evaluation_type].one_model_a_run:
        return []
    bedrock = f"arn:{scope.partition}:bedrock:*"
    own = ("custom-model-deployment", "imported-model", "inference-profile", "provisioned-model")
    return [
        _allow("Ask", ["sagemaker:InvokeEndpoint"], scope.sagemaker("endpoint/*")),
        _allow("AskBedrock", ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
               f"{bedrock}::foundation-model/*",
               *(f"{bedrock}:{scope.account}:{kind}/*" for kind in own)),
        # An endpoint of the run's own, where artefacts are hosted for it.
        _allow("Host", _prefixed("sagemaker", [
            f"{verb}{what}" for what in ("Endpoint", "EndpointConfig", "Model")
            for verb in ("Create", "Delete", "Describe")]),
               *map(scope.sagemaker, ("endpoint/inspectai-*", "endpoint-config/inspectai-*",
                                      "model/inspectai-*"))),
    ]  # fmt: skip


def _judge(scope: Scope) -> WrittenStatement | None:
    if not EVALUATION_TYPES[scope.evaluation_type].bedrock_judges:
        return None
    bedrock = f"arn:{scope.partition}:bedrock:*"
    return _allow(
        "Judge",
        ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
        f"{bedrock}::foundation-model/{scope.judge}",
        f"{bedrock}:{scope.account}:inference-profile/*{_star(scope.judge)}",
    )


def _base_model(scope: Scope) -> WrittenStatement | None:
    if scope.base_profile is None:
        return None
    bedrock = f"arn:{scope.partition}:bedrock:*"
    return _allow(
        "BaseModel",
        ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
        f"{bedrock}::foundation-model/{scope.base_profile.partition('.')[2]}",
        f"{bedrock}:{scope.account}:inference-profile/{scope.base_profile}",
    )


def _kms(scope: Scope, *more: str) -> WrittenStatement | None:
    actions = _prefixed("kms", ["Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", *more])
    return _allow("Key", actions, *scope.kms_keys) if scope.kms_keys else None


def _log_groups(scope: Scope) -> list[str]:
    names = [LOG_GROUP]
    if scope.evaluation_type == "multi_turn_rl":
        names.append(ROLLOUT_LOG_GROUP)
    groups = f"arn:{scope.partition}:logs:{scope.region}:{scope.account}:log-group"
    return [f"{groups}:{name}*" for name in names]


def _star(judge: str) -> str:
    return "" if judge == "*" else judge

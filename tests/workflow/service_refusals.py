"""What SageMaker and Bedrock themselves would refuse of what the notebook hands over.

By the limits of botocore's service models: what a value's member of an operation may hold. The SDK
makes most of these requests out of its pipeline, where a refusal ends a run that was started.
"""

from __future__ import annotations

import json
from typing import Any

from sdk_refusals import AGENT, BENCHMARK, JUDGE, Refusal

from evalbook.sandbox import world

_ACCOUNT = world.ACCOUNT
_HERE = f"us-east-1:{_ACCOUNT}"
_ROLE = f"arn:aws:iam::{_ACCOUNT}:role"
_HUB = f"arn:aws:sagemaker:{_HERE}:hub-content/{world.DATASET_HUB}"
_LONGER = "s3://evalbook-results/" + "a" * 1003
_SUBNETS = [f"subnet-{number:08x}" for number in range(17)]
_GROUPS = [f"sg-{number:08x}" for number in range(6)]


def _metric(**instead: Any) -> dict[str, Any]:
    scale = [{"definition": "yes", "value": {"floatValue": 1}}]
    usual = {"name": "tone", "instructions": "Is {{prediction}} kind?", "ratingScale": scale}
    return {"customMetricDefinition": {**usual, **instead}}


def _bad_metric(member: str, wrong: str, **instead: Any) -> Refusal:
    """Return the refusal of custom metrics of which one breaks a limit of Bedrock's."""
    metric = _metric(**instead)
    inside = metric["customMetricDefinition"]
    for name in member.split(".")[1:]:
        inside = inside[0] if name == "[]" else inside[name]
    return Refusal(
        f"bedrock CreateEvaluationJob {_CUSTOM}.[].{member}",
        "",
        wrong,
        JUDGE,
        "custom_metrics",
        json.dumps([metric]),
        "custom_metrics.invalid",
        inside,
        found=member.split(".")[-1],
    )


# fmt: off
_CUSTOM = "evaluationConfig.automated.customMetricConfig.customMetrics"
_SCALE = "customMetricDefinition.ratingScale"

_BY_BEDROCK = (
    Refusal(
        f"bedrock CreateEvaluationJob {_CUSTOM}", "", "eleven custom metrics",
        JUDGE, "custom_metrics",
        json.dumps([_metric(name=f"tone{number}") for number in range(11)]),
        "custom_metrics.invalid", [_metric(name=f"tone{number}") for number in range(11)],
        found="11",
    ),
    _bad_metric("customMetricDefinition.name", "a name with a space", name="my tone"),
    _bad_metric("customMetricDefinition.name", "too long a name", name="t" * 64),
    _bad_metric("customMetricDefinition.name", "an emoji for a name", name="\U0001f642"),
    _bad_metric("customMetricDefinition.name", "no name", name=""),
    _bad_metric("customMetricDefinition.instructions", "no instructions", instructions=""),
    _bad_metric(
        "customMetricDefinition.instructions",
        "too long instructions",
        instructions="{{prediction}} " * 400,
    ),
    _bad_metric(_SCALE, "a scale of nothing", ratingScale=[]),
    _bad_metric(
        _SCALE,
        "a scale of eleven",
        ratingScale=[
            {"definition": f"step {step}", "value": {"floatValue": step}} for step in range(11)
        ],
    ),
    _bad_metric(
        f"{_SCALE}.[].definition",
        "too long a definition",
        ratingScale=[{"definition": "d" * 101, "value": {"floatValue": 1}}],
    ),
    _bad_metric(
        f"{_SCALE}.[].value.stringValue",
        "too long a value",
        ratingScale=[{"definition": "yes", "value": {"stringValue": "v" * 101}}],
    ),
    Refusal(
        "bedrock CreateEvaluationJob "
        "evaluationConfig.automated.datasetMetricConfigs.[].metricNames.[]",
        "",
        "a metric's name with a space", JUDGE, "builtin_metrics", "Following Orders",
        "metrics.unknown",
    ),
    Refusal(
        "bedrock CreateEvaluationJob "
        "evaluationConfig.automated.evaluatorModelConfig.bedrockEvaluatorModels.[].modelIdentifier",
        "",
        "a judge by the name people call it", JUDGE, "judge_model", "Claude 9", "answer.choice",
    ),
    *(
        Refusal(
            "bedrock CreateEvaluationJob outputDataConfig.s3Uri", "", wrong,
            JUDGE, "s3_output", f"s3://evalbook-results/{path}", code, found=found,
        )
        for path, wrong, code, found in (
            ("a b", "a space", "s3_output.bedrock", None),
            ("caf\u00e9", "an accent", "s3_output.bedrock", None),
            ("\U0001f642", "an emoji", "s3_output.bedrock", None),
            ("day=1", "an equals sign", "s3_output.bedrock", None),
            ("a//b", "a folder without a name", "s3_output.bedrock", None),
            ("{{7*7}}", "a mark of a template", "text.template", "the template mark {{"),
            ("a\nb", "a line break", "text.template", "a line break"),
        )
    ),
)

_JOB = "sagemaker CreateTrainingJob"
_BY_SAGEMAKER = (
    Refusal(
        f"{_JOB} RoleArn", "", "a user",
        JUDGE, "execution_role", f"arn:aws:iam::{_ACCOUNT}:user/alice", "role.kind",
    ),
    Refusal(
        f"{_JOB} RoleArn", "", "a session of a role",
        JUDGE, "execution_role", f"arn:aws:sts::{_ACCOUNT}:assumed-role/EvaluationRole/me",
        "role.kind",
    ),
    Refusal(
        f"{_JOB} RoleArn", "", "a role's ARN without an account",
        BENCHMARK, "execution_role", "arn:aws:iam:::role/EvaluationRole", "role.account",
    ),
    Refusal(
        f"{_JOB} RoleArn", "", "a role's ARN with a space",
        AGENT, "execution_role", f"{_ROLE}/Evaluation Role", "role.arn",
    ),
    Refusal(
        f"{_JOB} OutputDataConfig.S3OutputPath", "", "a path of this computer",
        AGENT, "s3_output", "/home/me/results", "s3.uri",
    ),
    Refusal(
        f"{_JOB} OutputDataConfig.S3OutputPath", "", "too long a path",
        BENCHMARK, "s3_output", _LONGER, "s3_output.long", found=f"{len(_LONGER):,}",
    ),
    Refusal(
        f"{_JOB} OutputDataConfig.KmsKeyId", "", "an alias with a space",
        BENCHMARK, "kms_key", "alias/our results", "kms.form",
    ),
    Refusal(
        f"{_JOB} OutputDataConfig.KmsKeyId", "", "an alias with an emoji",
        JUDGE, "kms_key", "alias/\U0001f642", "kms.form",
    ),
    Refusal(
        f"{_JOB} VpcConfig.Subnets", "", "seventeen subnets",
        JUDGE, "vpc", ", ".join([*_SUBNETS, _GROUPS[0]]), "vpc.count", _SUBNETS, found="17 subnets",
    ),
    Refusal(
        f"{_JOB} VpcConfig.SecurityGroupIds", "", "six security groups",
        AGENT, "vpc", ", ".join([_SUBNETS[0], *_GROUPS]), "vpc.count", _GROUPS,
        found="6 security groups",
    ),
    Refusal(
        f"{_JOB} VpcConfig.SecurityGroupIds", "", "no security group",
        JUDGE, "vpc", '{"subnets": ["subnet-0a1b2c3d"], "security_group_ids": []}', "vpc.count", [],
        found="No security group",
    ),
    Refusal(
        f"{_JOB} VpcConfig.Subnets.[]", "", "a subnet's id with an underscore",
        BENCHMARK, "vpc", "subnet_0a1b2c3d, sg-0a1b2c3d", "vpc.form", "subnet_0a1b2c3d",
        found="subnet_0a1b2c3d",
    ),
    Refusal(
        f"{_JOB} MlflowConfig.MlflowResourceArn", "", "an MLflow app's ARN with a short account",
        AGENT, "mlflow", "arn:aws:sagemaker:us-east-1:12:mlflow-app/app-1", "mlflow.form",
    ),
    Refusal(
        f"{_JOB} ModelPackageConfig.SourceModelPackageArn", "", "no package but a model",
        AGENT, "model", f"arn:aws:sagemaker:{_HERE}:model/travel-agent", "model.kind",
    ),
    Refusal(
        f"{_JOB} InputDataConfig.[].DataSource.DatasetSource.DatasetArn", "", "an odd version",
        AGENT, "dataset", f"{_HUB}/DataSet/support-questions/newest", "dataset.missing",
        found='"support-questions", version newest',
    ),
    Refusal(
        f"{_JOB} StoppingCondition.MaxRuntimeInSeconds", "", "no time at all",
        AGENT, "stopping_condition", "0", "stopping_condition", 0,
    ),
    Refusal(
        f"{_JOB} MlflowConfig.MlflowExperimentName", "", "too long a name",
        JUDGE, "mlflow_experiment", "e" * 257, "mlflow_experiment", found="257",
    ),
    *(
        Refusal(
            f"sagemaker CreatePipeline Tags{member}", "", wrong,
            BENCHMARK, "tags", said, code, handed, found=found,
        )
        for member, wrong, said, code, handed, found in (
            (".[].Key", "too long a key", "k" * 129 + "=x", "tags.length", "k" * 129, "129"),
            (".[].Value", "too long a value", "k=" + "v" * 257, "tags.length", "v" * 257, "257"),
            (
                "", "more than fifty",
                ", ".join(f"k{number}=x" for number in range(51)), "tags.count",
                [{"Key": f"k{number}", "Value": "x"} for number in range(51)], "51",
            ),
        )
    ),
    *(
        Refusal(
            "sagemaker StartPipelineExecution PipelineExecutionDisplayName", "", wrong,
            JUDGE, "run_name", name, "run_name", f"{name}-1760000000",
        )
        for name, wrong in (
            ("my run", "a space"),
            ("my_run", "an underscore"),
            ("-run", "a hyphen in front"),
            ("r" * 72, "one more than the SDK's timestamp leaves room for"),
            ("l\u00e4uft", "an umlaut"),
            ("{{7*7}}", "a mark of a template"),
            ("it's", "a quote"),
        )
    ),
    Refusal(
        "bedrock-agentcore-control CreateAgentRuntimeEndpoint name", "",
        "an endpoint's name with a hyphen",
        AGENT, "agent_qualifier", "my-endpoint", "agent_qualifier",
    ),
)

REFUSED_BY_SERVICE = (*_BY_BEDROCK, *_BY_SAGEMAKER)

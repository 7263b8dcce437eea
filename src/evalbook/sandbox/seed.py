"""Puts the world into moto and into what the sandbox keeps beside it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.ecr.models import ecr_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sagemaker.models import sagemaker_backends
from moto.sts.models import sts_backends

from evalbook.aws.registry import name_registry_hub
from evalbook.sandbox import datasets, world
from evalbook.sandbox.bedrock.models import CustomModel, FoundationModel, bedrock_in
from evalbook.sandbox.clock import CLOCK, moment
from evalbook.sandbox.evaluation import Job
from evalbook.sandbox.inspect_job import make_endpoint
from evalbook.sandbox.past.seed import seed_logs, seed_past_runs
from evalbook.sandbox.recipes import (
    own_instances_members,
    parameters_file,
    parameters_key,
    template_file,
    template_key,
    weights_uri,
)
from evalbook.sandbox.sagemaker.models import sagemaker_in
from evalbook.sandbox.sagemaker.registry import PUBLIC_HUB, HubContent, Registry
from evalbook.sandbox.sagemaker.rollouts import RolloutJob
from evalbook.sandbox.sagemaker.training_jobs import TrainingJob
from evalbook.sandbox.storage import split_uri
from evalbook.sandbox.world import ACCOUNT

JUDGE_LIST_KEY = "fmhMetadata/supported-llmaj-judge-models.json"


def seed_world() -> None:
    """Fill an empty sandbox."""
    _seed_roles()
    _seed_buckets()
    for region in world.REGIONS:
        registry = sagemaker_in(ACCOUNT, region).registry
        _seed_hubs(registry)
        _seed_mlflow(registry)
        _seed_judges(region)
    for group in world.GROUPS:
        _seed_group(group)
    _seed_unversioned_package()
    _seed_agent_training()
    _seed_inference()


def _day(day: int) -> datetime:
    return moment(CLOCK.now()) + timedelta(days=day)


def _statement(effect: str, actions: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": effect, "Action": list(actions), "Resource": resource}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _seed_roles() -> None:
    iam = iam_backends[ACCOUNT]["aws"]
    for role in world.ROLES:
        trust = _policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": list(role.trusts)},
                "Action": "sts:AssumeRole",
            }
        )
        boundary = None
        if role.boundary:
            boundary = iam.create_policy(
                "", "/", _policy(_statement("Allow", role.boundary)), f"{role.name}Boundary", []
            ).arn
        iam.create_role(
            role_name=role.name,
            assume_role_policy_document=trust,
            path=role.path,
            permissions_boundary=boundary,
            description=role.about,
            tags=[],
            max_session_duration="3600",
        )
        denials = [_statement("Deny", actions, on) for on, actions in role.denies.items()]
        document = _policy(_statement("Allow", role.allows), *denials)
        iam.put_role_policy(role.name, "Sandbox", document)
    for credentials in world.CREDENTIALS:
        _seed_session(credentials)


def _seed_session(credentials: world.Credentials) -> None:
    """Have the credentials' role assumed, under an access key that is known beforehand."""
    if credentials.role is None:
        return
    role = iam_backends[ACCOUNT]["aws"].get_role(credentials.role)
    assumed = sts_backends[ACCOUNT]["aws"].assume_role(
        region_name=world.HOME_REGION,
        role_session_name="you",
        role_arn=role.arn,
        policy="",
        duration=43200,
        external_id="",
    )
    keys = iam_backends[ACCOUNT]["aws"].access_keys
    keys[credentials.access_key] = keys.pop(assumed.access_key_id)
    keys[credentials.access_key].access_key_id = credentials.access_key
    assumed.access_key_id = credentials.access_key


def _seed_buckets() -> None:
    s3, public = s3_backends[ACCOUNT]["aws"], s3_backends[world.AWS_OWN_ACCOUNT]["aws"]
    for age, bucket in enumerate(world.BUCKETS, 300):
        s3.create_bucket(bucket.name, bucket.region).creation_date = _day(-age)
        if bucket.versioned:
            s3.put_bucket_versioning(bucket.name, "Enabled")
    s3.put_bucket_encryption(world.LOCKED_BUCKET, _encrypted_by(world.LOCKED_KEY_ID))
    for dataset in datasets.DATASETS:
        s3.put_object(dataset.bucket, dataset.key, dataset.make())
    for uri, source in world.TASK_FILES.items():
        s3.put_object(*split_uri(uri), source.encode())
    judges = {"supported_judge_models": [{"model_id": judge.id} for judge in world.JUDGES]}
    for region in world.REGIONS:
        cache = f"jumpstart-cache-prod-{region}"
        public.create_bucket(cache, region)
        public.put_object(cache, JUDGE_LIST_KEY, json.dumps(judges).encode())
        for model in world.BASE_MODELS:
            for kind in model.recipes:
                key, content = parameters_key(model, kind), parameters_file(model, kind)
                public.put_object(cache, key, content)
                if model.own_instances:
                    public.put_object(cache, template_key(model, kind), template_file(model))
            public.put_object(*split_uri(f"{weights_uri(model, region)}config.json"), b"{}")
        s3.create_bucket(world.models_bucket(region), region).creation_date = _day(-400)


def _encrypted_by(key_id: str) -> dict[str, Any]:
    key = f"arn:aws:kms:{world.HOME_REGION}:{ACCOUNT}:key/{key_id}"
    by = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    return {"Rule": {"ApplyServerSideEncryptionByDefault": by}}


def _seed_keys() -> None:
    """Fill KMS in the home region; slow, as moto makes real keys."""
    kms = kms_backends[ACCOUNT][world.HOME_REGION]
    for alias, key_id, enabled in (
        (world.KEY_ALIAS, world.KEY_ID, True),
        (world.DISABLED_KEY_ALIAS, world.DISABLED_KEY_ID, False),
        ("alias/evalbook-locked", world.LOCKED_KEY_ID, True),
    ):
        key = kms.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Sandbox", [])
        kms.keys[key_id] = kms.keys.pop(key.id)
        key.id = key_id
        key.arn = f"arn:aws:kms:{world.HOME_REGION}:{ACCOUNT}:key/{key_id}"
        kms.create_alias(key_id, alias)
        if key_id == world.LOCKED_KEY_ID:
            admin = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/KeyAdministrator"}
            key.policy = _policy({**_statement("Allow", ["kms:*"]), "Principal": admin})
        if not enabled:
            kms.disable_key(key_id)


def _seed_hubs(registry: Registry) -> None:
    created = _day(-300).timestamp()
    for model in world.BASE_MODELS:
        if registry.region in model.regions:
            registry.contents.append(
                HubContent(
                    PUBLIC_HUB,
                    "aws",
                    registry.region,
                    "Model",
                    model.name,
                    model.version,
                    json.dumps(_model_document(model, registry.region)),
                    created,
                    _keywords(model),
                )
            )
    if registry.region != world.HOME_REGION:
        return
    for name, dataset in datasets.HUB_DATASETS.items():
        document = {"DatasetS3Bucket": dataset.bucket, "DatasetS3Prefix": dataset.key}
        registry.contents.append(
            HubContent(
                world.DATASET_HUB,
                ACCOUNT,
                registry.region,
                "DataSet",
                name,
                "1.0.0",
                json.dumps(document),
                created,
            )
        )

    for evaluator in world.EVALUATORS:
        inner = {"Reference": evaluator.reference, "EvaluatorType": evaluator.kind}
        registry.contents.append(
            HubContent(
                name_registry_hub(ACCOUNT, registry.region),
                ACCOUNT,
                registry.region,
                "JsonDoc",
                evaluator.name,
                "1.0.0",
                json.dumps({"SubType": "AWS/Evaluator", "JsonContent": json.dumps(inner)}),
                created,
            )
        )


def _model_document(model: world.BaseModel, region: str) -> dict[str, Any]:
    techniques = ["SFT", *(["MTRL"] if "MTRLEvaluation" in model.recipes else [])]
    recipes: list[dict[str, Any]] = [
        {"Name": _recipe(model, name), "Type": "FineTuning", "CustomizationTechnique": name}
        for name in techniques
    ]
    recipes += [
        {
            "Name": f"{model.name}-{kind}",
            "Type": "Evaluation",
            "EvaluationType": kind,
            "SmtjOverrideParamsS3Uri": (
                f"s3://jumpstart-cache-prod-{region}/{parameters_key(model, kind)}"
            ),
            **own_instances_members(model, kind, region),
        }
        for kind in model.recipes
    ]
    document: dict[str, Any] = {
        "RecipeCollection": recipes,
        "GatedBucket": bool(model.licence),
        "TrainingArtifactUri": weights_uri(model, region),
    }
    if model.licence:
        bucket = f"jumpstart-cache-prod-{region}"
        document["HostingEulaUri"] = f"s3://{bucket}/fmhMetadata/eula/{model.licence}"
    return document


def _keywords(model: world.BaseModel) -> tuple[str, ...]:
    """Return what a model is found by, recipes in the spelling that the SDK looks for."""
    recipes = ("FineTuning_SFT_LORA", *(f"Evaluation_{kind}" for kind in model.recipes))
    return tuple(f"@recipe:{recipe}".lower() for recipe in recipes) if model.keywords else ()


def _seed_mlflow(registry: Registry) -> None:
    if registry.region not in world.MLFLOW_REGIONS:
        return
    request = {
        "Name": world.MLFLOW_APP,
        "ArtifactStoreUri": f"s3://{world.bucket_in(registry.region)}/mlflow",
        "RoleArn": world.ROLES[0].arn,
        "AccountDefaultStatus": "ENABLED",
    }
    registry.create_mlflow_app(world.MLFLOW_APP_ID, request, ready_at=0.0)
    if registry.region == world.HOME_REGION:
        for name, status in world.TRACKING_SERVERS.items():
            registry.add_tracking_server(name, status, request)


def _seed_judges(region: str) -> None:
    bedrock = bedrock_in(ACCOUNT, region)
    for judge in (*world.JUDGES, world.NOT_A_JUDGE):
        if region in judge.found:
            bedrock.models[judge.id] = FoundationModel(
                judge.id,
                judge.name,
                judge.provider,
                _day(-700).date(),
                None if judge.legacy_day is None else _day(judge.legacy_day).date(),
                None if judge.end_day is None else _day(judge.end_day).date(),
                judge.profile_only,
                judge.legacy_unused,
            )
        for prefix in judge.profiles.get(region, ()):
            bedrock.profiles[f"{prefix}.{judge.id}"] = judge.id


def _seed_group(group: world.Group) -> None:
    sagemaker = sagemaker_backends[ACCOUNT][group.region]
    sagemaker.create_model_package_group(group.name, group.about)
    for number, version in enumerate(group.versions, start=1):
        job = world.training_job(group.name, number)
        container = _container(version, group.region, job)
        weights = container["ModelDataSource"]["S3DataSource"]["S3Uri"]
        s3_backends[ACCOUNT]["aws"].put_object(*split_uri(f"{weights}config.json"), b"{}")
        by = f"arn:aws:sagemaker:{group.region}:{ACCOUNT}:training-job/{job}"
        made_by = by if version.trained_on else None
        arn = _create_package(sagemaker, group.name, None, container, version, made_by)
        _note(sagemaker.model_packages[arn], version)
        # Multi-turn RL trains by a job of another kind: `_seed_agent_training`.
        if version.base is not None and version.technique == "SFT":
            jobs: dict[str, Any] = sagemaker.training_jobs
            jobs[job] = _training_job(version, version.base, group.region, job, arn)
    if group.versions:
        first = min(version.day for version in group.versions)
        sagemaker.model_package_groups[group.name].creation_time = _naive(_day(first))


def _container(version: world.Version, region: str, job: str) -> dict[str, Any]:
    folder = f"s3://{world.models_bucket(region)}/{job}/output/model/"
    source = {"S3Uri": folder, "S3DataType": "S3Prefix", "CompressionType": "None"}
    container: dict[str, Any] = {"ModelDataSource": {"S3DataSource": source}}
    if version.base is not None:
        container["BaseModel"] = {
            "HubContentName": version.base.name,
            "HubContentVersion": version.base.version,
        }
        if version.technique != "SFT":
            container["BaseModel"]["RecipeName"] = _recipe(version.base, version.technique)
    return container


def _recipe(model: world.BaseModel, technique: str) -> str:
    return f"{model.name}-{technique.lower()}"


def _training_job(
    version: world.Version, base: world.BaseModel, region: str, name: str, package: str
) -> TrainingJob:
    """Make the training job that a model package came from, as fine-tuning leaves it."""
    prefix = f"arn:aws:sagemaker:{region}"
    hub_path = f"{PUBLIC_HUB}/Model/{base.name}/{base.version}"
    request: dict[str, Any] = {
        "RoleArn": world.ROLES[0].arn,
        "OutputDataConfig": {"S3OutputPath": f"s3://{world.models_bucket(region)}"},
        "ServerlessJobConfig": {
            "BaseModelArn": f"{prefix}:aws:hub-content/{hub_path}",
            "AcceptEula": True,
            "JobType": "FineTuning",
            "CustomizationTechnique": "SFT",
        },
        "ModelPackageConfig": {
            "ModelPackageGroupArn": package.replace(
                ":model-package/", ":model-package-group/"
            ).rpartition("/")[0]
        },
    }
    if version.trained_on:
        place = {"S3DataType": "S3Prefix", "S3Uri": version.trained_on}
        channel = {"ChannelName": "train", "DataSource": {"S3DataSource": place}}
        request["InputDataConfig"] = [channel]
    made = _day(version.day).timestamp()
    job = TrainingJob(
        Job(name, f"{prefix}:{ACCOUNT}:training-job/{name}", request), made - 7200, None, package
    )
    if version.status != "InProgress":
        job.end("Completed", made)
    return job


def _seed_unversioned_package() -> None:
    sagemaker = sagemaker_backends[ACCOUNT][world.HOME_REGION]
    container = {"Image": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/classifier:1"}
    version = world.Version(-800, None)
    arn = _create_package(sagemaker, None, world.UNVERSIONED_PACKAGE, container, version)
    _note(sagemaker.model_packages[arn], version)


def _create_package(
    sagemaker: Any,
    group: str | None,
    name: str | None,
    container: dict[str, Any],
    version: world.Version,
    made_by: str | None = None,
) -> str:
    arn: str = sagemaker.create_model_package(
        model_package_name=name,
        model_package_group_name=group,
        model_package_description=None,
        inference_specification={"Containers": [container]},
        validation_specification=None,
        source_algorithm_specification=None,
        certify_for_marketplace=False,
        tags=[],
        model_approval_status=version.approval,
        metadata_properties={"GeneratedBy": made_by} if made_by else None,
        model_metrics=None,
        client_token=None,
        customer_metadata_properties=None,
        drift_check_baselines=None,
        domain=None,
        task=None,
        sample_payload_url=None,
        additional_inference_specifications=None,
    )
    return arn


def _note(package: Any, version: world.Version) -> None:
    """Set what moto fixes at creation: age and status."""
    package.creation_time = _naive(_day(version.day))
    package.model_package_status = version.status
    details: dict[str, Any] = {"Name": "model-artifacts", "Status": version.status}
    if version.status == "Failed":
        details["FailureReason"] = "ClientError: The model artifacts could not be read."
    package.model_package_status_details = {"ValidationStatuses": [details]}


def _naive(when: datetime) -> datetime:
    # moto keeps times in UTC without saying so.
    return when.astimezone(timezone.utc).replace(tzinfo=None)


def _seed_network() -> None:
    """Fill EC2 with the network of the home region; slow, as moto's EC2 is large."""
    from moto.ec2.models import ec2_backends

    ec2 = ec2_backends[ACCOUNT][world.HOME_REGION]
    home = next(vpc for vpc in ec2.vpcs.values() if vpc.is_default)
    other = ec2.create_vpc("10.20.0.0/16")
    for index, (subnet_id, is_home) in enumerate(world.SUBNETS.items()):
        vpc, block = (home, "172.31.%d.0/24") if is_home else (other, "10.20.%d.0/24")
        zone = f"{world.HOME_REGION}{'abc'[index]}"
        subnet = ec2.create_subnet(vpc.id, block % (200 + index), availability_zone=zone)
        ec2.subnets[zone][subnet_id] = ec2.subnets[zone].pop(subnet.id)
        subnet.id = subnet_id
    for group_id, is_home in world.SECURITY_GROUPS.items():
        vpc_id = home.id if is_home else other.id
        group = ec2.create_security_group(group_id, "Sandbox", vpc_id=vpc_id)
        ec2.groups[vpc_id][group_id] = ec2.groups[vpc_id].pop(group.id)
        group.id = group.group_id = group_id


def _seed_agent_training() -> None:
    """Add the training job that the travel agent's model came from."""
    document = {
        "AgentConfig": {
            "BedrockAgentCoreConfig": {
                "AgentRuntimeArn": world.AGENTS[0].arn,
                "Qualifier": "PROD",
            }
        }
    }
    request = {
        "RoleArn": world.ROLES[0].arn,
        "JobCategory": "AgentRFT",
        "JobConfigSchemaVersion": "1.0.0",
        "JobConfigDocument": json.dumps(document),
    }
    name = world.AGENT_TRAINING_JOB
    arn = f"arn:aws:sagemaker:{world.HOME_REGION}:{ACCOUNT}:job/AgentRFT/{name}"
    made = {"OutputModelPackageArn": world.package_arn("travel-agent", 1)}
    ended = _day(-3).timestamp()
    job = RolloutJob(name, arn, request, ended - 7200, made)
    job.end("Completed", ended)
    sagemaker_in(ACCOUNT, world.HOME_REGION).rollouts[name] = job


def _seed_agents() -> None:
    """Fill AgentCore with the runtimes of the home region."""
    from moto.bedrockagentcorecontrol.models import bedrockagentcorecontrol_backends

    backend = bedrockagentcorecontrol_backends[ACCOUNT][world.HOME_REGION]
    for agent in world.AGENTS:
        runtime = backend.create_agent_runtime(
            agent_runtime_name=agent.name,
            agent_runtime_artifact={},
            role_arn=world.ROLES[0].arn,
            network_configuration={"networkMode": "PUBLIC"},
            description=agent.about,
            authorizer_configuration=None,
            request_header_configuration=None,
            protocol_configuration=None,
            lifecycle_configuration=None,
            environment_variables=None,
            tags=None,
        )
        backend.agent_runtimes.pop(runtime.agent_runtime_id)
        runtime.agent_runtime_id, runtime.agent_runtime_arn = agent.id, agent.arn
        runtime.status = agent.status
        backend.agent_runtimes[agent.id] = runtime


def _seed_inference() -> None:
    """Fill the home region with endpoints, and Bedrock with models of the account's own."""
    sagemaker = sagemaker_backends[ACCOUNT][world.HOME_REGION]
    for name, status in world.ENDPOINTS.items():
        settings = {
            "execution_role_arn": world.ROLES[0].arn,
            "inference_image_uri": "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:1",
            "model_s3_uri": f"s3://{world.models_bucket(world.HOME_REGION)}/{name}/",
        }
        make_endpoint(name, settings, ACCOUNT, world.HOME_REGION)
        sagemaker.endpoints[name].endpoint_status = status
    custom = bedrock_in(ACCOUNT, world.HOME_REGION).custom
    for arn in (world.DEPLOYMENT, world.IMPORTED):
        custom[arn] = CustomModel(arn, "support-bot", _day(-20))


def _seed_functions() -> None:
    """Fill Lambda with the functions of the home region."""
    from moto.awslambda.models import lambda_backends

    for name in world.FUNCTIONS:
        lambda_backends[ACCOUNT][world.HOME_REGION].create_function(
            {
                "FunctionName": name,
                "Role": world.ROLES[0].arn,
                "Runtime": "python3.12",
                "Handler": "lambda_function.lambda_handler",
                "PackageType": "Zip",
                "Code": {"ZipFile": ""},
            }
        )


def _seed_images() -> None:
    """Fill ECR; moto gives them to whoever asks for them, whatever the account in their URI."""
    for region in world.REGIONS:
        ecr = ecr_backends[ACCOUNT][region]
        for repository, tags in world.IMAGES.items():
            ecr.create_repository(repository, world.AWS_OWN_ACCOUNT, {}, None, "MUTABLE", [])
            for tag in tags:
                ecr.put_image(
                    repository, json.dumps({"tag": tag}), tag, "application/vnd.oci.image"
                )


LATE_SEEDS = {
    "ec2": _seed_network,
    "ecr": _seed_images,
    "kms": _seed_keys,
    "runs": seed_past_runs,
    "logs": seed_logs,
    "bedrock-agentcore-control": _seed_agents,
    "lambda": _seed_functions,
}
"""How those parts are filled that most people never ask for, and that would delay the start: by
service, and the past runs, which several services tell of."""

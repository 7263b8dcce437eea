"""The world is what the sandbox says of it, so that every check can pass and fail."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from evalbook.sandbox import describe_world, world
from evalbook.sandbox.datasets import DATASETS


def lifecycle(client: Any, judge: str, region: str = "us-east-1") -> dict[str, Any]:
    bedrock = client("bedrock", region=region)
    details: dict[str, Any] = bedrock.get_foundation_model(modelIdentifier=judge)["modelDetails"]
    lifecycle: dict[str, Any] = details["modelLifecycle"]
    return lifecycle


def decision(client: Any, role: str, action: str) -> str:
    results = client("iam").simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::123456789012:role/{role}", ActionNames=[action]
    )
    return str(results["EvaluationResults"][0]["EvalDecision"])


def test_newest_version_of_support_bot_is_not_ready(client: Any) -> None:
    packages = client("sagemaker").list_model_packages(
        ModelPackageGroupName="support-bot", SortBy="CreationTime", SortOrder="Descending"
    )["ModelPackageSummaryList"]

    found = [(p["ModelPackageVersion"], p["ModelPackageStatus"]) for p in packages]

    assert found == [(4, "InProgress"), (3, "Failed"), (2, "Completed"), (1, "Completed")]


@pytest.mark.parametrize(
    ("group", "approval", "base"),
    [
        ("medical-notes", "PendingManualApproval", "huggingface-llm-qwen2-5-7b-instruct"),
        ("rejected-only", "Rejected", "meta-textgeneration-llama-3-2-1b-instruct"),
        ("nova-support", "Approved", "nova-textgeneration-lite"),
        ("old-style", "Approved", None),
    ],
)
def test_groups_differ_in_approval_and_base_model(
    client: Any, group: str, approval: str, base: str | None
) -> None:
    package = client("sagemaker").describe_model_package(
        ModelPackageName=world.package_arn(group, 1)
    )

    container = package["InferenceSpecification"]["Containers"][0]
    assert package["ModelApprovalStatus"] == approval
    assert container.get("BaseModel", {}).get("HubContentName") == base


def test_version_was_made_by_a_training_job(client: Any) -> None:
    job = client("sagemaker").describe_training_job(TrainingJobName="support-bot-sft-2")

    assert job["TrainingJobStatus"] == "Completed"
    assert job["OutputModelPackageArn"] == world.package_arn("support-bot", 2)
    assert job["ServerlessJobConfig"]["CustomizationTechnique"] == "SFT"


def test_keyword_finds_several_groups_in_another_region(client: Any) -> None:
    listing = client("sagemaker", region="us-west-2").list_model_package_groups(
        NameContains="contract", SortBy="Name"
    )

    names = [group["ModelPackageGroupName"] for group in listing["ModelPackageGroupSummaryList"]]

    assert names == ["contract-review-de", "contract-review-en", "contract-summaries"]


def test_list_of_judges_is_a_superset_of_what_is_in_service(client: Any) -> None:
    body = client("s3").get_object(
        Bucket="jumpstart-cache-prod-us-east-1",
        Key="fmhMetadata/supported-llmaj-judge-models.json",
    )["Body"]
    listed = [entry["model_id"] for entry in json.load(body)["supported_judge_models"]]

    assert listed == [judge.id for judge in world.JUDGES]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        lifecycle(client, "anthropic.claude-3-7-sonnet-20250219-v1:0")


def test_judges_are_in_every_state_of_their_life(client: Any) -> None:
    now = datetime.now(timezone.utc)
    active = lifecycle(client, "amazon.nova-pro-v1:0")
    legacy = lifecycle(client, "anthropic.claude-3-haiku-20240307-v1:0")
    retired = lifecycle(client, "anthropic.claude-3-5-sonnet-20240620-v1:0")

    assert active["status"] == "ACTIVE"
    assert legacy["status"] == "LEGACY"
    assert now < legacy["endOfLifeTime"] < now + timedelta(days=365)
    assert retired["endOfLifeTime"] < now


def test_some_judges_need_a_profile_that_is_not_everywhere(client: Any) -> None:
    pixtral = "mistral.pixtral-large-2502-v1:0"
    details = client("bedrock").get_foundation_model(modelIdentifier=pixtral)["modelDetails"]
    profiles = {
        region: [
            profile["inferenceProfileId"]
            for profile in client("bedrock", region=region).list_inference_profiles()[
                "inferenceProfileSummaries"
            ]
        ]
        for region in ("us-east-1", "us-west-2")
    }

    assert details["inferenceTypesSupported"] == ["INFERENCE_PROFILE"]
    assert f"us.{pixtral}" not in profiles["us-east-1"]
    assert f"us.{pixtral}" in profiles["us-west-2"]


@pytest.mark.parametrize(
    ("role", "action", "expected"),
    [
        ("EvaluationRole", "bedrock:CreateEvaluationJob", "allowed"),
        ("NoPermissionsRole", "bedrock:CreateEvaluationJob", "implicitDeny"),
        ("BoundedRole", "bedrock:InvokeModel", "implicitDeny"),
        ("service-role/SandboxCaller", "sagemaker:CreatePipeline", "allowed"),
    ],
)
def test_roles_differ_in_what_they_may_do(
    client: Any, role: str, action: str, expected: str
) -> None:
    assert decision(client, role, action) == expected


@pytest.mark.parametrize(
    ("role", "services"),
    [
        ("EvaluationRole", ["sagemaker.amazonaws.com", "bedrock.amazonaws.com"]),
        ("SageMakerOnlyRole", ["sagemaker.amazonaws.com"]),
        ("NoTrustRole", ["lambda.amazonaws.com"]),
    ],
)
def test_roles_differ_in_whom_they_trust(client: Any, role: str, services: list[str]) -> None:
    policy = client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]

    assert policy["Statement"][0]["Principal"]["Service"] == services


def test_buckets_lie_in_their_regions(client: Any) -> None:
    regions = {
        name: client("s3").head_bucket(Bucket=name)["BucketRegion"]
        for name in ("evalbook-results", "evalbook-west", "evalbook-eu")
    }
    versioning = client("s3").get_bucket_versioning(Bucket="evalbook-versioned")

    assert regions == {
        "evalbook-results": "us-east-1",
        "evalbook-west": "us-west-2",
        "evalbook-eu": "eu-west-1",
    }
    assert versioning["Status"] == "Enabled"


@pytest.mark.parametrize("region", world.REGIONS)
def test_default_mlflow_app_is_not_everywhere(client: Any, region: str) -> None:
    sagemaker = client("sagemaker", region=region)

    apps = sagemaker.list_mlflow_apps(AccountDefaultStatus="ENABLED")["Summaries"]

    assert [app["Name"] for app in apps] == ([] if region == "us-west-2" else ["evalbook-default"])


def test_new_mlflow_app_takes_a_while(sandbox: Any, client: Any) -> None:
    sagemaker = client("sagemaker", region="us-west-2")
    arn = sagemaker.create_mlflow_app(
        Name="mine", ArtifactStoreUri="s3://evalbook-west/mlflow", RoleArn=world.ROLES[0].arn
    )["Arn"]

    before = sagemaker.describe_mlflow_app(Arn=arn)["Status"]
    sandbox.advance(60)

    assert (before, sagemaker.describe_mlflow_app(Arn=arn)["Status"]) == ("Creating", "Created")


def test_network_and_keys_can_be_named(client: Any) -> None:
    subnets = client("ec2").describe_subnets(SubnetIds=list(world.SUBNETS))["Subnets"]
    groups = client("ec2").describe_security_groups(GroupIds=list(world.SECURITY_GROUPS))
    key = client("kms").describe_key(KeyId=world.DISABLED_KEY_ALIAS)["KeyMetadata"]

    assert len({subnet["VpcId"] for subnet in subnets}) == 2
    assert len({group["VpcId"] for group in groups["SecurityGroups"]}) == 2
    assert (key["KeyId"], key["KeyState"]) == (world.DISABLED_KEY_ID, "Disabled")


def test_every_dataset_is_there(client: Any) -> None:
    readable = [dataset for dataset in DATASETS if dataset.bucket != world.DENIED_BUCKET]

    sizes = {
        dataset.uri: client("s3").head_object(Bucket=dataset.bucket, Key=dataset.key)[
            "ContentLength"
        ]
        for dataset in readable
    }

    assert [uri for uri, size in sizes.items() if size == 0] == [
        "s3://evalbook-data/broken/empty.jsonl"
    ]


def test_what_to_try_covers_every_step_that_asks_aws() -> None:
    suggestions = describe_world()

    steps = {suggestion.step for suggestion in suggestions}

    assert {"dataset", "model", "judge_model", "execution_role", "s3_output"} <= steps
    assert len({(s.step, s.answer) for s in suggestions}) == len(suggestions)
    assert all(suggestion.outcome for suggestion in suggestions)

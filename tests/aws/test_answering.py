"""What answers for a model in Inspect AI's tasks: the SDK asks of none whether it is there."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from border import answer
from sdk_source import sdk_file

from evalbook.aws.answering import check_answering, check_hosting, read_answering
from evalbook.aws.found import Instances
from evalbook.aws.images import check_container, check_image, choose_nova_image
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.sandbox.process import Sandbox

REGION = "us-east-1"
ACCOUNT = "123456789012"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)
BEDROCK = f"arn:aws:bedrock:{REGION}:{ACCOUNT}"


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("support-bot", "endpoint", "support-bot"),
        (f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/support-bot", "endpoint", "support-bot"),
        ("amazon.nova-lite-v1:0", "bedrock", "amazon.nova-lite-v1:0"),
        ("us.amazon.nova-lite-v1:0", "bedrock", "us.amazon.nova-lite-v1:0"),
        (f"{BEDROCK}:imported-model/a1b2", "bedrock", f"{BEDROCK}:imported-model/a1b2"),
        (" s3://models/tuned/ ", "hosted", "s3://models/tuned/"),
    ],
)
def test_what_is_named_is_told_by_its_form(text: str, kind: str, name: str) -> None:
    found = read_answering(text)

    assert (found.kind, found.name) == (kind, name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{BEDROCK}:custom-model/amazon.nova/a1", "Deploy it in Bedrock"),
        (f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/g/1", "give the endpoint's name"),
        (f"arn:aws:iam::{ACCOUNT}:role/R", "Give the name of an endpoint"),
        ("my endpoint", "Give the name of an endpoint"),
    ],
)
def test_what_does_not_answer_by_itself_is_refused(text: str, said: str) -> None:
    with pytest.raises(AnswerRejected) as caught:
        read_answering(text)

    assert said in str(caught.value.remedy)


def an_endpoint(aws: Aws, status: str = "InService", **configuration: Any) -> None:
    sagemaker = aws.client("sagemaker", REGION)
    described = {
        "EndpointName": "support-bot",
        "EndpointArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/support-bot",
        "EndpointConfigName": "c",
        "EndpointStatus": status,
        "CreationTime": NEW_YEAR,
        "LastModifiedTime": NEW_YEAR,
    }
    answer(
        sagemaker,
        "DescribeEndpoint",
        lambda it: described if it["EndpointName"] == "support-bot" else "ResourceNotFound",
    )
    variants = [{"VariantName": "a", "ModelName": "m"}]
    configured = {
        "EndpointConfigName": "c",
        "EndpointConfigArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint-config/c",
        "ProductionVariants": variants,
        "CreationTime": NEW_YEAR,
        **configuration,
    }
    answer(sagemaker, "DescribeEndpointConfig", lambda _: configured)
    answer(sagemaker, "ListEndpoints", lambda _: {"Endpoints": []})


TWO = [{"VariantName": it, "ModelName": it} for it in "ab"]
OF_COMPONENTS = [{"VariantName": "a", "InitialInstanceCount": 1}]
ASYNC = {"OutputConfig": {"S3OutputPath": "s3://b/k"}}


@pytest.mark.parametrize(
    ("named", "status", "configuration", "said"),
    [
        ("support-bot", "InService", {}, "is in service."),
        ("support-bot", "Creating", {}, "is Creating, not in service."),
        ("support-bt", "InService", {}, "There is no endpoint support-bt in us-east-1."),
        ("support-bot", "InService", {"AsyncInferenceConfig": ASYNC}, "asynchronous inference"),
        ("support-bot", "InService", {"ProductionVariants": OF_COMPONENTS}, "inference components"),
        ("support-bot", "InService", {"ProductionVariants": TWO}, "has 2 variants"),
    ],
)
def test_an_endpoint_has_to_be_there_and_callable_by_its_name(
    aws: Aws, named: str, status: str, configuration: dict[str, Any], said: str
) -> None:
    an_endpoint(aws, status, **configuration)
    try:
        _, checks = check_answering(aws, named, REGION)
        text = checks[-1].message
    except AnswerRejected as rejection:
        text = rejection.message

    assert said in text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{}:us-west-2:{}", "is in us-west-2, but the evaluation's container"),
        (' "{}:us-west-2:{}" ', "is in us-west-2, but the evaluation's container"),
        ("{}:us-wset-2:{}", '"us-wset-2" is not an AWS region.'),
    ],
)
def test_what_is_in_another_region_is_refused(aws: Aws, written: str, said: str) -> None:
    with pytest.raises(AnswerRejected, match=said):
        check_answering(aws, written.format("arn:aws:sagemaker", f"{ACCOUNT}:endpoint/e"), REGION)


DEPLOYMENT = f"{BEDROCK}:custom-model-deployment/a1b2c3d4e5f6"
IMPORTED = f"{BEDROCK}:imported-model/a1b2c3d4e5f6"


def a_model(**more: Any) -> dict[str, Any]:
    arn = f"arn:aws:bedrock:{REGION}::foundation-model/m"
    return {"modelDetails": {"modelArn": arn, "modelId": "m", **more}}


@pytest.mark.parametrize(
    ("named", "operation", "said", "found"),
    [
        ("amazon.nova-lite-v1:0", "GetFoundationModel", a_model(), "can be called."),
        (
            "amazon.nova-lite-v1:0",
            "GetFoundationModel",
            a_model(inferenceTypesSupported=["INFERENCE_PROFILE"]),
            "can't be called by its own id",
        ),
        (
            "amazon.nova-lite-v1:0",
            "GetFoundationModel",
            "ResourceNotFoundException",
            "has no amazon.nova-lite-v1:0 in us-east-1 (apparently the id of a foundation",
        ),
        (
            DEPLOYMENT,
            "GetCustomModelDeployment",
            {
                "customModelDeploymentArn": DEPLOYMENT,
                "modelDeploymentName": "d",
                "modelArn": f"{BEDROCK}:custom-model/amazon.nova-lite-v1:0/a1b2c3d4e5f6",
                "createdAt": NEW_YEAR,
                "status": "Creating",
            },
            "is Creating, not Active.",
        ),
        (
            "amazon.titan-v1",
            "GetFoundationModel",
            a_model(modelLifecycle={"status": "LEGACY"}),
            "is legacy",
        ),
        (
            "amazon.titan-v1",
            "GetFoundationModel",
            a_model(modelLifecycle={"status": "LEGACY", "endOfLifeTime": NEW_YEAR}),
            "is past its end of life (2026-01-01), so Bedrock refuses every call.",
        ),
        (
            "support-bot",
            "DescribeEndpoint",
            "AccessDeniedException",
            "Could not check whether the endpoint support-bot is in service.",
        ),
        (IMPORTED, "GetImportedModel", {"modelArchitecture": "llama"}, "unloads imported models"),
        (IMPORTED, "GetImportedModel", "AccessDeniedException", "Could not check whether"),
    ],
)
def test_what_answers_is_asked_by_its_kind(
    aws: Aws, named: str, operation: str, said: Any, found: str
) -> None:
    service: Any = "sagemaker" if operation == "DescribeEndpoint" else "bedrock"
    answer(aws.client(service, REGION), operation, lambda _: said)
    try:
        text = check_answering(aws, named, REGION)[1][-1].message
    except AnswerRejected as rejection:
        text = rejection.message

    assert found in text


def test_artefacts_have_to_be_in_the_region_and_not_nothing(aws: Aws) -> None:
    aws.client("s3").create_bucket(Bucket="models")
    with pytest.raises(AnswerRejected, match="There is nothing under s3://models/tuned/"):
        check_answering(aws, "s3://models/tuned/", REGION)

    aws.client("s3").put_object(Bucket="models", Key="tuned/config.json", Body=b"{}")

    assert [it.status for it in check_answering(aws, "s3://models/tuned/", REGION)[1]] == [
        "passed",
        "passed",
    ]


def test_hosting_warns_of_what_may_be_left(aws: Aws) -> None:
    answer(aws.client("service-quotas", REGION), "ListServiceQuotas", lambda _: {"Quotas": []})

    checks = check_hosting(aws, REGION, Instances("ml.g5.12xlarge", 2), 8, "llama")

    assert "look for endpoints that were left behind." in str(checks[-1].remedy)


DJL = "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference"


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (f"{DJL}:0.36.0-lmi", "exists."),
        (f"{DJL}:0.36.0-lm", "It has 0.36.0-lmi"),
        (f"{DJL}", "has no image latest in us-east-1. It has 0.33.0-lmi15.0.0-cu128 and"),
        (DJL.replace("djl", "dlj"), "There is no repository dlj-inference in the registry of acc"),
        (DJL.replace("us-east-1", "us-west-2"), "The image is in us-west-2; the endpoint would be"),
        ("vllm/vllm-openai:latest", "is not an image that the SDK accepts."),
    ],
)
@pytest.mark.usefixtures("in_sandbox")
def test_the_image_has_to_be_there_and_in_the_region(image: str, said: str) -> None:
    try:
        text = check_image(Aws(), image, REGION)[1].message
    except AnswerRejected as rejection:
        text = f"{rejection.message} {rejection.remedy}"

    assert said in text


def test_an_image_that_one_may_not_ask_for_is_skipped(in_sandbox: Sandbox) -> None:
    in_sandbox.fail("ecr:BatchGetImage", "AccessDeniedException", "no", status=400, times=None)
    check = check_image(Aws(), f"{DJL}:0.36.0-lmi", REGION)[1]
    in_sandbox.heal()

    assert check.status == "skipped"
    assert "Grant ecr:BatchGetImage" in str(check.remedy)


@pytest.mark.parametrize(
    ("region", "status"), [("us-east-1", "passed"), ("eu-west-1", "warning"), ("cn-north-1", None)]
)
@pytest.mark.usefixtures("in_sandbox")
def test_the_container_is_offered_in_few_regions(region: str, status: str | None) -> None:
    if status:
        assert [it.status for it in check_container(Aws(), region)] == [status, "passed"]
        return
    with pytest.raises(AnswerRejected, match="has no Inspect AI container image"):
        check_container(Aws(), region)


def test_regions_and_accounts_are_those_of_the_installed_sdk() -> None:
    known = json.loads(Path("src/evalbook/data/inspect_ai.json").read_text())
    images = json.loads(sdk_file("core/image_uri_config/sagemaker-inspect-ai.json"))
    constants = sdk_file("train/evaluate/constants.py")

    latest = images["versions"]["latest"]
    assert latest == {
        "registries": dict.fromkeys(known["image_regions"], known["account"]),
        "repository": known["repository"],
    }
    assert all(f'"{account}"' in constants for account in known["nova_accounts"].values())
    assert set(known["regions"]) <= set(known["image_regions"])
    assert choose_nova_image("eu-central-1") is None

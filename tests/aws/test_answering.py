"""What answers for a model in Inspect AI's tasks: the SDK asks of none whether it is there."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from border import answer
from sdk_source import sdk_file

from evalbook.aws.answering import (
    check_answering,
    check_image,
    nova_image,
    offered_regions,
    read_answering,
    region_of_inspect_check,
)
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected

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
        (f"arn:aws:iam::{ACCOUNT}:role/R", "Give an endpoint's name"),
        ("my endpoint", "Give an endpoint's name"),
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
        ("support-bot", "Creating", {}, "is not in service but Creating."),
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


def test_what_is_in_another_region_is_refused(aws: Aws) -> None:
    with pytest.raises(AnswerRejected, match="is in us-west-2, the evaluation in us-east-1"):
        check_answering(aws, f"arn:aws:sagemaker:us-west-2:{ACCOUNT}:endpoint/e", REGION)


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
            "knows no amazon.nova-lite-v1:0 in us-east-1 (by its form the id of a foundation",
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
            "is not Active but Creating.",
        ),
        (IMPORTED, "GetImportedModel", {"modelArchitecture": "llama"}, "puts an imported model"),
        (IMPORTED, "GetImportedModel", "AccessDeniedException", "could not be checked."),
    ],
)
def test_what_bedrock_has_is_asked_by_its_kind(
    aws: Aws, named: str, operation: str, said: Any, found: str
) -> None:
    answer(aws.client("bedrock", REGION), operation, lambda _: said)
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


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ("763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.36.0-lmi", None),
        ("763104351884.dkr.ecr.us-west-2.amazonaws.com/djl-inference:0.36.0-lmi", "image.region"),
        ("vllm/vllm-openai:latest", "image.form"),
    ],
)
def test_the_image_has_to_be_one_of_the_region(image: str, code: str | None) -> None:
    if code is None:
        assert check_image(image, REGION)[0] == image
        return
    with pytest.raises(AnswerRejected) as caught:
        check_image(image, REGION)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("region", "status"), [("us-east-1", "passed"), ("eu-west-1", "warning"), ("cn-north-1", None)]
)
def test_the_container_is_offered_in_few_regions(region: str, status: str | None) -> None:
    if status:
        assert region_of_inspect_check(region).status == status
        return
    with pytest.raises(AnswerRejected, match="knows no image"):
        region_of_inspect_check(region)


def test_regions_and_accounts_are_those_of_the_installed_sdk() -> None:
    known = json.loads(Path("src/evalbook/data/inspect_ai.json").read_text())
    images = json.loads(sdk_file("core/image_uri_config/sagemaker-inspect-ai.json"))
    constants = sdk_file("train/evaluate/constants.py")

    assert sorted(images["versions"]["latest"]["registries"]) == known["image_regions"]
    assert all(f'"{account}"' in constants for account in known["nova_accounts"].values())
    assert set(offered_regions()) <= set(known["image_regions"])
    assert nova_image("eu-central-1") is None

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.stub import Stubber

from evalbook.aws.registry import RegisteredDataset, is_dataset_arn, resolve_dataset_arn
from evalbook.aws.s3 import S3Uri
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected

Stub = Callable[..., Stubber]
HUB = "arn:aws:sagemaker:eu-west-1:123456789012:hub-content/Registry"
ARN = f"{HUB}/DataSet/faq/1.0.0"
ELSEWHERE = ARN.replace("eu-west-1", "eu-west-one")
FORM = "arn:aws:sagemaker:REGION:ACCOUNT:hub-content/HUB/DataSet/NAME/VERSION"


def a_description(document: Any, **more: Any) -> dict[str, Any]:
    return {
        "HubContentName": "faq",
        "HubContentArn": ARN,
        "HubContentVersion": "1.0.0",
        "HubContentType": "DataSet",
        "DocumentSchemaVersion": "2.0.0",
        "HubName": "Registry",
        "HubArn": HUB.replace("hub-content", "hub"),
        "HubContentDocument": document if isinstance(document, str) else json.dumps(document),
        "HubContentStatus": "Available",
        "CreationTime": datetime(2026, 11, 20, tzinfo=timezone.utc),
        **more,
    }


def a_location(bucket: str = "research", key: str = "datasets/faq.jsonl") -> dict[str, str]:
    return {"DatasetS3Bucket": bucket, "DatasetS3Prefix": key}


def rejection(aws: Aws, text: str = ARN) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        resolve_dataset_arn(aws, text)
    return caught.value


@pytest.mark.parametrize("text", [ARN, f" {ARN}\n", f"{HUB}/DataSet/faq", f"{HUB}/DataSet"])
def test_an_arn_of_a_dataset_is_recognised(text: str) -> None:
    assert is_dataset_arn(text)


@pytest.mark.parametrize("text", ["", "s3://a/b", f"{HUB}/Model/faq/1.0.0", "arn:aws:s3:::DataSet"])
def test_other_texts_are_no_dataset_arns(text: str) -> None:
    assert not is_dataset_arn(text)


def test_a_dataset_lies_where_its_hub_says(aws: Aws, stub: Stub) -> None:
    asked = {
        "HubName": "Registry",
        "HubContentType": "DataSet",
        "HubContentName": "faq",
        "HubContentVersion": "1.0.0",
    }
    description = a_description(a_location())
    stub("sagemaker", "eu-west-1").add_response("describe_hub_content", description, asked)

    found = resolve_dataset_arn(aws, f" {ARN} ")

    assert found == RegisteredDataset(ARN, S3Uri("research", "datasets/faq.jsonl"))


def test_without_a_version_the_newest_is_asked_for(aws: Aws, stub: Stub) -> None:
    asked = {"HubName": "Registry", "HubContentType": "DataSet", "HubContentName": "faq"}
    description = a_description(a_location(key="/faq.jsonl"))
    stub("sagemaker", "eu-west-1").add_response("describe_hub_content", description, asked)

    found = resolve_dataset_arn(aws, f"{HUB}/DataSet/faq")

    assert found == RegisteredDataset(ARN, S3Uri("research", "faq.jsonl"))


def test_a_dataset_of_another_account_is_not_taken_for_ones_own(aws: Aws, stub: Stub) -> None:
    description = a_description(a_location())
    stub("sagemaker", "eu-west-1").add_response("describe_hub_content", description)
    theirs = ARN.replace("123456789012", "999999999999")

    rejected = rejection(aws, theirs)

    assert rejected.code == "dataset.account"
    assert rejected.message == (
        f"{theirs} belongs to account 999999999999; the SDK looks for it in yours, where the "
        f"dataset of that name is {ARN}."
    )


@pytest.mark.parametrize(
    "document",
    ["not JSON", "[]", {}, {"DatasetS3Bucket": "research"}, a_location(key="/"), a_location("")],
)
def test_a_dataset_that_does_not_say_where_it_lies_is_rejected(
    aws: Aws, stub: Stub, document: Any
) -> None:
    description = a_description(document)
    stub("sagemaker", "eu-west-1").add_response("describe_hub_content", description)

    rejected = rejection(aws)

    assert rejected.code == "dataset.location"
    assert rejected.message == (
        'The dataset "faq" does not name its location: its document lacks DatasetS3Bucket or '
        "DatasetS3Prefix."
    )


def test_a_dataset_whose_import_failed_is_rejected_with_the_reason(aws: Aws, stub: Stub) -> None:
    description = a_description(
        a_location(), HubContentStatus="ImportFailed", FailureReason="bad schema"
    )
    stub("sagemaker", "eu-west-1").add_response("describe_hub_content", description)

    rejected = rejection(aws)

    assert rejected.code == "dataset.not_ready"
    assert rejected.message == 'The dataset "faq" is ImportFailed, not available: bad schema.'


def test_a_dataset_that_is_not_there_is_rejected(aws: Aws, stub: Stub) -> None:
    stub("sagemaker", "eu-west-1").add_client_error("describe_hub_content", "ResourceNotFound")

    rejected = rejection(aws)

    assert rejected.code == "dataset.missing"
    assert rejected.message == (
        'There is no dataset "faq", version 1.0.0, in the hub "Registry" in eu-west-1.'
    )


def test_a_dataset_that_may_not_be_looked_up_is_rejected(aws: Aws, stub: Stub) -> None:
    stub("sagemaker", "eu-west-1").add_client_error("describe_hub_content", "AccessDeniedException")

    rejected = rejection(aws)

    assert rejected.code == "dataset.denied"
    assert rejected.remedy == (
        f"Ask for sagemaker:DescribeHubContent on {ARN}, or give the dataset's S3 URI."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("faq", '"faq" is not an ARN.'),
        (f"{HUB}/Model/faq/1", f"{HUB}/Model/faq/1 is a base model in a hub. A dataset is needed."),
        (f"{HUB}/DataSet", f"{HUB}/DataSet is incomplete."),
        (f"{HUB}/DataSet//1.0.0", f"{HUB}/DataSet//1.0.0 is incomplete."),
        (f"{ARN}/more", f"{ARN}/more is incomplete."),
        (ELSEWHERE, f'{ELSEWHERE} can\'t be right: "eu-west-one" is not an AWS region.'),
    ],
)
def test_an_arn_that_names_no_dataset_is_rejected(aws: Aws, text: str, message: str) -> None:
    rejected = rejection(aws, text)

    assert (rejected.code, rejected.message) == ("dataset.arn", message)
    assert FORM in str(rejected.remedy)


def test_a_name_that_sagemaker_cannot_take_is_rejected(aws: Aws, stub: Stub) -> None:
    error = ("describe_hub_content", "ValidationException", "1 validation error detected")
    stub("sagemaker", "eu-west-1").add_client_error(*error)

    assert rejection(aws).code == "dataset.arn"

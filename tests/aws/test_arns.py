from __future__ import annotations

import pytest

from evalbook.aws.arns import Arn, describe_arn_kind, find_region_fault, parse_arn

OURS = "us-east-1:123456789012"


def test_an_arn_is_taken_apart_and_put_together() -> None:
    text = f"arn:aws:sagemaker:{OURS}:model-package/support-bot/3"

    arn = parse_arn(f"  {text}\n")

    assert arn == Arn(
        "aws", "sagemaker", "us-east-1", "123456789012", "model-package/support-bot/3"
    )
    assert arn.path == ("model-package", "support-bot", "3")
    assert str(arn) == text


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:s3:::bucket/key",
        "arn:aws-us-gov:iam::123456789012:role/service-role/Runner",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
        "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/llama/1.0.0",
    ],
)
def test_arns_without_region_or_account_are_arns(text: str) -> None:
    assert str(parse_arn(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "support-bot",
        "s3://bucket/key",
        "arn:aws:sagemaker",
        "arn:aws:sagemaker:us-east-1:12345:model/a",
        "arn:aws:sagemaker:us-east-1:123456789012:",
        "arn:aws:sagemaker:us-east-1:123456789012:model/a b",
        "see arn:aws:s3:::bucket",
    ],
)
def test_other_texts_are_no_arns(text: str) -> None:
    assert parse_arn(text) is None


KINDS = [
    (f"arn:aws:sagemaker:{OURS}:training-job/support-bot-7", "a training job"),
    (f"arn:aws:sagemaker:{OURS}:model-package-group/support-bot", "a model package group"),
    (f"arn:aws:sagemaker:{OURS}:model-package/support-bot/3", "a model package"),
    (
        f"arn:aws:sagemaker:{OURS}:model-package/support-bot",
        "a model package without a version",
    ),
    (f"arn:aws:sagemaker:{OURS}:model/support-bot", "a SageMaker model"),
    (f"arn:aws:sagemaker:{OURS}:endpoint/support-bot", "a SageMaker endpoint"),
    (f"arn:aws:sagemaker:{OURS}:hub-content/Hub/DataSet/faq/1.0.0", "a dataset"),
    (f"arn:aws:sagemaker:{OURS}:hub-content/Hub/Model/llama/1.0.0", "a base model in a hub"),
    (f"arn:aws:sagemaker:{OURS}:hub-content/Hub", "something in a SageMaker hub"),
    (f"arn:aws:sagemaker:{OURS}:pipeline/evaluation", "a SageMaker pipeline"),
    (f"arn:aws:sagemaker:{OURS}:pipeline/evaluation/execution/a1", "a pipeline execution"),
    (f"arn:aws:sagemaker:{OURS}:mlflow-app/app-1", "an MLflow app"),
    ("arn:aws:s3:::bucket", "an S3 bucket"),
    ("arn:aws:s3:::bucket/data/train.jsonl", "an S3 object"),
    (f"arn:aws:s3:{OURS}:accesspoint/readers", "an S3 access point"),
    ("arn:aws:iam::123456789012:role/Runner", "an IAM role"),
    ("arn:aws:iam::123456789012:root", "an AWS account"),
    ("arn:aws:sts::123456789012:assumed-role/Runner/me", "a session of an IAM role"),
    (f"arn:aws:kms:{OURS}:alias/results", "a KMS alias"),
    (f"arn:aws:lambda:{OURS}:function:score", "a Lambda function"),
    (f"arn:aws:bedrock-agentcore:{OURS}:runtime/agent", "a Bedrock AgentCore runtime"),
    (f"arn:aws:dynamodb:{OURS}:table/answers", "a resource of dynamodb of the type table"),
    (f"arn:aws:sqs:{OURS}:queue", "a resource of sqs"),
]


@pytest.mark.parametrize(("text", "words"), KINDS)
def test_an_arn_is_named_for_what_it_is(text: str, words: str) -> None:
    arn = parse_arn(text)

    assert arn is not None
    assert describe_arn_kind(arn) == words


@pytest.mark.parametrize(
    ("partition", "region", "fault"),
    [
        ("aws", "us-east-1", None),
        ("aws-cn", "cn-north-1", None),
        ("aws", "mars-1", '"mars-1" is not an AWS region'),
        ("aws", "", '"" is not an AWS region'),
        ("aws", "cn-north-1", "cn-north-1 is a region in the partition aws-cn"),
    ],
)
def test_a_region_that_an_arn_cannot_have_is_told(
    partition: str, region: str, fault: str | None
) -> None:
    arn = parse_arn(f"arn:{partition}:sagemaker:{region}:123456789012:model-package/support-bot/2")

    assert arn is not None
    assert find_region_fault(arn) == fault

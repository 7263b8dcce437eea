"""Faults on request, in the words of the service that is asked."""

from __future__ import annotations

import time
import urllib.error
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from simulated import refused

from evalbook.sandbox import Sandbox


def test_fault_strikes_as_often_as_asked(sandbox: Sandbox, client: Any) -> None:
    sandbox.fail("sagemaker:ListPipelines", "ThrottlingException", times=2)

    for _ in range(2):
        with refused("ThrottlingException"):
            client("sagemaker").list_pipelines()

    assert client("sagemaker").list_pipelines()["PipelineSummaries"]


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("s3", "get_object", {"Bucket": "evalbook-data", "Key": "support/eval.jsonl"}),
        ("iam", "get_role", {"RoleName": "EvaluationRole"}),
        ("ec2", "describe_subnets", {}),
        ("bedrock", "get_foundation_model", {"modelIdentifier": "amazon.nova-pro-v1:0"}),
        ("kms", "describe_key", {"KeyId": "alias/evalbook"}),
    ],
)
def test_fault_is_told_in_every_protocol(
    sandbox: Sandbox, client: Any, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    sandbox.fail(f"{service}:*", "MadeUp", "As a test asked.", status=418)

    with refused("MadeUp") as why:
        getattr(client(service), operation)(**arguments)

    response = why.value.response
    assert response["Error"]["Message"] == "As a test asked."
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 418


def test_fault_is_for_requests_that_match(sandbox: Sandbox, client: Any) -> None:
    sandbox.fail("GetFoundationModel", "ThrottlingException", match={"region": "eu-*"}, times=None)
    asked = {"modelIdentifier": "amazon.nova-pro-v1:0"}

    with refused("ThrottlingException"):
        client("bedrock", region="eu-west-1").get_foundation_model(**asked)

    assert (
        client("bedrock").get_foundation_model(**asked)["modelDetails"]["modelName"] == "Nova Pro"
    )


def test_healed_faults_strike_no_more(sandbox: Sandbox, client: Any) -> None:
    sandbox.fail("*", "InternalFailure", status=500, times=None)

    sandbox.heal()

    assert client("s3").list_buckets()["Buckets"]


def test_a_fault_strikes_after_so_many_requests(sandbox: Sandbox, client: Any) -> None:
    sandbox.fail("s3:*", "AccessDenied", status=403, skip=2)

    for _ in range(2):
        client("s3").list_buckets()
    with refused("AccessDenied"):
        client("s3").list_buckets()


def test_connection_can_be_dropped(sandbox: Sandbox, client: Any) -> None:
    sandbox.fail("sagemaker:ListPipelines", drop=True)

    with pytest.raises(ConnectionClosedError):
        client("sagemaker").list_pipelines()


def test_slow_answer_is_still_an_answer(sandbox: Sandbox, client: Any) -> None:
    from botocore.config import Config
    from botocore.exceptions import ReadTimeoutError

    sandbox.fail("sagemaker:ListPipelines", delay=1.0)
    hasty = client("sagemaker").meta.config.merge(Config(read_timeout=0.2))
    import boto3

    with pytest.raises(ReadTimeoutError):
        boto3.client(
            "sagemaker",
            region_name="us-east-1",
            endpoint_url=sandbox.endpoint,
            aws_access_key_id="ASIASANDBOXCALLER000",
            aws_secret_access_key="simulated",
            config=hasty,
        ).list_pipelines()

    assert client("sagemaker").list_pipelines()["PipelineSummaries"]
    # The slow answer comes yet, and would be on record in another test.
    while len(sandbox.calls()) < 2:
        time.sleep(0.1)


def test_calls_are_on_record(sandbox: Sandbox, client: Any) -> None:
    client("s3").head_object(Bucket="evalbook-data", Key="support/eval.jsonl")
    with refused("NoSuchEntity"):
        client("iam").get_role(RoleName="nobody")

    asked = [(call["service"], call["operation"], call["status"]) for call in sandbox.calls()]

    assert asked == [("s3", "HeadObject", 200), ("iam", "GetRole", 404)]


def test_fault_that_means_nothing_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        sandbox.control("POST", "/faults", {"operations": "s3:*"})


def test_reset_forgets_what_was_done(sandbox: Sandbox, client: Any) -> None:
    client("s3").put_object(Bucket="evalbook-results", Key="mine", Body=b"x")

    sandbox.reset()

    found = client("s3").list_objects_v2(Bucket="evalbook-results", Prefix="mine")
    assert "Contents" not in found
    assert client("sts").get_caller_identity()["Arn"].endswith("/SandboxCaller/you")

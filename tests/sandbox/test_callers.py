"""Who asks, and what they may: keys, regions, policies."""

from __future__ import annotations

from typing import Any

import pytest
from simulated import ROLE, refused

from evalbook.sandbox import Sandbox, world

STRANGER = world.Credentials("AKIASTRANGERTOUSALL0", None, "unknown")
# Service and operation, and the codes of expired and of unknown credentials.
REFUSALS = [
    ("sts", "get_caller_identity", "ExpiredToken", "InvalidClientTokenId"),
    ("iam", "list_roles", "ExpiredToken", "InvalidClientTokenId"),
    ("s3", "list_buckets", "ExpiredToken", "InvalidAccessKeyId"),
    ("sagemaker", "list_pipelines", "ExpiredTokenException", "UnrecognizedClientException"),
    ("bedrock", "list_guardrails", "ExpiredTokenException", "UnrecognizedClientException"),
    ("ec2", "describe_vpcs", "RequestExpired", "AuthFailure"),
]


def test_caller_has_assumed_a_role_with_a_path(client: Any) -> None:
    identity = client("sts").get_caller_identity()
    role = client("iam").get_role(RoleName="SandboxCaller")["Role"]

    assert identity["Arn"] == "arn:aws:sts::123456789012:assumed-role/SandboxCaller/you"
    assert role["Arn"] == "arn:aws:iam::123456789012:role/service-role/SandboxCaller"


@pytest.mark.parametrize(("service", "operation", "expired", "unknown"), REFUSALS)
def test_credentials_are_refused_in_each_services_words(
    client: Any, service: str, operation: str, expired: str, unknown: str
) -> None:
    with refused(expired):
        getattr(client(service, caller=world.EXPIRED), operation)()
    with refused(unknown):
        getattr(client(service, caller=STRANGER), operation)()


def test_region_that_does_not_exist_is_refused(client: Any) -> None:
    with refused("UnrecognizedClientException"):
        client("sagemaker", region="eu-nowhere-1").list_pipelines()


def test_unsigned_request_is_refused(sandbox: Sandbox) -> None:
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    anonymous = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=sandbox.endpoint,
        config=Config(signature_version=UNSIGNED),
    )

    with refused("AccessDenied"):
        anonymous.get_object(Bucket="evalbook-data", Key="support/eval.jsonl")


def test_policy_of_the_caller_denies(client: Any) -> None:
    with refused("AccessDeniedException"):
        client("bedrock").get_foundation_model(modelIdentifier=world.DENIED_JUDGE)
    with refused("AccessDenied"):
        client("s3").get_object(Bucket=world.DENIED_BUCKET, Key="secret/eval.jsonl")
    with refused("403"):
        client("s3").head_bucket(Bucket=world.DENIED_BUCKET)


def test_denied_bucket_still_tells_its_region(client: Any) -> None:
    with refused("403") as why:
        client("s3").head_bucket(Bucket=world.DENIED_BUCKET)

    headers = why.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-bucket-region"] == "us-east-1"


def test_denial_says_who_what_and_why(client: Any) -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError) as why:
        client("iam", caller=world.LIMITED).simulate_principal_policy(
            PolicySourceArn=ROLE, ActionNames=["s3:GetObject"]
        )

    assert why.value.response["Error"]["Message"] == (
        "User: arn:aws:sts::123456789012:assumed-role/LimitedCaller/you is not authorized to "
        f"perform: iam:SimulatePrincipalPolicy on resource: {ROLE} because no identity-based "
        "policy allows the iam:SimulatePrincipalPolicy action"
    )


def test_presigned_url_is_as_good_as_a_signature(client: Any) -> None:
    from urllib.request import urlopen

    address = client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": "evalbook-data", "Key": "doubtful/few.jsonl"}
    )

    with urlopen(address, timeout=10) as answer:  # noqa: S310 - the sandbox's own address
        assert len(answer.read().splitlines()) == 8

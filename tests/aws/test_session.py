from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.session import get_session
from botocore.stub import Stubber

from evalbook.aws.answers import Asked
from evalbook.aws.refusals import CODES
from evalbook.aws.session import (
    Aws,
    AwsDenied,
    AwsInternalError,
    AwsInvalid,
    AwsMissing,
    answer_headers,
    border,
    in_parallel,
)
from evalbook.errors import AwsUnavailable, EvalbookError

Stub = Callable[..., Stubber]

REGION = "us-east-1"
CALLER = Asked("sts", "GetCallerIdentity", "https://sts")

ANSWERS: list[tuple[str, str, str, int, type[EvalbookError], str]] = [
    ("sts", "GetCallerIdentity", "AccessDenied", 403, AwsDenied, "denied"),
    ("ec2", "DescribeSubnets", "UnauthorizedOperation", 403, AwsDenied, "denied"),
    ("s3", "HeadObject", "403", 403, AwsDenied, "denied"),
    ("s3", "GetObject", "KMS.AccessDeniedException", 400, AwsDenied, "denied"),
    ("iam", "GetRole", "NoSuchEntity", 404, AwsMissing, "missing"),
    ("s3", "HeadObject", "404", 404, AwsMissing, "missing"),
    ("s3", "GetObject", "NoSuchKey", 404, AwsMissing, "missing"),
    ("s3", "ListObjectsV2", "NoSuchBucket", 404, AwsMissing, "missing"),
    ("kms", "DescribeKey", "NotFoundException", 400, AwsMissing, "missing"),
    ("sagemaker", "DescribeTrainingJob", "ResourceNotFound", 400, AwsMissing, "missing"),
    ("bedrock", "GetFoundationModel", "ResourceNotFoundException", 404, AwsMissing, "missing"),
    ("ec2", "DescribeSubnets", "InvalidSubnetID.NotFound", 400, AwsMissing, "missing"),
    ("sts", "GetCallerIdentity", "ExpiredToken", 400, AwsUnavailable, "expired_credentials"),
    ("iam", "GetRole", "InvalidClientTokenId", 403, AwsUnavailable, "invalid_credentials"),
    ("iam", "GetRole", "SignatureDoesNotMatch", 403, AwsUnavailable, "invalid_credentials"),
    ("iam", "GetRole", "IncompleteSignature", 403, AwsUnavailable, "invalid_credentials"),
    ("sts", "GetCallerIdentity", "OptInRequired", 403, AwsUnavailable, "invalid_credentials"),
    ("s3", "GetObject", "RequestTimeTooSkewed", 403, AwsUnavailable, "clock"),
    ("sagemaker", "ListPipelines", "ThrottlingException", 400, AwsUnavailable, "throttled"),
    ("s3", "GetObject", "SlowDown", 503, AwsUnavailable, "throttled"),
    ("sts", "GetCallerIdentity", "InternalFailure", 500, AwsInternalError, "aws_internal"),
    ("kms", "DescribeKey", "KMSInternalException", 500, AwsInternalError, "aws_internal"),
    ("iam", "GetRole", "502", 502, AwsInternalError, "aws_internal"),
    ("sagemaker", "DescribeJob", "NotImplemented", 501, AwsInvalid, "NotImplemented"),
    ("s3", "HeadObject", "400", 400, AwsInvalid, "400"),
    ("s3", "HeadBucket", "301", 301, AwsInvalid, "301"),
    ("s3", "GetObject", "KMS.NotFoundException", 400, AwsInvalid, "KMS.NotFoundException"),
    ("s3", "GetObject", "InvalidObjectState", 403, AwsInvalid, "InvalidObjectState"),
    # What only another service says, what only a proxy says, and what nobody has said before.
    ("iam", "GetRole", "ResourceNotFoundException", 404, AwsUnavailable, "unknown_error"),
    ("iam", "GetRole", "404", 404, AwsUnavailable, "unreadable"),
    ("iam", "GetRole", "418", 418, AwsUnavailable, "unreadable"),
    ("iam", "GetRole", "301", 301, AwsUnavailable, "unreadable"),
    ("s3", "GetObject", "403", 403, AwsUnavailable, "unreadable"),
    ("s3", "HeadObject", "418", 418, AwsUnavailable, "unknown_error"),
    ("iam", "GetRole", "TeaPotException", 400, AwsUnavailable, "unknown_error"),
]


@pytest.mark.parametrize(("service", "operation", "code", "http", "kind", "expected"), ANSWERS)
def test_an_error_code_becomes_what_its_own_service_means_by_it(
    service: str, operation: str, code: str, http: int, kind: type[EvalbookError], expected: str
) -> None:
    said = {"Error": {"Code": code, "Message": "words"}}
    said["ResponseMetadata"] = {"HTTPStatusCode": http}

    with pytest.raises(kind) as caught, border(Asked(service, operation, "https://aws")):
        raise boto.ClientError(said, operation)

    assert caught.value.code == expected
    assert "words" in caught.value.message or expected == "unreadable"


@pytest.mark.parametrize(
    "text",
    [
        "Signature expired: 20261127T040000Z is now earlier than 20261127T043000Z",
        "Signature not yet current: 20261127T050000Z is still later than 20261127T043500Z",
    ],
)
@pytest.mark.parametrize("code", ["InvalidSignatureException", "SignatureDoesNotMatch"])
def test_a_signature_of_another_time_is_the_clocks_fault(code: str, text: str) -> None:
    said = {"Error": {"Code": code, "Message": text}}

    with pytest.raises(AwsUnavailable) as caught, border(Asked("bedrock", "Any", "https://aws")):
        raise boto.ClientError(said, "Any")

    assert caught.value.code == "clock"


def test_codes_for_what_is_missing_are_those_of_the_services_own_models() -> None:
    core = get_session()
    for service, codes in CODES.facts["services"].items():
        if codes["source"].startswith("https:"):
            continue  # S3's and EC2's models name few of their errors, the documentation all
        model = core.get_service_model(service)
        known = {it.metadata.get("error", {}).get("code") or it.name for it in model.error_shapes}
        ours = codes["codes"]
        assert {*ours["missing"], *ours.get("invalid", ())} <= known, service


@pytest.mark.parametrize(
    "words",
    [
        "ModelPackage arn:aws:sagemaker:us-east-1:123456789012:model-package/a/1 does not exist.",
        "Requested resource not found.",
        "Could not find model package group",
    ],
)
def test_a_validation_error_that_says_missing_means_missing(
    aws: Aws, stub: Stub, words: str
) -> None:
    stub("sagemaker").add_client_error("describe_model_package", "ValidationException", words)

    with pytest.raises(AwsMissing) as caught:
        aws.client("sagemaker").describe_model_package(ModelPackageName="a")

    assert caught.value.message == words


BOTO_ERRORS: list[tuple[Exception, str]] = [
    (boto.NoCredentialsError(), "no_credentials"),
    (
        boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        "no_credentials",
    ),
    (boto.UnauthorizedSSOTokenError(), "expired_credentials"),
    (boto.SSOTokenLoadError(error_msg="none"), "expired_credentials"),
    (boto.CredentialRetrievalError(provider="process", error_msg="no"), "expired_credentials"),
    (boto.ConfigParseError(path="~/.aws/config"), "aws_settings"),
    (boto.InfiniteLoopConfigError(source_profile="a", visited_profiles=["a"]), "aws_settings"),
    (boto.EndpointConnectionError(endpoint_url="https://nowhere"), "no_network"),
    (boto.SSLError(endpoint_url="https://nowhere", error="self-signed"), "no_network"),
    (boto.ProxyConnectionError(proxy_url="http://proxy"), "no_network"),
    (boto.ReadTimeoutError(endpoint_url="https://nowhere"), "no_network"),
    (boto.ResponseStreamingError(error="broken"), "no_network"),
    (boto.IncompleteReadError(actual_bytes=1, expected_bytes=2), "no_network"),
    (boto.NoRegionError(), "no_region"),
]


@pytest.mark.parametrize(("error", "code"), BOTO_ERRORS, ids=lambda part: type(part).__name__)
def test_what_keeps_aws_from_answering_is_named(error: Exception, code: str) -> None:
    with pytest.raises(AwsUnavailable) as caught, border(CALLER):
        raise error

    assert caught.value.code == code
    assert caught.value.remedy


@pytest.mark.parametrize(
    "error", [boto.MD5UnavailableError(), KeyError("Role"), RecursionError("too deep")]
)
def test_an_unknown_error_means_that_no_answer_could_be_read(error: Exception) -> None:
    with pytest.raises(AwsUnavailable) as caught, border(CALLER):
        raise error

    assert caught.value.code == "unreadable"
    assert caught.value.message.startswith("AWS's answer to GetCallerIdentity could not be read")
    assert "https://sts was asked" in str(caught.value.remedy)


def test_parameters_that_botocore_refuses_are_invalid(aws: Aws) -> None:
    with pytest.raises(AwsInvalid) as caught:
        aws.client("s3").head_object(Bucket="bucket", Key="")

    assert caught.value.code == "ParamValidationError"


def test_an_operation_newer_than_botocore_asks_for_a_newer_one(aws: Aws) -> None:
    with pytest.raises(AwsInvalid) as caught:
        aws.client("sagemaker").describe_tea_party()

    assert caught.value.code == "UnknownOperation"
    assert caught.value.remedy == "Install a newer boto3 and try again."


def test_pages_of_an_unknown_operation_ask_for_a_newer_botocore(aws: Aws) -> None:
    with pytest.raises(AwsInvalid, match="sagemaker:list_tea_parties"):
        aws.client("sagemaker").get_paginator("list_tea_parties")


def test_an_error_on_a_later_page_is_translated(aws: Aws, stub: Stub) -> None:
    s3 = stub("s3")
    page = {"Contents": [{"Key": "a"}], "IsTruncated": True, "NextContinuationToken": "2"}
    s3.add_response("list_objects_v2", page)
    s3.add_client_error("list_objects_v2", "AccessDenied")

    keys = (
        it
        for page in aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket="bucket")
        for it in page.get("Contents", ())
    )

    assert next(keys) == {"Key": "a"}
    with pytest.raises(AwsDenied):
        next(keys)


def test_without_credentials_the_person_is_told_to_sign_in() -> None:
    with pytest.raises(AwsUnavailable) as caught:
        Aws(region="us-east-1").client("sts").get_caller_identity()

    assert caught.value.message == "No AWS credentials were found."
    assert "aws sso login" in str(caught.value.remedy)


def test_a_profile_that_is_not_configured_is_named() -> None:
    with pytest.raises(AwsUnavailable) as caught:
        Aws(profile="nobody").client("s3")

    assert caught.value.code == "no_profile"
    assert caught.value.message == "The config profile (nobody) could not be found."


def test_a_config_file_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "config"
    broken.write_text("no section")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(broken))

    with pytest.raises(AwsUnavailable) as caught:
        _ = Aws().default_region

    assert caught.value.code == "aws_settings"
    assert str(broken) in caught.value.message


@pytest.mark.usefixtures("credentials")
def test_an_endpoint_that_is_no_url_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "localhost")

    with pytest.raises(AwsUnavailable) as caught:
        Aws(region="us-east-1").client("sts").get_caller_identity()

    assert caught.value.message == "The AWS settings can't be used: Invalid endpoint: localhost"


@pytest.mark.usefixtures("credentials")
def test_a_region_that_cannot_be_one_is_named() -> None:
    with pytest.raises(AwsUnavailable) as caught:
        Aws(region="us east").client("sts").get_caller_identity()

    assert caught.value.code == "no_region"


@pytest.mark.usefixtures("credentials")
def test_a_regional_service_without_a_region_asks_for_one() -> None:
    with pytest.raises(AwsUnavailable) as caught:
        Aws().client("sagemaker")

    assert caught.value.message == "No AWS region is configured."


REGIONS = [
    ({}, None, None),
    ({"AWS_DEFAULT_REGION": "eu-west-1"}, None, "eu-west-1"),
    ({"AWS_REGION": "eu-west-2"}, None, "eu-west-2"),
    ({"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-1"}, None, "eu-west-2"),
    ({"AWS_REGION": "eu-west-2"}, "us-west-2", "us-west-2"),
    ({"AWS_REGION": ""}, None, None),
]


@pytest.mark.parametrize(("settings", "given", "expected"), REGIONS)
def test_the_region_comes_from_where_aws_tools_take_it(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], given: str, expected: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    assert Aws(region=given).default_region == expected


def test_aws_region_comes_before_the_profiles_region(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[profile work]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    assert Aws(profile="work").default_region == "eu-west-1"
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    assert Aws(profile="work").default_region == "eu-west-2"


def test_clients_are_made_once_for_each_region(aws: Aws) -> None:
    clients = in_parallel([partial(aws.client, "s3", "us-west-2") for _ in range(8)])

    assert len({id(client) for client in clients}) == 1
    assert aws.client("s3") is not clients[0]


def test_service_models_are_read_once_from_where_the_settings_say(
    credentials: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    model = tmp_path / "models" / "greeter" / "2026-11-25" / "service-2.json"
    model.parent.mkdir(parents=True)
    about = {"serviceId": "Greeter", "endpointPrefix": "greeter", "protocol": "rest-json"}
    model.write_text(json.dumps({"version": "2.0", "metadata": about, "operations": {}}))
    with pytest.raises(AwsInvalid, match="Unknown service: 'greeter'"):
        Aws(region=REGION).client("greeter")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path / "models"))
    Aws(region=REGION).client("greeter")
    model.unlink()

    again = Aws(region=REGION).client("greeter")

    assert again.meta.endpoint_url == "https://greeter.us-east-1.amazonaws.com"


def test_answers_come_in_the_order_of_the_questions() -> None:
    second_done = threading.Event()

    def first() -> str:
        assert second_done.wait(5)
        return "first"

    def second() -> str:
        second_done.set()
        return "second"

    assert in_parallel([first, second]) == ["first", "second"]


def test_the_first_failing_question_is_raised() -> None:
    def fail(words: str) -> Any:
        raise AwsDenied("denied", words)

    with pytest.raises(AwsDenied, match="the second"):
        in_parallel([lambda: 1, partial(fail, "the second"), partial(fail, "the third")])


def test_no_questions_have_no_answers() -> None:
    assert in_parallel([]) == []


def test_headers_of_a_refusal_can_be_read(aws: Aws, stub: Stub) -> None:
    region = {"HTTPHeaders": {"x-amz-bucket-region": "eu-west-1", "x-amz-request-id": "1"}}
    stub("s3").add_client_error("head_bucket", "403", response_meta=region)

    with pytest.raises(AwsDenied) as caught:
        aws.client("s3").head_bucket(Bucket="bucket")

    assert answer_headers(caught.value) == {
        "x-amz-bucket-region": "eu-west-1",
        "x-amz-request-id": "1",
    }


def test_an_error_without_an_answer_has_no_headers() -> None:
    assert answer_headers(AwsDenied("denied", "no")) == {}

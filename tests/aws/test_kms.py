from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from evalbook.aws.kms import check_kms_key
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected

Stub = Callable[..., Stubber]
REGION = "us-east-1"
KEY_ID = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
KEY = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"


def a_key(aws: Aws, alias: str = "alias/results", **settings: Any) -> tuple[str, str]:
    key = aws.client("kms").create_key(**settings)["KeyMetadata"]
    aws.client("kms").create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    return key["KeyId"], key["Arn"]


def rejection(aws: Aws, text: str) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        check_kms_key(aws, text, REGION)
    return caught.value


def test_a_key_is_accepted_in_every_form_and_resolved_to_its_arn(aws: Aws) -> None:
    key_id, arn = a_key(aws)
    alias_arn = "arn:aws:kms:us-east-1:123456789012:alias/results"

    for text in (key_id, arn, "alias/results", alias_arn, f" {arn}\n"):
        resolved, checks = check_kms_key(aws, text, REGION)

        assert resolved == arn
        assert [(check.id, check.status) for check in checks] == [("kms.key", "passed")]


def test_an_alias_is_shown_beside_the_key_it_stands_for(aws: Aws) -> None:
    _, arn = a_key(aws)

    _, checks = check_kms_key(aws, "alias/results", REGION)

    assert checks[0].message == f"The KMS key {arn} (alias/results) is enabled and symmetric."


@pytest.mark.parametrize(
    ("change", "state", "remedy"),
    [
        ("disable_key", "Disabled", "Enable it (`aws kms enable-key`), or give another key."),
        (
            "schedule_key_deletion",
            "PendingDeletion",
            "Cancel its deletion and enable it, or give another key.",
        ),
    ],
)
def test_a_key_that_is_not_enabled_is_rejected(
    aws: Aws, change: str, state: str, remedy: str
) -> None:
    key_id, arn = a_key(aws)
    getattr(aws.client("kms"), change)(KeyId=key_id)

    rejected = rejection(aws, key_id)

    assert rejected.code == "kms.state"
    assert rejected.message == f"The key {arn} is {state}, not enabled."
    assert rejected.remedy == remedy


@pytest.mark.parametrize(
    ("usage", "spec"),
    [
        ("SIGN_VERIFY", "RSA_2048"),
        ("ENCRYPT_DECRYPT", "RSA_2048"),
        ("GENERATE_VERIFY_MAC", "HMAC_256"),
    ],
)
def test_a_key_that_s3_cannot_encrypt_with_is_rejected(aws: Aws, usage: str, spec: str) -> None:
    _, arn = a_key(aws, KeyUsage=usage, KeySpec=spec)

    rejected = rejection(aws, "alias/results")

    assert rejected.code == "kms.usage"
    assert rejected.message == (
        f"The key {arn} is for {usage} with {spec}. S3 encrypts with symmetric keys for "
        "ENCRYPT_DECRYPT only."
    )


@pytest.mark.parametrize("text", [KEY_ID, KEY, "alias/nothing"])
def test_a_key_that_is_not_there_is_rejected(aws: Aws, text: str) -> None:
    rejected = rejection(aws, text)

    assert rejected.code == "kms.missing"
    assert rejected.message == f"There is no KMS key {text} in us-east-1."


def test_a_key_in_another_region_is_rejected(aws: Aws) -> None:
    elsewhere = KEY.replace("us-east-1", "eu-west-1")

    rejected = rejection(aws, elsewhere)

    assert rejected.message == (
        f"The key {elsewhere} is in eu-west-1, the evaluation in us-east-1."
    )
    assert rejected.remedy == "Give a key in us-east-1."


def test_a_multi_region_keys_replica_is_asked_for(aws: Aws) -> None:
    elsewhere = f"arn:aws:kms:eu-west-1:123456789012:key/mrk-{'0' * 32}"

    assert rejection(aws, elsewhere).remedy == (
        "Give a key in us-east-1. It is a multi-Region key: give its replica in us-east-1, if "
        "there is one."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", '"" can\'t be a KMS key.'),
        ("my key", '"my key" can\'t be a KMS key.'),
        ("a{{b}}", '"a{{b}}" can\'t be a KMS key.'),
        ("results", '"results" is neither a key\'s ID nor an alias.'),
        ("arn:aws:kms:key/1", '"arn:aws:kms:key/1" is not a complete ARN.'),
        ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket is an S3 bucket. A KMS key is needed."),
    ],
)
def test_what_is_no_key_is_named(aws: Aws, text: str, message: str) -> None:
    rejected = rejection(aws, text)

    assert (rejected.code, rejected.message) == ("kms.form", message)


def test_a_bare_name_is_suggested_as_an_alias(aws: Aws) -> None:
    assert str(rejection(aws, "results").remedy).startswith("Write an alias as alias/results. ")


def test_a_key_that_may_not_be_described_is_taken_with_a_warning(aws: Aws, stub: Stub) -> None:
    stub("kms").add_client_error("describe_key", "AccessDeniedException")

    key, checks = check_kms_key(aws, KEY, REGION)

    assert key == KEY
    assert [(check.id, check.status) for check in checks] == [("kms.key", "warning")]
    assert checks[0].message.startswith(
        f"Could not check whether the key {KEY} is enabled and suitable."
    )


def test_a_text_that_kms_refuses_is_rejected(aws: Aws, stub: Stub) -> None:
    stub("kms").add_client_error("describe_key", "InvalidArnException", "Invalid arn")

    assert rejection(aws, KEY).code == "kms.form"


def test_a_key_that_aws_manages_is_remarked_on(aws: Aws, stub: Stub) -> None:
    metadata = {"KeyId": KEY_ID, "Arn": KEY, "KeyManager": "AWS", "KeyState": "Enabled"}
    stub("kms").add_response("describe_key", {"KeyMetadata": metadata})

    _, checks = check_kms_key(aws, "alias/aws/s3", REGION)

    assert [(check.id, check.status) for check in checks] == [
        ("kms.key", "passed"),
        ("kms.manager", "warning"),
    ]

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.stub import Stubber

from evalbook.aws.identity import Caller, find_caller, list_profiles
from evalbook.aws.session import Aws
from evalbook.errors import AwsUnavailable

Stub = Callable[..., Stubber]
ACCOUNT = "123456789012"


def test_a_user_has_no_role(aws: Aws) -> None:
    assert find_caller(aws) == Caller(ACCOUNT, f"arn:aws:sts::{ACCOUNT}:user/moto", "aws", None)


@pytest.mark.parametrize(
    ("arn", "partition", "role"),
    [
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Analyst/me@example.com", "aws", "Analyst"),
        (
            f"arn:aws-us-gov:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0a1b/me",
            "aws-us-gov",
            "AWSReservedSSO_Dev_0a1b",
        ),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/me", "aws", None),
        (f"arn:aws:iam::{ACCOUNT}:root", "aws", None),
        (f"arn:aws:iam::{ACCOUNT}:user/assumed-role/me", "aws", None),
    ],
)
def test_the_role_behind_a_session_is_told(
    aws: Aws, stub: Stub, arn: str, partition: str, role: str | None
) -> None:
    answer = {"UserId": "AROAEXAMPLE:me", "Account": ACCOUNT, "Arn": arn}
    stub("sts").add_response("get_caller_identity", answer)

    assert find_caller(aws) == Caller(ACCOUNT, arn, partition, role)


def test_expired_credentials_are_said_to_be_expired(aws: Aws, stub: Stub) -> None:
    stub("sts").add_client_error("get_caller_identity", "ExpiredToken", "The token has expired")

    with pytest.raises(AwsUnavailable) as caught:
        find_caller(aws)

    assert caught.value.message == (
        "The AWS credentials have expired. ExpiredToken: The token has expired"
    )


@pytest.mark.parametrize(
    ("config", "names"),
    [("[profile work]\n[default]\n", ["default", "work"]), ("no section", [])],
)
def test_the_profiles_of_the_settings_are_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: str, names: list[str]
) -> None:
    (tmp_path / "config").write_text(config)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    assert list_profiles() == names

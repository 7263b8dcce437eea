from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from evalbook.sandbox.iam.policies import UNKNOWN_RESOURCE, Permissions, trusts

BUCKET = "arn:aws:s3:::results"


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def permissions(*statements: dict[str, Any], boundary: Any = None) -> Permissions:
    return Permissions({"P": {"Statement": list(statements)}}, boundary)


READ = statement("Allow", "s3:Get*", f"{BUCKET}/*")
ANY = statement("Allow", "*")
NOT_SECRET = statement("Deny", "s3:*", f"{BUCKET}/secret/*")
PASS_ROLE = statement(
    "Allow",
    "iam:PassRole",
    Condition={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
)


@pytest.mark.parametrize(
    ("statements", "action", "resource", "decision"),
    [
        ([READ], "s3:GetObject", f"{BUCKET}/a", "allowed"),
        ([READ], "S3:getobject", f"{BUCKET}/a", "allowed"),
        ([READ], "s3:GetObject", "*", "implicitDeny"),
        ([READ], "s3:PutObject", f"{BUCKET}/a", "implicitDeny"),
        ([ANY, NOT_SECRET], "s3:GetObject", f"{BUCKET}/secret/a", "explicitDeny"),
        ([ANY, NOT_SECRET], "s3:GetObject", f"{BUCKET}/open/a", "allowed"),
        ([ANY, NOT_SECRET], "s3:GetObject", UNKNOWN_RESOURCE, "allowed"),
        ([ANY, statement("Deny", "s3:*")], "s3:GetObject", UNKNOWN_RESOURCE, "explicitDeny"),
        ([READ], "s3:GetObject", UNKNOWN_RESOURCE, "allowed"),
        ([{"Effect": "Allow", "NotAction": "iam:*"}], "s3:GetObject", "*", "allowed"),
        ([{"Effect": "Allow", "NotAction": "iam:*"}], "iam:GetRole", "*", "implicitDeny"),
        ([PASS_ROLE], "iam:PassRole", "*", "implicitDeny"),
    ],
)
def test_policies_decide(
    statements: list[dict[str, Any]], action: str, resource: str | None, decision: str
) -> None:
    assert permissions(*statements).decide(action, resource).decision == decision


def test_condition_holds_in_its_context() -> None:
    context = {"iam:PassedToService": ["sagemaker.amazonaws.com"]}

    assert permissions(PASS_ROLE).decide("iam:PassRole", "*", context).decision == "allowed"


def test_missing_context_is_named() -> None:
    verdict = permissions(PASS_ROLE).decide("iam:PassRole")

    assert verdict.missing_context == ("iam:PassedToService",)


def test_boundary_limits_what_a_policy_allows() -> None:
    bounded = permissions(ANY, boundary={"Statement": [statement("Allow", "s3:*")]})

    inside, outside = bounded.decide("s3:GetObject"), bounded.decide("bedrock:InvokeModel")

    assert (inside.decision, inside.boundary_allows) == ("allowed", True)
    assert (outside.decision, outside.boundary_allows) == ("implicitDeny", False)


@pytest.mark.parametrize(
    ("principal", "action", "trusted"),
    [
        ({"Service": "bedrock.amazonaws.com"}, "sts:AssumeRole", True),
        ({"Service": ["a", "bedrock.amazonaws.com"]}, ["sts:TagSession", "sts:AssumeRole"], True),
        ({"Service": "bedrock.amazonaws.com"}, "sts:TagSession", False),
        ({"Service": "sagemaker.amazonaws.com"}, "sts:*", False),
        ({"AWS": "arn:aws:iam::123456789012:root"}, "sts:AssumeRole", False),
        ("*", "sts:AssumeRole", True),
    ],
)
def test_trust_is_read_from_the_trust_policy(principal: Any, action: Any, trusted: bool) -> None:
    policy = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": action}]}
    role = SimpleNamespace(assume_role_policy_document=json.dumps(policy))

    assert trusts(role, "bedrock.amazonaws.com") is trusted

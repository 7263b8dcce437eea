from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from evalbook.aws.policy_documents import read_policy
from evalbook.aws.trust import BEDROCK, SAGEMAKER, Assumption, build_trust_statement, trust

ACCOUNT = "123456789012"
OF_OTHERS = {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}


def a_statement(principal: Any = None, **more: Any) -> dict[str, Any]:
    principal = {"Service": BEDROCK} if principal is None else principal
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def verdict(*statements: Any, service: str = BEDROCK) -> bool | None:
    who = Assumption(service, ACCOUNT, "us-east-1")
    return trust({"Version": "2012-10-17", "Statement": list(statements)}, who)[0]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"Service": BEDROCK}, True),
        ({"Service": [SAGEMAKER, BEDROCK]}, True),
        ({"Service": SAGEMAKER}, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, False),
        ({"Service": BEDROCK + ".cn"}, False),
        ("*", None),
        ({"AWS": "*"}, None),
    ],
)
def test_principal_decides(principal: Any, expected: bool | None) -> None:
    assert verdict(a_statement(principal)) is expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("sts:AssumeRole", True),
        (["sts:TagSession", "sts:AssumeRole"], True),
        ("sts:*", True),
        ("*", True),
        ("sts:assume*", True),
        ("sts:AssumeRoleWithSAML", False),
    ],
)
def test_action_decides(action: Any, expected: bool | None) -> None:
    assert verdict(a_statement(Action=action)) is expected


def test_not_action_is_everything_else() -> None:
    statement = a_statement()
    del statement["Action"]

    assert verdict(statement | {"NotAction": "sts:TagSession"}) is True
    assert verdict(statement | {"NotAction": "sts:Assume*"}) is False


def test_not_principal_could_not_be_told() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"Service": "x"}, "Action": "sts:AssumeRole"}

    assert verdict(statement) is None


@pytest.mark.parametrize(
    ("deny", "expected"),
    [
        (a_statement("*", Effect="Deny"), False),
        (a_statement(Effect="Deny"), False),
        (a_statement({"Service": SAGEMAKER}, Effect="Deny"), True),
        (
            a_statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            None,
        ),
        (
            a_statement(Effect="Deny", Condition=OF_OTHERS),
            True,
        ),
    ],
)
def test_deny_wins_where_it_applies(deny: dict[str, Any], expected: bool | None) -> None:
    assert verdict(a_statement(), deny) is expected
    assert verdict(deny, a_statement()) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"StringEquals": {"AWS:sourceaccount": ["1", ACCOUNT]}}, True),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, False),
        ({"StringLike": {"aws:SourceAccount": "1234*"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "1234*"}}, False),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:*"}}, True),
        (
            {
                "ArnEquals": {
                    "aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:evaluation-job/*"
                }
            },
            True,
        ),
        ({"StringEquals": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:*"}}, False),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:*"}}, False),
        (
            {
                "ArnLike": {
                    "aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:model-customization-job/*"
                }
            },
            False,
        ),
        (
            {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:evaluation-job/my*"}},
            None,
        ),
        ({"ArnLike": {"aws:SourceArn": "*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:*"}}, None),
        ({"ForAnyValue:StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"StringEquals": {"sts:ExternalId": "secret"}}, None),
        ({"Bool": {"aws:SecureTransport": "true"}}, None),
        (
            {
                "StringEquals": {"aws:SourceAccount": "999999999999"},
                "Bool": {"aws:SecureTransport": "true"},
            },
            False,
        ),
    ],
)
def test_condition_is_evaluated_where_simple(
    condition: dict[str, Any], expected: bool | None
) -> None:
    assert verdict(a_statement(Condition=condition)) is expected


def test_sagemaker_source_of_one_kind_could_not_be_told() -> None:
    condition = {"ArnLike": {"aws:SourceArn": f"arn:aws:sagemaker:*:{ACCOUNT}:training-job/*"}}
    statement = a_statement({"Service": SAGEMAKER}, Condition=condition)

    assert verdict(statement, service=SAGEMAKER) is None


def test_why_is_told() -> None:
    statement = a_statement(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}})

    assert trust({"Statement": statement}, Assumption(BEDROCK, ACCOUNT, "us-east-1")) == (
        False,
        "its condition StringEquals aws:SourceAccount 999999999999 does not hold",
    )


def test_document_is_read_in_every_form() -> None:
    document = {"Statement": [a_statement()]}
    text = json.dumps(document)
    read, *others = (read_policy(it) for it in (document, text, quote(text)))

    assert read is not None
    assert read[0].applies("sts:AssumeRole", (True, None), {}) == (True, None)
    assert others == [read, read]
    assert [read_policy(it) for it in ("", "%", "[]", None)] == [None] * 4


@pytest.mark.parametrize("document", [None, "{", {}, {"Statement": []}, {"Statement": ["x"]}])
def test_odd_documents_trust_nobody(document: Any) -> None:
    assert trust(document, Assumption(BEDROCK, ACCOUNT, "us-east-1"))[0] is not True


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        (a_statement({"Service": SAGEMAKER}), True),
        (a_statement({"Service": [BEDROCK, SAGEMAKER]}, Action="sts:*"), True),
        (a_statement({"Service": SAGEMAKER}, Action="sts:Assume*"), False),
        (a_statement("*"), False),
        (a_statement({"Service": SAGEMAKER}, Effect="Deny", Condition=OF_OTHERS), False),
    ],
)
def test_what_the_sdk_sees(statement: dict[str, Any], seen: bool) -> None:
    statements = [statement, a_statement({"Service": SAGEMAKER}, Action="sts:AssumeR*")]
    _, why = trust({"Statement": statements}, Assumption(SAGEMAKER, ACCOUNT, "us-east-1"))

    assert (why is None or "the SDK requires it" not in why) is seen


def test_statement_to_add_is_itself_trusted() -> None:
    statement = build_trust_statement([SAGEMAKER, BEDROCK], ACCOUNT)

    assert verdict(statement) is True
    assert verdict(statement, service=SAGEMAKER) is True

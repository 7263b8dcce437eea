from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from evalbook.aws.policy_documents import read_policy
from evalbook.aws.trust import (
    BEDROCK,
    SAGEMAKER,
    Assumption,
    build_trust_statement,
    named_for_sdk,
    trust,
)

ACCOUNT = "123456789012"


def a_statement(principal: Any = None, **more: Any) -> dict[str, Any]:
    principal = {"Service": BEDROCK} if principal is None else principal
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def verdict(*statements: Any, service: str = BEDROCK, partition: str = "aws") -> str:
    who = Assumption(service, ACCOUNT, "us-east-1", partition)
    return trust({"Version": "2012-10-17", "Statement": list(statements)}, who)[0]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"Service": BEDROCK}, "trusted"),
        ({"Service": [SAGEMAKER, BEDROCK]}, "trusted"),
        ({"Service": SAGEMAKER}, "not trusted"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "not trusted"),
        ({"Service": BEDROCK + ".cn"}, "not trusted"),
        ("*", "could not tell"),
        ({"AWS": "*"}, "could not tell"),
    ],
)
def test_principal_decides(principal: Any, expected: str) -> None:
    assert verdict(a_statement(principal)) == expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("sts:AssumeRole", "trusted"),
        (["sts:TagSession", "sts:AssumeRole"], "trusted"),
        ("sts:*", "trusted"),
        ("*", "trusted"),
        ("sts:assume*", "trusted"),
        ("sts:AssumeRoleWithSAML", "not trusted"),
    ],
)
def test_action_decides(action: Any, expected: str) -> None:
    assert verdict(a_statement(Action=action)) == expected


def test_not_action_is_everything_else() -> None:
    statement = a_statement()
    del statement["Action"]

    assert verdict(statement | {"NotAction": "sts:TagSession"}) == "trusted"
    assert verdict(statement | {"NotAction": "sts:Assume*"}) == "not trusted"


def test_not_principal_could_not_be_told() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"Service": "x"}, "Action": "sts:AssumeRole"}

    assert verdict(statement) == "could not tell"


@pytest.mark.parametrize(
    ("deny", "expected"),
    [
        (a_statement("*", Effect="Deny"), "not trusted"),
        (a_statement(Effect="Deny"), "not trusted"),
        (a_statement({"Service": SAGEMAKER}, Effect="Deny"), "trusted"),
        (
            a_statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            "could not tell",
        ),
        (
            a_statement(
                Effect="Deny", Condition={"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}
            ),
            "trusted",
        ),
    ],
)
def test_deny_wins_where_it_applies(deny: dict[str, Any], expected: str) -> None:
    assert verdict(a_statement(), deny) == expected
    assert verdict(deny, a_statement()) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, "trusted"),
        ({"StringEquals": {"AWS:sourceaccount": ["1", ACCOUNT]}}, "trusted"),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, "not trusted"),
        ({"StringLike": {"aws:SourceAccount": "1234*"}}, "trusted"),
        ({"StringEquals": {"aws:SourceAccount": "1234*"}}, "not trusted"),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:*"}}, "trusted"),
        (
            {
                "ArnEquals": {
                    "aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:evaluation-job/*"
                }
            },
            "trusted",
        ),
        ({"StringEquals": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:*"}}, "not trusted"),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:eu-west-1:{ACCOUNT}:*"}}, "not trusted"),
        (
            {
                "ArnLike": {
                    "aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:model-customization-job/*"
                }
            },
            "not trusted",
        ),
        (
            {"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:evaluation-job/my*"}},
            "could not tell",
        ),
        ({"ArnLike": {"aws:SourceArn": "*"}}, "trusted"),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:*"}}, "could not tell"),
        ({"ForAnyValue:StringEquals": {"aws:SourceAccount": ACCOUNT}}, "trusted"),
        ({"StringEquals": {"sts:ExternalId": "secret"}}, "could not tell"),
        ({"Bool": {"aws:SecureTransport": "true"}}, "could not tell"),
        (
            {
                "StringEquals": {"aws:SourceAccount": "999999999999"},
                "Bool": {"aws:SecureTransport": "true"},
            },
            "not trusted",
        ),
    ],
)
def test_condition_is_evaluated_where_simple(condition: dict[str, Any], expected: str) -> None:
    assert verdict(a_statement(Condition=condition)) == expected


def test_sagemaker_source_of_one_kind_could_not_be_told() -> None:
    condition = {"ArnLike": {"aws:SourceArn": f"arn:aws:sagemaker:*:{ACCOUNT}:training-job/*"}}
    statement = a_statement({"Service": SAGEMAKER}, Condition=condition)

    assert verdict(statement, service=SAGEMAKER) == "could not tell"


def test_why_is_told() -> None:
    statement = a_statement(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}})

    assert trust({"Statement": statement}, Assumption(BEDROCK, ACCOUNT, "us-east-1")) == (
        "not trusted",
        "its condition StringEquals aws:SourceAccount 999999999999 does not hold",
    )


def test_china_takes_its_own_spelling_too() -> None:
    statement = a_statement({"Service": "sagemaker.amazonaws.com.cn"})

    assert verdict(statement, service=SAGEMAKER, partition="aws-cn") == "trusted"


def test_document_is_read_in_every_form() -> None:
    document = {"Statement": [a_statement()]}
    text = json.dumps(document)
    read, *others = (read_policy(it) for it in (document, text, quote(text)))

    assert read is not None
    assert read[0].covers("sts:AssumeRole")
    assert others == [read, read]
    assert [read_policy(it) for it in ("", "%", "[]", None)] == [None] * 4


@pytest.mark.parametrize("document", [None, "{", {}, {"Statement": []}, {"Statement": ["x"]}])
def test_odd_documents_trust_nobody(document: Any) -> None:
    assert trust(document, Assumption(BEDROCK, ACCOUNT, "us-east-1"))[0] != "trusted"


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        (a_statement({"Service": SAGEMAKER}), True),
        (a_statement({"Service": [BEDROCK, SAGEMAKER]}, Action="sts:*"), True),
        (a_statement({"Service": SAGEMAKER}, Action="sts:Assume*"), False),
        (a_statement("*"), False),
        (a_statement({"Service": SAGEMAKER}, Effect="Deny"), False),
    ],
)
def test_what_the_sdk_sees(statement: dict[str, Any], seen: bool) -> None:
    assert named_for_sdk({"Statement": [statement]}, SAGEMAKER) is seen


def test_statement_to_add_is_itself_trusted() -> None:
    statement = build_trust_statement([SAGEMAKER, BEDROCK], ACCOUNT)

    assert verdict(statement) == "trusted"
    assert verdict(statement, service=SAGEMAKER) == "trusted"

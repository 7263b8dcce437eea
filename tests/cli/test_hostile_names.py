"""Names and descriptions from AWS that would control a terminal, or pass for lines of our own."""

from __future__ import annotations

import json

import boto3
import pytest
from interviews import answered_until

from evalbook.cli.output import turn_words
from evalbook.texts import printable_lines

pytestmark = pytest.mark.usefixtures("in_sandbox")

SPOOF = "ok: all passed"
EVIL = f"evil\n{SPOOF}\u202e\u2028\x85<script>"


def lines_shown(text: str) -> list[str]:
    """Return the lines as a terminal shows them; they must hold nothing that acts on one."""
    shown = printable_lines(text)
    assert all(it.isprintable() or it == "\n" for it in shown)
    return [line.strip() for line in shown.split("\n")]


def test_a_hostile_group_is_listed_in_a_line_and_its_value_is_exact(in_sandbox) -> None:
    name, sagemaker = f"hostile-{EVIL}", boto3.client("sagemaker")
    for group in (name, "hostile-too"):
        sagemaker.create_model_package_group(
            ModelPackageGroupName=group, ModelPackageGroupDescription=f"\x1b[2J{EVIL}"
        )
    workflow, _ = answered_until("model", evaluation_type="benchmark")

    turn = workflow.answer("hostile")
    missing = workflow.answer("hostile-evi")
    in_sandbox.reset()

    assert missing.error is not None
    assert any(it.value.endswith(name) for it in turn.choices)
    words = "\n".join([turn_words(turn), missing.error.message, missing.error.remedy or ""])
    assert SPOOF not in lines_shown(words)


def test_a_hostile_role_is_proposed_in_a_line(in_sandbox) -> None:
    trust = boto3.client("iam").get_role(RoleName="EvaluationRole")["Role"]
    boto3.client("iam").create_role(
        # XML, by which IAM answers, has no control characters but line ends.
        RoleName="Evaluation" + EVIL.replace("\x85", "").partition("<")[0],
        AssumeRolePolicyDocument=json.dumps(trust["AssumeRolePolicyDocument"]),
    )
    workflow, turn = answered_until("execution_role", evaluation_type="benchmark")
    missing = workflow.answer("Evaluationevil")
    in_sandbox.reset()

    assert missing.error is not None
    words = "\n".join([turn_words(turn), missing.error.message, missing.error.remedy or ""])
    assert "evil" in words
    assert SPOOF not in lines_shown(words)


def test_a_hostile_key_is_suggested_in_a_line(in_sandbox) -> None:
    key = f"odd/records-evil\u2028{SPOOF}\u202e.jsonl"
    boto3.client("s3").put_object(Bucket="evalbook-results", Key=key, Body=b"{}\n")
    workflow, _ = answered_until("dataset")
    missing = workflow.answer("s3://evalbook-results/odd/records-evil.jsonl")
    in_sandbox.reset()

    assert missing.error is not None
    assert "evil" in (missing.error.remedy or "")
    assert SPOOF not in lines_shown(f"{missing.error.message}\n{missing.error.remedy}")

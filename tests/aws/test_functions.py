"""A function that a run needs is looked up before the run: there, and ready to be invoked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from border import answer
from moto import mock_aws

from evalbook.aws.functions import check_function
from evalbook.aws.session import Aws
from evalbook.checks import Check
from evalbook.errors import AnswerRejected

ARN = "arn:aws:lambda:us-east-1:123456789012:function:score"


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Checks a function of which AWS says this, or gives this error code."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")

    def checked(said: dict[str, Any] | str) -> Check:
        aws = Aws(region="us-east-1")
        answer(aws.client("lambda", "us-east-1"), "GetFunctionConfiguration", lambda _: said)
        return check_function(aws, ARN, "us-east-1", "scorer")

    with mock_aws():
        yield checked


Checking = Callable[["dict[str, Any] | str"], Check]


def test_an_active_function_passes(check: Checking) -> None:
    found = check({"FunctionName": "score", "State": "Active"})

    assert (found.status, found.message) == ("passed", "The Lambda function score exists.")


@pytest.mark.parametrize("state", ["Pending", "Failed", "Inactive", "ActiveNonInvocable"])
def test_a_function_that_could_not_answer_is_refused(check: Checking, state: str) -> None:
    with pytest.raises(AnswerRejected) as refused:
        check({"FunctionName": "score", "State": state, "StateReason": "A reason"})

    assert refused.value.code == "scorer.not_ready"
    assert refused.value.message == f"The Lambda function {ARN} is {state}: A reason."
    assert refused.value.remedy is not None
    assert refused.value.remedy.startswith("Invoke it once") is (state == "Inactive")


def test_a_function_that_is_gone_is_refused(check: Checking) -> None:
    with pytest.raises(AnswerRejected) as refused:
        check("ResourceNotFoundException")

    assert refused.value.code == "scorer.missing"


def test_one_that_may_not_be_looked_up_is_not_checked(check: Checking) -> None:
    found = check("AccessDeniedException")

    assert found.status == "skipped"
    assert found.remedy == "Grant lambda:GetFunctionConfiguration so that evalbook can check this."

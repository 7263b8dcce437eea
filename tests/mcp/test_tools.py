"""The tools without a transport: what each returns."""

import json
from pathlib import Path

import pytest

from evalbook.checks import Remedy, passed, skipped, warning
from evalbook.errors import AwsUnavailable
from evalbook.mcp.server import Tools
from evalbook.workflow.brief import brief
from evalbook.workflow.turn import Choice, Turn
from evalbook.workflow.workflow import Workflow


def tools_for(state: Path) -> Tools:
    return Tools(lambda: Workflow.load(state))


def document_of(result) -> dict:
    (content,) = result.content
    return json.loads(content.text)


def test_a_turn_is_shown_without_what_says_nothing(tmp_path):
    shown = document_of(tools_for(tmp_path / "state.json").next())

    assert shown.keys() == {"status", "step", "say", "reply", "reference"}
    assert (shown["status"], shown["step"], shown["reply"]) == (
        "question",
        "evaluation_type",
        "number",
    )
    assert shown["say"].startswith("Which kind of evaluation?\n1. LLM as judge (default): ")


def test_an_answer_brings_the_next_turn_and_back_the_one_before(tmp_path):
    tools = tools_for(tmp_path / "state.json")
    tools.answer("LLM as judge")

    assert document_of(tools.answer("Summarises tickets."))["step"] == "dataset"
    again = document_of(tools.back())
    assert again["step"] == "task"
    assert "Default: Summarises tickets." in again["say"]


def test_what_is_said_out_of_turn_is_noted(tmp_path):
    noted = document_of(
        tools_for(tmp_path / "state.json").answer("s3://my-bucket/out", "s3_output")
    )

    assert noted["step"] == "evaluation_type"
    assert noted["say"].startswith(
        "Noted for s3_output: s3://my-bucket/out; it is confirmed in its turn."
    )


def test_the_terms_are_not_agreed_to_ahead_of_their_turn(tmp_path):
    tools = tools_for(tmp_path / "state.json")

    rejected = document_of(tools.answer("I agree", "bedrock_terms"))

    assert rejected["status"] == "rejected"
    assert rejected["say"].startswith("bedrock_terms is answered only when it is asked")


def test_the_summary_holds_what_was_said(tmp_path):
    tools = tools_for(tmp_path / "state.json")
    tools.answer("LLM as judge")
    tools.answer("Summarises tickets.")

    _, line = document_of(tools.show())["answers"]
    assert (line["step"], line["said"]) == ("task", "Summarises tickets.")


def test_an_unusable_state_is_an_error_and_not_a_crash(tmp_path):
    state = tmp_path / "state.json"
    state.write_text("{", encoding="utf-8")

    result = tools_for(state).next()

    assert result.is_error
    assert document_of(result)["error"]["code"] == "state.unusable"


def test_aws_that_cannot_be_asked_is_an_error_with_its_remedy():
    def unreachable() -> Workflow:
        raise AwsUnavailable("expired_credentials", "The credentials expired.", "Sign in again.")

    assert document_of(Tools(unreachable).next())["error"] == {
        "code": "expired_credentials",
        "message": "The credentials expired.",
        "remedy": "Sign in again.",
    }


def test_what_is_said_holds_what_did_not_pass_and_nothing_that_did():
    checks = (
        passed("a", "Fine."),
        warning("b", "Old.", Remedy("Choose another.", step="model")),
        skipped("c", "Unknown."),
    )
    turn = Turn(
        "question", "s.json", "model_confirm", question="Is it?", kind="confirm", checks=checks
    )

    assert brief(turn) == {
        "status": "question",
        "step": "model_confirm",
        "say": "Note: Old. Choose another.\nNot checked: Unknown.\n\nIs it?",
        "reply": "yes_no",
    }


def test_of_many_metrics_the_recommended_ones_come_with_their_reasons():
    choices = (
        Choice("A", "A", "Is it right? The task asks. More.", recommended=True),
        Choice("B", "B", "Is it whole? Nothing points to it."),
    )
    turn = Turn(
        "question",
        "s.json",
        "builtin_metrics",
        question="Which?",
        kind="multichoice",
        choices=choices,
    )

    assert brief(turn)["say"] == "Which?\nRecommended:\n1. A: The task asks\nOthers: 2. B"


@pytest.mark.parametrize("tool", ["status", "results"])
def test_without_a_notebook_there_is_no_run_to_tell_about(tool, tmp_path):
    result = getattr(tools_for(tmp_path / "state.json"), tool)()

    assert result.is_error
    assert document_of(result)["error"]["code"] == "run.none"

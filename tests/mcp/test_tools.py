"""The tools without a transport: what each returns."""

import json
from pathlib import Path

import pytest

from evalbook.errors import AwsUnavailable
from evalbook.mcp.server import Tools
from evalbook.workflow.brief import brief
from evalbook.workflow.workflow import Workflow


def tools_for(state: Path) -> Tools:
    return Tools(lambda: Workflow.load(state))


def document_of(result) -> dict:
    (content,) = result.content
    return json.loads(content.text)


def test_a_turn_is_shown_without_what_says_nothing(tmp_path):
    shown = document_of(tools_for(tmp_path / "state.json").next())

    assert shown == {
        "protocol": 1,
        "status": "question",
        "state": str(tmp_path / "state.json"),
        "step": "evaluation_type",
        "position": shown["position"],
        "question": "Which kind of evaluation?",
        "kind": "choice",
        "choices": shown["choices"],
        "default": "llm_as_judge",
        "reference": "references/choosing-an-evaluation.md",
    }


def test_an_answer_brings_the_next_turn_and_back_the_one_before(tmp_path):
    tools = tools_for(tmp_path / "state.json")
    tools.answer("LLM as judge")

    assert document_of(tools.answer("Summarises tickets."))["step"] == "dataset"
    again = document_of(tools.back())
    assert (again["step"], again["default"]) == ("task", "Summarises tickets.")


def test_what_is_said_out_of_turn_is_noted(tmp_path):
    noted = document_of(
        tools_for(tmp_path / "state.json").answer("s3://my-bucket/out", "s3_output")
    )

    assert noted["step"] == "evaluation_type"
    assert noted["notices"] == [
        "Noted for s3_output: s3://my-bucket/out; it is confirmed in its turn."
    ]


def test_the_terms_are_not_agreed_to_ahead_of_their_turn(tmp_path):
    tools = tools_for(tmp_path / "state.json")

    rejected = document_of(tools.answer("I agree", "bedrock_terms"))

    assert rejected["status"] == "rejected"
    assert rejected["error"]["code"] == "step.not_yet"


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


@pytest.mark.parametrize(
    ("choice", "short"),
    [
        (
            {"value": "a", "label": "a", "description": "", "recommended": False},
            {"value": "a"},
        ),
        (
            {"value": "a", "label": "A", "description": "one", "recommended": True},
            {"value": "a", "label": "A", "description": "one", "recommended": True},
        ),
    ],
)
def test_a_choice_keeps_what_tells_something(choice, short):
    turn = {"status": "question", "checks": [], "choices": [choice], "error": None}

    assert brief(turn) == {"status": "question", "choices": [short]}


def test_only_checks_that_did_not_pass_are_kept():
    checks = [
        {"id": "a", "status": "passed", "message": "Fine.", "remedy": None},
        {"id": "b", "status": "warning", "message": "Old.", "remedy": "Renew."},
        {"id": "c", "status": "skipped", "message": "Unknown.", "remedy": None},
    ]
    turn = {"status": "question", "checks": checks, "choices": [], "error": None}

    assert [check["id"] for check in brief(turn)["checks"]] == ["b", "c"]
    assert brief(turn)["checks"][1] == {"id": "c", "status": "skipped", "message": "Unknown."}


@pytest.mark.parametrize("tool", ["status", "results"])
def test_without_a_notebook_there_is_no_run_to_tell_about(tool, tmp_path):
    result = getattr(tools_for(tmp_path / "state.json"), tool)()

    assert result.is_error
    assert document_of(result)["error"]["code"] == "run.none"

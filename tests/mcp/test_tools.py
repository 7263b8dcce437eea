"""The other tools, the prompt and the resources, through a client in this process."""

import pytest
from clients import STATE, call, with_client
from jsonschema import Draft202012Validator

from evalbook.checks import Remedy, passed, skipped, warning
from evalbook.cli.schema import json_schema
from evalbook.texts import Notice
from evalbook.workflow.brief import brief
from evalbook.workflow.turn import Choice, Turn


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_turn_is_shown_without_what_says_nothing():
    shown = call("next")

    assert shown.keys() == {"status", "step", "say", "reply", "reference"}
    assert (shown["status"], shown["step"], shown["reply"]) == (
        "question",
        "evaluation_type",
        "number",
    )
    assert shown["say"].startswith("Which kind of evaluation?\n1. LLM as judge (default): ")


def test_an_answer_brings_the_next_turn_and_back_the_one_before():
    # Assistants send a number as such, too.
    assert call("answer", value=1)["step"] == "task"
    assert call("answer", value="Summarises tickets.")["step"] == "dataset"

    again = call("back")
    assert again["step"] == "task"
    assert "Default: Summarises tickets." in again["say"]
    line = call("show")["answers"][0]
    assert (line["step"], line["said"]) == ("evaluation_type", "1")


def test_what_is_said_out_of_turn_is_noted_unless_it_is_the_terms():
    noted = call("answer", value="s3://my-bucket/out", step="s3_output")
    rejected = call("answer", value="I agree", step="bedrock_terms")

    assert noted["step"] == "evaluation_type"
    assert noted["say"].startswith(
        "Noted for results: s3://my-bucket/out; you will be asked to confirm it."
    )
    assert rejected["status"] == "rejected"
    assert rejected["say"].startswith("bedrock_terms can only be answered when it is asked")


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("next", {}, "state.unusable"),
        ("interview", {}, "state.unusable"),
        ("status", {"run": "arn:aws:s3:::bucket"}, "state.unusable"),
    ],
)
def test_an_unusable_state_is_an_error_and_not_a_crash(tool, arguments, code):
    STATE.write_text("{", encoding="utf-8")

    assert call(tool, **arguments)["error"]["code"] == code


@pytest.mark.parametrize("tool", ["status", "results"])
def test_without_a_notebook_there_is_no_run_to_tell_about(tool):
    assert call(tool)["error"]["code"] == "run.none"


@pytest.mark.usefixtures("in_sandbox")
def test_a_remedy_names_the_tool_where_there_is_one():
    words = call("status", run="support-bot-judge-retired")["text"]

    assert "the tool `back judge_model`" in words
    assert "the tool `runs`" in call("status", run="no-such-run")["error"]["remedy"]


@pytest.mark.usefixtures("in_sandbox")
def test_what_ran_is_found_and_judged_by_the_built_in_policy():
    # By its name: whatever other tests started in this sandbox is newer.
    found = call("runs", words="support-bot-v1 succeeded")["runs"]

    assert call("gate", run=found[0]["name"])["policy"]["source"] == "built in"


def test_another_evaluation_begins_with_what_the_earlier_one_knew():
    call("answer", value="1")
    call("answer", value="Summarises tickets.")

    begun = call("new", instead={"task": "Sorts tickets."})

    assert begun["step"] == "evaluation_type"
    assert "The earlier evaluation is kept in workflow_state-" in begun["say"]
    assert "'Sorts tickets.'" in call("answer", value="yes")["say"]


def test_the_server_says_what_it_offers_and_what_for():
    async def look(client):
        assert "Never recommend" in client.instructions
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        after = ["status", "results", "gate", "runs", "new"]
        assert list(tools) == ["interview", "next", "answer", "back", "show", *after]
        for tool in tools.values():
            assert tool.description
            assert all("description" in it for it in tool.input_schema["properties"].values())
            Draft202012Validator.check_schema(tool.output_schema)
        for name, schema in {"new": "brief", "gate": "gate", "show": "show"}.items():
            assert tools[name].output_schema == json_schema(schema)

        (prompt,) = (await client.list_prompts()).prompts
        assert all(it.description and not it.required for it in prompt.arguments)
        asked = await client.get_prompt("evaluate", {"model": "support-bot"})
        assert "- model: support-bot" in asked.messages[0].content.text
        assert "call `interview`" in asked.messages[0].content.text

        resources = {str(it.uri): it for it in (await client.list_resources()).resources}
        assert all(it.title and it.description for it in resources.values())
        read = await client.read_resource("evalbook://references/judges.md")
        assert read.contents[0].text.startswith("# Judges")

    with_client(look)


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
        "say": "Note: Old. Choose another.  \nNot checked: Unknown.\n\nIs it?",
        "reply": "yes_no",
    }


def test_of_many_metrics_the_recommended_ones_come_with_their_reasons():
    choices = (
        Choice("A", "A", Notice("Is it right? The task asks.", "The task asks."), recommended=True),
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

    assert brief(turn)["say"] == "Which?  \nRecommended:\n1. A: The task asks\n\nOthers: 2. B"

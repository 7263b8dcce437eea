"""Everything that is printed under --json has the form that `evalbook schema` gives."""

import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import click
import pytest
from commands import run, the_document
from interviews import ANSWERS_BY_TYPE, an_interview
from jsonschema import Draft202012Validator

from evalbook.cli.main import evalbook
from evalbook.cli.output import Output
from evalbook.cli.schema import NAMES, json_schema
from evalbook.errors import EvalbookError
from runs.pipelines import start_evaluation


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json_schema(name)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def printed(*words: str) -> dict[str, Any]:
    """Run a command in this process, and return the one document that it prints."""
    output = Output(as_json=True)
    output.stream = io.StringIO()
    try:
        evalbook.main(args=[*words, "--json"], standalone_mode=False, obj=output)
    except EvalbookError as error:
        output.error(error.code, error.message, error.remedy)
    assert output.stream.getvalue().count("\n") == 1
    return json.loads(output.stream.getvalue())


def problems(name: str, document: object) -> list[str]:
    text = json.loads(json.dumps(document, default=str))
    return [f"{it.json_path}: {it.message}" for it in validator(name).iter_errors(text)]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_of_2020_12_and_refuses_what_is_something_else(name):
    assert json_schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert problems(name, {"protocol": "one", "stauts": "question"})


def test_every_command_has_a_schema_or_prints_turns():
    turns = {"next", "answer", "apply", "back", "new"}
    talk = {"wizard", "mcp", "schema"}

    commands = set(evalbook.list_commands(click.Context(evalbook)))
    assert commands - turns - talk <= {*NAMES}


@pytest.mark.usefixtures("in_sandbox")
@pytest.mark.parametrize("kind", ANSWERS_BY_TYPE)
def test_every_turn_and_state_of_a_whole_interview_has_its_form(kind):
    workflow = an_interview()
    turn = workflow.turn()
    while turn.status == "question":
        assert problems("turn", turn.to_json()) == []
        wrong = workflow.answer("{[nothing of the kind")
        assert problems("turn", wrong.to_json()) == []
        answer = ANSWERS_BY_TYPE[kind][workflow.turn().step or turn.step or ""]
        turn = workflow.answer(answer, step=None if wrong.status == "rejected" else turn.step)
        assert problems("state", json.loads(Path("workflow_state.json").read_text())) == []
    assert problems("turn", turn.to_json()) == []
    for name in ("show", "check", "generate"):
        assert problems(name, printed(name)) == []


def test_what_commands_print_has_its_form(in_sandbox):
    arn = start_evaluation(boto3.client("sagemaker"), "a-run")
    in_sandbox.advance(60)

    for name, words in (
        ("turn", ["next"]),
        ("turn", ["answer", "nonsense"]),
        ("turn", ["back"]),
        ("brief", ["next", "--brief"]),
        ("show", ["show"]),
        ("check", ["check"]),
        ("generate", ["generate"]),
        ("status", ["status", arn]),
        ("status", ["status", "no-such-run"]),
        ("results", ["results", arn]),
        ("runs", ["runs"]),
        ("gate", ["gate", arn]),
        ("label", ["label", arn, "--html", "labels.html"]),
        ("open", ["open", arn]),
        ("stop", ["stop", arn, "--yes"]),
        ("doctor", ["doctor"]),
        ("doctor", ["doctor", "--policy"]),
        ("config", ["config"]),
        ("completion", ["completion", "bash"]),
        ("example", ["example", "dataset"]),
        ("skill", ["skill", "install", "skills"]),
        ("sandbox", ["sandbox", "--answers"]),
    ):
        assert problems(name, printed(*words)) == [], words
    assert printed("schema", "turn") == json_schema("turn")
    assert problems("text", the_document(run("next", "--help", "--json"))) == []

from pathlib import Path

import pytest

from evalbook.checks import Remedy, failed, skipped
from evalbook.cli.options import Settings
from evalbook.cli.wizard.command import how_to_go_on
from evalbook.cli.wizard.wording import (
    checks_beside,
    example_of,
    name_of,
    one_to_try,
    step_title,
    suggestions_for,
    ticked,
    with_keys,
)
from evalbook.workflow.kinds import STEPS
from evalbook.workflow.summary import Summary, SummaryLine
from evalbook.workflow.turn import Choice, Problem, Turn

METRICS = (Choice("Correctness", "Correctness"), Choice("Relevance", "Relevance"))


def a_turn(step="dataset", **parts):
    return Turn(status="question", state="workflow_state.json", step=step, **parts)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            Remedy("Answer a, or choose a package of b:", step="model"),
            "Answer a, or choose a package of b (press < and choose Model).",
        ),
        (
            Remedy("To compare, evaluate both:", step="scope", answer="both"),
            "To compare, evaluate both (press < and choose Scope and answer both).",
        ),
        (
            Remedy("Reopen a step to change it:", command="back STEP"),
            "Reopen a step to change it (press <).",
        ),
        ("Sign in (`aws sso login`).", "Sign in (`aws sso login`)."),
    ],
)
def test_a_remedy_is_said_with_keys(said, meant):
    assert with_keys(said) == meant


def test_the_command_that_goes_on_is_quoted_for_a_shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = Settings(Path("my state.json"), None, "eu-west-1")

    assert how_to_go_on(settings, plain=True, sandbox=False).endswith(
        ": evalbook wizard --state 'my state.json' --region eu-west-1 --plain"
    )


def test_what_was_typed_decides_the_ticks_and_the_default_does_otherwise():
    turn = a_turn(kind="multichoice", choices=METRICS, default="Correctness")

    assert ticked(turn, None) == {"Correctness"}
    assert ticked(turn, "2, no-such") == {"Relevance"}
    for searched_in_vain in ("[broken", "no-such"):
        assert ticked(turn, searched_in_vain) == {"Correctness"}
    assert ticked(turn, "none") == frozenset()


def test_what_the_table_says_is_not_said_again():
    check = skipped("role.permissions", "The permissions could not be simulated.")
    line = SummaryLine("task", "Task", "Answers.", "Answers.", "Answers.", (check,))
    notices = (
        "Task: Answers.",
        "Not checked: The permissions could not be simulated.",
        "Time: about 50 to 80 minutes.",
    )

    summary = Summary((line,))
    review = (*summary.answers(), *summary.doubts())
    turn = a_turn("confirm", notices=notices, review=review)

    assert turn.notices_beside == ["Time: about 50 to 80 minutes."]


def test_suggestions_are_for_questions_without_a_list_or_a_default():
    known = {("dataset", None): [("s3://a/b.jsonl", "passes")]}

    assert list(suggestions_for(a_turn(), known, "benchmark")) == [("s3://a/b.jsonl", "passes")]
    assert not suggestions_for(a_turn(default="s3://a/"), known, None)
    assert not suggestions_for(a_turn(choices=METRICS), known, None)


def test_an_evaluation_type_with_suggestions_of_its_own_gets_no_others():
    known = {
        ("model", None): [("support-bot", "passes")],
        ("model", "multi_turn_rl"): [("travel-agent", "passes for multi-turn RL")],
    }

    found = suggestions_for(a_turn("model"), known, "multi_turn_rl")

    assert one_to_try(found) == "In this simulated AWS, try travel-agent."


def test_what_a_rejection_says_is_not_listed_beside_it():
    trust = 'Add {"Effect": "Allow"} to its trust policy.'
    sagemaker = failed("role.sagemaker", "SageMaker may not assume it.", trust)
    bedrock = failed("role.bedrock", "Bedrock may not assume it.", trust)
    error = Problem("role.sagemaker", sagemaker.message, trust)

    assert checks_beside((sagemaker, bedrock), error) == [
        failed("role.bedrock", "Bedrock may not assume it.")
    ]


def test_steps_are_called_what_summaries_call_them():
    assert step_title(a_turn("s3_output")) == "Results"


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_an_example_with_what_it_means(step):
    said = example_of(a_turn(step))

    assert said.startswith("For example: ")
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("value", "label", "name"),
    [
        ("llm_as_judge", "LLM as judge", "LLM as judge"),
        ("help", "Help me decide", "Help me decide"),
        ("both", "Fine-tuned and base", "Fine-tuned and base"),
        ("amazon.nova-pro-v1:0", "Amazon Nova Pro", "Amazon Nova Pro  amazon.nova-pro-v1:0"),
    ],
)
def test_a_value_is_shown_where_it_says_more_than_the_label(value, label, name):
    assert name_of(Choice(value, label)) == name

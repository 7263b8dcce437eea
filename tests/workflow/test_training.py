"""A model trained with multi-turn RL suggests that type, wherever it becomes known."""

import json
import time
from pathlib import Path

import pytest
from interviews import an_interview, answered_until

from evalbook.aws import session
from evalbook.sandbox import world
from evalbook.workflow.turn import Turn

pytestmark = pytest.mark.usefixtures("in_sandbox")


def recommended(turn: Turn) -> list[str]:
    return [choice.value for choice in turn.choices if choice.recommended]


def left_by_another_tool(**context: str) -> Turn:
    Path("workflow_state.json").write_text(json.dumps(context))
    return an_interview().turn()


@pytest.mark.parametrize("said", ["travel-agent", world.AGENT_TRAINING_JOB])
def test_a_model_said_ahead_recommends_the_type_that_trained_it(said):
    turn = an_interview().answer(said, step="model")

    assert turn.step == "evaluation_type"
    assert (turn.default, recommended(turn)) == ("multi_turn_rl", ["multi_turn_rl"])
    assert turn.notices[-1] == (
        "Multi-turn RL trained your model: Multi-turn RL fits it. Training job "
        f"travel-agent-rft-1 made it, in the agent {world.AGENTS[0].arn}."
    )


@pytest.mark.parametrize(
    "context",
    [
        {"model_package_arn": world.package_arn("travel-agent", 1)},
        {"model_package_group_name": "travel-agent"},
        {"training_job_name": world.AGENT_TRAINING_JOB},
    ],
)
def test_a_model_left_in_the_state_recommends_it_too(context):
    assert left_by_another_tool(**context).default == "multi_turn_rl"


@pytest.mark.parametrize("group", ["support-bot", "no such group", "contract"])
def test_another_model_or_none_leaves_the_usual_default(group):
    turn = left_by_another_tool(model_package_group_name=group)

    assert (turn.default, recommended(turn), turn.notices) == ("llm_as_judge", [], ())


def test_aws_that_does_not_answer_leaves_the_question_as_it_is(in_sandbox):
    in_sandbox.fail("sagemaker:*", "ExpiredTokenException", times=None)
    try:
        turn = left_by_another_tool(training_job_name=world.AGENT_TRAINING_JOB)
    finally:
        in_sandbox.heal()

    assert (turn.step, turn.default) == ("evaluation_type", "llm_as_judge")


def test_aws_that_is_slow_does_not_keep_the_first_question(in_sandbox, monkeypatch):
    monkeypatch.setattr(session, "SOON_SECONDS", 0.2)
    in_sandbox.fail("sagemaker:*", delay=5, times=None)
    began = time.monotonic()
    try:
        turn = left_by_another_tool(training_job_name=world.AGENT_TRAINING_JOB)
        took = time.monotonic() - began
    finally:
        in_sandbox.heal()

    assert (turn.step, turn.default) == ("evaluation_type", "llm_as_judge")
    assert took < 5


def test_nothing_known_asks_aws_nothing(in_sandbox, monkeypatch):
    # A region of its own: a question that the test before gave up may still arrive.
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    before = [call for call in in_sandbox.calls() if call["region"] == "eu-west-2"]

    an_interview().turn()

    assert [call for call in in_sandbox.calls() if call["region"] == "eu-west-2"] == before


def test_the_question_is_kept_until_another_model_is_said(in_sandbox):
    workflow = an_interview()
    workflow.answer("travel-agent", step="model")
    before = len(in_sandbox.calls())

    assert workflow.turn().default == "multi_turn_rl"
    assert len(in_sandbox.calls()) == before
    assert workflow.answer("support-bot", step="model").default == "llm_as_judge"


def test_a_suggestion_being_led_to_is_not_lost_by_a_model_said_meanwhile():
    workflow = an_interview()
    workflow.answer("help")

    turn = workflow.answer("travel-agent", step="model")

    assert turn.question.startswith("Does the model work as an agent")


def test_a_type_chosen_otherwise_is_told_how_to_switch():
    workflow, turn = answered_until("model_confirm", model="travel-agent")

    assert turn.notices[-1] == (
        "Multi-turn RL trained this model. To evaluate it by rollouts in its agent, change the "
        "evaluation type to Multi-turn RL."
    )
    switched = workflow.answer("multi_turn_rl", step="evaluation_type")
    assert switched.step == "model_confirm"
    assert not any("change the evaluation type" in notice for notice in switched.notices)
    assert workflow.answer("yes").step == "agent_config"

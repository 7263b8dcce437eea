"""A base model alone: found in the public hub, named as what it is, compared with nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from interviews import answer_until, answered_until

from evalbook.checks import Remedy
from evalbook.workflow import slots
from evalbook.workflow.estimate import estimate
from evalbook.workflow.settings import settings_of
from evalbook.workflow.steps.scope import scope_of

pytestmark = pytest.mark.usefixtures("in_sandbox")

LLAMA = "meta-textgeneration-llama-3-2-1b-instruct"
QWEN = "huggingface-llm-qwen2-5-7b-instruct"
HUB = "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model"


def asked_for_the_model(kind="llm_as_judge"):
    return answered_until("model", evaluation_type=kind)[0]


@pytest.mark.parametrize(
    "said",
    [LLAMA, f"{HUB}/{LLAMA}", f'"{HUB}/{LLAMA}/1.10.0"', "llama3-2-1b-instruct", "llama 1b"],
)
def test_a_base_model_is_found_by_id_by_arn_and_by_words(said):
    workflow = asked_for_the_model()

    turn = workflow.answer(said)

    assert turn.step == "model_confirm"
    assert workflow.interview.value(slots.MODEL) == f"{HUB}/{LLAMA}"
    # What was taken comes first where it was not said so.
    notices = turn.notices[1:] if turn.notices[0].startswith("Model: ") else turn.notices
    assert notices == (
        f"Base model: {LLAMA}, version 1.10.0",
        f"ARN: {HUB}/{LLAMA}/1.10.0",
        "Region: us-east-1",
        "It is evaluated alone: there is no fine-tuned model to compare it with.",
    )


def test_what_bedrock_calls_it_is_told_apart_from_what_the_hub_calls_it():
    turn = asked_for_the_model().answer("us.amazon.nova-lite-v1:0")

    assert turn.step == "model_confirm"
    assert turn.checks[0].message == (
        "SageMaker's hub calls us.amazon.nova-lite-v1:0 nova-textgeneration-lite."
    )


def test_several_base_models_become_a_choice_answered_by_name():
    workflow = asked_for_the_model()

    turn = workflow.answer("llama")

    assert turn.question == "2 base models match 'llama'. Which one?"
    assert [choice.label for choice in turn.choices] == [
        LLAMA,
        "meta-textgeneration-llama-3-3-70b-instruct",
    ]
    assert workflow.answer(LLAMA).step == "model_confirm"


def test_groups_and_base_models_that_match_are_offered_for_what_they_are():
    turn = asked_for_the_model().answer("nova")

    assert turn.question == "1 group and 1 base model match 'nova'. Which one?"
    assert [(choice.label, choice.description.partition(";")[0]) for choice in turn.choices] == [
        ("nova-support", "your model package group"),
        ("nova-textgeneration-lite", "base model in the public hub, version 1.0.0"),
    ]


def test_a_model_whose_document_alone_lists_its_recipes_is_found_by_words():
    turn = asked_for_the_model().answer("mistral")

    assert turn.notices[0] == "Base model: huggingface-llm-mistral-7b-instruct-v3, version 1.5.0"


@pytest.mark.parametrize(
    ("kind", "said", "code", "words"),
    [
        ("llm_as_judge", "falcon", "model.missing", "this evaluation type can't evaluate it"),
        (
            "llm_as_judge",
            "huggingface-llm-falcon-7b-instruct-bf16",
            "model.recipe",
            "has no evaluation recipe in us-east-1",
        ),
        ("multi_turn_rl", LLAMA, "model.recipe", "recipe of type MTRLEvaluation"),
        ("multi_turn_rl", "llama 1b", "model.missing", f"{LLAMA} matches, but"),
        ("llm_as_judge", "nova-textgeneration-premier", "model.nova.bedrock", "no Bedrock model"),
        ("llm_as_judge", f"{HUB}/{LLAMA}/1.0.0", "model.version", "the newest, 1.10.0"),
        ("llm_as_judge", f"{HUB}/llama", "model.missing", "no base model llama"),
        ("llm_as_judge", f"{HUB}/llama".replace("east", "esat"), "model.arn", "not an AWS region"),
        (
            "llm_as_judge",
            "arn:aws:sagemaker:us-east-1:123456789012:hub-content/Ours/Model/tuned/1.0.0",
            "model.hub",
            "in SageMakerPublicHub only",
        ),
    ],
)
def test_a_base_model_that_cannot_be_evaluated_is_refused(kind, said, code, words):
    turn = asked_for_the_model(kind).answer(said)

    assert turn.error is not None
    assert turn.error.code == code
    assert words in turn.error.message
    assert turn.error.remedy


def test_a_name_that_is_nearly_right_is_met_with_the_right_one():
    turn = asked_for_the_model().answer("meta-textgenration-llama-3-2-1b-instruct")

    assert turn.error is not None
    assert (turn.error.remedy or "").startswith(f"Did you mean the base model {LLAMA} or")


def test_the_hub_of_the_region_that_was_said_is_searched():
    workflow, _ = answered_until("model")
    workflow.answer("us-west-2", "region")

    workflow.answer(QWEN)

    assert workflow.interview.facts(slots.MODEL).region == "us-west-2"


def test_without_any_region_the_remedy_is_to_say_one(monkeypatch):
    workflow = asked_for_the_model()
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    workflow, turn = answered_until("model")

    turn = workflow.answer(LLAMA)

    assert turn.error is not None
    assert turn.error.code == "model.region"
    assert turn.error.remedy == Remedy(
        "Say which region, then give the model again:", step="region"
    )


def test_another_region_is_answered_with_what_names_the_model_there():
    workflow, _ = answered_until("region", model=QWEN)

    turn = workflow.answer("us-west-2")

    assert turn.error is not None
    assert turn.error.message.startswith("The base model is in us-east-1;")
    there = f"such as {HUB.replace('us-east-1', 'us-west-2')}/{QWEN}:"
    assert there in turn.error.remedy.text
    assert turn.error.remedy.step == "model"


def test_its_scope_is_not_asked_and_is_said_at_confirmation():
    workflow, turn = answered_until("confirm", model=LLAMA, advanced="run name", run_name="")

    assert "scope" not in workflow.interview.answers
    assert f"Model: {LLAMA}, a base model, version 1.10.0: {HUB}/{LLAMA}" in turn.notices
    assert "Models: the base model only, so nothing is compared" in turn.notices
    assert "Judge calls: 120 (60 records x 2 metrics x 1 model)." in turn.notices


@pytest.mark.parametrize(("model", "offered"), [(LLAMA, False), ("support-bot", True)])
def test_a_scope_is_offered_where_there_are_several(model, offered):
    _, turn = answered_until("advanced", model=model)

    assert ("Scope, MLflow" in (turn.help or "")) is offered


def test_the_base_model_of_a_package_can_be_evaluated_alone():
    workflow, turn = answered_until(
        "confirm",
        model="support-bot",
        advanced="scope",
        scope="base_only",
    )
    settings = settings_of(workflow.interview)

    assert "Scope: base model only" in turn.notices
    assert (settings.model_package_arn, settings.base_model_name) == (None, LLAMA)
    assert settings.evaluate_base_model is False


def test_a_scope_said_ahead_is_confirmed_when_its_turn_comes():
    workflow, _ = answered_until("model", evaluation_type="llm_as_judge")
    workflow.answer("base_only", "scope")
    turn = answer_until(workflow, "scope")

    assert turn.question == "You said earlier: scope 'base_only'. Use it?"
    assert answer_until(workflow, "confirm", scope="yes").step == "confirm"
    assert workflow.interview.value(slots.SCOPE) == "base_only"


def test_a_base_nova_model_costs_bedrock_inference_and_no_endpoint():
    _, turn = answered_until("confirm", model="nova-textgeneration-lite")
    cost = [notice for notice in turn.notices if "extra" in notice]

    assert "Bedrock inference by us.amazon.nova-lite-v1:0" in " ".join(cost)
    assert "endpoint" not in " ".join(cost)


def test_project_and_run_are_called_after_the_base_model():
    workflow, turn = answered_until("project", model=LLAMA)

    assert turn.default == LLAMA
    assert settings_of(workflow.interview).run_name == f"evalbook-{LLAMA}"


def test_changing_to_a_package_asks_for_its_confirmation_and_compares_again():
    workflow, _ = answered_until("confirm", model=LLAMA)

    turn = workflow.answer("support-bot", "model")

    assert turn.step == "model_confirm"
    turn = answer_until(workflow, "confirm")
    assert "Models: the fine-tuned one, compared with its base model" in turn.notices
    assert json.loads(Path("workflow_state.json").read_text())["evalbook"]["answers"]["model"]


@pytest.mark.parametrize(
    ("role", "status"), [("EvaluationRole", "passed"), ("BoundedRole", "warning")]
)
def test_the_role_is_asked_whether_a_base_nova_model_may_answer(role, status):
    workflow, _ = answered_until("execution_role", model="nova-textgeneration-lite")

    checks = {check.id: check for check in workflow.answer(role).checks}

    assert checks["role.permissions.nova"].status == status


def test_the_hub_being_closed_is_said_where_nothing_else_is_found(in_sandbox):
    workflow = asked_for_the_model()
    in_sandbox.fail("sagemaker:ListHubContents", "AccessDeniedException", times=None)
    try:
        turn = workflow.answer("llama")
    finally:
        in_sandbox.heal()

    assert turn.error is not None
    assert "The public hub could not be searched" in turn.error.message
    assert "sagemaker:ListHubContents" in (turn.error.remedy or "")


def test_a_base_nova_model_that_nothing_answers_for_is_not_compared_with():
    workflow, _ = answered_until("judge_model", model="nova-support")
    interview = workflow.interview
    assert scope_of(interview) == "both"

    model = interview.answer(slots.MODEL)
    model.facts = replace(model.facts, base_by_name=False)

    assert scope_of(interview) == "fine_tuned_only"
    assert estimate(interview).sentences()[-1] == (
        "A Nova model needs an extra instance and endpoint, which cost extra."
    )

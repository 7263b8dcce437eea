"""What a benchmark's interview refuses, each as the SDK would after the launch, or should."""

import pytest
from interviews import answered_until

from evalbook.checks import Check
from evalbook.workflow import slots

pytestmark = pytest.mark.usefixtures("in_sandbox")


def asked_for_the_subtasks(benchmark: str = "mmlu", **instead: str):
    workflow, _ = answered_until("benchmark", evaluation_type="benchmark", **instead)
    return workflow, workflow.answer(benchmark)


def test_no_dataset_is_asked_for():
    _, turn = answered_until("confirm", evaluation_type="benchmark")

    text = "\n".join(turn.notices)
    assert "Benchmark: mmlu" in text
    assert "dataset" not in text.lower()


def test_an_unknown_benchmark_is_refused():
    _, turn = asked_for_the_subtasks("hellaswag")

    assert turn.error is not None
    assert turn.error.message == "'hellaswag' is not one of the choices."


def test_a_benchmark_for_nova_models_only_is_refused_for_others():
    _, turn = asked_for_the_subtasks("mmmu")

    assert turn.error is not None
    assert turn.error.message == (
        "mmmu can't be run on meta-textgeneration-llama-3-2-1b-instruct: "
        "it is for Nova models only."
    )


def test_a_benchmark_that_is_not_for_nova_models_is_refused_for_them():
    workflow, turn = asked_for_the_subtasks("llm_judge", model="nova-support")

    assert turn.error is not None
    assert turn.error.code == "benchmark.model"
    assert workflow.answer("mmmu").step == "subtasks"


@pytest.mark.parametrize(
    ("said", "subtasks"),
    [
        ("", ["ALL"]),
        ("all", ["ALL"]),
        ("1", ["ALL"]),
        ("virology, 3", ["anatomy", "virology"]),
        ('["anatomy"]', ["anatomy"]),
        ("all of them please", ["ALL"]),
        ("only virology and anatomy", ["anatomy", "virology"]),
    ],
)
def test_subtasks_are_named_or_numbered_or_all(said, subtasks):
    workflow, _ = asked_for_the_subtasks()

    assert workflow.answer(said).status == "question"
    assert workflow.interview.value(slots.SUBTASKS) == subtasks


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("botany", "answer.choice"),
        ("anatomy, botany", "answer.choice"),
        (",", "answer.none"),
        ("[1.5]", "answer.list"),
        ("[]", "answer.none"),
    ],
)
def test_subtasks_that_the_sdk_refuses_are_refused(said, code):
    workflow, _ = asked_for_the_subtasks()

    turn = workflow.answer(said)

    assert turn.error is not None
    assert turn.error.code == code


@pytest.mark.parametrize("benchmark", ["gpqa", "ifeval", "strong_reject"])
def test_a_benchmark_without_subtasks_asks_for_none(benchmark):
    _, turn = asked_for_the_subtasks(benchmark)

    assert turn.step == "region"


def test_another_benchmark_asks_for_its_subtasks():
    workflow, _ = asked_for_the_subtasks()
    workflow.answer("anatomy")

    turn = workflow.answer("bbh", step="benchmark")

    assert turn.step == "subtasks"
    assert "no longer holds" in " ".join(check.message for check in turn.checks)


def test_a_benchmark_that_judges_what_it_is_not_given_is_warned_of():
    _, turn = asked_for_the_subtasks("llm_judge")

    warned: list[Check] = [check for check in turn.checks if check.status == "warning"]
    assert [check.id for check in warned] == ["benchmark.responses"]


def test_a_base_model_without_the_recipe_is_refused():
    workflow, _ = answered_until("model", evaluation_type="benchmark")

    turn = workflow.answer("no-recipe")

    assert turn.error is not None
    assert turn.error.code == "model.recipe"


def test_the_role_need_not_trust_bedrock():
    workflow, turn = answered_until(
        "s3_output", evaluation_type="benchmark", execution_role="SageMakerOnlyRole"
    )

    assert turn.status == "question"
    assert workflow.interview.value(slots.EXECUTION_ROLE).endswith("SageMakerOnlyRole")

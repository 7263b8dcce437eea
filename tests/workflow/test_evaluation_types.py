"""Which type, what each asks, and how a change of type is settled."""

from pathlib import Path

import pytest
from interviews import ALL_STEPS, ANSWERS_BY_TYPE, an_interview, answer_until, answered_until

from evalbook.errors import StateFileError, UsageError
from evalbook.workflow.answers_file import apply_answers
from evalbook.workflow.kinds import STEPS_BY_TYPE

pytestmark = pytest.mark.usefixtures("in_sandbox")

STATE = Path("workflow_state.json")


@pytest.mark.parametrize("kind", STEPS_BY_TYPE)
def test_each_type_asks_its_steps_in_the_order_of_its_entry_and_takes_them_again(kind):
    workflow = an_interview()
    asked = []
    turn = workflow.turn()
    while turn.status == "question":
        asked.append(turn.step)
        turn = workflow.answer(ANSWERS_BY_TYPE[kind][turn.step or ""])
        assert turn.status != "rejected", turn.error

    names = [step.name for step in STEPS_BY_TYPE[kind]]
    assert asked == [name for name in names if name in asked]
    assert set(asked) <= ANSWERS_BY_TYPE[kind].keys()
    assert turn.notebook is not None
    assert Path(turn.notebook).is_file()
    again = [check for _, checks in workflow.check() for check in checks]
    assert [check for check in again if check.status == "failed"] == []


@pytest.mark.parametrize("said", ["benchmark", "Benchmark", "3"])
def test_the_type_is_answered_by_value_label_or_number(said):
    workflow = an_interview()

    assert workflow.answer(said).step == "task"
    assert workflow.interview.type.name == "benchmark"


@pytest.mark.parametrize(
    ("said", "suggested"),
    [
        (["yes"], "multi_turn_rl"),
        (["no", "no", "no"], "benchmark"),
        (["no", "no", "yes"], "inspect_ai"),
        (["no", "yes", "yes"], "custom_scorer"),
        (["2", "1", "2", "3"], "llm_as_judge"),
    ],
)
def test_at_most_four_questions_lead_to_a_reasoned_suggestion(said, suggested):
    workflow = an_interview()
    turn = workflow.answer("help me decide")
    for words in said:
        assert turn.default is None
        turn = workflow.answer(words)

    (recommended,) = [choice for choice in turn.choices if choice.recommended]
    assert (turn.default, recommended.value) == (suggested, suggested)
    assert turn.notices[0].startswith(f"{recommended.label}: ")
    assert workflow.answer("yes").step == "task"
    assert workflow.interview.type.name == suggested


def test_a_number_names_a_type_and_is_no_yes_to_the_suggestion():
    workflow = an_interview()
    for said in ("help", "no", "no", "no"):
        turn = workflow.answer(said)
    assert turn.default == "benchmark"

    workflow.answer("1")

    assert workflow.interview.type.name == "llm_as_judge"


@pytest.mark.parametrize(
    ("said", "led_to"), [("y", "Can code tell"), ("nope", "Do you have tasks")]
)
def test_a_question_of_yes_or_no_is_answered_in_peoples_words(said, led_to):
    workflow = an_interview()
    for before in ("help", "n"):
        workflow.answer(before)

    assert workflow.answer(said).question.startswith(led_to)


def test_a_question_on_the_way_names_its_answers_by_their_labels():
    workflow = an_interview()
    workflow.answer("help")

    turn = workflow.answer("blue")

    assert turn.error is not None
    assert turn.error.remedy == "Answer with a number, or one of: Yes; No."


def test_a_suggestion_is_no_command():
    workflow = an_interview()
    for said in ("help", "no", "no", "no"):
        workflow.answer(said)

    workflow.answer("llm_as_judge")

    assert workflow.interview.type.name == "llm_as_judge"


@pytest.mark.parametrize("said", ["custom_scorer", "Custom scorer"])
def test_who_knows_the_type_on_the_way_to_a_suggestion_names_it(said):
    workflow = an_interview()
    workflow.answer("help")

    assert workflow.answer(said).step == "task"
    assert workflow.interview.type.name == "custom_scorer"


def test_back_leads_from_the_short_questions_to_the_one_they_help_with():
    workflow = an_interview()
    asked = workflow.turn().question
    for said in ("help", "no"):
        workflow.answer(said)
    assert workflow.asks_once_more

    assert workflow.back().question == asked
    assert not workflow.asks_once_more


def test_a_type_that_this_version_does_not_know_is_said_and_the_file_left():
    workflow, _ = answered_until("dataset")
    text = STATE.read_text().replace("llm_as_judge", "poetry_contest")
    STATE.write_text(text)

    with pytest.raises(StateFileError, match="poetry_contest"):
        workflow.turn()
    assert STATE.read_text() == text


def test_another_type_keeps_what_it_shares_and_drops_the_rest():
    workflow, _ = answered_until("confirm")

    assert workflow.answer("benchmark", step="evaluation_type").step == "model_confirm"
    assert workflow.answer("yes").step == "benchmark"
    answers = workflow.interview.answers
    assert {"task", "model", "region"} <= answers.keys()
    assert not {"dataset", "judge_model", "builtin_metrics"} & answers.keys()


def test_a_file_of_answers_is_held_against_the_type_that_it_names():
    values = {**ANSWERS_BY_TYPE["benchmark"], "judge_model": "amazon.nova-pro-v1:0"}

    with pytest.raises(UsageError, match="'judge_model', which this evaluation type"):
        apply_answers(an_interview(), values)


def test_a_step_has_one_title_whichever_type_asks_it():
    titles = {step.name: step.title for step in ALL_STEPS}

    assert [step.name for step in ALL_STEPS if step.title != titles[step.name]] == []


def test_any_types_step_can_be_spoken_of_before_the_type_is_chosen():
    workflow = an_interview()

    workflow.answer("mmlu_pro", step="benchmark")
    workflow.answer("benchmark")

    assert "mmlu_pro" in answer_until(workflow, "benchmark").question


@pytest.mark.parametrize("steps", STEPS_BY_TYPE.values(), ids=STEPS_BY_TYPE.keys())
def test_a_change_of_anything_before_asks_for_confirmation_and_notebook_again(steps):
    asked_again = {step.name for step in steps if step.depends_on_all and step.asked_again}

    assert {"confirm", "notebook"} <= asked_again

"""A new evaluation like an earlier one."""

import pytest
from interviews import an_interview, answered_until

from evalbook.errors import AnswerRejected, UsageError
from evalbook.workflow.another import begin_like
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.usefixtures("in_sandbox")


def test_another_evaluation_confirms_what_the_earlier_one_knew_but_no_consent(tmp_path):
    earlier, _ = answered_until(None)
    before = earlier.path.read_bytes()

    workflow = an_interview()
    turn = begin_like(workflow, earlier.path, {"judge_model": "mistral large"})
    asked = {}
    while turn.status == "question" and turn.step != "project":
        asked[turn.step] = (turn.question, turn.kind)
        own = {"bedrock_terms": "I agree", "advanced": "no"}
        turn = workflow.answer(own.get(turn.step, "yes"))
        assert turn.status == "question", (turn.step, turn.error)

    kept = next(tmp_path.glob("workflow_state-*.json"))
    assert kept.read_bytes() == before
    assert asked["task"][0].startswith("You said earlier: task ")
    assert (
        asked["judge_model"][0]
        == "You said mistral large. That is mistral.mistral-large-2402-v1:0. Use it?"
    )
    own = [step for step, (question, _) in asked.items() if not question.startswith("You said")]
    assert own == ["data_sample", "model_confirm", "advanced", "confirm", "bedrock_terms"]
    answers = workflow.interview.answers
    assert answers["judge_model"].value == "mistral.mistral-large-2402-v1:0"
    assert answers["s3_output"].value == earlier_value(kept, "s3_output")


def earlier_value(path, step):
    return Workflow.load(path).interview.answers[step].value


@pytest.mark.parametrize(
    ("instead", "error"),
    [
        ({"dataset": "s3://evalbook-data/none.jsonl"}, AnswerRejected),
        ({"bedrock_terms": "I agree"}, AnswerRejected),
        ({"judge": "nova"}, UsageError),
    ],
)
def test_what_differs_is_checked_at_once_and_nothing_has_moved_where_it_fails(
    tmp_path, instead, error
):
    earlier, _ = answered_until("custom_metrics")
    before = earlier.path.read_bytes()

    with pytest.raises(error):
        begin_like(an_interview(), earlier.path, instead)

    assert [it.name for it in tmp_path.glob("*.json")] == ["workflow_state.json"]
    assert earlier.path.read_bytes() == before


def test_another_evaluations_file_is_left_alone(tmp_path):
    earlier, _ = answered_until("custom_metrics")
    other = Workflow.load(tmp_path / "other.json")
    other.answer("benchmark")

    with pytest.raises(UsageError, match="holds another evaluation"):
        begin_like(other, earlier.path, {})

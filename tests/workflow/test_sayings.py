"""What people say in an interview: taken, asked back, or kept for its step."""

import pytest
from interviews import an_interview, answer_until, answered_until

from evalbook.workflow import slots

pytestmark = pytest.mark.usefixtures("in_sandbox")
PRO = "amazon.nova-pro-v1:0"


@pytest.mark.parametrize(
    ("step", "said", "then"),
    [
        ("evaluation_type", "a judge model should score it", "task"),
        ("data_sample", "Yes, go ahead.", "custom_metrics"),
        ("custom_metrics", "as I said, none", "builtin_metrics"),
        ("custom_metrics", "no, just the recommended ones", "builtin_metrics"),
        ("builtin_metrics", "add Faithfulness", "model"),
        ("model_confirm", "ok, version 2 then", "judge_model"),
        ("judge_model", f'["{PRO}"]', "region"),
        ("region", "keep the region", "execution_role"),
        ("region", "the same region is fine", "execution_role"),
        ("s3_output", "same bucket, folder eval-out", "advanced"),
        ("s3_output", "put them next to the data, folder out", "advanced"),
        ("builtin_metrics", "the recommended ones sound good to me", "model"),
        ("model", "support-bot please, it's our best one", "model_confirm"),
        ("s3_output", "same bucket, folder eval-out, so that we find it again", "advanced"),
        ("advanced", "no, keep it simple", "confirm"),
        ("advanced", "no thanks. Just run it.", "confirm"),
        ("advanced", "nothing else", "confirm"),
        ("advanced", "looks good", "confirm"),
        ("project", "call it tickets-q4", "notebook"),
        ("notebook", "A new one.", None),
    ],
)
def test_what_is_plain_is_taken(step, said, then):
    workflow, _ = answered_until(step)

    turn = workflow.answer(said)

    assert (turn.status in ("question", "complete"), turn.step) == (True, then), turn.error


@pytest.mark.parametrize(
    ("step", "said", "question"),
    [
        ("judge_model", "ok then nova pro", f"You said nova pro. That is {PRO}. Use it?"),
        ("region", "Virginia", "You said Virginia. That is us-east-1. Use it?"),
        ("project", "i agree", "The suggestion is support-bot. Use it?"),
    ],
)
def test_what_fits_one_answer_is_asked_back_once(step, said, question):
    workflow, asked = answered_until(step)

    back = workflow.answer(said)
    refused = workflow.answer("no")
    workflow.answer(said)
    taken = workflow.answer("Yes, that is right.")

    assert (back.status, back.step, back.question) == ("question", step, question)
    assert (refused.step, refused.question) == (step, asked.question)
    assert taken.step not in (step, None)


@pytest.mark.parametrize(
    ("step", "said", "code"),
    [
        ("task", "What do you mean, task?", "answer.question"),
        ("task", "ok then", "answer.incomplete"),
        ("task", "same as last time", "answer.incomplete"),
        ("data_sample", "if nothing is stored, ok", "answer.condition"),
        ("custom_metrics", "yes", "answer.incomplete"),
        ("custom_metrics", "yes, use it", "answer.incomplete"),
        ("judge_model", "which one would you take?", "answer.question"),
        ("judge_model", "you decide", "answer.you_decide"),
        ("judge_model", "claude opus 4.5 please", "judge.left_out"),
        ("judge_model", "gemini", "answer.choice"),
        ("bedrock_terms", "[-1]", "terms.unclear"),
        ("bedrock_terms", "what does that cost?", "answer.question"),
        ("confirm", "-1", "answer.yes_or_no"),
    ],
)
def test_a_question_a_condition_or_half_an_answer_takes_nothing(step, said, code):
    workflow, _ = answered_until(step)

    turn = workflow.answer(said)

    assert (turn.status, turn.step) == ("rejected", step)
    assert turn.error is not None
    assert turn.error.code == code


def test_a_first_message_with_everything_in_it_is_kept_piece_by_piece():
    workflow = an_interview()

    turn = workflow.answer(
        "evaluate support-bot with nova pro on s3://evalbook-data/support/eval.jsonl, "
        "results to s3://evalbook-results/q4/, and paint it blue"
    )

    assert (turn.status, turn.step) == ("question", "evaluation_type")
    said = workflow.interview.aside.volunteered
    assert said == {
        "model": "support-bot",
        "judge_model": "nova pro",
        "dataset": "s3://evalbook-data/support/eval.jsonl",
        "s3_output": "s3://evalbook-results/q4/",
    }
    assert any(PRO in notice for notice in turn.notices)
    assert turn.notices[-1] == "Not understood: “and paint it blue”."
    judge = answer_until(workflow, "judge_model", dataset="yes", model="yes")
    assert judge.question == f"You said nova pro. That is {PRO}. Use it?"


def test_what_cannot_be_is_not_kept():
    turn = an_interview().answer("s3://evalbook-data/support/evil.jsonl", step="dataset")

    assert turn.status == "rejected"
    assert turn.error is not None
    assert turn.error.code == "s3.missing"


def test_changes_at_the_confirmation_are_made_and_only_they_are_shown():
    workflow, asked = answered_until("confirm")

    turn = workflow.answer("Almost: I also want Faithfulness, and call the project tickets-q4")

    assert turn.step == "confirm"
    metrics = workflow.interview.value(slots.BUILTIN_METRICS)
    assert set(metrics or ()) == {"Correctness", "Helpfulness", "Faithfulness"}
    assert workflow.interview.aside.volunteered == {"project": "tickets-q4"}
    assert len(turn.notices) < len(asked.notices)
    assert "Everything else is unchanged." in turn.notices


def test_while_a_wished_change_is_unsettled_yes_is_not_accepted():
    workflow, _ = answered_until("confirm")

    failed = workflow.answer("Almost: write the results to s3://no-such-bucket-here/q4/")
    yes = workflow.answer("yes")
    workflow.answer("leave it as it is")

    assert failed.step == "confirm"
    assert any("no-such-bucket-here" in notice for notice in failed.notices)
    assert yes.error is not None
    assert yes.error.code == "confirm.unsettled"
    assert workflow.answer("yes").step == "bedrock_terms"

"""What there is to choose from, looked up before it is asked for."""

import threading

import pytest
from border import answer
from interviews import answered_until

from evalbook.workflow.brief import say
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.usefixtures("in_sandbox")


def choices_of(turn):
    return {choice.label: choice.description for choice in turn.choices}


def test_groups_roles_and_buckets_are_there_to_choose_from_by_number_or_name():
    workflow, turn = answered_until("model")

    assert next(iter(choices_of(turn))) == "travel-agent"
    assert choices_of(turn)["support-bot"].startswith("version 2 of ")
    assert choices_of(turn)["support-bot"].endswith("llama-3-2-1b-instruct")
    assert turn.notices == ("Nothing to evaluate in empty-group, old-style; name one to see why.",)
    assert "7. support-bot: version 2 of " in say(turn)
    turn = workflow.answer("number 7 please")
    assert "Group: support-bot, version 2" in turn.notices

    workflow, turn = answered_until("execution_role")
    assert turn.default == turn.choices[0].value
    assert choices_of(turn)["SandboxCaller"] == "the role you are signed in with"
    assert "NoPermissionsRole" not in choices_of(turn)
    turn = workflow.answer("the evaluation role")
    assert turn.question.startswith("You said evaluation role. That is arn:aws:iam::123456789012")
    turn = workflow.answer("yes")
    assert say(turn).startswith("Role: trusted by both services, permissions checked.")

    assert turn.default == turn.choices[0].value == "s3://evalbook-data/evaluation-results/"
    assert "evalbook-west" not in choices_of(turn)
    turn = workflow.answer("evalbook-results")
    assert workflow.interview.answers["s3_output"].value == (
        "s3://evalbook-results/evaluation-results"
    )


def test_what_is_listed_keeps_nothing_else_from_being_said():
    workflow, _ = answered_until("model")
    assert "support-bot, version 1" in str(workflow.answer("version 1 of support-bot").notices)
    assert workflow.answer("no").choices[0].label == "travel-agent"
    assert workflow.answer("99").status == "rejected"
    assert workflow.answer("support").question == "2 groups match 'support'. Which one?"

    workflow, _ = answered_until("s3_output")
    workflow.answer("put it to s3://evalbook-versioned/mine/ please")
    assert workflow.interview.answers["s3_output"].value == "s3://evalbook-versioned/mine"


@pytest.mark.parametrize("why", ["denied", "slow"])
def test_where_groups_cannot_be_listed_the_question_is_asked_blank_with_a_word(why):
    workflow, _ = answered_until("builtin_metrics")
    released = threading.Event()
    workflow.aws.patience = 0.4

    def refuse(_):
        if why == "slow":
            released.wait(5)
        return "AccessDenied"

    answer(workflow.aws.client("sagemaker"), "ListModelPackageGroups", refuse)
    turn = workflow.answer("Correctness")
    released.set()

    assert (turn.step, turn.choices) == ("model", ())
    assert turn.notices[0].startswith("Your model package groups could not be listed. ")
    assert turn.question.startswith("Which fine-tuned model? Give its")


def test_a_list_is_kept_for_the_caller_who_may_see_it_and_for_nobody_else(monkeypatch):
    workflow, turn = answered_until("model")
    asked = answer(workflow.aws.client("sagemaker"), "ListModelPackageGroups", lambda _: "Denied")

    assert workflow.turn().choices == turn.choices
    assert asked == []

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIASANDBOXLIMITED00")
    other = Workflow.load(workflow.path)
    asked = answer(
        other.aws.client("sagemaker"), "ListModelPackageGroups", lambda _: "AccessDenied"
    )
    assert other.turn().choices == ()
    assert len(asked) == 1

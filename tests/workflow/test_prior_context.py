"""What other tools left in the state leads to the model package, its region and a role."""

import json
from pathlib import Path

import pytest
from interviews import an_interview, answer_until

from evalbook.sandbox import world
from evalbook.workflow import slots
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.usefixtures("in_sandbox")

PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/support-bot/2"
EU_PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/support-bot-eu/1"
JOB = world.training_job("support-bot", 2)


def asked_for_the_model(**left_by_other_tools: str) -> Workflow:
    Path("workflow_state.json").write_text(json.dumps(left_by_other_tools), encoding="utf-8")
    workflow = an_interview()
    turn = answer_until(workflow, "model")
    assert turn.step == "model"
    return workflow


def test_a_training_job_alone_leads_to_package_region_and_role():
    workflow = asked_for_the_model(training_job_name=JOB)

    assert workflow.turn().question == (
        "Found in workflow_state.json: model '" + JOB + "'. Use it?"
    )
    workflow.answer("yes")
    turn = answer_until(workflow, "execution_role")

    assert workflow.interview.value(slots.MODEL) == PACKAGE
    assert workflow.interview.value(slots.REGION) == "us-east-1"
    assert workflow.interview.facts(slots.MODEL).training_job == JOB
    assert "EvaluationRole" in [choice.label for choice in turn.choices]


def test_a_training_jobs_name_given_as_the_model_is_understood():
    workflow = asked_for_the_model()

    turn = workflow.answer(JOB)

    assert turn.step == "model_confirm"
    assert turn.checks[0].message == f"Training job {JOB} registered {PACKAGE}."


def test_a_name_that_is_neither_group_nor_training_job_is_rejected():
    turn = asked_for_the_model().answer("support-tuning-8")

    assert turn.status == "rejected"
    assert turn.error is not None
    assert turn.error.code == "model.missing"


def test_a_group_is_looked_for_in_the_region_other_tools_worked_in():
    workflow = asked_for_the_model(region="eu-west-1")

    assert workflow.answer("support-bot-eu").step == "model_confirm"
    assert workflow.interview.value(slots.MODEL) == EU_PACKAGE


def test_a_region_the_person_gave_comes_first():
    workflow = asked_for_the_model()
    workflow.answer("eu-west-1", step="region")

    assert workflow.answer("support-bot-eu").step == "model_confirm"
    assert workflow.interview.value(slots.MODEL) == EU_PACKAGE

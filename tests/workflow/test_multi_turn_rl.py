"""What a multi-turn RL interview offers and refuses, each as the SDK would after the launch."""

import json
from pathlib import Path

import boto3
import pytest
from interviews import answered_until

from evalbook.sandbox import world
from evalbook.workflow import slots
from evalbook.workflow.copies import effective_dataset

pytestmark = pytest.mark.usefixtures("in_sandbox")

AGENT = world.AGENTS[0].arn
FUNCTION = world.function_arn("wrapped-agent")


def asked_for(step: str, **instead: str):
    return answered_until(step, evaluation_type="multi_turn_rl", **instead)


def test_the_agent_and_endpoint_that_the_model_was_trained_in_are_confirmed():
    workflow, turn = asked_for("agent_config")
    found = "Found in training job travel-agent-rft-1"

    assert turn.kind == "confirm"
    assert turn.question == f"{found}: agent {AGENT!r}. Use it?"
    assert workflow.answer("").question == f"{found}: agent's endpoint 'PROD'. Use it?"
    assert workflow.answer("yes").step == "dataset"
    assert workflow.interview.value(slots.AGENT_QUALIFIER) == "PROD"


def test_another_agent_can_be_given_and_keeps_no_endpoint():
    workflow, _ = asked_for("agent_config")
    listed = workflow.answer("no")

    assert [choice.label for choice in listed.choices] == ["travel_agent", "unready_agent"]
    assert workflow.answer(FUNCTION).step == "dataset"
    assert workflow.interview.answers.keys().isdisjoint({"agent_qualifier"})


def test_a_function_that_is_not_there_is_no_agent():
    workflow, _ = asked_for("agent_config")
    workflow.answer("no")

    turn = workflow.answer(world.function_arn("deleted-agent"))
    assert turn.error.code == "agent.missing"
    assert turn.error.message.endswith(":function:deleted-agent.")
    assert "agent_config" not in workflow.interview.answers


def test_a_function_that_may_not_be_looked_up_is_taken_and_said_so(in_sandbox):
    in_sandbox.fail("lambda:GetFunctionConfiguration", "AccessDeniedException")
    workflow, _ = asked_for("agent_config")
    workflow.answer("no")

    assert workflow.answer(FUNCTION).step == "dataset"
    (check,) = workflow.interview.answers["agent_config"].checks
    assert (check.id, check.status) == ("agent.exists", "skipped")


def test_a_model_of_another_training_is_warned_of_and_its_agent_asked():
    workflow, turn = asked_for("model_confirm", model="medical-notes")

    assert turn.notices[-1] == (
        "Multi-turn RL did not train this model; it can still be evaluated this way."
    )
    checks = workflow.interview.answers["model"].checks
    (found,) = [check for check in checks if check.id == "model.training"]
    assert found.status == "warning"
    assert found.message.endswith("No multi-turn RL training job of that time made it.")
    turn = workflow.answer("yes")
    assert (turn.kind, turn.default) == ("choice", None)


def test_whether_rollouts_trained_the_model_may_be_untold(in_sandbox):
    in_sandbox.fail("sagemaker:ListJobs", "AccessDeniedException")
    workflow, _ = asked_for("model_confirm", model="medical-notes")

    checks = workflow.interview.answers["model"].checks
    (found,) = [check for check in checks if check.id == "model.training"]
    assert found.status == "skipped"
    assert found.message.startswith(
        "evalbook could not find out whether multi-turn RL trained the model."
    )


def test_the_recipe_tells_where_jobs_may_not_be_listed(in_sandbox):
    in_sandbox.fail("sagemaker:ListJobs", "AccessDeniedException")
    workflow, _ = asked_for("model_confirm")

    training = workflow.interview.facts(slots.MODEL).training
    assert (training.trained, training.job) == (True, None)
    assert training.how.startswith("Its recipe huggingface-llm-qwen2-5-7b-instruct-mtrl is one")


def test_the_training_jobs_name_leads_to_its_package():
    workflow, turn = asked_for("model_confirm", model=world.AGENT_TRAINING_JOB)

    assert turn.notices[0] == f"ARN: {world.package_arn('travel-agent', 1)}"
    assert workflow.interview.facts(slots.MODEL).training.job.agent == AGENT


def test_a_lambda_function_has_no_qualifier():
    workflow, _ = asked_for("agent_config")

    assert workflow.answer(FUNCTION).step == "dataset"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("my agent", "answer.choice"),
        ("unready_agent", "agent.not_ready"),
        (AGENT.replace("travel", "space"), "agent.missing"),
        (AGENT.replace("us-east-1", "us-west-2"), "agent.region"),
        (FUNCTION.replace("us-east-1", "eu-west-1"), "agent.region"),
        (f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:training-job/agent", "agent.arn"),
        (AGENT.replace("runtime/", "gateway/"), "agent.arn"),
        (f"{AGENT}/runtime-endpoint/PROD", "agent.endpoint"),
        (AGENT + "{{7}}", "text.template"),
    ],
)
def test_what_is_no_usable_agent_is_refused(said, code):
    workflow, _ = asked_for("agent_config")

    turn = workflow.answer(said)

    assert turn.error is not None
    assert turn.error.code == code


@pytest.mark.parametrize("said", ["9lives", "a-b", "x" * 49, "PROD DEV"])
def test_a_qualifier_that_can_name_no_endpoint_is_refused(said):
    workflow, _ = asked_for("agent_qualifier")

    assert workflow.answer(said).status == "rejected"


@pytest.mark.parametrize("ending", ["parquet", "jsonl", "json", "csv"])
def test_prompts_are_taken_in_four_kinds_of_file(ending):
    workflow, _ = asked_for("dataset")
    workflow.answer(f"s3://evalbook-data/agents/trips.{ending}")

    assert workflow.answer("yes").step == "region"
    assert workflow.interview.facts(slots.DATA_SAMPLE).rows == 40


def test_parquet_is_read_at_its_footer_alone(in_sandbox):
    workflow, _ = asked_for("dataset")
    workflow.answer("s3://evalbook-data/agents/trips.parquet")
    before = len(in_sandbox.calls())

    workflow.answer("yes")

    asked = [call["operation"] for call in in_sandbox.calls()[before:]]
    assert asked == ["GetObject", "GetObject"]


def test_prompts_that_were_changed_have_to_be_named_again():
    def write(rows):
        body = '{"prompt": "Why?"}\n' * rows
        boto3.client("s3").put_object(Bucket="evalbook-data", Key="prepared/p.jsonl", Body=body)

    write(2)
    workflow, _ = asked_for("data_sample", dataset="s3://evalbook-data/prepared/p.jsonl")
    write(3)

    assert workflow.answer("yes").error.code == "dataset.changed"


@pytest.mark.parametrize(
    ("dataset", "said", "records"),
    [
        ("support/eval.jsonl", "60 of 60 rows have no usable prompt. line 1: no prompt among", 60),
        ("broken/array.jsonl", "it is a JSON array, though its name says JSON Lines.", None),
    ],
)
def test_rows_that_are_no_prompts_as_they_are_go_into_a_copy(dataset, said, records):
    workflow, _ = asked_for("dataset")
    workflow.answer(f"s3://evalbook-data/{dataset}")

    turn = workflow.answer("yes")

    assert turn.step == "data_fix"
    assert said in str(turn.notices)
    assert [choice.value for choice in turn.choices] == ["convert", "another"]
    turn = workflow.answer("convert")
    assert turn.step == "region"
    # All records are in the copy; that it leaves out fields was said before.
    assert "dataset.left_out" not in [check.id for check in turn.checks]
    copy = effective_dataset(workflow.interview)
    bucket, _, key = copy.removeprefix("s3://").partition("/")
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    rows = list(map(json.loads, body.splitlines()))
    assert {*map(frozenset, rows)} == {frozenset(["prompt"])}
    assert len(rows) == records or records is None
    assert workflow.interview.facts(slots.DATA_FIX).report.valid == len(rows)


def test_rows_without_anything_to_ask_lead_back_to_the_dataset():
    workflow, _ = asked_for("dataset")
    Path("colours.jsonl").write_text('{"colour": "red"}\n')
    workflow.answer("colours.jsonl")
    workflow.answer(f"s3://{world.DATA_BUCKET}/agents/")

    turn = workflow.answer("yes")

    assert turn.step == "dataset"
    assert "1 of 1 row has no usable prompt." in turn.notices[0]


def test_another_kind_of_file_is_refused():
    workflow, _ = asked_for("dataset")

    turn = workflow.answer("s3://evalbook-data/broken/notes.txt")

    assert turn.error is not None
    assert turn.error.message == (
        "notes.txt ends in .txt; this evaluation reads .jsonl, .json, .ndjson, .csv, .tsv,"
        " .parquet, .gz."
    )


@pytest.mark.parametrize("said", ["0", "-5", "259201", "a while", "1.5", "9" * 40])
def test_a_stopping_condition_that_the_sdk_refuses_is_refused(said):
    workflow, _ = asked_for("stopping_condition", advanced="stopping_condition")

    turn = workflow.answer(said)

    assert turn.error is not None
    assert turn.error.code == "stopping_condition"
    assert workflow.answer("259,200").step == "confirm"
    assert workflow.interview.value(slots.STOPPING_CONDITION) == 259200


def test_a_base_model_without_the_recipe_is_refused():
    workflow, _ = asked_for("model")

    turn = workflow.answer("support-bot")

    assert turn.error is not None
    assert turn.error.code == "model.recipe"
    assert "MTRLEvaluation" in turn.error.message

"""The evaluation type `inspect_ai`: what is asked, what is refused before the SDK would start."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from interviews import an_interview, answered_until

from evalbook.sandbox import world
from evalbook.workflow.estimate import estimate
from evalbook.workflow.settings import settings_of
from evalbook.workflow.slots import ANSWERED_BY, TASKS_UPLOAD

pytestmark = pytest.mark.usefixtures("in_sandbox")

HOSTED = "s3://evalbook-models-us-east-1/support-bot-sft-2/output/model/"


def asked_for(step: str, **instead: str):
    return answered_until(step, evaluation_type="inspect_ai", **instead)


def refused(step: str, said: str, **instead: str) -> tuple[str, str]:
    workflow, turn = asked_for(step, **instead)
    assert turn.step == step, turn
    turn = workflow.answer(said)
    assert turn.error is not None, turn
    return turn.error.code, turn.error.message


def test_the_settings_say_for_each_model_what_answers():
    workflow, turn = asked_for("confirm")
    assert turn.step == "confirm", turn

    settings = settings_of(workflow.interview)

    assert settings.evaluate_base_model
    assert settings.answers["answering"] == {
        "fine-tuned": {"endpoint_name": "support-bot-v2"},
        "base": {"endpoint_name": "support-bot-base"},
    }
    assert settings.answers["tasks_folder"] == world.TASKS
    assert settings.answers["tasks"] == ["ALL"]


def test_artefacts_are_hosted_on_an_image_and_instances_that_are_asked_for():
    workflow, turn = asked_for("confirm", answered_by=HOSTED, base_answered_by="none")
    assert turn.step == "confirm", turn

    settings = settings_of(workflow.interview)

    assert not settings.evaluate_base_model
    assert settings.answers["answering"]["fine-tuned"]["model_s3_uri"] == HOSTED
    assert settings.answers["answering"]["fine-tuned"]["endpoint_instance_type"].startswith("ml.g5")


def test_a_task_is_written_of_ones_own_records_and_put_into_s3_by_the_answer_alone():
    workflow, turn = asked_for("tasks_upload", task_source="records")
    folder = "evalbook-data", "inspect-tasks/"
    s3 = boto3.client("s3")
    assert turn.default == "s3://evalbook-data/inspect-tasks/"
    assert "Contents" not in s3.list_objects_v2(Bucket=folder[0], Prefix=folder[1])

    turn = workflow.answer("")

    assert turn.step == "sample_limit"
    upload = workflow.interview.answer(TASKS_UPLOAD).facts.uri
    key = upload.removeprefix("s3://evalbook-data/") + "own_records.py"
    source = s3.get_object(Bucket=folder[0], Key=key)["Body"].read().decode()
    assert 'DATASET = "s3://evalbook-data/support/eval.jsonl"' in source
    assert 'SCORER = "includes"' in source


def test_a_local_folder_is_checked_and_then_uploaded(tmp_path: Path):
    tasks = tmp_path / "tasks"
    tasks.mkdir()
    (tasks / "qa.py").write_text("from inspect_ai import task\n@task\ndef qa(): ...\n")
    (tasks / "data.csv").write_text("input,target\n")
    (tasks / "secret").symlink_to("../secret")
    (tmp_path / "secret").write_text("not for S3")

    workflow, turn = asked_for("task_source")
    linked = workflow.answer(str(tasks))
    assert linked.error is not None
    assert "outside the folder" in linked.error.message
    (tasks / "secret").unlink()
    turn = workflow.answer(str(tasks))
    assert turn.step == "tasks_upload"
    workflow.answer("s3://evalbook-data/inspect-tasks")

    uri = workflow.interview.answer(TASKS_UPLOAD).facts.uri
    prefix = uri.removeprefix("s3://evalbook-data/")
    found = boto3.client("s3").list_objects_v2(Bucket="evalbook-data", Prefix=prefix)["Contents"]
    assert [it["Key"].removeprefix(prefix) for it in found] == ["data.csv", "qa.py"]


@pytest.mark.parametrize(
    ("step", "said", "code"),
    [
        ("task_source", world.SANDBOXED_TASKS, "tasks.sandbox"),
        ("task_source", "s3://evalbook-data/support/", "tasks.none"),
        ("task_source", "s3://evalbook-data/nowhere/", "tasks.folder"),
        ("task_source", "s3://evalbook-west/tasks/", "s3.region"),
        ("task_source", "no-such-folder", "tasks.folder"),
        ("tasks", "something", "answer.choice"),
        ("sample_limit", "0", "sample_limit"),
        ("sample_limit", "-3", "sample_limit"),
        ("epochs", "0", "epochs"),
        ("epochs", "1.5", "epochs"),
        ("answered_by", "gone", "answers.endpoint"),
        ("answered_by", "new-bot", "answers.endpoint"),
        ("answered_by", "acme.unknown-v1:0", "answers.bedrock"),
        ("answered_by", "two words", "answers.form"),
        ("base_answered_by", "support-bot-v2", "answers.same"),
    ],
)
def test_what_the_sdk_would_let_pass_is_refused(step: str, said: str, code: str):
    assert refused(step, said)[0].startswith(code)


@pytest.mark.parametrize(
    ("step", "said", "code"),
    [
        ("hosting_image", "vllm/vllm-openai:latest", "image.form"),
        ("hosting_image", "1" * 12 + ".dkr.ecr.eu-west-1.amazonaws.com/x:1", "image.region"),
        ("hosting_instances", "ml.m5.large", "hosting.gpu"),
        ("hosting_instances", "ml.g5.huge", "hosting.type"),
    ],
)
def test_what_could_not_host_the_artefacts_is_refused(step: str, said: str, code: str):
    found, _ = refused(step, said, answered_by=HOSTED, base_answered_by="none")

    assert found == code


@pytest.mark.parametrize(
    "answer",
    [
        world.DEPLOYMENT,
        world.IMPORTED,
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "support-bot-v2",
    ],
)
def test_whatever_answers_is_accepted(answer: str):
    workflow, turn = asked_for("base_answered_by", answered_by=answer)

    assert turn.step == "base_answered_by", turn
    assert workflow.interview.answer(ANSWERED_BY).facts.name == answer


def test_a_name_that_is_part_of_another_is_told():
    workflow, turn = asked_for("tasks")
    assert [it.value for it in turn.choices] == ["ALL", "refunds", "refunds_abroad"]

    turn = workflow.answer("refunds")

    assert [check.id for check in turn.checks if check.status == "warning"] == ["tasks.substring"]


def test_a_base_model_alone_is_asked_for_once():
    workflow, turn = asked_for(
        "confirm",
        model="meta-textgeneration-llama-3-2-1b-instruct",
        answered_by="support-bot-base",
    )
    assert turn.step == "confirm", turn

    settings = settings_of(workflow.interview)

    assert settings.model_package_arn is None
    assert settings.answers["answering"] == {"base": {"endpoint_name": "support-bot-base"}}
    assert an_interview().interview.value(ANSWERED_BY) == "support-bot-base"


def test_what_is_paid_for_is_said_before_it_is_confirmed():
    workflow, _ = asked_for("confirm", answered_by=HOSTED, base_answered_by=world.DEPLOYMENT)

    said = estimate(workflow.interview).sentences()

    assert said[1:] == [
        (
            "Questions: every sample of each task, 2 times each, by one job per model on an "
            "ml.m5.large instance."
        ),
        "Bedrock inference is billed by the token, or by its deployment's terms.",
        (
            "Hosting: 1 endpoint on 1 x ml.g5.2xlarge, billed by the hour until deleted "
            "when the run ends."
        ),
    ]

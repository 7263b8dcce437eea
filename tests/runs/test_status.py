from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pipelines import start_evaluation, start_nova_evaluation
from shown import in_words

from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.runs.find import Target
from evalbook.runs.status import build_run_document, clock, look, status_parts, with_logs
from evalbook.sandbox.process import Sandbox


def test_a_running_evaluation_shows_its_steps_and_those_to_come(
    sagemaker: Any, live_aws: Aws
) -> None:
    status = look(live_aws, Target(start_evaluation(sagemaker, "slow-run"), minutes=(50, 120)))

    assert (status.run.status, status.run.over, status.ended) == ("Executing", False, None)
    assert [(step.name, step.status) for step in status.steps] == [
        ("EvaluateCustomInferenceModel", "Executing"),
        ("EvaluateBaseInferenceModel", "Executing"),
        ("EvaluateCustomModelMetrics", "Waiting"),
        ("EvaluateBaseModelMetrics", "Waiting"),
    ]
    assert " of about 50 to 120 minutes" in in_words(status_parts(status))


def test_one_that_succeeded_shows_the_bedrock_job_of_each_model(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    status = look(live_aws, Target(evaluated("good")))

    jobs = {it.name: it.bedrock_job for it in status.steps if it.bedrock_job}
    assert status.succeeded
    assert {name: job.name.split("-")[0] for name, job in jobs.items()} == {
        "EvaluateCustomModelMetrics": "custom",
        "EvaluateBaseModelMetrics": "base",
    }
    assert {job.status for job in jobs.values()} == {"Completed"}
    assert "EvaluateBaseModelMetrics      Succeeded" in in_words(status_parts(status))


@pytest.mark.parametrize(
    ("name", "cause", "words"),
    [
        ("fail-role", "role.bedrock_trust", "Amazon Bedrock may not assume the execution role arn"),
        ("fail-judge", "judge.retired", "The judge amazon.nova-pro-v1:0 is past its end of life"),
        ("fail-inference", "model.no_recipe", "SageMaker has no evaluation recipe"),
    ],
)
def test_a_failure_is_explained_with_what_to_do_and_what_aws_says(
    evaluated: Callable[..., str], live_aws: Aws, name: str, cause: str, words: str
) -> None:
    status = look(live_aws, Target(evaluated(name)))

    assert status.run.status == "Failed"
    assert status.cause is not None
    assert status.cause.id == cause
    shown = in_words(status_parts(status))
    assert f"Why: {words}" in shown
    assert shown.index("Why: ") < shown.index("What to do: ") < shown.index("What AWS says:")


def test_what_bedrock_said_is_not_said_three_times(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    shown = in_words(status_parts(look(live_aws, Target(evaluated("fail-judge", base=False)))))

    assert shown.count("has reached the end of its life") == 1


def test_texts_of_several_lines_are_set_off_and_act_on_nothing(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    evil = "Error:\r\n\x1b[31m  in line 1\x1b[0m\n\nWhy: all is well\u2028\x1b[2J\x1b]0;t\x07"
    status = look(live_aws, Target(evaluated("fail-judge", base=False)))
    failed = [replace(it, log=(evil,)) if it.status == "Failed" else it for it in status.steps]

    shown = in_words(
        status_parts(replace(status, run=replace(status.run, failure=evil), steps=tuple(failed)))
    )

    assert (
        shown.count("\n  Error:\n    in line 1\n  Why: all is well\n  \\x1b[2J\\x1b]0;t\\x07") == 2
    )
    assert all(it.isprintable() for it in shown.split("\n"))


def test_too_many_rows_are_told_apart_from_other_failures(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    arn = evaluated("many", dataset="s3://evalbook-data/broken/too-many.jsonl")
    status = look(live_aws, Target(arn))

    assert status.cause is not None
    assert status.cause.id == "data.too_many_rows"


def test_a_nova_run_shows_its_own_steps(sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox) -> None:
    arn = start_nova_evaluation(sagemaker, "nova", tuned=True)
    in_sandbox.advance(60)
    status = look(live_aws, Target(arn, "fine-tuned"))

    assert [step.name for step in status.steps] == ["InspectAIInference", "EvaluateWithJudge"]
    assert status.steps[1].bedrock_job is not None
    assert in_words(status_parts(status)).startswith("nova (fine-tuned): Succeeded")


def test_where_bedrock_may_not_be_asked_the_rest_is_shown(
    evaluated: Callable[..., str], live_aws: Aws, in_sandbox: Sandbox
) -> None:
    arn = evaluated("fail-judge", base=False)
    in_sandbox.fail("bedrock:ListEvaluationJobs", "AccessDeniedException", status=403, times=None)
    try:
        status = look(live_aws, Target(arn))
    finally:
        in_sandbox.heal()

    assert status.cause is not None
    assert status.cause.id == "judge.retired"
    assert "Bedrock's evaluation job can't be read" in in_words(status_parts(status))


def test_what_cannot_change_is_not_asked_again(
    evaluated: Callable[..., str], live_aws: Aws, in_sandbox: Sandbox
) -> None:
    target = Target(evaluated("once"))
    seen = look(live_aws, target)
    before = len(in_sandbox.calls())
    look(live_aws, target, known=seen)

    asked = [call["operation"] for call in in_sandbox.calls()[before:]]
    assert sorted(asked) == ["DescribePipelineExecution", "ListPipelineExecutionSteps"]


def test_logs_are_said_to_be_missing_where_they_are(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    status = with_logs(live_aws, look(live_aws, Target(evaluated("fail-inference"))))

    [unknown] = status.steps[0].unknown
    assert "log" in unknown


def test_a_run_that_is_not_there_is_named(live_aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/abcdefghijkl"

    with pytest.raises(AnswerRejected, match="There is no pipeline execution"):
        look(live_aws, Target(arn))


def test_document_has_times_causes_and_jobs(evaluated: Callable[..., str], live_aws: Aws) -> None:
    document = build_run_document(look(live_aws, Target(evaluated("fail-judge"))))

    assert document.status == "Failed"
    assert document.cause.id == "judge.retired"
    judging = [step for step in document.steps if step.bedrock_job]
    assert judging[0].bedrock_job.judge == "amazon.nova-pro-v1:0"
    assert judging[0].seconds == pytest.approx(0.2, abs=0.1)


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (timedelta(seconds=7), "0:07"),
        (timedelta(minutes=12, seconds=30), "12:30"),
        (timedelta(hours=1, minutes=2, seconds=3), "1:02:03"),
    ],
)
def test_times_are_written_as_people_read_them(time: timedelta, text: str) -> None:
    assert clock(time.total_seconds()) == text

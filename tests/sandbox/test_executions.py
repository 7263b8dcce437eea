"""A pipeline execution goes through its states as the sandbox's clock goes on."""

from __future__ import annotations

from typing import Any

import pytest
from simulated import inference_step, judging_step, refused, run, start, step_of

from evalbook.sandbox import Sandbox

STEP_SECONDS = 100


@pytest.fixture
def slow(sandbox: Sandbox) -> Any:
    """Steps that take longer than the test, so that only the clock put forward ends them."""
    before = sandbox.control("POST", "/clock", {})["step_seconds"]
    sandbox.control("POST", "/clock", {"step_seconds": STEP_SECONDS})
    yield sandbox
    sandbox.control("POST", "/clock", {"step_seconds": before})


def states(sagemaker: Any, arn: str) -> list[tuple[str, str]]:
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
    return [(s["StepName"], s["StepStatus"]) for s in steps["PipelineExecutionSteps"]]


def status(sagemaker: Any, arn: str) -> str:
    execution = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    return str(execution["PipelineExecutionStatus"])


def test_steps_follow_each_other(slow: Sandbox, client: Any) -> None:
    sagemaker = client("sagemaker")
    arn = start(sagemaker, inference_step(), judging_step())
    inference, judging = "EvaluateCustomInferenceModel", "EvaluateCustomModelMetrics"
    seen = []

    for _ in range(3):
        seen.append((status(sagemaker, arn), states(sagemaker, arn)))
        slow.advance(STEP_SECONDS)

    assert seen == [
        ("Executing", [(inference, "Executing")]),
        ("Executing", [(inference, "Succeeded"), (judging, "Executing")]),
        ("Succeeded", [(inference, "Succeeded"), (judging, "Succeeded")]),
    ]


def test_latest_step_comes_first_unless_asked_otherwise(sandbox: Sandbox, client: Any) -> None:
    sagemaker = client("sagemaker")
    arn = run(sandbox, sagemaker, inference_step(), judging_step())

    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)

    assert steps["PipelineExecutionSteps"][0]["StepName"] == "EvaluateCustomModelMetrics"


def test_steps_make_training_jobs(slow: Sandbox, client: Any) -> None:
    sagemaker = client("sagemaker")
    arn = start(sagemaker, inference_step())
    job = step_of(sagemaker, arn, "EvaluateCustomInferenceModel")["Metadata"]["TrainingJob"]["Arn"]
    name = job.split("/")[-1]

    before = sagemaker.describe_training_job(TrainingJobName=name)
    slow.advance(STEP_SECONDS)
    after = sagemaker.describe_training_job(TrainingJobName=name)

    assert name.startswith(f"pipelines-{arn.split('/')[-1]}-EvaluateCustomInfere-")
    assert before["TrainingJobStatus"] == "InProgress"
    assert after["TrainingJobStatus"] == "Completed"
    assert after["OutputDataConfig"]["S3OutputPath"] == "s3://evalbook-results/runs"


def test_stopped_execution_stops_its_steps(slow: Sandbox, client: Any) -> None:
    sagemaker = client("sagemaker")
    arn = start(sagemaker, inference_step(), judging_step())

    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    at_once = (status(sagemaker, arn), states(sagemaker, arn))
    slow.advance(STEP_SECONDS)

    assert at_once == ("Stopping", [("EvaluateCustomInferenceModel", "Stopping")])
    assert status(sagemaker, arn) == "Stopped"
    assert states(sagemaker, arn) == [("EvaluateCustomInferenceModel", "Stopped")]


def test_execution_that_is_over_can_not_be_stopped(sandbox: Sandbox, client: Any) -> None:
    sagemaker = client("sagemaker")
    arn = run(sandbox, sagemaker, inference_step())

    with refused("ValidationException"):
        sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)


def test_same_token_starts_once(client: Any) -> None:
    sagemaker = client("sagemaker")
    first = start(sagemaker, inference_step())

    again = sagemaker.start_pipeline_execution(
        PipelineName="SagemakerEvaluation-run-1", ClientRequestToken="b" * 32
    )

    assert again["PipelineExecutionArn"] == first


def test_name_that_aws_would_not_take_is_refused(client: Any) -> None:
    with refused("ValidationException"):
        start(client("sagemaker"), inference_step(), name="n" * 83)


def test_unknown_execution_is_not_found(client: Any) -> None:
    unknown = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/x/execution/y"

    with refused("ResourceNotFound"):
        client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=unknown)


def test_slow_run_takes_twenty_times_as_long(slow: Sandbox, client: Any) -> None:
    sagemaker = client("sagemaker")
    arn = start(sagemaker, inference_step(), name="slow-run")

    slow.advance(STEP_SECONDS * 19)
    before = status(sagemaker, arn)
    slow.advance(STEP_SECONDS)

    assert (before, status(sagemaker, arn)) == ("Executing", "Succeeded")


def test_stuck_run_never_ends_but_can_be_stopped(sandbox: Sandbox, client: Any) -> None:
    sagemaker = client("sagemaker")
    arn = run(sandbox, sagemaker, inference_step(), name="stuck-run")

    assert status(sagemaker, arn) == "Executing"

    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    sandbox.advance(60)

    assert status(sagemaker, arn) == "Stopped"


def test_refused_start_makes_no_execution(client: Any) -> None:
    sagemaker = client("sagemaker")

    with refused("ResourceLimitExceeded"):
        start(sagemaker, inference_step(), name="fail-start")

    executions = sagemaker.list_pipeline_executions(PipelineName="SagemakerEvaluation-fail-start")
    assert executions["PipelineExecutionSummaries"] == []

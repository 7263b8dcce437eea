"""Runs that are a training job of their own, told in the words of pipeline executions.

The SDK starts such a job where it is given ``compute`` (``_write_and_submit_smtj_recipe`` in
train/evaluate/base_evaluator.py, sagemaker 3.27.0), and names it after ``base_eval_name``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalbook.aws.executions import Execution, Plan, RunStep
from evalbook.aws.session import NO_HELP, Aws, AwsDenied, AwsInvalid, AwsMissing
from evalbook.errors import AnswerRejected

TYPE = "training_job"
"""What such a run's type is called: a job does not tell a benchmark from a scorer."""

_STATES = {"InProgress": "Executing", "Completed": "Succeeded"}
_ENDS = ("Completed", "Failed", "Stopped")
_NOT_THERE = ("does not exist", "not found")


def job_execution(aws: Aws, arn: str) -> Execution:
    """Look at one training job.

    Raises:
        AnswerRejected: ``run.missing`` or ``run.denied``.
        AwsUnavailable: AWS could not be asked.
    """
    try:
        found = _described(aws, arn)
    except (AwsDenied, AwsMissing, AwsInvalid) as error:
        if isinstance(error, AwsMissing) or any(it in error.message for it in _NOT_THERE):
            raise AnswerRejected(
                "run.missing",
                f"There is no training job {arn}, or no longer.",
                "Check the name, the account and the region.",
            ) from None
        raise AnswerRejected(
            "run.denied",
            f"{arn} can't be looked at: {error.message}",
            "Ask for sagemaker:DescribeTrainingJob, and check the account and the region.",
        ) from None
    status = found["TrainingJobStatus"]
    created = found["CreationTime"]
    return Execution(
        arn,
        found["TrainingJobName"],
        _STATES.get(status, status),
        # A failed phase gives the job's reason itself.
        None if found.get("SecondaryStatusTransitions") else found.get("FailureReason"),
        created,
        found.get("TrainingEndTime") or found.get("LastModifiedTime") or created,
        TYPE,
    )


def training_job_arn(aws: Aws, region: str, name: str) -> str | None:
    """Return the ARN of a training job by its name; None where none is found.

    Raises:
        AwsUnavailable: AWS could not be asked.
    """
    try:
        found = aws.call("sagemaker", "describe_training_job", region=region, TrainingJobName=name)
    except NO_HELP:
        return None
    return str(found["TrainingJobArn"])


def job_steps(aws: Aws, arn: str) -> list[RunStep]:
    """Return what a training job went through, such as Downloading and Training.

    Raises:
        AwsDenied, AwsMissing, AwsInvalid: AWS's answer was no.
        AwsUnavailable: AWS could not be asked.
    """
    found = _described(aws, arn)
    status = found["TrainingJobStatus"]
    phases = [
        it for it in found.get("SecondaryStatusTransitions") or () if it["Status"] not in _ENDS
    ]
    steps = [_step(phase, arn) for phase in phases]
    if steps and status in ("Failed", "Stopped"):
        last = phases[-1]
        steps[-1] = RunStep(
            last["Status"], status, last["StartTime"], last.get("EndTime"), None, arn
        )
    return steps


def _step(phase: Mapping[str, Any], arn: str) -> RunStep:
    ended = phase.get("EndTime")
    status = "Succeeded" if ended else "Executing"
    job = arn if phase["Status"] == "Training" else None
    return RunStep(phase["Status"], status, phase["StartTime"], ended, None, job)


def job_plan(aws: Aws, arn: str) -> Plan:
    """Return what a training job was started with.

    Raises:
        AwsDenied, AwsMissing, AwsInvalid: AWS's answer was no.
        AwsUnavailable: AWS could not be asked.
    """
    found = _described(aws, arn)
    resources = found.get("ResourceConfig") or {}
    kind, count = resources.get("InstanceType"), resources.get("InstanceCount", 1)
    sources = {
        channel.get("ChannelName"): (channel.get("DataSource") or {}).get("S3DataSource") or {}
        for channel in found.get("InputDataConfig") or ()
    }
    return Plan(
        dataset=(sources.get("train") or {}).get("S3Uri"),
        output=(found.get("OutputDataConfig") or {}).get("S3OutputPath"),
        role=found.get("RoleArn"),
        instances=f"{count} x {kind}" if kind else None,
    )


def _described(aws: Aws, arn: str) -> dict[str, Any]:
    region, name = arn.split(":")[3], arn.rpartition("/")[2]
    found: dict[str, Any] = aws.call(
        "sagemaker", "describe_training_job", region=region, TrainingJobName=name
    )
    return found

"""A run by its ARN: a pipeline execution, or one training job in the words of executions.

The SDK starts a job if given ``compute`` (``_write_and_submit_smtj_recipe`` in
train/evaluate/base_evaluator.py, sagemaker 3.27.0), and names it after ``base_eval_name``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evalbook.aws.documents import ForeignJson
from evalbook.aws.executions import (
    Execution,
    PipelineRun,
    RunPlan,
    RunStep,
    is_training_job,
    looking_at,
    region_of,
)
from evalbook.aws.session import REFUSED, Aws, AwsMissing
from evalbook.errors import AnswerRejected

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef

_STATES = {"InProgress": "Executing", "Completed": "Succeeded"}
_ENDS = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True)
class JobRun:
    """A run that is one training job."""

    arn: str

    def describe(self, aws: Aws) -> Execution:
        with looking_at(self.arn, "training job", "sagemaker:DescribeTrainingJob"):
            found = self._ask(aws)
        status = found["TrainingJobStatus"]
        created = found["CreationTime"]
        return Execution(
            self.arn,
            found["TrainingJobName"],
            _STATES.get(status, status),
            # A failed phase gives the job's reason itself.
            None if found.get("SecondaryStatusTransitions") else found.get("FailureReason"),
            created,
            found.get("TrainingEndTime") or found.get("LastModifiedTime") or created,
        )

    def list_steps(self, aws: Aws) -> list[RunStep]:
        """Return the job's phases, such as Downloading and Training."""
        found = self._ask(aws)
        status = found["TrainingJobStatus"]
        steps = [
            RunStep(
                phase["Status"],
                "Succeeded" if phase.get("EndTime") else "Executing",
                phase["StartTime"],
                phase.get("EndTime"),
                None,
                self.arn if phase["Status"] == "Training" else None,
            )
            for phase in found.get("SecondaryStatusTransitions", ())
            if phase["Status"] not in _ENDS
        ]
        if steps and status in ("Failed", "Stopped"):
            steps[-1] = replace(steps[-1], status=status, job=self.arn)
        return steps

    def read_plan(self, aws: Aws) -> RunPlan:
        found = self._ask(aws)
        job = ForeignJson(found)
        channels = [it for it in job["InputDataConfig"].items if it["ChannelName"].text == "train"]
        count, kind = job["ResourceConfig"]["InstanceCount"], job["ResourceConfig"]["InstanceType"]
        return RunPlan(
            dataset=next((it["DataSource"]["S3DataSource"]["S3Uri"].text for it in channels), None),
            output=job["OutputDataConfig"]["S3OutputPath"].text,
            role=job["RoleArn"].text,
            instances=f"{count.value or 1} x {kind.text}" if kind.text else None,
        )

    def stop(self, aws: Aws) -> None:
        aws.client("sagemaker", region_of(self.arn)).stop_training_job(
            TrainingJobName=self.arn.rpartition("/")[2]
        )

    def _ask(self, aws: Aws) -> DescribeTrainingJobResponseTypeDef:
        return aws.client("sagemaker", region_of(self.arn)).describe_training_job(
            TrainingJobName=self.arn.rpartition("/")[2]
        )


def find_training_job(aws: Aws, region: str, name: str) -> str | None:
    """Return the ARN of a training job by its name; None if there is none."""
    try:
        found = aws.client("sagemaker", region).describe_training_job(TrainingJobName=name)
    except AwsMissing:
        return None
    return str(found["TrainingJobArn"])


Run = PipelineRun | JobRun
"""All methods but ``describe`` raise `REFUSED` if AWS's answer was no."""


def run_of(arn: str) -> Run:
    return JobRun(arn) if is_training_job(arn) else PipelineRun(arn)


def plan_of(aws: Aws, arn: str) -> RunPlan:
    """Return what a run was started with; an empty plan if AWS does not say."""
    try:
        return run_of(arn).read_plan(aws)
    except REFUSED:
        return RunPlan()


def stop_run(aws: Aws, arn: str) -> None:
    """Ask AWS to stop a run."""
    try:
        run_of(arn).stop(aws)
    except REFUSED as error:
        raise AnswerRejected(
            "run.stop_refused",
            f"{arn} was not stopped: {error.message}",
            "Check it with `evalbook status`; stopping needs sagemaker:StopPipelineExecution, or "
            "sagemaker:StopTrainingJob for a training job.",
        ) from None

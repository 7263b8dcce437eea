"""A run by its ARN: one thing, be it a pipeline's execution or a training job of its own."""

from __future__ import annotations

from evalbook.aws.executions import PipelineRun, RunPlan, is_training_job
from evalbook.aws.job_runs import JobRun
from evalbook.aws.session import REFUSED, Aws
from evalbook.errors import AnswerRejected

Run = PipelineRun | JobRun
"""What can be asked of a run; all but ``describe`` raises `REFUSED` where AWS's answer was no."""


def run_of(arn: str) -> Run:
    return JobRun(arn) if is_training_job(arn) else PipelineRun(arn)


def plan_of(aws: Aws, arn: str) -> RunPlan:
    """Return what a run was started with; an empty plan where AWS does not say."""
    try:
        return run_of(arn).read_plan(aws)
    except REFUSED:
        return RunPlan()


def stop_run(aws: Aws, arn: str) -> None:
    """Ask AWS to stop a run.

    Raises:
        AnswerRejected: ``run.stop_refused``.
    """
    try:
        run_of(arn).stop(aws)
    except REFUSED as error:
        raise AnswerRejected(
            "run.stop_refused",
            f"{arn} was not stopped: {error.message}",
            "Look at it with `evalbook status`; stopping takes sagemaker:StopPipelineExecution, or "
            "sagemaker:StopTrainingJob for a training job.",
        ) from None

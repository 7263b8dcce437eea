"""A run by its ARN: one thing, be it a pipeline's execution or a training job of its own."""

from __future__ import annotations

from typing import Protocol

from evalbook.aws.executions import Execution, PipelineRun, Plan, RunStep, is_training_job
from evalbook.aws.job_runs import JobRun
from evalbook.aws.session import REFUSED, Aws
from evalbook.errors import AnswerRejected


class Run(Protocol):
    """What can be asked of a run; each raises AwsUnavailable where AWS could not be asked."""

    def describe(self, aws: Aws) -> Execution:
        """Look at the run itself.

        Raises:
            AnswerRejected: ``run.missing`` or ``run.denied``.
        """

    def list_steps(self, aws: Aws) -> list[RunStep]:
        """Return the steps that have started, in the order in which they did.

        Raises:
            AwsDenied, AwsMissing, AwsInvalid: AWS's answer was no.
        """

    def read_plan(self, aws: Aws) -> Plan:
        """Return what the run was started with.

        Raises:
            AwsDenied, AwsMissing, AwsInvalid: AWS's answer was no.
        """

    def stop(self, aws: Aws) -> None:
        """Ask AWS to stop the run.

        Raises:
            AwsDenied, AwsMissing, AwsInvalid: AWS's answer was no.
        """


def run_of(arn: str) -> Run:
    return JobRun(arn) if is_training_job(arn) else PipelineRun(arn)


def plan_of(aws: Aws, arn: str) -> Plan:
    """Return what a run was started with; an empty plan where AWS does not say."""
    try:
        return run_of(arn).read_plan(aws)
    except REFUSED:
        return Plan()


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

"""SageMaker of one account in one region, beyond what moto keeps."""

from __future__ import annotations

import json
import secrets
import string
import threading
from typing import Any

from moto.sagemaker.models import SageMakerModelBackend, sagemaker_backends

from evalbook.sandbox.clock import CLOCK
from evalbook.sandbox.evaluation import Evaluations, JobFailed
from evalbook.sandbox.own_instances import OwnInstancesJob, own_instances_job, training_job_arn
from evalbook.sandbox.regional import Regional
from evalbook.sandbox.sagemaker.definition import parse_definition
from evalbook.sandbox.sagemaker.exceptions import (
    ResourceLimitExceeded,
    ResourceNotFound,
    ValidationException,
)
from evalbook.sandbox.sagemaker.executions import Execution
from evalbook.sandbox.sagemaker.registry import Registry
from evalbook.sandbox.sagemaker.rollouts import RolloutJob
from evalbook.sandbox.sagemaker.tracking import Tracking
from evalbook.sandbox.scenarios import effects_in


class SageMaker:
    """Registry and executions; pipelines, model packages and tags are moto's."""

    def __init__(self, account: str, region: str) -> None:
        self.registry = Registry(account, region)
        self.executions: dict[str, Execution] = {}
        self.rollouts: dict[str, RolloutJob] = {}
        """Jobs of multi-turn RL, by name."""
        self.own_instances: list[OwnInstancesJob] = []
        """Training jobs that were created by themselves, for no pipeline."""
        self._tracking: dict[str, Tracking] = {}
        self._tokens: dict[str, str] = {}
        self._lock = threading.RLock()

    def tracking_of(self, server: str) -> Tracking:
        """Return what was recorded in an MLflow server, by its ARN."""
        return self._tracking.setdefault(server, Tracking())

    @property
    def moto(self) -> SageMakerModelBackend:
        """Moto's part of the same account and region."""
        return sagemaker_backends[self.registry.account][self.registry.region]

    def start(self, request: dict[str, Any], definition: str) -> str:
        """Start an execution of a pipeline that moto knows, and return its ARN.

        Raises:
            ResourceLimitExceeded: the run's name or dataset asks for it.
            ValidationException: the pipeline's definition can't be run.
        """
        with self._lock:
            token = request.get("ClientRequestToken")
            if token in self._tokens:
                return self._tokens[token]
            parsed = parse_definition(definition)
            name = request.get("PipelineExecutionDisplayName") or f"execution-{random_id()}"
            effects = effects_in([name, *_inputs(definition)])
            if "start-refused" in effects:
                raise ResourceLimitExceeded(
                    "The account-level service limit 'Maximum number of concurrent pipeline "
                    "executions' is 0 Executions. Please use AWS Service Quotas to request an "
                    "increase for this quota."
                )
            arn: str = self.moto.start_pipeline_execution(
                request["PipelineName"],
                name,
                request.get("PipelineParameters") or [],
                request.get("PipelineExecutionDescription"),  # type: ignore[arg-type]
                request.get("ParallelismConfiguration"),  # type: ignore[arg-type]
                token,  # type: ignore[arg-type]
            )["PipelineExecutionArn"]
            jobs: Any = self.moto.training_jobs
            self.executions[arn] = Execution(
                arn, parsed, Evaluations(self.registry), jobs, effects, self.rollouts
            )
            if token:
                self._tokens[token] = arn
            return arn

    def execution(self, arn: str) -> Execution:
        """Return an execution as it stands now.

        Raises:
            ResourceNotFound: there is none.
        """
        if arn not in self.executions:
            raise ResourceNotFound(f"Pipeline execution with ARN '{arn}' does not exist.")
        self.tick()
        return self.executions[arn]

    def tick(self) -> None:
        """Bring every execution to the present."""
        with self._lock:
            for execution in self.executions.values():
                execution.advance(CLOCK.now())
            for job in self.own_instances:
                job.advance(CLOCK.now(), self.registry.account)

    def create_training_job(self, request: dict[str, Any]) -> str:
        """Create a training job on instances of the caller's choice, and return its ARN.

        Raises:
            ValidationException: AWS would not create it.
        """
        name, registry = str(request["TrainingJobName"]), self.registry
        arn = training_job_arn(registry.region, registry.account, name)
        jobs: Any = self.moto.training_jobs
        with self._lock:
            if name in jobs:
                raise ValidationException(f"Training job names must be unique: {name} exists.")
            try:
                job = own_instances_job(request, Evaluations(registry), arn)
            except JobFailed as error:
                raise ValidationException(str(error)) from error
            jobs[name] = job
            self.own_instances.append(job)
        return arn

    def stop_training_job(self, name: str) -> None:
        """Begin to stop a training job.

        Raises:
            ValidationException: there is none, or it is over already.
        """
        self.tick()
        job = next((it for it in self.own_instances if it.training_job_name == name), None)
        if job is None or job.over:
            raise ValidationException(
                f"The request was rejected because the training job {name} "
                f"{'does not exist' if job is None else 'is in status ' + job.training_job_status}."
            )
        job.stop(CLOCK.now())

    def stop(self, arn: str) -> None:
        """Begin to stop an execution.

        Raises:
            ResourceNotFound: there is none.
            ValidationException: it is over already.
        """
        with self._lock:
            self.execution(arn).stop(CLOCK.now())


sagemaker_in: Regional[SageMaker] = Regional(SageMaker)


def random_id(length: int = 12) -> str:
    """Return letters and digits such as AWS ends ARNs with."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length))


def _inputs(definition: str) -> list[str]:
    """Return each step's input channels as JSON: the dataset's key is somewhere in it."""
    return [
        json.dumps(channel)
        for step in json.loads(definition)["Steps"]
        for channel in (step.get("Arguments") or {}).get("InputDataConfig") or ()
    ]

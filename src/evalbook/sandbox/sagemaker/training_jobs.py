"""Training jobs that pipeline steps make or the world has, in the shape moto keeps its own in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evalbook.sandbox.clock import moment
from evalbook.sandbox.evaluation import Job

SHOWN = (
    "HyperParameters",
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "VpcConfig",
    "StoppingCondition",
    "ServerlessJobConfig",
    "ModelPackageConfig",
)
"""Arguments that DescribeTrainingJob shows as they were given."""

DEFAULT_RUNTIME = 86400
"""Seconds that SageMaker lets a job run where the request does not say."""

SECONDARY = {"InProgress": "Training", "Completed": "Completed", "Failed": "Failed"}


class TrainingJob:
    """A job among moto's: found by DescribeTrainingJob and ListTrainingJobs like any other."""

    def __init__(
        self,
        job: Job,
        started: float,
        mlflow: Mapping[str, Any] | None = None,
        package: str | None = None,
    ) -> None:
        self.job = job
        self.training_job_name = job.name
        self.arn = job.arn
        self.training_job_status = "InProgress"
        self.creation_time: datetime = moment(started)
        self.last_modified_time = self.creation_time
        self.training_end_time: datetime | None = None
        self.failure: str | None = None
        self.tags: list[dict[str, str]] = []
        self._mlflow = mlflow
        self._package = package

    def end(self, status: str, at: float, failure: str | None = None) -> None:
        """Note how the job ended: Completed, Failed or Stopped."""
        self.training_job_status = status
        self.training_end_time = self.last_modified_time = moment(at)
        self.failure = failure

    @property
    def response_object(self) -> dict[str, Any]:
        """What DescribeTrainingJob shows."""
        artifacts = f"{self.job.output}/{self.job.name}/output/model.tar.gz"
        return {
            "TrainingJobName": self.training_job_name,
            "TrainingJobArn": self.arn,
            "TrainingJobStatus": self.training_job_status,
            "SecondaryStatus": SECONDARY.get(self.training_job_status, self.training_job_status),
            "FailureReason": self.failure[:1024] if self.failure else None,
            "CreationTime": self.creation_time,
            "LastModifiedTime": self.last_modified_time,
            "TrainingStartTime": self.creation_time,
            "TrainingEndTime": self.training_end_time,
            "ModelArtifacts": {"S3ModelArtifacts": artifacts},
            "OutputModelPackageArn": self._package,
            "MlflowConfig": dict(self._mlflow) if self._mlflow else None,
            "StoppingCondition": {"MaxRuntimeInSeconds": DEFAULT_RUNTIME},
            **{name: self.job.request[name] for name in SHOWN if name in self.job.request},
        }

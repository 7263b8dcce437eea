"""Foundation models, inference profiles and evaluation jobs of one account in one region.

Kinder than AWS: a model has no separate access agreement, and evaluation jobs are made only by
the judging steps of a pipeline, not by CreateEvaluationJob.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timezone
from typing import Any

from evalbook.sandbox.bedrock.exceptions import ResourceNotFoundException, ValidationException
from evalbook.sandbox.clock import CLOCK, moment
from evalbook.sandbox.regional import Regional


@dataclass(frozen=True)
class FoundationModel:
    """A model as Bedrock lists it in one region."""

    id: str
    name: str
    """At most 20 characters, as the service model has it."""
    provider: str
    started: date
    legacy_since: date | None = None
    end_of_life: date | None = None
    profile_only: bool = False
    """Reachable through an inference profile only, never by its own ID."""
    legacy_unused: bool = False
    """Legacy and not called by this account for 30 days: Bedrock refuses to run it."""

    def retired(self) -> bool:
        """Tell whether its end of life has passed."""
        return self.end_of_life is not None and _midnight(self.end_of_life) <= moment(CLOCK.now())

    def details(self, region: str) -> dict[str, Any]:
        """Return what GetFoundationModel shows."""
        legacy = self.legacy_since is not None and _midnight(self.legacy_since) <= moment(
            CLOCK.now()
        )
        return {
            "modelArn": f"arn:aws:bedrock:{region}::foundation-model/{self.id}",
            "modelId": self.id,
            "modelName": self.name,
            "providerName": self.provider,
            "inputModalities": ["TEXT"],
            "outputModalities": ["TEXT"],
            "responseStreamingSupported": True,
            "customizationsSupported": [],
            "inferenceTypesSupported": ["INFERENCE_PROFILE" if self.profile_only else "ON_DEMAND"],
            "modelLifecycle": {
                "status": "LEGACY" if legacy else "ACTIVE",
                "startOfLifeTime": _midnight(self.started),
                "legacyTime": _midnight(self.legacy_since) if self.legacy_since else None,
                "endOfLifeTime": _midnight(self.end_of_life) if self.end_of_life else None,
            },
        }


@dataclass
class EvaluationJob:
    """A Bedrock evaluation job behind one judging step."""

    arn: str
    name: str
    role: str
    judge: str
    metrics: tuple[str, ...]
    dataset_uri: str
    output_uri: str
    source: str
    """Who made the responses that are judged."""
    created: float
    status: str = "InProgress"
    modified: float = 0.0
    failures: list[str] = field(default_factory=list)
    kms_key: str | None = None

    def description(self) -> dict[str, Any]:
        """Return what GetEvaluationJob shows."""
        return {
            "jobName": self.name,
            "status": self.status,
            "jobArn": self.arn,
            "roleArn": self.role,
            "customerEncryptionKeyId": self.kms_key,
            "jobType": "Automated",
            "applicationType": "ModelEvaluation",
            "evaluationConfig": {
                "automated": {
                    "datasetMetricConfigs": [
                        {
                            "taskType": "General",
                            "dataset": {
                                "name": "CustomDataset",
                                "datasetLocation": {"s3Uri": self.dataset_uri},
                            },
                            "metricNames": list(self.metrics),
                        }
                    ],
                    "evaluatorModelConfig": {
                        "bedrockEvaluatorModels": [{"modelIdentifier": self.judge}]
                    },
                }
            },
            "inferenceConfig": {
                "models": [
                    {"precomputedInferenceSource": {"inferenceSourceIdentifier": self.source}}
                ]
            },
            "outputDataConfig": {"s3Uri": self.output_uri},
            "creationTime": moment(self.created),
            "lastModifiedTime": moment(self.modified or self.created),
            "failureMessages": list(self.failures) or None,
        }

    def summary(self) -> dict[str, Any]:
        """Return what ListEvaluationJobs shows."""
        return {
            "jobArn": self.arn,
            "jobName": self.name,
            "status": self.status,
            "creationTime": moment(self.created),
            "jobType": "Automated",
            "evaluationTaskTypes": ["General"],
            "evaluatorModelIdentifiers": [self.judge],
            "applicationType": "ModelEvaluation",
        }


@dataclass(frozen=True)
class CustomModel:
    """A deployment of a custom model, or an imported model: what answers for a person's own."""

    arn: str
    name: str
    made: datetime

    def deployment(self) -> dict[str, Any]:
        """Return what GetCustomModelDeployment shows."""
        return {
            "customModelDeploymentArn": self.arn,
            "modelDeploymentName": self.name,
            "modelArn": self.arn.replace(
                "custom-model-deployment/", "custom-model/amazon.nova-lite-v1:0/"
            ),
            "createdAt": self.made,
            "status": "Active",
        }

    def imported(self) -> dict[str, Any]:
        """Return what GetImportedModel shows."""
        return {
            "modelArn": self.arn,
            "modelName": self.name,
            "creationTime": self.made,
            "modelArchitecture": "llama",
            "instructSupported": True,
        }


@dataclass
class Bedrock:
    """One account's Bedrock in one region."""

    account: str
    region: str
    models: dict[str, FoundationModel] = field(default_factory=dict)
    """By ID."""
    profiles: dict[str, str] = field(default_factory=dict)
    """Inference profile IDs, and the model each leads to."""
    jobs: dict[str, EvaluationJob] = field(default_factory=dict)
    """By ARN."""
    custom: dict[str, CustomModel] = field(default_factory=dict)
    """Deployments of custom models and imported models, by ARN."""

    def model(self, identifier: str) -> FoundationModel:
        """Return a model by ID or ARN.

        Raises:
            ValidationException: an inference profile or another region's model was named.
            ResourceNotFoundException: this region has no such model, or no longer.
        """
        prefix = f"arn:aws:bedrock:{self.region}::foundation-model/"
        if identifier in self.profiles or (
            identifier.startswith("arn:") and not identifier.startswith(prefix)
        ):
            raise ValidationException("The provided model identifier is invalid.")
        model = self.models.get(identifier.removeprefix(prefix))
        if model is None:
            raise ResourceNotFoundException(
                "Could not resolve the foundation model from the provided model identifier."
            )
        return model

    def profile(self, identifier: str) -> dict[str, Any]:
        """Return an inference profile by ID or ARN, as GetInferenceProfile shows it.

        Raises:
            ResourceNotFoundException: there is none.
        """
        profile_id = identifier.split("/")[-1]
        if profile_id not in self.profiles:
            raise ResourceNotFoundException(f"Inference profile {identifier} not found.")
        model = self.profiles[profile_id]
        started = datetime(2025, 1, 1, tzinfo=timezone.utc)
        return {
            "inferenceProfileName": _profile_name(profile_id),
            "createdAt": started,
            "updatedAt": started,
            "inferenceProfileArn": (
                f"arn:aws:bedrock:{self.region}:{self.account}:inference-profile/{profile_id}"
            ),
            "models": [{"modelArn": f"arn:aws:bedrock:{self.region}::foundation-model/{model}"}],
            "inferenceProfileId": profile_id,
            "status": "ACTIVE",
            "type": "SYSTEM_DEFINED",
        }

    def custom_model(self, arn: str) -> CustomModel:
        """Return a deployment or an imported model.

        Raises:
            ResourceNotFoundException: there is none.
        """
        if arn not in self.custom:
            raise ResourceNotFoundException(f"The resource {arn} could not be found.")
        return self.custom[arn]

    def job(self, arn: str) -> EvaluationJob:
        """Return an evaluation job.

        Raises:
            ResourceNotFoundException: there is none.
        """
        if arn not in self.jobs:
            raise ResourceNotFoundException(f"Evaluation job {arn} could not be found.")
        return self.jobs[arn]

    def find_jobs(self, filters: Mapping[str, Any]) -> list[EvaluationJob]:
        """Return the jobs that pass ListEvaluationJobs' filters, newest first unless asked."""
        jobs = [
            job
            for job in self.jobs.values()
            if (filters.get("nameContains") or "") in job.name
            and filters.get("statusEquals") in (None, job.status)
            and filters.get("applicationTypeEquals") in (None, "ModelEvaluation")
        ]
        newest_first = filters.get("sortOrder") != "Ascending"
        return sorted(jobs, key=lambda job: job.created, reverse=newest_first)


bedrock_in: Regional[Bedrock] = Regional(Bedrock)


def _profile_name(profile_id: str) -> str:
    """Return a name as Bedrock makes them: the geography, then the model."""
    geography, _, model = profile_id.split(".", 2)
    return f"{geography.upper()} {model.replace(':', ' ').replace('.', ' ')}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.utc)

"""SageMaker operations that moto lacks, or answers otherwise than AWS."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse as MotoSageMakerResponse

from evalbook.sandbox.answers import CheckedResponse, page_of
from evalbook.sandbox.clock import CLOCK, moment
from evalbook.sandbox.sagemaker.definition import parse_definition
from evalbook.sandbox.sagemaker.exceptions import ResourceNotFound, ValidationException
from evalbook.sandbox.sagemaker.executions import Execution
from evalbook.sandbox.sagemaker.models import SageMaker, random_id, sagemaker_in
from evalbook.sandbox.sagemaker.training_jobs import TrainingJob

MLFLOW_APP_STEPS = 2
"""How many steps' time a new MLflow app takes to be ready."""


class SageMakerResponse(MotoSageMakerResponse, CheckedResponse):
    """moto's SageMaker, with hubs, lineage artifacts, MLflow apps and executions that take time."""

    @property
    def sagemaker(self) -> SageMaker:
        """The caller's SageMaker in the region that was asked."""
        return sagemaker_in(self.current_account, self.region)

    # Hubs

    def describe_hub(self) -> ActionResult:
        """Show a hub."""
        return self.checked(self.sagemaker.registry.hub(self._get_param("HubName")))

    def list_hubs(self) -> ActionResult:
        """Show the hubs; no filter is looked at."""
        page, token = self._page(self.sagemaker.registry.hubs())
        return self.checked({"HubSummaries": page, "NextToken": token})

    def list_hub_contents(self) -> ActionResult:
        """Show what a hub has of a kind; of the filters, only NameContains is looked at."""
        contents = self.sagemaker.registry.hub_contents(
            self._get_param("HubName"),
            self._get_param("HubContentType"),
            self._get_param("NameContains"),
        )
        page, token = self._page([content.summary() for content in contents])
        return self.checked({"HubContentSummaries": page, "NextToken": token})

    def describe_hub_content(self) -> ActionResult:
        """Show one version of a hub's content, or its newest."""
        content = self.sagemaker.registry.hub_content(
            self._get_param("HubName"),
            self._get_param("HubContentType"),
            self._get_param("HubContentName"),
            self._get_param("HubContentVersion"),
        )
        return self.checked(content.description())

    # Lineage

    def create_artifact(self) -> ActionResult:
        """Register a lineage artifact; where one of the same source exists, that one."""
        registry = self.sagemaker.registry
        request = self.request(ValidationException)
        source = request["Source"]
        for arn, artifact in registry.artifacts.items():
            if artifact["Source"]["SourceUri"] == source["SourceUri"]:
                return self.checked({"ArtifactArn": arn})
        arn = registry.create_artifact(
            random_id(32),
            request.get("ArtifactName"),
            source,
            request["ArtifactType"],
            request.get("Properties"),
        )
        return self.checked({"ArtifactArn": arn})

    def describe_artifact(self) -> ActionResult:
        """Show a lineage artifact."""
        arn = self._get_param("ArtifactArn")
        artifact = self.sagemaker.registry.artifacts.get(arn)
        if artifact is None:
            raise ResourceNotFound(f"Artifact {arn} does not exist.")
        return self.checked(artifact)

    def list_artifacts(self) -> ActionResult:
        """Show lineage artifacts, by source and type where asked."""
        source, kind = self._get_param("SourceUri"), self._get_param("ArtifactType")
        hidden = {"Properties"}
        found = [
            {key: value for key, value in artifact.items() if key not in hidden}
            for artifact in self.sagemaker.registry.artifacts.values()
            if source in (None, artifact["Source"]["SourceUri"])
            and kind in (None, artifact["ArtifactType"])
        ]
        page, token = self._page(found)
        return self.checked({"ArtifactSummaries": page, "NextToken": token})

    # MLflow

    def list_mlflow_apps(self) -> ActionResult:
        """Show the MLflow apps that pass the filters."""
        names = ("Status", "MlflowVersion", "AccountDefaultStatus", "DefaultForDomainId")
        filters = {name: self._get_param(name) for name in names}
        page, token = self._page(self.sagemaker.registry.mlflow_app_list(filters))
        return self.checked({"Summaries": page, "NextToken": token})

    def describe_mlflow_app(self) -> ActionResult:
        """Show an MLflow app."""
        return self.checked(self.sagemaker.registry.mlflow_app(self._get_param("Arn")))

    def create_mlflow_app(self) -> ActionResult:
        """Create an MLflow app, ready after a while."""
        ready_at = CLOCK.now() + CLOCK.step_seconds * MLFLOW_APP_STEPS
        request = self.request(ValidationException)
        arn = self.sagemaker.registry.create_mlflow_app(
            f"app-{random_id(12).upper()}", request, ready_at
        )
        return self.checked({"Arn": arn})

    def list_mlflow_tracking_servers(self) -> ActionResult:
        """Show the MLflow tracking servers, by name; no filter is looked at."""
        page, token = self._page(self.sagemaker.registry.tracking_server_list())
        return self.checked({"TrackingServerSummaries": page, "NextToken": token})

    def describe_mlflow_tracking_server(self) -> ActionResult:
        """Show an MLflow tracking server."""
        name = self._get_param("TrackingServerName")
        return self.checked(self.sagemaker.registry.tracking_server(name))

    def create_presigned_mlflow_app_url(self) -> ActionResult:
        """Return a link of the right form, which leads nowhere."""
        arn = self._get_param("Arn")
        self.sagemaker.registry.mlflow_app(arn)
        url = f"https://mlflow.sagemaker.{self.region}.app.aws/auth?authToken={random_id(32)}"
        return self.checked({"AuthorizedUrl": url})

    # Model packages

    def describe_model_package(self) -> ActionResult:
        """Show a model package; a versioned one only by its ARN, as AWS does and moto does not."""
        name = self._get_param("ModelPackageName")
        if not name.startswith("arn:") and name in self.sagemaker_backend.model_package_groups:
            raise ValidationException(f"ModelPackage {name} does not exist.")
        return super().describe_model_package()

    def describe_model_package_group(self) -> ActionResult:
        """Show a group by name or ARN; moto knows names only."""
        self.params["ModelPackageGroupName"] = self._get_param("ModelPackageGroupName").split("/")[
            -1
        ]
        return super().describe_model_package_group()

    # Pipelines

    def create_pipeline(self) -> ActionResult:
        """Create a pipeline whose definition AWS would take."""
        self._check_definition()
        return super().create_pipeline()

    def update_pipeline(self) -> ActionResult:
        """Update a pipeline to a definition that AWS would take."""
        self._check_definition()
        return super().update_pipeline()

    def start_pipeline_execution(self) -> ActionResult:
        """Start an execution that takes its time."""
        request = self.request(ValidationException)
        pipeline = self._pipeline(request["PipelineName"])
        arn = self.sagemaker.start(
            {**request, "PipelineName": pipeline["PipelineName"]}, pipeline["PipelineDefinition"]
        )
        return self.checked({"PipelineExecutionArn": arn})

    def stop_pipeline_execution(self) -> ActionResult:
        """Begin to stop an execution."""
        arn = self._get_param("PipelineExecutionArn")
        self.sagemaker.stop(arn)
        return self.checked({"PipelineExecutionArn": arn})

    def describe_pipeline_execution(self) -> ActionResult:
        """Show an execution as it stands now."""
        arn = self._get_param("PipelineExecutionArn")
        execution = self.sagemaker.execution(arn)
        shown: dict[str, Any] = self.sagemaker_backend.describe_pipeline_execution(arn)
        # moto invents these.
        for name in ("PipelineExperimentConfig", "CreatedBy", "LastModifiedBy"):
            shown.pop(name)
        return self.checked({**shown, **_state(execution)})

    def list_pipeline_executions(self) -> ActionResult:
        """Show a pipeline's executions as they stand now, newest first unless asked otherwise."""
        name = self._get_param("PipelineName")
        summaries = []
        for shown in self.sagemaker_backend.list_pipeline_executions(name)[
            "PipelineExecutionSummaries"
        ]:
            execution = self.sagemaker.execution(shown["PipelineExecutionArn"])
            shown["StartTime"] = moment(execution.started)
            shown["PipelineExecutionStatus"] = execution.status
            shown["PipelineExecutionFailureReason"] = execution.failure
            summaries.append(shown)
        newest_first = self._get_param("SortOrder") != "Ascending"
        summaries.sort(key=lambda shown: shown["StartTime"], reverse=newest_first)
        page, token = self._page(summaries)
        return self.checked({"PipelineExecutionSummaries": page, "NextToken": token})

    def list_pipeline_execution_steps(self) -> ActionResult:
        """Show the steps that have started, the latest first unless asked otherwise."""
        execution = self.sagemaker.execution(self._get_param("PipelineExecutionArn"))
        newest_first = self._get_param("SortOrder") != "Ascending"
        runs = sorted(execution.runs.values(), key=lambda run: run.started, reverse=newest_first)
        page, token = self._page([run.description() for run in runs])
        return self.checked({"PipelineExecutionSteps": page, "NextToken": token})

    def describe_training_job(self) -> ActionResult:
        """Show a training job, those that executions made included."""
        self.sagemaker.tick()
        job: Any = self.sagemaker_backend.training_jobs.get(self._get_param("TrainingJobName"))
        if isinstance(job, TrainingJob):
            return self.checked(job.response_object)
        return super().describe_training_job()

    def create_training_job(self) -> ActionResult:
        """Create a training job that takes its time."""
        arn = self.sagemaker.create_training_job(self.request(ValidationException))
        return self.checked({"TrainingJobArn": arn})

    def stop_training_job(self) -> ActionResult:
        """Begin to stop a training job."""
        self.sagemaker.stop_training_job(self._get_param("TrainingJobName"))
        return self.checked({})

    def list_training_jobs(self) -> ActionResult:
        """Show training jobs whose names contain what is asked, newest first unless asked else."""
        self.sagemaker.tick()
        wanted = self._get_param("NameContains") or ""
        jobs: Any = self.sagemaker_backend.training_jobs
        found = [_summary(job) for name, job in jobs.items() if wanted in name]
        newest_first = self._get_param("SortOrder") != "Ascending"
        found.sort(key=lambda shown: shown["CreationTime"].timestamp(), reverse=newest_first)
        page, token = self._page(found)
        return self.checked({"TrainingJobSummaries": page, "NextToken": token})

    # Jobs of multi-turn RL

    def list_jobs(self) -> ActionResult:
        """Show the jobs of a category, newest first; of the filters, two times are looked at."""
        self.sagemaker.tick()
        category = self._get_param("JobCategory")
        # moto reads a moment as UTC without a time zone.
        before = self._get_param("CreationTimeBefore") or datetime.max
        after = self._get_param("LastModifiedTimeAfter") or datetime.min
        found = [
            job
            for job in self.sagemaker.rollouts.values()
            if job.category == category
            and job.created.replace(tzinfo=None) <= before
            and job.modified.replace(tzinfo=None) >= after
        ]
        found.sort(key=lambda job: job.created, reverse=True)
        page, token = self._page([job.summary() for job in found])
        return self.checked({"JobSummaries": page, "NextToken": token})

    def describe_job(self) -> ActionResult:
        """Show a job."""
        self.sagemaker.tick()
        name = self._get_param("JobName")
        job = self.sagemaker.rollouts.get(name)
        if job is None or job.category != self._get_param("JobCategory"):
            raise ResourceNotFound(f"Job {name} does not exist.")
        return self.checked(job.description())

    def _pipeline(self, name_or_arn: str) -> dict[str, Any]:
        name = name_or_arn.split("/")[-1]
        if name not in self.sagemaker_backend.pipelines:
            raise ResourceNotFound(f"Pipeline '{name_or_arn}' does not exist.")
        return self.sagemaker_backend.describe_pipeline(name)

    def _check_definition(self) -> None:
        definition = self.request(ValidationException).get("PipelineDefinition")
        if definition is not None:
            parse_definition(definition)

    def _page(self, items: list[Any]) -> tuple[list[Any], str | None]:
        return page_of(
            items,
            self._get_param("NextToken"),
            self._get_int_param("MaxResults"),
            ValidationException,
        )


def _state(execution: Execution) -> dict[str, Any]:
    return {
        "PipelineExecutionStatus": execution.status,
        "FailureReason": execution.failure,
        "CreationTime": moment(execution.started),
        "LastModifiedTime": moment(execution.modified),
    }


def _summary(job: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": job.training_job_name,
        "TrainingJobArn": job.arn,
        "CreationTime": job.creation_time,
        "TrainingEndTime": job.training_end_time,
        "LastModifiedTime": job.last_modified_time,
        "TrainingJobStatus": job.training_job_status,
    }

"""Runs of evaluations: executions of the SDK's pipelines, and training jobs that it started alone.

A pipeline's name begins with ``SagemakerEvaluation-`` and goes on with the type
(``train/evaluate/constants.py``, sagemaker 3.27.0). Given ``compute``, the SDK starts a training
job instead (``_write_and_submit_smtj_recipe`` in ``train/evaluate/base_evaluator.py``), and names
it after ``base_eval_name``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from evalbook.aws.arns import describe_arn_kind, parse_arn, refuse_region_fault
from evalbook.aws.documents import ForeignJson, read_document
from evalbook.aws.session import REFUSED, Aws, AwsDenied, AwsInvalid, AwsMissing, in_parallel
from evalbook.errors import AnswerRejected
from evalbook.evaluation_types import EVALUATION_TYPES, PIPELINE_PREFIX, EvaluationType
from evalbook.texts import printable

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef

OVER = frozenset({"Succeeded", "Failed", "Stopped", "CompletedWithFailures"})
"""States in which an execution does nothing more."""


@dataclass(frozen=True)
class Execution:
    arn: str
    name: str
    status: str
    """Executing, Stopping, Stopped, Failed, Succeeded or CompletedWithFailures."""
    failure: str | None
    created: datetime
    modified: datetime

    @property
    def over(self) -> bool:
        """Whether nothing will happen any more."""
        return self.status in OVER

    @property
    def region(self) -> str:
        return region_of(self.arn)

    @property
    def kind(self) -> str:
        return read_kind(self.arn)

    @property
    def type(self) -> EvaluationType | None:
        return EVALUATION_TYPES.get(self.kind)


@dataclass(frozen=True)
class RunStep:
    name: str
    status: str
    started: datetime | None = None
    ended: datetime | None = None
    failure: str | None = None
    job: str | None = None
    """ARN of the training job, or of the job of a multi-turn RL evaluation, behind it."""


@dataclass(frozen=True)
class RunPlan:
    """What an execution was started with, read from its definition; None if it doesn't say."""

    model_package: str | None = None
    base_model: str | None = None
    judge: str | None = None
    dataset: str | None = None
    output: str | None = None
    role: str | None = None
    mlflow: str | None = None
    """ARN of the MLflow app or tracking server that it records in."""
    experiment: str | None = None
    """MLflow's, if one was named."""
    instances: str | None = None
    """What a run that is one training job runs on."""
    metrics: tuple[str, ...] = ()
    custom_metrics: str | None = None
    """S3 URI of the definitions of the custom ones."""
    steps: tuple[str, ...] = ()
    """Names of all training steps, including those that have not begun."""


def read_kind(arn: str) -> str:
    """Return the evaluation type that a pipeline's or an execution's ARN tells.

    A training job does not tell a benchmark from a scorer: it is ``training_job``. Another
    pipeline's execution is ``unknown``.
    """
    if is_training_job(arn):
        return "training_job"
    found = re.search(rf"{PIPELINE_PREFIX}-([A-Za-z]+)", arn, re.I)
    pipeline = found[1].lower() if found else None
    known = EVALUATION_TYPES.items()
    return next((name for name, it in known if it.pipeline.lower() == pipeline), "unknown")


def region_of(arn: str) -> str:
    return arn.split(":")[3]


def is_training_job(arn: str) -> bool:
    """Tell whether a run is one training job, which no pipeline started."""
    return ":training-job/" in arn


def read_execution_arn(text: str) -> str:
    """Return the ARN of a pipeline execution or a training job, given as text.

    Raises:
        AnswerRejected: ``run.not_an_execution``, it is something else; ``run.region``.
    """
    arn = parse_arn(text)
    if arn is not None and describe_arn_kind(arn) in ("a pipeline execution", "a training job"):
        refuse_region_fault(arn, "run.region", "`evalbook runs` lists the runs of a region.")
        return str(arn)
    kind = describe_arn_kind(arn) if arn else "not an ARN"
    raise AnswerRejected(
        "run.not_an_execution",
        f"{text.strip()!r} is {kind}. The ARN of a pipeline execution is needed.",
        "Give arn:aws:sagemaker:REGION:ACCOUNT:pipeline/NAME/execution/ID; `evalbook runs` lists "
        "them. For a run on your own instances, give its training job's ARN.",
    )


# --- the two kinds of runs ----------------------------------------------------------------------


@contextmanager
def _looking_at(arn: str, what: str, action: str) -> Iterator[None]:
    """Say why AWS does not describe a run."""
    try:
        yield
    except AwsMissing:
        raise AnswerRejected(
            "run.missing",
            f"There is no {what} {arn}, or it is gone.",
            "`evalbook runs` lists the runs of this account and region.",
        ) from None
    except (AwsDenied, AwsInvalid) as error:
        raise AnswerRejected(
            "run.denied",
            f"{arn} can't be read: {error.message}",
            f"Ask for {action}; check the account and the region.",
        ) from None


@dataclass(frozen=True)
class _Run:
    arn: str

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]

    def _client(self, aws: Aws) -> SageMakerClient:
        return aws.client("sagemaker", region_of(self.arn))


class PipelineRun(_Run):
    """A run that is an execution of the SDK's pipeline."""

    def describe(self, aws: Aws) -> Execution:
        with _looking_at(self.arn, "pipeline execution", "sagemaker:DescribePipelineExecution"):
            found = self._client(aws).describe_pipeline_execution(PipelineExecutionArn=self.arn)
        return Execution(
            self.arn,
            printable(found.get("PipelineExecutionDisplayName") or self.name),
            found["PipelineExecutionStatus"],
            found.get("FailureReason"),
            found["CreationTime"],
            found["LastModifiedTime"],
        )

    def list_steps(self, aws: Aws) -> list[RunStep]:
        listing = self._client(aws).get_paginator("list_pipeline_execution_steps")
        steps = []
        for page in listing.paginate(PipelineExecutionArn=self.arn):
            for found in page["PipelineExecutionSteps"]:
                jobs = ForeignJson(found)["Metadata"]
                step = RunStep(
                    printable(found["StepName"]),
                    found["StepStatus"],
                    found.get("StartTime"),
                    found.get("EndTime"),
                    found.get("FailureReason"),
                    jobs["TrainingJob"]["Arn"].text or jobs["Job"]["Arn"].text,
                )
                steps.append(step)
        return sorted(steps, key=lambda step: (step.started is None, step.started or step.name))

    def read_plan(self, aws: Aws) -> RunPlan:
        describe = self._client(aws).describe_pipeline_definition_for_execution
        return read_definition(describe(PipelineExecutionArn=self.arn)["PipelineDefinition"])

    def stop(self, aws: Aws) -> None:
        # boto3 makes the request token itself, whatever its stubs say.
        self._client(aws).stop_pipeline_execution(PipelineExecutionArn=self.arn)  # type: ignore[call-arg]


_STATES = {"InProgress": "Executing", "Completed": "Succeeded"}
_ENDS = ("Completed", "Failed", "Stopped")


class JobRun(_Run):
    """A run that is one training job."""

    def describe(self, aws: Aws) -> Execution:
        with _looking_at(self.arn, "training job", "sagemaker:DescribeTrainingJob"):
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
        self._client(aws).stop_training_job(TrainingJobName=self.name)

    def _ask(self, aws: Aws) -> DescribeTrainingJobResponseTypeDef:
        return self._client(aws).describe_training_job(TrainingJobName=self.name)


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
            "Check it with `evalbook status`; stopping needs sagemaker:StopPipelineExecution, or "
            "sagemaker:StopTrainingJob for a training job.",
        ) from None


# --- finding runs -------------------------------------------------------------------------------


def list_executions(aws: Aws, region: str, *, since: datetime | None = None) -> list[Execution]:
    """Return the evaluations of an account and region, by pipeline, the newest first in each.

    Raises:
        AwsDenied, AwsInvalid: pipelines may not be listed.
    """
    sagemaker = aws.client("sagemaker", region)
    filters: dict[str, Any] = {"CreatedAfter": since} if since else {}

    def executions(pipeline: str) -> list[Execution]:
        pages = sagemaker.get_paginator("list_pipeline_executions").paginate(
            PipelineName=pipeline, SortBy="CreationTime", SortOrder="Descending", **filters
        )
        return [
            Execution(
                arn := it["PipelineExecutionArn"],
                printable(it.get("PipelineExecutionDisplayName") or arn.rpartition("/")[2]),
                it["PipelineExecutionStatus"],
                it.get("PipelineExecutionFailureReason"),
                it["StartTime"],
                it["StartTime"],
            )
            for page in pages
            for it in page["PipelineExecutionSummaries"]
            if since is None or it["StartTime"] >= since
        ]

    try:
        pages = sagemaker.get_paginator("list_pipelines").paginate(
            PipelineNamePrefix=PIPELINE_PREFIX
        )
        names = [it["PipelineName"] for page in pages for it in page["PipelineSummaries"]]
        each = in_parallel([partial(executions, name) for name in names])
    except REFUSED as error:
        raise AnswerRejected(
            "runs.denied",
            f"The evaluations in {region} can't be listed: {error.message}",
            "Ask for sagemaker:ListPipelines and sagemaker:ListPipelineExecutions, or name a run "
            "by the notebook that started it.",
        ) from None
    return [execution for found in each for execution in found]


def find_training_job(aws: Aws, region: str, name: str) -> str | None:
    """Return the ARN of a training job by its name; None if there is none."""
    try:
        found = aws.client("sagemaker", region).describe_training_job(TrainingJobName=name)
    except AwsMissing:
        return None
    return str(found["TrainingJobArn"])


# --- what a pipeline's execution was started with -----------------------------------------------


def read_definition(text: str) -> RunPlan:
    """Read a pipeline definition that the SDK rendered; an empty plan if it is another text.

    Its members' names are those of sagemaker 3.27.0, ``train/evaluate/pipeline_templates.py``.
    """
    document = read_document(text)
    steps = {
        str(step["Name"].value): _flat(step["Arguments"])
        for step in document["Steps"].items
        if isinstance(step.value, dict) and step["Type"].value != "Lineage"
    }
    jobs = list(steps.values())
    settings = [job["HyperParameters"] for job in jobs]
    metrics = _first(it["llmaj_metrics"] for it in settings)
    return RunPlan(
        model_package=_first(job["ModelPackageConfig"]["SourceModelPackageArn"] for job in jobs),
        base_model=_first(
            job["ServerlessJobConfig"]["BaseModelArn"]
            for name, job in steps.items()
            # Judges a Nova model's answers, and names another model in its place.
            if name != "EvaluateWithJudge"
        ),
        judge=_first(it["judge_model_id"] for it in settings),
        dataset=_first(uri for job in jobs for uri in _datasets(job["InputDataConfig"])),
        output=_first(job["OutputDataConfig"]["S3OutputPath"] for job in jobs),
        role=_first(job["RoleArn"] for job in jobs),
        mlflow=_first(
            it["MlflowConfig"]["MlflowResourceArn"]
            for it in (document, *(job["OutputDataConfig"] for job in jobs))
        ),
        experiment=document["MlflowConfig"]["MlflowExperimentName"].text,
        metrics=tuple(str(name.value) for name in read_document(metrics).items),
        custom_metrics=_first(it["custom_metrics"] for it in settings),
        steps=tuple(steps),
    )


def _flat(job: ForeignJson) -> ForeignJson:
    """Return a multi-turn RL job's settings under the names that a training job has them under.

    They come as JSON in a text (``mtrl_pipeline_templates.py`` and ``multi_turn_rl_evaluator.py``).
    """
    document = job["JobConfigDocument"].inner
    if not isinstance(document.value, dict):
        return job
    package = document["ModelPackageConfig"]["InputModelPackageArn"].value
    return ForeignJson(
        {
            **document.value,
            "RoleArn": job["RoleArn"].value,
            "ServerlessJobConfig": document["EvaluationConfig"].value,
            "ModelPackageConfig": {"SourceModelPackageArn": package},
        }
    )


def _first(values: Iterable[ForeignJson]) -> str | None:
    return next((it.text for it in values if it.text), None)


def _datasets(channels: ForeignJson) -> Iterator[ForeignJson]:
    for channel in channels.items:
        # What InspectAI's container is told to do is no dataset (pipeline_templates.py, 3.27.0).
        if channel["ChannelName"].value != "config":
            source = channel["DataSource"]
            yield source["S3DataSource"]["S3Uri"]
            yield source["DatasetSource"]["DatasetArn"]

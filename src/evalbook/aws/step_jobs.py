"""The jobs behind a run's steps: SageMaker's, and the one of Bedrock that a judging step started.

The step's training job does not tell the Bedrock job's ARN. It is found by the name that the
pipeline gives it, else by the file of responses that it judges, else by where it writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from evalbook.aws.documents import ForeignJson
from evalbook.aws.runs import region_of
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing, in_parallel

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import EvaluationSummaryTypeDef


@dataclass(frozen=True)
class TrainingJob:
    """The training job behind a step."""

    name: str
    failure: str | None
    created: datetime | None
    ended: datetime | None
    output: str
    """S3 prefix without a trailing slash."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Its hyperparameters."""
    model_package: str | None = None
    base_model: str | None = None
    evaluation: str | None = None
    """``LLMAJEvaluation``, ``BenchmarkEvaluation`` or ``CustomScorerEvaluation``."""


def training_job(aws: Aws, arn: str) -> TrainingJob:
    """Describe the training job behind a step."""
    name = arn.rpartition("/")[2]
    found = aws.client("sagemaker", region_of(arn)).describe_training_job(TrainingJobName=name)
    job = ForeignJson(found)
    return TrainingJob(
        name,
        found.get("FailureReason"),
        found.get("CreationTime"),
        found.get("TrainingEndTime"),
        (job["OutputDataConfig"]["S3OutputPath"].text or "").rstrip("/"),
        found.get("HyperParameters") or {},
        job["ModelPackageConfig"]["SourceModelPackageArn"].text,
        job["ServerlessJobConfig"]["BaseModelArn"].text,
        job["ServerlessJobConfig"]["EvaluationType"].text,
    )


def find_rollout_failure(aws: Aws, arn: str) -> str | None:
    """Return why a multi-turn RL evaluation's job failed, or None if it does not say."""
    found = aws.client("sagemaker", region_of(arn)).describe_job(
        JobName=arn.rpartition("/")[2], JobCategory="AgentRFTEvaluation"
    )
    return cast("str | None", found.get("FailureReason"))


LOG_GROUP = "/aws/sagemaker/TrainingJobs"
ROLLOUT_LOG_GROUP = "/aws/sagemaker/Job/AgentRFTEvaluation"
"""Where jobs of multi-turn RL evaluations write; sagemaker 3.27.0, ``base_evaluator.py``."""


def read_last_log_lines(
    aws: Aws, region: str, job: str, group: str
) -> tuple[list[str], str | None]:
    """Return the last lines of a job's newest log stream, and why there are none, if so."""
    logs = aws.client("logs", region)
    try:
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{job}/")
        names = [it["logStreamName"] for it in streams.get("logStreams", ())]
        if not names:
            return [], f"The job {job} wrote no log."
        answer = logs.get_log_events(
            logGroupName=group, logStreamName=names[-1], limit=20, startFromHead=False
        )
    except AwsMissing:
        return [], f"The job {job} wrote no log."
    except (AwsDenied, AwsInvalid) as error:
        return [], f"The log of {job} can't be read: {error.message}"
    return [str(event.get("message", "")).rstrip() for event in answer.get("events", ())], None


# --- Bedrock's job -------------------------------------------------------------------------------

# The judging container creates the Bedrock job a while after its own job was created.
_EARLIER = timedelta(minutes=1)
_LATER = timedelta(minutes=5)
# A busy account has many jobs; each one looked at is a request.
_MOST_LOOKED_AT = 30


@dataclass(frozen=True)
class EvaluationJob:
    """A job as Bedrock's GetEvaluationJob describes it."""

    arn: str
    name: str
    status: str
    """InProgress, Completed, Failed, Stopping, Stopped or Deleting."""
    failures: tuple[str, ...]
    judge: str | None
    metrics: tuple[str, ...]
    dataset: str | None
    """S3 URI of the responses that are judged."""
    output: str | None
    role: str | None


def describe_evaluation_job(aws: Aws, region: str, arn: str) -> EvaluationJob:
    found = aws.client("bedrock", region).get_evaluation_job(jobIdentifier=arn)
    automated = ForeignJson(found["evaluationConfig"])["automated"]
    configs = automated["datasetMetricConfigs"].items
    judges = automated["evaluatorModelConfig"]["bedrockEvaluatorModels"].items
    places = [it["dataset"]["datasetLocation"]["s3Uri"].text for it in configs]
    return EvaluationJob(
        found["jobArn"],
        found["jobName"],
        found["status"],
        tuple(found.get("failureMessages", ())),
        next((it["modelIdentifier"].text for it in judges), None),
        tuple(
            dict.fromkeys(str(it.value) for config in configs for it in config["metricNames"].items)
        ),
        next(filter(None, places), None),
        found["outputDataConfig"]["s3Uri"],
        found["roleArn"],
    )


def find_job_behind(aws: Aws, region: str, training: TrainingJob) -> EvaluationJob | None:
    """Return the Bedrock job that a judging step's training job started, or None."""
    summaries = list(_listed(aws, region, training))
    # The step's own name for it tells base from fine-tuned, and so comes first.
    names = filter(None, (training.settings.get("name"), training.name))
    named = next((it for name in names for it in summaries if name in it["jobName"]), None)
    if named:
        return describe_evaluation_job(aws, region, named["jobArn"])
    arns = [it["jobArn"] for it in summaries[:_MOST_LOOKED_AT]]
    looked_at = in_parallel([partial(describe_evaluation_job, aws, region, arn) for arn in arns])
    judged = training.settings.get("inference_data_s3_path")
    if same := [job for job in looked_at if job.dataset and job.dataset == judged]:
        return same[0]
    # Two judging steps write under one prefix: several candidates can't be told apart.
    writing = [job for job in looked_at if _writes_under(job, training)]
    return writing[0] if len(writing) == 1 else None


def _writes_under(job: EvaluationJob, training: TrainingJob) -> bool:
    judge, place = training.settings.get("judge_model_id"), f"{(job.output or '').rstrip('/')}/"
    same_judge = judge is None or job.judge is None or judge in job.judge
    return bool(training.output) and place.startswith(f"{training.output}/") and same_judge


def _listed(aws: Aws, region: str, training: TrainingJob) -> Iterator[EvaluationSummaryTypeDef]:
    created: dict[str, Any] = {}
    if training.created is not None:
        created["creationTimeAfter"] = training.created - _EARLIER
    if training.ended is not None:
        created["creationTimeBefore"] = training.ended + _LATER
    jobs = aws.client("bedrock", region).get_paginator("list_evaluation_jobs")
    for page in jobs.paginate(**created):
        yield from page["jobSummaries"]

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from border import answer

from evalbook.aws.session import Aws
from evalbook.aws.step_jobs import TrainingJob, find_job_behind

REGION = "us-east-1"
PREFIX = "arn:aws:bedrock:us-east-1:123456789012:evaluation-job"
_MODEL = {"precomputedInferenceSource": {"inferenceSourceIdentifier": "model"}}
WHEN = datetime(2026, 11, 21, tzinfo=timezone.utc)


def a_training_job(**settings: str) -> TrainingJob:
    return TrainingJob(
        "pipelines-abc-EvaluateCustomModelM-xyz", None, None, None, "s3://out/run1", settings
    )


def with_jobs(aws: Aws, **jobs: Mapping[str, str]) -> None:
    """Let Bedrock have jobs, each with its responses' place and its output's."""
    arns = {f"{PREFIX}/{n:012}": name for n, name in enumerate(jobs)}
    summaries = [
        {"jobArn": arn, "jobName": name, "status": "Failed", "creationTime": WHEN,
         "jobType": "Automated", "evaluationTaskTypes": ["General"]}
        for arn, name in arns.items()
    ]  # fmt: skip

    def describe(asked: Mapping[str, Any]) -> dict[str, Any]:
        name = arns[asked["jobIdentifier"]]
        place = {"s3Uri": jobs[name].get("judges", "s3://elsewhere/x.jsonl")}
        config = {"taskType": "General", "metricNames": ["Builtin.Correctness"],
                  "dataset": {"name": "d", "datasetLocation": place}}  # fmt: skip
        return {
            "jobName": name,
            "jobArn": asked["jobIdentifier"],
            "status": "Failed",
            "roleArn": "arn:aws:iam::123456789012:role/R",
            "jobType": "Automated",
            "evaluationConfig": {"automated": {"datasetMetricConfigs": [config]}},
            "inferenceConfig": {"models": [_MODEL]},
            "outputDataConfig": {"s3Uri": jobs[name].get("writes", "s3://elsewhere/")},
            "creationTime": WHEN,
            "failureMessages": ["It failed."],
        }

    client = aws.client("bedrock", REGION)
    answer(client, "ListEvaluationJobs", lambda _: {"jobSummaries": summaries})
    answer(client, "GetEvaluationJob", describe)


def found(aws: Aws, **settings: str) -> str | None:
    job = find_job_behind(aws, REGION, a_training_job(**settings))
    return job.name if job else None


def test_is_found_by_the_name_that_the_pipeline_gave(aws: Aws) -> None:
    with_jobs(aws, **{"base-llmaj-eval-1": {}, "custom-llmaj-eval-1": {}})

    assert found(aws, name="custom-llmaj-eval-1") == "custom-llmaj-eval-1"


def test_is_found_by_the_responses_it_judges(aws: Aws) -> None:
    with_jobs(aws, one={"judges": "s3://a/b"}, two={"judges": "s3://a/c"})

    assert found(aws, name="none", inference_data_s3_path="s3://a/c") == "two"


def test_is_found_by_where_it_writes(aws: Aws) -> None:
    with_jobs(aws, one={"writes": "s3://out/run1/x"}, two={"writes": "s3://out/run10/"})

    assert found(aws) == "one"


def test_two_that_write_to_one_place_are_not_told_apart_by_guessing(aws: Aws) -> None:
    with_jobs(aws, one={"writes": "s3://out/run1/x"}, two={"writes": "s3://out/run1/y"})

    assert found(aws) is None


def test_tells_why_it_failed(aws: Aws) -> None:
    with_jobs(aws, **{"a-name": {}})
    job = find_job_behind(aws, REGION, a_training_job(name="a-name"))

    assert job is not None
    assert (job.status, job.failures, job.metrics) == (
        "Failed",
        ("It failed.",),
        ("Builtin.Correctness",),
    )

"""Training jobs on instances of one's own go through their states and leave an archive."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from typing import Any

from simulated import OUTPUT, channel, own_instances_request, refused

from evalbook.sandbox import Sandbox

RECIPE = {
    "run": {"name": "mine"},
    "evaluation": {
        "task": "mmlu",
        "strategy": "zs_cot",
        "metric": "accuracy",
        "subtask": "anatomy",
    },
}


def created(client: Callable[..., Any], name: str, **changes: Any) -> Any:
    bucket, _, key = f"{OUTPUT}/recipe.yaml".removeprefix("s3://").partition("/")
    # JSON is YAML too.
    client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(RECIPE).encode())
    sagemaker = client("sagemaker")
    sagemaker.create_training_job(**own_instances_request(name, **changes))
    return sagemaker


def shown(sagemaker: Any, name: str) -> tuple[str, str]:
    job = sagemaker.describe_training_job(TrainingJobName=name)
    return job["TrainingJobStatus"], job["SecondaryStatus"]


def test_a_job_goes_through_its_states_as_the_clock_goes_on(
    sandbox: Sandbox, client: Callable[..., Any]
) -> None:
    before = sandbox.control("POST", "/clock", {})["step_seconds"]
    sandbox.control("POST", "/clock", {"step_seconds": 100})
    sagemaker = created(client, "job-1")
    seen = []

    for _ in range(5):
        seen.append(shown(sagemaker, "job-1"))
        sandbox.advance(25)
    sandbox.control("POST", "/clock", {"step_seconds": before})

    assert seen == [
        ("InProgress", "Starting"),
        ("InProgress", "Downloading"),
        ("InProgress", "Training"),
        ("InProgress", "Training"),
        ("Completed", "Completed"),
    ]


def test_what_it_wrote_is_packed_into_one_archive(
    sandbox: Sandbox, client: Callable[..., Any]
) -> None:
    shown(created(client, "job-1"), "job-1")
    sandbox.advance(60)
    client("sagemaker").list_training_jobs()

    bucket, _, prefix = OUTPUT.removeprefix("s3://").partition("/")
    found = client("s3").get_object(Bucket=bucket, Key=f"{prefix}/job-1/output/output.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(found["Body"].read())) as archive:
        names = archive.getnames()
    assert [name.rpartition("/")[2][:8] for name in names] == ["details_", "results_"]
    assert all(name.startswith("mine/eval_results/") for name in names)


def test_a_job_that_is_asked_to_stops(sandbox: Sandbox, client: Callable[..., Any]) -> None:
    sagemaker = created(client, "stuck-run-1")
    sagemaker.stop_training_job(TrainingJobName="stuck-run-1")
    stopping = shown(sagemaker, "stuck-run-1")[0]
    sandbox.advance(60)

    assert stopping == "Stopping"
    assert shown(sagemaker, "stuck-run-1") == ("Stopped", "Stopped")
    with refused("ValidationException"):
        sagemaker.stop_training_job(TrainingJobName="stuck-run-1")


def test_what_goes_wrong_inside_is_the_jobs_reason(
    sandbox: Sandbox, client: Callable[..., Any]
) -> None:
    sagemaker = created(client, "job-1", InputDataConfig=[channel("model", OUTPUT)])
    created(client, "fail-inference-1")
    sandbox.advance(60)

    reasons = [
        sagemaker.describe_training_job(TrainingJobName=name)["FailureReason"]
        for name in ("job-1", "fail-inference-1")
    ]
    assert reasons == [
        "AlgorithmError: There is no recipe in /opt/ml/input/data/recipe.",
        "AlgorithmError: CUDA out of memory, exit code: 1",
    ]


def test_a_name_is_taken_once_and_a_role_must_be_there(
    sandbox: Sandbox, client: Callable[..., Any]
) -> None:
    assert sandbox.endpoint
    sagemaker = created(client, "job-1")

    with refused("ValidationException"):
        sagemaker.create_training_job(**own_instances_request("job-1"))
    nobody = own_instances_request("job-2", RoleArn="arn:aws:iam::123456789012:role/Nobody")
    with refused("ValidationException"):
        sagemaker.create_training_job(**nobody)


def test_jobs_are_listed_by_a_part_of_their_names_the_newest_first(
    sandbox: Sandbox, client: Callable[..., Any]
) -> None:
    # No word of hexadecimal digits: the names of other jobs end in random ones.
    created(client, "one-wanted")
    sandbox.advance(1)
    sagemaker = created(client, "two-wanted")

    listed = sagemaker.list_training_jobs(NameContains="-wanted")["TrainingJobSummaries"]
    assert [job["TrainingJobName"] for job in listed] == ["two-wanted", "one-wanted"]

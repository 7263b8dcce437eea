"""Benchmarks and scorers on instances of one's own, by the unpatched SDK in a real kernel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from interviews import answered_until

from evalbook.cli.demo import execute_notebook

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("in_sandbox")]

JOB = r"arn:aws:sagemaker:us-east-1:123456789012:training-job/\S+"


def notebook(kind: str, **instead: str) -> Path:
    chosen = {
        "advanced": "run_name, inference_parameters, compute",
        "inference_parameters": "temperature=0.25",
        "compute": "2 x ml.g5.12xlarge",
    }
    _, turn = answered_until(None, evaluation_type=kind, **{**chosen, **instead})
    assert turn.notebook is not None
    return Path(turn.notebook).absolute()


FORGET = "record_file.unlink()"


def with_cells(path: Path, chosen: Callable[..., list[dict[str, Any]]]) -> Path:
    """Write some cells of a notebook into another one beside it, which keeps the same record."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document["cells"] = [
        {**cell, "id": f"cell-{place}"} for place, cell in enumerate(chosen(*document["cells"]))
    ]
    other = path.with_name("again.ipynb")
    other.write_text(json.dumps(document), encoding="utf-8")
    return other


def evalbook(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "evalbook", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def jobs_of(run: str) -> list[str]:
    found = boto3.client("sagemaker").list_training_jobs(NameContains=run)
    return [job["TrainingJobName"] for job in found["TrainingJobSummaries"]]


def test_both_models_are_evaluated_in_a_job_each_that_is_started_once():
    path = notebook("benchmark", run_name="own-instances")
    # Once more, and once more where nothing is known of the first time.
    again = with_cells(
        path, lambda _, one, two, *rest: [one, two, *rest, two, {**two, "source": FORGET}, two]
    )
    _, started, polled, results, with_record, _, without = execute_notebook(again)

    tuned, base = re.findall(rf"^(?:fine-tuned|base): ({JOB})", started, flags=re.M)
    job = boto3.client("sagemaker").describe_training_job(TrainingJobName=base.rpartition("/")[2])
    assert job["ResourceConfig"]["InstanceType"] == "ml.g5.12xlarge"
    assert job["ResourceConfig"]["InstanceCount"] == 2
    for phase in ("Starting", "Downloading", "Training", "Uploading"):
        assert re.search(rf"^ *{phase} +\d+\.\d", polled, flags=re.M)
    assert "The evaluation succeeded." in polled
    assert "The fine-tuned model against the base model, over 120 records: " in results
    for task in ("anatomy", "astronomy", "virology"):
        row = rf"^mmlu_zs_cot:{task} +accuracy +0\.\d{{3}} +0\.\d{{3}} "
        assert re.search(row, results, flags=re.M)

    for told in (with_record, without):
        assert re.findall(rf"^(?:fine-tuned|base): ({JOB})", told, flags=re.M) == [tuned, base]
    assert len(jobs_of("own-instances")) == 2

    status = evalbook("status", "--watch", "--json")
    assert status.returncode == 0, status.stderr
    assert [it["status"] for it in json.loads(status.stdout)["runs"]] == ["Succeeded"] * 2
    compared = json.loads(evalbook("results", "--json").stdout)
    (comparison,) = compared["comparisons"]
    assert comparison["headline"].startswith(
        "The fine-tuned model against the base model, over 120 records: better on"
    )
    by_arn = evalbook("results", tuned, base)
    assert "fine-tuned" in by_arn.stdout, by_arn.stderr


def test_a_scorers_jobs_are_followed_and_stopped_from_the_command_line():
    path = notebook("custom_scorer", run_name="stuck-run", scope="fine_tuned_only",
                    advanced="scope, run_name, compute")  # fmt: skip
    started = execute_notebook(with_cells(path, lambda *cells: list(cells[:3])))[1]
    (arn,) = re.findall(rf"^fine-tuned: ({JOB})", started, flags=re.M)

    assert "Executing" in evalbook("status", arn).stdout
    assert "There are no results yet" in evalbook("results", arn).stderr
    stopped = evalbook("stop", arn, "--yes")
    assert stopped.returncode == 0, stopped.stderr
    time.sleep(1)
    assert "Stopped" in evalbook("status", arn).stdout
    assert evalbook("stop", arn, "--yes").returncode == 3

"""What the commands tell of runs that the real SDK started from the notebook's own cells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from notebook_builders import some_settings

from evalbook.notebook.settings import EvaluationSettings
from evalbook.notebook.write import write_script
from evalbook.sandbox.process import Sandbox

pytestmark = pytest.mark.e2e

SETTINGS = some_settings(
    evaluation_type="llm_as_judge",
    task="Answer questions of a support desk",
    dataset="s3://evalbook-data/support/eval.jsonl",
    records=60,
    builtin_metrics=["Correctness", "Helpfulness", "Faithfulness", "Refusal"],
    model_package_arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/support-bot/2",
    base_model_name="meta-textgeneration-llama-3-2-1b-instruct",
    judge_model="amazon.nova-pro-v1:0",
    region="us-east-1",
    role_arn="arn:aws:iam::123456789012:role/EvaluationRole",
    s3_output="s3://evalbook-results/after/",
    run_name="support-bot",
    evaluate_base_model=True,
    mlflow_experiment="Support bots",
    minutes=(50, 80),
    evalbook_version="0.1.0",
)
NOVA = some_settings(
    SETTINGS,
    model_package_arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/nova-support/1",
    base_model_name="nova-textgeneration-lite",
    s3_output="s3://evalbook-results/nova/",
    is_nova=True,
)


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """The settings of a simulated AWS that runs as long as these tests do."""
    with Sandbox(step_seconds=0.2) as sandbox:
        yield {**os.environ, **sandbox.environment}


def run(folder: Path, env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, timeout=300
    )


def evalbook(folder: Path, env: dict[str, str], *words: str) -> Any:
    """The JSON document of a command that succeeds."""
    done = run(folder, env, "-m", "evalbook", *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_as_set(execution: str, env: dict[str, str]) -> None:
    """The pipeline files its runs under the experiment."""
    keys = {
        name.lower(): env[name]
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    }
    sagemaker = boto3.client(
        "sagemaker", region_name="us-east-1", endpoint_url=env["AWS_ENDPOINT_URL"], **keys
    )
    pipeline = execution.rpartition("/execution/")[0]
    name = pipeline.rpartition("/")[2]
    definition = json.loads(sagemaker.describe_pipeline(PipelineName=name)["PipelineDefinition"])
    assert definition["MlflowConfig"]["MlflowExperimentName"] == "Support bots"


@pytest.mark.parametrize("settings", [SETTINGS, NOVA], ids=["llama", "nova"])
def test_commands_agree_with_the_cells(
    settings: EvaluationSettings, tmp_path: Path, environment: dict[str, str]
) -> None:
    script = write_script(tmp_path / "bot.py", settings)
    cells = run(tmp_path, environment, script.name)
    assert cells.returncode == 0, cells.stderr

    statuses = evalbook(tmp_path, environment, "status", "bot.py")["runs"]
    assert {status["status"] for status in statuses} == {"Succeeded"}
    assert_as_set(statuses[0]["arn"], environment)
    [comparison] = evalbook(tmp_path, environment, "results", "bot.py")["comparisons"]
    assert comparison["paired_records"] == 60
    for row in comparison["metrics"]:
        verdict = {"better": "is better", "worse": "is worse"}.get(row["verdict"], "no clear")
        [line] = [it for it in cells.stdout.splitlines() if it.startswith(row["metric"])]
        assert f"{row['gain']:.3f}" in line
        assert f"{row['wins']}/{row['ties']}/{row['losses']}" in line
        assert verdict in line


def test_a_run_of_the_real_sdk_is_explained_when_it_fails(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    failing = some_settings(
        SETTINGS, run_name="fail-judge", s3_output="s3://evalbook-results/fail/"
    )
    script = write_script(tmp_path / "bot.py", failing)
    assert run(tmp_path, environment, script.name).returncode == 1

    [status] = evalbook(tmp_path, environment, "status", "bot.py")["runs"]
    assert (status["status"], status["cause"]["id"]) == ("Failed", "judge.retired")
    judging = [step for step in status["steps"] if step["bedrock_job"]]
    assert {step["bedrock_job"]["status"] for step in judging} == {"Failed"}

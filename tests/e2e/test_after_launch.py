"""What the commands tell of runs that the real SDK started from the notebook's own cells."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from notebook_builders import some_settings

from evalbook.notebook.render import render_cells
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
    execution_role="arn:aws:iam::123456789012:role/EvaluationRole",
    s3_output="s3://evalbook-results/after/",
    run_name="support-bot",
    evaluate_base_model=True,
    mlflow_experiment="Support bots",
    minutes=(50, 80),
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


BENCHMARK = some_settings(
    SETTINGS, evaluation_type="benchmark", benchmark="bbh", subtasks=["ALL"], dataset=None
)
SCORER = some_settings(
    SETTINGS,
    evaluation_type="custom_scorer",
    scorer="prime_math",
    dataset="s3://evalbook-data/scorer/math.jsonl",
)
AGENT = some_settings(
    SETTINGS,
    evaluation_type="multi_turn_rl",
    model_package_arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/travel-agent/1",
    base_model_name="huggingface-llm-qwen2-5-7b-instruct",
    dataset="s3://evalbook-data/agents/trips.jsonl",
    agent_config="arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/travel_agent-a1b2c3d4e5",
)
INSTANCES = some_settings(
    BENCHMARK,
    subtasks=["navigate"],
    compute={"instance_type": "ml.g5.12xlarge", "instance_count": 1},
)
ALONE: dict[str, Any] = {"evaluate_base_model": False, "run_name": "alone"}
IN_PARTS: dict[str, Any] = {
    "run_name": "parts",
    "records": 180,
    "parts": [
        "s3://evalbook-data/support/eval.jsonl",
        "s3://evalbook-data/support/categories.jsonl",
    ],
}
OF_ALL_KINDS = {
    "judge": SETTINGS,
    "judge-alone": some_settings(SETTINGS, **ALONE),
    "parts": some_settings(SETTINGS, **IN_PARTS),
    "nova-pilot": some_settings(NOVA, **IN_PARTS, pilot=60, pilot_only=True),
    "benchmark": BENCHMARK,
    "benchmark-alone": some_settings(BENCHMARK, **ALONE),
    "scorer": SCORER,
    "agent": AGENT,
    "agent-alone": some_settings(AGENT, **ALONE),
    "instances": INSTANCES,
}


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.parametrize("settings", OF_ALL_KINDS.values(), ids=OF_ALL_KINDS)
def test_cell_4_and_results_say_the_same_to_the_last_digit(
    settings: EvaluationSettings, tmp_path: Path, environment: dict[str, str]
) -> None:
    script = write_script(tmp_path / "bot.py", settings)
    cells = run(tmp_path, environment, script.name)
    assert cells.returncode == 0, cells.stderr
    shown = lines_of(cells.stdout)

    told = evalbook(tmp_path, environment, "results", "bot.py")
    [found] = [
        it for kind in ("comparisons", "alone", "figures", "figures_alone") for it in told[kind]
    ]
    assert found["headline"] in shown
    wide = {**environment, "COLUMNS": "200"}
    rows = rows_of(run(tmp_path, wide, "-m", "evalbook", "results", "bot.py").stdout)
    assert rows
    assert [row for row in rows if row not in shown] == []


def rows_of(text: str) -> list[str]:
    """The rows of the first table, also where it is too wide and said in words."""
    if "\nMetric " in text:
        titles, *rows = lines_of(text[text.index("\nMetric ") + 1 :].partition("\n\n")[0])
        return [titles.removeprefix("Metric "), *rows]
    worded = re.findall(r"^(\S.*): (.+)\n((?:  .*\n)+)", text, flags=re.M)
    numbers = r"(?:base|fine-tuned|gain|9\d % interval|better/same/worse|records|left out) ([^,]+)"
    return [
        " ".join([metric, *re.findall(numbers, " ".join(lines.split())), verdict])
        for metric, verdict, lines in worded
        if "better/same/worse" in lines
    ]


def test_two_that_start_at_the_same_moment_start_one_run(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    cells = render_cells(some_settings(SETTINGS, run_name="at-once"))[1:3]
    script = tmp_path / "start.py"
    script.write_text("\n".join(cell.source for cell in cells).replace("%pip", "# %pip"))

    command = [sys.executable, script]
    both = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [process.communicate()[0].splitlines()[-1].partition(": ")[0] for process in both]
    assert told[0].startswith("arn:aws:sagemaker:")
    assert told[0] == told[1]
    assert len(evalbook(tmp_path, environment, "runs", "at-once")["runs"]) == 1


def test_commands_agree_with_the_cells(tmp_path: Path, environment: dict[str, str]) -> None:
    script = write_script(tmp_path / "bot.py", SETTINGS)
    cells = run(tmp_path, environment, script.name)
    assert cells.returncode == 0, cells.stderr

    statuses = evalbook(tmp_path, environment, "status", "bot.py")["runs"]
    assert {status["status"] for status in statuses} == {"Succeeded"}
    assert_as_set(statuses[0]["arn"], environment)
    told = evalbook(tmp_path, environment, "results", "bot.py", "--mlflow", "--yes")
    assert told["comparisons"][0]["paired_records"] == 60
    assert re.fullmatch(r"MLflow run \w+ in experiment Support bots", told["written"][0])


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

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from commands import run, the_document

from evalbook.sandbox import world
from evalbook.sandbox.process import Sandbox
from runs.pipelines import start_evaluation


def started(name: str) -> str:
    return start_evaluation(boto3.client("sagemaker"), name, base=False)


def test_a_failed_run_is_shown_with_its_cause_and_exit_status_0(in_sandbox: Sandbox) -> None:
    arn = started("fail-judge")
    in_sandbox.advance(60)
    shown = run("status", arn)

    assert shown.returncode == 0
    assert "Why: The judge amazon.nova-pro-v1:0 is past its end of life" in shown.stdout
    assert run("status", arn, "--exit-code").returncode == 1
    assert run("results", arn).returncode == 1
    assert run("status", started("slow-run"), "--exit-code").returncode == 0


@pytest.mark.parametrize(
    ("name", "status", "end"), [("good", 0, "Succeeded"), ("fail-role", 1, "Failed")]
)
def test_watching_ends_with_the_runs_own_outcome(
    in_sandbox: Sandbox, name: str, status: int, end: str
) -> None:
    assert in_sandbox.endpoint
    shown = run("status", started(name), "--watch", "--on-done", 'echo "$EVALBOOK_STATUS" >done')

    assert shown.returncode == status
    assert f"{name}: {end}" in shown.stdout
    assert f"EvaluateCustomModelMetrics: {end}" in shown.stderr
    assert Path("done").read_text() == f"{end}\n"


def test_watching_with_json_prints_one_document_at_the_end(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    shown = run("status", started("good"), "--watch", "--json", "--on-done", "echo done")

    [status] = the_document(shown)["runs"]
    assert (status["status"], status["label"]) == ("Succeeded", "evaluation")
    assert "done" in shown.stderr


def test_expired_credentials_are_exit_status_4(in_sandbox: Sandbox) -> None:
    arn = started("good")
    shown = run("status", arn, "--json", env=in_sandbox.environment_of(world.EXPIRED))

    assert shown.returncode == 4
    assert the_document(shown)["error"]["code"] in ("expired_credentials", "invalid_credentials")


def test_without_a_run_it_says_how_to_name_one(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    shown = run("status", "--json")

    assert shown.returncode == 3
    assert the_document(shown)["error"]["code"] == "run.none"


def test_the_notebooks_record_is_found_through_its_path(in_sandbox: Sandbox) -> None:
    arn = started("recorded")
    in_sandbox.advance(60)
    executions = {"evaluation": {"name": "recorded", "arn": arn}}
    Path("bot.run.json").write_text(json.dumps({"runs": {"1": {"executions": executions}}}))

    assert run("status", "bot.ipynb").stdout.startswith("recorded: Succeeded")

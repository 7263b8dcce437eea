from __future__ import annotations

import boto3
import pytest
from commands import run, the_document

from evalbook.sandbox.process import Sandbox
from runs.pipelines import start_evaluation

pytestmark = pytest.mark.e2e


@pytest.fixture
def stuck(in_sandbox: Sandbox) -> str:
    """The ARN of an evaluation that never ends."""
    assert in_sandbox.endpoint
    return start_evaluation(boto3.client("sagemaker"), "stuck-run", base=False)


def status_of(arn: str) -> str:
    found = boto3.client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=arn)
    return str(found["PipelineExecutionStatus"])


@pytest.mark.parametrize("said", ["no", "", "well", "yes, but what does it cost?"])
def test_only_a_yes_stops(stuck: str, said: str) -> None:
    shown = run("stop", stuck, said=said)

    assert shown.returncode == 3
    assert "If it continues, you pay for SageMaker's jobs" in shown.stderr
    assert "Nothing was stopped." in shown.stderr
    assert status_of(stuck) == "Executing"


def test_a_yes_stops(stuck: str) -> None:
    shown = run("stop", stuck, said="yes\n")

    assert (shown.returncode, shown.stdout) == (0, "Stopping: stuck-run\n")
    assert status_of(stuck) in ("Stopping", "Stopped")


def test_with_json_only_yes_as_an_option_stops(stuck: str) -> None:
    refused = run("stop", stuck, "--json", said="yes")
    stopped = run("stop", stuck, "--json", "--yes")

    assert (refused.returncode, the_document(refused)["error"]["code"]) == (2, "stop.asks")
    assert the_document(stopped)["runs"] == [{"arn": stuck, "name": "stuck-run"}]


def test_what_is_over_cannot_be_stopped(stuck: str, in_sandbox: Sandbox) -> None:
    run("stop", stuck, "--yes")
    in_sandbox.advance(5)
    shown = run("stop", stuck, "--yes")

    assert shown.returncode == 3
    assert "There is nothing to stop: stuck-run is Stopped." in shown.stderr


def test_what_stops_already_is_not_asked_about(stuck: str, in_sandbox: Sandbox) -> None:
    in_sandbox.control("POST", "/clock", {"step_seconds": 600})
    try:
        run("stop", stuck, "--yes")
        shown = run("stop", stuck, said="yes")
    finally:
        in_sandbox.control("POST", "/clock", {"step_seconds": 0.2})

    assert shown.returncode == 3
    assert shown.stderr.startswith("There is nothing to stop: stuck-run is Stopping.")

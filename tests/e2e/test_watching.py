"""`evalbook status --watch` in a process of its own, while AWS and the network give trouble."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from evalbook.sandbox import world
from evalbook.sandbox.process import Sandbox
from real_terminal import RealTerminal
from runs.pipelines import start_evaluation

pytestmark = pytest.mark.e2e

PATIENCE = 60.0
"""Seconds until something that should be said has not been."""


class Watching:
    """The command, watching a run; what it says is read while it does."""

    def __init__(self, folder: Path, environment: dict[str, str], *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "evalbook", "status", *words, "--watch", "--json"],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            self.said.append(line.rstrip())

    def until(self, words: str, times: int = 1) -> None:
        """Wait until something has been said so often."""
        end = time.monotonic() + PATIENCE
        while sum(words in line for line in self.said) < times:
            assert time.monotonic() < end, f"{words!r} was not said: {self.said}"
            time.sleep(0.05)

    def ends(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and the run's state in the document."""
        told, _ = self.process.communicate(timeout=PATIENCE)
        self._reader.join()
        return self.process.returncode, json.loads(told)["runs"][0]["status"]


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A simulated AWS of its own, whose clock and faults disturb nobody else."""
    with Sandbox(step_seconds=60) as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


def started(name: str) -> str:
    return start_evaluation(boto3.client("sagemaker"), name, base=False)


def test_a_lost_network_and_throttling_are_waited_out(sandbox: Sandbox, tmp_path: Path) -> None:
    done = 'echo "$EVALBOOK_STATUS $EVALBOOK_NAME $EVALBOOK_ARN" >done'
    arn = started("lost")
    watching = Watching(tmp_path, {}, arn, "--on-done", done)
    watching.until("EvaluateCustomInferenceModel: Executing")
    sandbox.fail("sagemaker:*", drop=True, times=None)
    watching.until("The run continues; trying again.")
    sandbox.heal()
    sandbox.fail("sagemaker:*", "ThrottlingException", "Rate exceeded", times=3)
    sandbox.advance(70)
    watching.until("EvaluateCustomModelMetrics: Executing")
    sandbox.advance(70)

    assert watching.ends() == (0, "Succeeded")
    assert (tmp_path / "done").read_text() == f"Succeeded lost {arn}\n"


def test_expired_credentials_are_waited_out_until_the_file_is_renewed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    shared = tmp_path / "credentials"
    renew = {**sandbox.environment, "AWS_SHARED_CREDENTIALS_FILE": str(shared)}
    environment = {name: value for name, value in renew.items() if "KEY" not in name}
    environment |= dict.fromkeys(
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), ""
    )
    _write_keys(shared, world.CALLER)
    watching = Watching(tmp_path, environment, started("expires"))
    watching.until("EvaluateCustomInferenceModel: Executing")
    _write_keys(shared, world.EXPIRED)
    watching.until("once you have signed in again")
    sandbox.advance(150)
    _write_keys(shared, world.CALLER)

    assert watching.ends() == (0, "Succeeded")


def _write_keys(path: Path, credentials: world.Credentials) -> None:
    lines = [
        "[default]",
        f"aws_access_key_id = {credentials.access_key}",
        f"aws_secret_access_key = {world.SECRET_KEY}",
        f"aws_session_token = {world.SESSION_TOKEN}",
    ]
    path.write_text("\n".join(lines))


def test_a_run_stopped_from_elsewhere_ends_the_watching(sandbox: Sandbox, tmp_path: Path) -> None:
    arn = started("stopped")
    watching = Watching(tmp_path, {}, arn)
    watching.until("EvaluateCustomInferenceModel: Executing")
    boto3.client("sagemaker").stop_pipeline_execution(
        PipelineExecutionArn=arn, ClientRequestToken="t" * 32
    )
    watching.until("stopped: Stopping")
    sandbox.advance(60)

    assert watching.ends() == (1, "Stopped")


def test_interrupting_leaves_the_run_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    arn = started("left")
    watching = Watching(tmp_path, sandbox.environment, arn)
    watching.until("EvaluateCustomInferenceModel: Executing")
    watching.process.send_signal(signal.SIGINT)
    told, _ = watching.process.communicate(timeout=PATIENCE)

    assert watching.process.returncode == 130
    assert json.loads(told)["error"]["message"] == "Interrupted; the run continues."
    shown = boto3.client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=arn)
    assert shown["PipelineExecutionStatus"] == "Executing"


def test_a_terminal_shows_steps_and_expected_time_and_rings_at_the_end(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    arn = started("seen")
    with RealTerminal("status", arn, "--watch", folder=tmp_path, **sandbox.environment) as terminal:
        terminal.waits_for("of about 25 to 60 minutes")
        terminal.waits_for("EvaluateCustomInferenceModel  Executing")
        sandbox.advance(200)

        assert terminal.ends() == 0
    assert b"\x07" in terminal.raw

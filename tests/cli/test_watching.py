from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import boto3
import pytest

from evalbook.aws.runs import Execution, RunPlan
from evalbook.cli.watching import progress
from evalbook.runs.status import RunStatus, StepStatus
from evalbook.sandbox.process import Sandbox
from evalbook.tables import as_text
from real_terminal import RealTerminal
from runs.pipelines import start_evaluation

BEGAN = datetime(2026, 11, 21, tzinfo=timezone.utc)


def a_run(*steps: StepStatus, expected: tuple[int, int] | None = (25, 60)) -> RunStatus:
    arn = "arn:aws:sagemaker:us-east-1:1:pipeline/SagemakerEvaluation-LLMAJEvaluation-x/execution/y"
    run = Execution(arn, "a\x1b[31mrun", "Executing", None, BEGAN, BEGAN)
    return RunStatus(run, RunPlan(), "evaluation", None, steps, expected)


def shown(run: RunStatus, minutes: int) -> str:
    return as_text([progress([run], BEGAN + timedelta(minutes=minutes))])


@pytest.mark.parametrize(
    ("minutes", "filled", "left"),
    [
        (3, 2, ", about 22 to 57 minutes left"),
        (30, 20, ", up to 30 minutes left"),
        (60, 40, ", longer than expected"),
        (600, 40, ", longer than expected"),
    ],
)
def test_the_bar_fills_with_the_expected_time_and_says_what_is_left(
    minutes: int, filled: int, left: str
) -> None:
    lines = shown(a_run(StepStatus("A", "Executing")), minutes).splitlines()
    *head, about, bar, steps = lines[: next(at for at, it in enumerate(lines) if "Step " in it) + 1]

    assert " ".join(head).endswith(f" of about 25 to 60 minutes{left}")
    assert about == "LLM as judge"
    assert bar == "━" * filled
    assert steps.startswith("Step ")


def test_steps_have_states_and_times_and_nothing_moves_the_cursor() -> None:
    done = StepStatus("EvaluateCustomInferenceModel", "Succeeded", BEGAN, BEGAN + _TWO)
    text = shown(a_run(done, StepStatus("Later", "Waiting")), 4)

    assert "\nEvaluateCustomInferenceModel  Succeeded  2:00\nLater " in text
    assert "\x1b" not in text


_TWO = timedelta(minutes=2)


@pytest.mark.e2e
def test_progress_is_drawn_in_place_and_ends_as_the_status(
    in_sandbox: Sandbox, tmp_path: Path
) -> None:
    arn = start_evaluation(boto3.client("sagemaker"), "seen")
    environment = in_sandbox.environment
    with RealTerminal("status", arn, "--watch", folder=tmp_path, **environment) as terminal:
        assert terminal.ends() == 0
        seen = terminal.everything

    assert seen.count("seen: Succeeded") == 1
    assert b"\x07" in terminal.raw

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import boto3
import pytest

from evalbook.aws.executions import Plan
from evalbook.cli.watching import progress_text
from evalbook.runs.status import RunStatus, StepStatus
from evalbook.sandbox.process import Sandbox
from real_terminal import RealTerminal
from runs.pipelines import start_evaluation

BEGAN = datetime(2026, 11, 21, tzinfo=timezone.utc)


def a_run(*steps: StepStatus, expected: tuple[int, int] | None = (25, 60)) -> RunStatus:
    return RunStatus(
        "arn", "a\x1b[31mrun", "evaluation", "llm_as_judge", "Executing", BEGAN, None, None,
        Plan(), steps, None, expected,
    )  # fmt: skip


@pytest.mark.parametrize(("minutes", "filled"), [(0, 0), (30, 15), (60, 30), (600, 30)])
def test_the_bar_fills_with_the_expected_time(minutes: int, filled: int) -> None:
    text = progress_text([a_run()], BEGAN + timedelta(minutes=minutes))

    bright = [text.plain[it.start : it.end] for it in text.spans if it.style == "cyan"]
    assert bright == (["  " + "━" * filled] if filled else ["  "])


def test_steps_have_marks_and_times_and_nothing_moves_the_cursor() -> None:
    done = StepStatus("EvaluateCustomInferenceModel", "Succeeded", BEGAN, BEGAN + _TWO)
    text = progress_text([a_run(done, StepStatus("Later", "Waiting"))], BEGAN + 2 * _TWO).plain

    assert "  ✓ EvaluateCustomInferenceModel       2:00\n" in text
    assert "  · Later" in text
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

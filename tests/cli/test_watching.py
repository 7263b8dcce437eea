from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import boto3
import pytest

from evalbook.aws.runs import Execution, RunPlan
from evalbook.cli.watching import progress, watch
from evalbook.errors import AwsUnavailable
from evalbook.runs.status import RunStatus, StepStatus
from evalbook.sandbox.process import Sandbox
from evalbook.tables import as_text
from real_terminal import RealTerminal
from runs.pipelines import start_evaluation

ARN = "arn:aws:sagemaker:us-east-1:1:pipeline/SagemakerEvaluation-LLMAJEvaluation-x/execution/y"
BEGAN = datetime(2026, 11, 21, tzinfo=timezone.utc)


def a_run(*steps: StepStatus, expected: tuple[int, int] | None = (25, 60)) -> RunStatus:
    run = Execution(ARN, "a\x1b[31mrun", "Executing", None, BEGAN, BEGAN)
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


EXECUTION = Execution(ARN, "a-run", "Executing", None, BEGAN, BEGAN)
RUNNING = RunStatus(EXECUTION, RunPlan(), "evaluation")
STEPPED = replace(RUNNING, steps=(StepStatus("EvaluateCustomModelMetrics", "Executing", BEGAN),))
DONE = replace(RUNNING, run=replace(EXECUTION, status="Succeeded"), ended=BEGAN)


class Watched:
    """A run that goes through states, one a look, on a clock of its own."""

    def __init__(self, *states: RunStatus | AwsUnavailable) -> None:
        self.states = list(states)
        self.time = 0.0
        self.pauses: list[float] = []
        self.shown: list[str] = []
        self.said: list[str] = []

    def look(self, _: Sequence[RunStatus]) -> list[RunStatus]:
        state = self.states.pop(0)
        if isinstance(state, AwsUnavailable):
            raise state
        return [state]

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds

    def watch(self, give_up_after: float = 3600) -> list[RunStatus]:
        for seen in watch(
            self.look, self.said.append, give_up_after, lambda: self.time, self.sleep
        ):
            self.shown.append(seen[0].run.status)
        return seen


def expired() -> AwsUnavailable:
    return AwsUnavailable("expired_credentials", "The AWS credentials have expired.")


def test_looks_until_it_is_over() -> None:
    run = Watched(RUNNING, RUNNING, DONE)

    assert run.watch() == [DONE]
    assert run.shown == ["Executing", "Executing", "Succeeded"]


def test_asks_less_often_the_longer_nothing_happens_and_at_once_after_a_change() -> None:
    run = Watched(*[RUNNING] * 60, STEPPED, DONE)
    run.watch()

    assert run.pauses[0] == 2
    assert max(run.pauses) == run.pauses[-2] == 30
    assert run.pauses == [*sorted(run.pauses[:-1]), 2]


def test_expired_credentials_are_waited_out() -> None:
    run = Watched(RUNNING, expired(), expired(), DONE)

    assert run.watch() == [DONE]
    assert len(run.said) == 2
    assert run.said[0].endswith(
        "The run continues, and so does this once you have signed in again."
    )


def test_a_lost_network_is_waited_out_with_growing_pauses() -> None:
    lost = AwsUnavailable("no_network", "AWS can't be reached.")
    run = Watched(RUNNING, *[lost] * 6, DONE)

    assert run.watch() == [DONE]
    assert run.pauses == [2, 4, 8, 16, 30, 30, 30]


def test_gives_up_in_the_end_with_the_last_reason() -> None:
    run = Watched(RUNNING, *[expired() for _ in range(100)])

    with pytest.raises(AwsUnavailable, match="have expired"):
        run.watch(give_up_after=120)
    assert 120 < run.time < 160


def test_what_fails_at_the_very_first_look_is_raised() -> None:
    with pytest.raises(AwsUnavailable):
        Watched(expired()).watch()


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

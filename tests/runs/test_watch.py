from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from evalbook.aws.runs import Execution, RunPlan
from evalbook.errors import AwsUnavailable
from evalbook.runs.status import RunStatus, StepStatus
from evalbook.runs.watch import watch

BEGAN = datetime(2026, 11, 21, tzinfo=timezone.utc)
ARN = "arn:aws:sagemaker:us-east-1:1:pipeline/SagemakerEvaluation-LLMAJEvaluation-x/execution/y"
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

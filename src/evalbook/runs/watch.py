"""Looking at runs until they are over, through lost networks and expired credentials."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from evalbook.errors import AwsUnavailable
from evalbook.runs.status import RunStatus

SHORTEST, LONGEST = 2.0, 30.0
"""Seconds between two looks: short after something happened, longer the longer nothing does."""

_QUIET_SHARE = 10
_SIGN_IN = frozenset({"expired_credentials", "invalid_credentials", "no_credentials"})


def watch(
    look: Callable[[Sequence[RunStatus]], list[RunStatus]],
    complain: Callable[[str], None],
    give_up_after: float,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[list[RunStatus]]:
    """Look again and again until every run is over, and yield what is seen.

    Args:
        look: looks once, given what was seen last; it reads the credentials anew, so that signing
            in again is enough.
        complain: is told in words why AWS could not be asked, and that the next attempt follows.
        give_up_after: seconds without an answer after which the last failure is raised.
        now: the time in seconds; a test brings its own.
        sleep: waits for so many seconds.

    Raises:
        AwsUnavailable: AWS could not be asked at the very first look, or for too long.
    """
    seen = look(())
    yield seen
    changed = answered = now()
    failures = 0
    while not all(status.run.over for status in seen):
        quiet = (now() - changed) / _QUIET_SHARE
        pause = SHORTEST * 2**failures if failures else quiet
        sleep(min(max(pause, SHORTEST), LONGEST))
        try:
            before, seen = seen, look(seen)
        except AwsUnavailable as error:
            failures += 1
            if now() - answered > give_up_after:
                raise
            signed_out = error.code in _SIGN_IN
            then = (
                ", and so does this once you have signed in again"
                if signed_out
                else "; trying again"
            )
            complain(f"{error.message} The run continues{then}.")
            continue
        failures, answered = 0, now()
        if _state(seen) != _state(before):
            changed = answered
        yield seen


def _state(seen: Sequence[RunStatus]) -> list[object]:
    return [
        (status.run.arn, status.run.status, [(step.name, step.status) for step in status.steps])
        for status in seen
    ]

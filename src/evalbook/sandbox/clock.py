"""The sandbox's time: what every state is derived from, and how long a step takes in it."""

from __future__ import annotations

import math
import os
import time
from datetime import datetime, timezone

from evalbook.errors import UsageError

STEP_SECONDS_VARIABLE = "EVALBOOK_SANDBOX_STEP_SECONDS"

# Long enough to watch the states go by, short enough not to be waited for.
DEFAULT_STEP_SECONDS = 2.0


class Clock:
    """Seconds since the epoch, which a test may put forward instead of waiting."""

    def __init__(self) -> None:
        self.step_seconds = DEFAULT_STEP_SECONDS
        """How long one training step of a pipeline takes, in seconds."""
        self._ahead = 0.0

    def now(self) -> float:
        """Return the present, in seconds since the epoch."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._ahead += seconds

    def reset(self) -> None:
        """Go back to the machine's own time."""
        self._ahead = 0.0


CLOCK = Clock()


def step_seconds_asked_for() -> float:
    """Return how long a step is to take, by the environment.

    Raises:
        UsageError: the environment's value is no number of seconds.
    """
    text = os.environ.get(STEP_SECONDS_VARIABLE, str(DEFAULT_STEP_SECONDS))
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < math.inf:
        raise UsageError(
            "sandbox.step_seconds",
            f"{STEP_SECONDS_VARIABLE} is {text!r}. A number of seconds above 0 is expected.",
            "Set it to a number such as 0.5, or leave it out.",
        )
    return seconds


def moment(seconds: float) -> datetime:
    """Return seconds since the epoch as AWS's SDKs show them: with a time zone, UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc)

"""Several jobs of one evaluation, and the pilot among them: told by their names.

The notebook calls the jobs of an evaluation NAME-1-of-3, NAME-2-of-3 and so on, a pilot among them
NAME-1-of-3-pilot-100-of-1200, so that nothing else need be kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

PILOTS_LEVEL, WHOLES_LEVEL = 0.01, 0.04
"""How sure a difference must be at each of the two looks; together at most `SIGNIFICANT`.

Whatever is seen in the pilot, and whether the rest is run because of it: the chance that either
look calls a difference clear if there is none is at most the sum.
"""

_JOB = re.compile(
    r"(.+-[0-9a-f]{8})(-base)?(?:-(\d+)-of-(\d+))?(?:-pilot-(\d+)-of-(\d+))?(?:-\d{14})?"
)
_PART = re.compile(r"-[0-9a-f]{8}-\d+-of-\d+(?:-pilot-\d+-of-\d+)?(?=\.jsonl$)")


@dataclass(frozen=True)
class Job:
    """What a run's name tells of the evaluation that it belongs to."""

    evaluation: str
    """What the names of all its jobs begin with."""
    base: bool
    """Whether the base model is evaluated by itself."""
    part: int
    """Which part of the dataset it has, from 1; 0 where there are no parts."""
    parts: int
    pilot: int = 0
    """Records, where it is a pilot."""
    whole: int = 0
    """All records, those of the pilot included."""


def job_of(name: str) -> Job:
    found = _JOB.fullmatch(name)
    if found is None:
        return Job(name, False, 0, 0)
    evaluation, base, *numbers = found.groups()
    return Job(evaluation, bool(base), *(int(it or 0) for it in numbers))


def find_whole_dataset(uri: str | None) -> str | None:
    """Return the dataset that a part is of; any other as it is."""
    return uri and _PART.sub("", uri)


@dataclass(frozen=True)
class Look:
    """A look at an evaluation that has a pilot."""

    pilot: int
    """Its records."""
    whole: int
    """All records, those of the pilot included."""
    early: bool
    """Whether only the pilot was evaluated."""

    @property
    def level(self) -> float:
        """Return how sure a difference must be."""
        return PILOTS_LEVEL if self.early else WHOLES_LEVEL


@dataclass(frozen=True)
class Prospect:
    """What the rest of an evaluation would bring, as its pilot tells."""

    pilot: int
    """Records."""
    whole: int
    chances: dict[str, float]
    """By metric that is not clear yet: of its being so over the whole."""
    price: tuple[float, float] | None
    """Of judging the rest, in US dollars: low and high."""
    minutes: tuple[int, int] | None
    sentence: str


def look_at(jobs: Sequence[Job]) -> Look | None:
    """Return which look some jobs of one evaluation are; None if it has no pilot."""
    pilot = next((it for it in jobs if it.pilot), None)
    return Look(pilot.pilot, pilot.whole, len(jobs) == 1) if pilot else None

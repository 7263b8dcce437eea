"""Why a run failed, in plain words, as a table of known causes tells it from what AWS says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypedDict

from evalbook.packaged import DataFile

_UNNAMED = {
    "role": "of the run",
    "judge": "of the run",
    "region": "the run's region",
    "action": "see the text below",
}
# AWS's messages are a kilobyte at most; patterns with gaps need not search a whole log for one,
# which says at its end why it ends.
_LONGEST = 20_000


@dataclass(frozen=True)
class Cause:
    """A known cause that fits, and what to do about it."""

    id: str
    cause: str
    remedy: str
    message: str
    """The message it was found in."""


@dataclass(frozen=True)
class _Known:
    id: str
    patterns: tuple[re.Pattern[str], ...]
    cause: str
    remedy: str
    general: bool
    """Fits so much that a particular cause further out tells more."""


class _Entry(TypedDict):
    id: str
    patterns: list[str]
    cause: str
    remedy: str


class _MaybeGeneral(_Entry, total=False):
    general: bool


class _Causes(TypedDict):
    causes: list[_MaybeGeneral]


CAUSES = DataFile("runs/known_causes.json", _Causes)


@cache
def _known() -> tuple[_Known, ...]:
    return tuple(
        _Known(
            entry["id"],
            tuple(re.compile(pattern, re.I) for pattern in entry["patterns"]),
            entry["cause"],
            entry["remedy"],
            entry.get("general", False),
        )
        for entry in CAUSES.facts["causes"]
    )


def find_cause(messages: Iterable[str], about: Mapping[str, str | None]) -> Cause | None:
    """Return the first known cause in messages, which come with the innermost first.

    ``about`` may name the run's ``role``, ``judge`` and ``region``.
    """
    messages = list(messages)
    for general in (False, True):
        for message in messages:
            for known in _known():
                found = _search(known, message) if known.general == general else None
                if found:
                    return _named(known, message, {**about, **found.groupdict()})
    return None


def _search(known: _Known, message: str) -> re.Match[str] | None:
    tried = (pattern.search(message[-_LONGEST:]) for pattern in known.patterns)
    return next(filter(None, tried), None)


def _named(known: _Known, message: str, about: Mapping[str, Any]) -> Cause:
    words = {**_UNNAMED, **{name: value for name, value in about.items() if value}}
    return Cause(known.id, known.cause.format_map(words), known.remedy.format_map(words), message)

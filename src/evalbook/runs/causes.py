"""Why a run failed, in plain words, as a table of known causes tells it from what AWS says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
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
    patterns: list[str]
    cause: str
    remedy: str
    general: bool = False
    """Fits so much that a particular cause further out tells more."""
    source: str | list[str] = ""


class _Causes(TypedDict):
    causes: list[dict[str, Any]]
    """Each a `_Known`."""


CAUSES = DataFile("runs/known_causes.json", _Causes)


@cache
def _known() -> tuple[_Known, ...]:
    return tuple(_Known(**entry) for entry in CAUSES.facts["causes"])


_compiled = cache(partial(re.compile, flags=re.I))


def find_cause(messages: Iterable[str], about: Mapping[str, str | None]) -> Cause | None:
    """Return the first known cause in messages, which come with the innermost first.

    ``about`` may name the run's ``role``, ``judge`` and ``region``.
    """
    messages = [message[-_LONGEST:] for message in messages]
    for general in (False, True):
        for message in messages:
            for known in _known():
                found = _search(known, message) if known.general == general else None
                if found:
                    told = {**about, **found.groupdict()}
                    words = {**_UNNAMED, **{name: it for name, it in told.items() if it}}
                    cause, remedy = known.cause.format_map(words), known.remedy.format_map(words)
                    return Cause(known.id, cause, remedy, message)
    return None


def _search(known: _Known, message: str) -> re.Match[str] | None:
    tried = (_compiled(pattern).search(message) for pattern in known.patterns)
    return next(filter(None, tried), None)

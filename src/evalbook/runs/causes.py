"""Why a run failed, in plain words, as a table of known causes tells it from what AWS says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from typing import TypedDict

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


class _Known(TypedDict):
    id: str
    patterns: list[str]
    cause: str
    remedy: str


class _Causes(TypedDict):
    causes: list[_Known]
    general: list[_Known]
    """They fit so much that a particular cause further out tells more."""


CAUSES = DataFile("runs/known_causes.json", _Causes)
_compiled = cache(partial(re.compile, flags=re.I))


def find_cause(messages: Iterable[str], about: Mapping[str, str | None]) -> Cause | None:
    """Return the first known cause in messages, which come with the innermost first.

    ``about`` may name the run's ``role``, ``judge`` and ``region``.
    """
    messages = list(messages)
    for known in (CAUSES.facts["causes"], CAUSES.facts["general"]):
        for message, it in product(messages, known):
            end = message[-_LONGEST:]
            tried = (_compiled(pattern).search(end) for pattern in it["patterns"])
            if found := next(filter(None, tried), None):
                told = {**about, **found.groupdict()}
                words = {**_UNNAMED, **{name: value for name, value in told.items() if value}}
                cause, remedy = (it[text].format_map(words) for text in ("cause", "remedy"))
                return Cause(it["id"], cause, remedy, message)
    return None

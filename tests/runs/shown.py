"""Parts of a report or a status as people read them in a file."""

from __future__ import annotations

from collections.abc import Iterable

from evalbook.tables import IN_A_FILE, as_text, spaced
from evalbook.texts import Part


def in_words(parts: Iterable[Part]) -> str:
    return as_text(spaced(parts), columns=IN_A_FILE)

"""Put cells into the text of a notebook without touching a byte of what is around them.

Reading and writing a notebook with a library changes it: keys are sorted, numbers written anew,
lines joined and split. What others wrote is copied here as the text that it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BLANK = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Span:
    """A value in a JSON text: where it stands, and what it is."""

    start: int
    end: int
    value: Any


def find_cell_spans(text: str) -> tuple[Span, list[Span]]:
    """Return where the list of cells stands in a notebook's text, and each of its cells.

    Raises:
        ValueError: the text is not JSON, or not an object with a list named ``cells``.
    """
    place = _skip(text, 0)
    if not text.startswith("{", place):
        raise ValueError("not a JSON object")
    cells = None
    place = _skip(text, place + 1)
    while not text.startswith("}", place):
        name, place = _decode(text, place)
        place = _after(text, place, ":")
        start = place
        if name == "cells":
            cells = items, place = _list_spans(text, start)
            whole = Span(start, place, None)
        else:
            _, place = _decode(text, place)
        place = _after_item(text, place, "}")
    if _skip(text, place + 1) != len(text):
        raise ValueError("there is more after the JSON object")
    if cells is None:
        raise ValueError("no list named 'cells'")
    return whole, items


def splice(
    text: str, replaced: Mapping[int, dict[str, Any]], inserted: Mapping[int, list[dict[str, Any]]]
) -> str:
    """Return a notebook's text with some cells replaced and others put in.

    Args:
        text: the notebook, as it stands in the file.
        replaced: new cells by the place of the cell that each stands for.
        inserted: new cells by the place of the cell before which they come; the number of cells
            for the end.
    """
    whole, spans = find_cell_spans(text)
    gap = _gap(text, whole, spans)
    last = [_dump(cell, gap) for cell in inserted.get(len(spans), [])]
    if not spans:
        return (
            text[: whole.start + 1] + gap + f",{gap}".join(last) + gap[:-1] + text[whole.end - 1 :]
        )
    pieces, copied = [], 0
    for place, span in enumerate(spans):
        pieces.append(text[copied : span.start])
        pieces += [f"{_dump(cell, gap)},{gap}" for cell in inserted.get(place, [])]
        copied = span.start
        if place in replaced:
            pieces.append(_dump(replaced[place], gap))
            copied = span.end
    pieces.append(text[copied : spans[-1].end])
    pieces += [f",{gap}{cell}" for cell in last]
    return "".join(pieces) + text[spans[-1].end :]


def _gap(text: str, whole: Span, spans: list[Span]) -> str:
    """Return the line end and indentation that stand before a cell."""
    if not spans:
        return "\r\n  " if "\r\n" in text else "\n  "
    gap = text[whole.start + 1 : spans[0].start]
    return gap if "\n" in gap else "\n"


def _dump(cell: dict[str, Any], gap: str) -> str:
    # One space a level and letters as they are: what Jupyter writes.
    return json.dumps(cell, indent=1, ensure_ascii=False).replace("\n", gap)


def _list_spans(text: str, place: int) -> tuple[list[Span], int]:
    if not text.startswith("[", place):
        raise ValueError("'cells' is not a list")
    spans = []
    place = _skip(text, place + 1)
    while not text.startswith("]", place):
        start = place
        value, place = _decode(text, place)
        spans.append(Span(start, place, value))
        place = _after_item(text, place, "]")
    return spans, place + 1


def _decode(text: str, place: int) -> tuple[Any, int]:
    return json.JSONDecoder().raw_decode(text, place)


def _skip(text: str, place: int) -> int:
    blank = _BLANK.match(text, place)
    return blank.end() if blank else place


def _after(text: str, place: int, mark: str) -> int:
    place = _skip(text, place)
    if not text.startswith(mark, place):
        raise ValueError(f"{mark!r} expected at character {place}")
    return _skip(text, place + 1)


def _after_item(text: str, place: int, end: str) -> int:
    place = _skip(text, place)
    if text.startswith(end, place):
        return place
    return _after(text, place, ",")

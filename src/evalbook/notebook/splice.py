"""Put cells into the text of a notebook without touching a byte of what is around them.

Reading and writing a notebook with a library changes it: keys are sorted, numbers written anew,
lines joined and split. What others wrote is copied here as the text that it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Span:
    """A value in a JSON text: where it stands, and what it is."""

    start: int
    end: int
    value: Any


def splice(
    text: str, replaced: Mapping[int, dict[str, Any]], inserted: Mapping[int, list[dict[str, Any]]]
) -> str:
    """Return a notebook's text with some cells replaced and others put in.

    Args:
        text: a valid notebook, as it stands in the file.
        replaced: new cells by the place of the cell that each stands for.
        inserted: new cells by the place of the cell before which they come; the number of cells
            for the end.
    """
    whole, spans = _find_cells(text)
    gap = _gap(text, whole, spans)
    edits = [(spans[at].start, spans[at].end, _dump(cell, gap)) for at, cell in replaced.items()]
    for at, cells in inserted.items():
        new = f",{gap}".join(_dump(cell, gap) for cell in cells)
        if not spans:
            edits.append((whole.start + 1, whole.end - 1, gap + new + gap[:-1]))
        elif at == len(spans):
            edits.append((spans[-1].end, spans[-1].end, f",{gap}{new}"))
        else:
            edits.append((spans[at].start, spans[at].start, f"{new},{gap}"))
    # From the end, so that what comes before stays where it was found.
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _find_cells(text: str) -> tuple[Span, list[Span]]:
    """Return where the list of cells stands in a notebook's text, and each of its cells."""
    members = list(_values_in(text, text.index("{")))
    named = {name.value: value for name, value in zip(members[::2], members[1::2], strict=True)}
    return named["cells"], list(_values_in(text, named["cells"].start))


def _values_in(text: str, bracket: int) -> Iterator[Span]:
    """Yield what stands in the list, or in turn the names and values in the object, at a place."""
    decoder, start = json.JSONDecoder(), _skip_marks(text, bracket + 1)
    while text[start] not in "]}":
        value, end = decoder.raw_decode(text, start)
        yield Span(start, end, value)
        start = _skip_marks(text, end)


def _skip_marks(text: str, place: int) -> int:
    """Return where the next value begins, or the list or object ends."""
    while text[place] in " \t\r\n,:":
        place += 1
    return place


def _gap(text: str, whole: Span, spans: list[Span]) -> str:
    """Return the line end and indentation that stand before a cell."""
    if not spans:
        return "\r\n  " if "\r\n" in text else "\n  "
    gap = text[whole.start + 1 : spans[0].start]
    return gap if "\n" in gap else "\n"


def _dump(cell: dict[str, Any], gap: str) -> str:
    # One space a level and letters as they are: what Jupyter writes.
    return json.dumps(cell, indent=1, ensure_ascii=False).replace("\n", gap)

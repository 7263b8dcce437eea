"""How each metric went from version to version, as a table and as a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from evalbook.runs.forest import COLOURS, FAINT, LINE, Drawing, Shape
from evalbook.runs.leaderboard import Cell, Leaderboard
from evalbook.runs.words import plain

_HEIGHT, _TOP, _FOOT = 96, 30, 26
_MARGIN = 56
_LETTER = 8


def version_lines(board: Leaderboard) -> list[dict[str, str]]:
    """Return the rows of a table: a metric's mean for each version; none for fewer than two."""
    if len(board.versions) < 2:
        return []
    cells = {it.name: it.cells for it in board.standings}
    return [
        {
            "Metric": metric + (" (low is good)" if metric in board.lower_is_better else ""),
            **{
                name: f"{plain(cell.mean)} {cell.group}".strip()
                if (cell := cells[name].get(metric))
                else "-"
                for name in board.versions
            },
        }
        for metric in board.metrics
    ]


def version_drawing(board: Leaderboard, width: int) -> Drawing:
    """Draw a line for each metric, with the interval of each version."""
    shapes: list[Shape] = []
    y = 0.0
    cells = {it.name: it.cells for it in board.standings}
    for metric in board.metrics:
        known = [cells[name].get(metric) for name in board.versions]
        shapes += _line(metric, board.versions, known, width, y)
        y += _HEIGHT + _TOP + _FOOT
    return Drawing(width, int(y) + 6, tuple(shapes))


def _line(
    metric: str, names: tuple[str, ...], cells: list[Cell | None], width: int, y: float
) -> Iterator[Shape]:
    ends = [end for it in cells if it for end in (it.low, it.mean, it.high)]
    told = [end for end in ends if end is not None] or [0.0]
    low, high = min(*told, 0.0), max(*told, 1.0)
    if min(told) >= 0 and max(told) <= 1:
        low, high = min(told), max(told)
    room = (high - low or 1.0) * 0.15
    bottom = y + _TOP + _HEIGHT
    step = (width - 2 * _MARGIN) / max(1, len(names) - 1)

    def height(value: float) -> float:
        return bottom - (value - low + room) / (high - low + 2 * room) * _HEIGHT

    yield Shape("text", 12, y + 20, text=metric, size=14, bold=True)
    yield Shape("line", 12, bottom, LINE, width - 12, bottom)
    letters = int(min(step, 2 * _MARGIN) / _LETTER)
    before: tuple[float, float] | None = None
    for place, (name, it) in enumerate(zip(names, cells, strict=True)):
        x = _MARGIN + place * step
        shown = name.removesuffix(" fine-tuned")
        shown = shown if len(shown) <= letters else f"…{shown[1 - letters :]}"
        yield Shape("text", x, bottom + 16, FAINT, text=shown, size=12, anchor="middle")
        if it is None or it.mean is None:
            before = None
            continue
        if it.low is not None and it.high is not None:
            yield Shape("line", x, height(it.low), LINE, x, height(it.high), 6)
        if before is not None:
            yield Shape("line", *before, COLOURS["better"], x, height(it.mean), 2)
        before = (x, height(it.mean))
        yield Shape("dot", *before, COLOURS["better"], width=4.5)
        text = f"{plain(it.mean)} {it.group}".strip()
        last = place == len(names) - 1
        anchor: Literal["start", "end"] = "end" if last else "start"
        beside = x - 8 if last else x + 8
        yield Shape("text", beside, height(it.mean) - 8, text=text, size=12, anchor=anchor)

"""The picture of a comparison: a dot and an interval for each metric, as shapes in pixels.

Laid out once, drawn as SVG here and as PNG by matplotlib (see `evalbook.runs.picture`).
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from evalbook.runs.comparison import MeanRow
from evalbook.runs.report import Results
from evalbook.runs.sections import Row as TableRow, sections_of
from evalbook.runs.templates import page_template
from evalbook.runs.verdicts import UNCLEAR, UNTESTED
from evalbook.runs.words import interval_name, plain, signed
from evalbook.texts import shortened

INK, FAINT, LINE = "#1c2733", "#5b6875", "#d5dbe1"
# Blue and vermilion of Okabe and Ito: told apart by every kind of colour vision.
COLOURS = {"better": "#0072b2", "worse": "#c04a00"}
NEUTRAL = "#6a7580"

_ROW, _TITLE, _AXIS = 30, 34, 44
_MOST_LABEL = 30
_LETTER = 8
"""Pixels of a wide letter of a label."""
_TITLE_LETTER, _TITLE_LINE, _MOST_TITLE_LINES = 9, 19, 4
"""Pixels of a letter and of a line of a title; two long names may take four lines."""


@dataclass(frozen=True)
class Row:
    label: str
    value: float
    low: float | None
    high: float | None
    verdict: str = ""
    text: str = ""
    """What stands beside it."""


@dataclass(frozen=True)
class Panel:
    """Rows that share an axis."""

    title: str
    rows: tuple[Row, ...]
    axis: str
    """What the axis says."""
    compares: bool
    """Whether the axis has a zero that means "no difference"."""


@dataclass(frozen=True)
class Shape:
    """One thing to draw: a line from (x, y) to (x2, y2), a dot at (x, y), or a text there."""

    kind: Literal["line", "dot", "up", "down", "text"]
    x: float
    y: float
    colour: str = INK
    x2: float = 0.0
    y2: float = 0.0
    width: float = 1.0
    text: str = ""
    size: int = 13
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False


@dataclass(frozen=True)
class Drawing:
    """Shapes on a white sheet, in pixels; y grows downwards."""

    width: int
    height: int
    shapes: tuple[Shape, ...]


def panels_of(report: Results) -> list[Panel]:
    """Return what there is to draw of a report; scores beyond 0 to 1 get an axis of their own."""
    found: list[Panel] = []
    for it in sections_of(report):
        rows = [(row.metric, drawn) for row in it.rows if (drawn := _drawn(row)) is not None]
        if it.unseen or not rows:
            continue
        compares = len(it.names) == 2
        what = ("gain per record" if it.of else "difference") if compares else (
            "mean score" if it.of else "value")  # fmt: skip
        axis = f"{what}, {interval_name(it.rows)}"
        axis = f"worse  ←  {axis}  →  better" if compares else axis
        title = f"{it.names[1]} against {it.names[0]}" if compares else it.names[0]
        groups = _split(report, rows) if it.of else [[row for _, row in rows]]
        found += [Panel(title, tuple(group), axis, compares) for group in groups]
    return found


def _drawn(row: TableRow) -> Row | None:
    label = shortened(row.metric, _MOST_LABEL) + ("" if row.higher_is_better else " ↓")
    if isinstance(row, MeanRow):
        return None if row.mean is None else Row(label, row.mean, row.low, row.high, "",
                                                 plain(row.mean))  # fmt: skip
    if row.gain is None:
        return None
    # That nothing is clear is seen at the interval; where a test says more, so does the text.
    shown = "" if row.verdict in (UNCLEAR, UNTESTED) else row.verdict
    text = f"{signed(row.gain)} {shown}".strip()
    return Row(label, row.gain, row.low, row.high, row.verdict, text)


def _split(report: Results, rows: Sequence[tuple[str, Row]]) -> Iterator[list[Row]]:
    ranges = report.store.ranges
    usual = [row for metric, row in rows if ranges[metric][0] >= 0 and ranges[metric][1] <= 1]
    if usual:
        yield usual
    yield from ([row] for _, row in rows if row not in usual)


def forest(panels: Sequence[Panel], width: int = 760) -> Drawing:
    """Lay panels out one below the other; on a narrow sheet, labels stand above their rows."""
    shapes: list[Shape] = []
    y = 8.0
    for panel in panels:
        y = _panel(shapes, panel, width, y)
    if any(row.label.endswith("↓") for panel in panels for row in panel.rows):
        note = "↓ a low score is good"
        if any(panel.compares for panel in panels):
            note += ": there, a gain is a lower score"
        shapes.append(Shape("text", 12, y + 14, FAINT, text=note, size=12))
        y += 26
    return Drawing(width, math.ceil(y + 6), tuple(shapes))


def _panel(shapes: list[Shape], panel: Panel, width: int, y: float) -> float:
    narrow = width < 560
    left, right = (16.0, width - 16.0) if narrow else (232.0, width - 178.0)
    height = _ROW + 16 if narrow else _ROW
    low, high = _extent(panel)

    def at(value: float) -> float:
        return left + (min(max(value, low), high) - low) / (high - low) * (right - left)

    for number, text in enumerate(_title_lines(panel.title, width)):
        y += _TITLE_LINE if number else 0
        shapes.append(Shape("text", 12, y + 20, text=text, size=15, bold=True))
    top, bottom = y + _TITLE, y + _TITLE + height * len(panel.rows)
    for tick in _ticks(low, high, 5 if narrow else 8):
        shapes.append(Shape("line", at(tick), top, LINE, at(tick), bottom + 4))
        text = _tick_text(tick, high - low)
        shapes.append(
            Shape("text", at(tick), bottom + 18, FAINT, text=text, size=12, anchor="middle")
        )
    if panel.compares:
        shapes.append(Shape("line", at(0), top - 2, INK, at(0), bottom + 4, 1.4))
    for place, row in enumerate(panel.rows):
        shapes += _row(row, top + height * place, narrow, at, width)
    middle = at(0) if panel.compares and not narrow else (left + right) / 2
    shapes.append(
        Shape("text", middle, bottom + 36, FAINT, text=panel.axis, size=12, anchor="middle")
    )
    return bottom + _AXIS + 6


def _title_lines(title: str, width: int) -> list[str]:
    longest = (width - 24) // _TITLE_LETTER
    return textwrap.wrap(title, longest, max_lines=_MOST_TITLE_LINES, placeholder=" …")


def _row(
    row: Row, top: float, narrow: bool, place: Callable[[float], float], width: int
) -> Iterator[Shape]:
    y = top + (30 if narrow else 16)
    colour = COLOURS.get(row.verdict, NEUTRAL)
    label_y = top + 16 if narrow else y + 4
    label = shortened(row.label, (width - 40) // _LETTER - len(row.text)) if narrow else row.label
    yield Shape("text", 16 if narrow else 12, label_y, text=label)
    yield Shape("text", width - 12, label_y, colour, text=row.text, anchor="end",
                bold=row.verdict in COLOURS)  # fmt: skip
    if row.low is not None and row.high is not None:
        yield Shape("line", place(row.low), y, colour, place(row.high), y, 2.6)
        for end in (row.low, row.high):
            yield Shape("line", place(end), y - 4, colour, place(end), y + 4, 1.6)
    kinds: dict[str, Literal["up", "down"]] = {"better": "up", "worse": "down"}
    yield Shape(kinds.get(row.verdict, "dot"), place(row.value), y, colour, width=5.5)


def _extent(panel: Panel) -> tuple[float, float]:
    told = (end for row in panel.rows for end in (row.low, row.high, row.value))
    ends = [end for end in told if end is not None]
    if panel.compares:
        reach = max([*map(abs, ends), 1e-9]) * 1.12
        return -reach, reach
    low, high = min([*ends, 0.0]), max(ends)
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    room = (high - low or 1.0) * 0.06
    return (low - room if low < 0 else 0.0), high + room


def _ticks(low: float, high: float, most: int) -> list[float]:
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first
    return [(first + n) * step for n in range(count + 1)]


def _tick_text(tick: float, span: float) -> str:
    decimals = max(0, 1 - math.floor(math.log10(span / 8)))
    text = f"{tick:.{min(decimals, 6)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def svg(drawing: Drawing, described: str = "") -> str:
    """Return a drawing as SVG; whatever is written in it is escaped."""
    template = page_template("drawing.svg")
    return template.render(drawing=drawing, described=described, corners_of=corners_of)


def corners_of(it: Shape) -> list[tuple[float, float]]:
    """Return the corners of an arrowhead: to the right for better, to the left for worse."""
    side = 1 if it.kind == "up" else -1
    reach = it.width * 1.25
    return [
        (it.x + side * reach, it.y),
        (it.x - side * reach * 0.8, it.y - reach),
        (it.x - side * reach * 0.8, it.y + reach),
    ]

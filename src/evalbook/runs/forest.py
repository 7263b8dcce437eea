"""The pictures of a report: a dot and an interval for each metric, or a line over the versions.

Laid out once as shapes in pixels, drawn as SVG by a template and as PNG by matplotlib.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from evalbook.errors import AnswerRejected, UsageError
from evalbook.runs.comparison import MeanRow
from evalbook.runs.leaderboard import Cell, Leaderboard
from evalbook.runs.report import Results
from evalbook.runs.sections import Row as TableRow, sections_of
from evalbook.runs.templates import page_template
from evalbook.runs.verdicts import UNCLEAR, UNTESTED
from evalbook.runs.words import interval_name, plain, signed
from evalbook.texts import shortened
from evalbook.whole_files import rejecting_unwritable, replace_whole

INK, FAINT, LINE = "#1c2733", "#5b6875", "#d5dbe1"
# Blue and vermilion of Okabe and Ito: told apart by every kind of colour vision.
COLOURS = {"better": "#0072b2", "worse": "#c04a00"}
NEUTRAL = "#6a7580"

_DPI = 200
_ROW, _TITLE, _AXIS = 30, 34, 44
_MOST_LABEL = 30
_LETTER = 8
"""Pixels of a wide letter of a label."""
_VERSION_HEIGHT, _VERSION_TOP, _VERSION_FOOT, _VERSION_MARGIN = 96, 30, 26, 56
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


_note = partial(Shape, "text", colour=FAINT, size=12, anchor="middle")


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
        value, verdict, text = row.mean, "", plain(row.mean)
    else:
        value, verdict = row.gain, row.verdict
        # That nothing is clear is seen at the interval; where a test says more, so does the text.
        shown = "" if verdict in (UNCLEAR, UNTESTED) else verdict
        text = f"{signed(value)} {shown}".strip()
    return None if value is None else Row(label, value, row.low, row.high, verdict, text)


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

    longest = (width - 24) // _TITLE_LETTER
    title = textwrap.wrap(panel.title, longest, max_lines=_MOST_TITLE_LINES, placeholder=" …")
    for number, text in enumerate(title):
        y += _TITLE_LINE if number else 0
        shapes.append(Shape("text", 12, y + 20, text=text, size=15, bold=True))
    top, bottom = y + _TITLE, y + _TITLE + height * len(panel.rows)
    for tick in _ticks(low, high, 5 if narrow else 8):
        shapes.append(Shape("line", at(tick), top, LINE, at(tick), bottom + 4))
        shapes.append(_note(at(tick), bottom + 18, text=_tick_text(tick, high - low)))
    if panel.compares:
        shapes.append(Shape("line", at(0), top - 2, INK, at(0), bottom + 4, 1.4))
    for place, row in enumerate(panel.rows):
        shapes += _row(row, top + height * place, narrow, at, width)
    middle = at(0) if panel.compares and not narrow else (left + right) / 2
    shapes.append(_note(middle, bottom + 36, text=panel.axis))
    return bottom + _AXIS + 6


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


def version_drawing(board: Leaderboard, width: int) -> Drawing:
    """Draw a line for each metric, with the interval of each version."""
    shapes: list[Shape] = []
    y = 0.0
    cells = {it.name: it.cells for it in board.standings}
    for metric in board.metrics:
        known = [cells[name].get(metric) for name in board.versions]
        shapes += _version_line(metric, board.versions, known, width, y)
        y += _VERSION_HEIGHT + _VERSION_TOP + _VERSION_FOOT
    return Drawing(width, int(y) + 6, tuple(shapes))


def _version_line(
    metric: str, names: tuple[str, ...], cells: list[Cell | None], width: int, y: float
) -> Iterator[Shape]:
    ends = [end for it in cells if it for end in (it.low, it.mean, it.high)]
    told = [end for end in ends if end is not None] or [0.0]
    low, high = min(*told, 0.0), max(*told, 1.0)
    if min(told) >= 0 and max(told) <= 1:
        low, high = min(told), max(told)
    room = (high - low or 1.0) * 0.15
    bottom = y + _VERSION_TOP + _VERSION_HEIGHT
    step = (width - 2 * _VERSION_MARGIN) / max(1, len(names) - 1)

    def height(value: float) -> float:
        return bottom - (value - low + room) / (high - low + 2 * room) * _VERSION_HEIGHT

    yield Shape("text", 12, y + 20, text=metric, size=14, bold=True)
    yield Shape("line", 12, bottom, LINE, width - 12, bottom)
    letters = int(min(step, 2 * _VERSION_MARGIN) / _LETTER)
    before: tuple[float, float] | None = None
    for place, (name, it) in enumerate(zip(names, cells, strict=True)):
        x = _VERSION_MARGIN + place * step
        shown = name.removesuffix(" fine-tuned")
        shown = shown if len(shown) <= letters else f"…{shown[1 - letters :]}"
        yield _note(x, bottom + 16, text=shown)
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


def write_picture(report: Results, path: Path) -> None:
    """Draw a report into a file that ends in .svg or .png.

    Raises:
        AnswerRejected: there is nothing to draw, or the file can't be written.
        UsageError: a PNG is wanted and matplotlib is not installed.
    """
    panels = panels_of(report)
    if not panels:
        raise AnswerRejected("results.nothing_to_draw", "There are no scores to draw.")
    drawing = forest(panels)
    as_svg = path.suffix.lower() == ".svg"
    with rejecting_unwritable("results.unwritable", path):
        replace_whole(path, svg(drawing, panels[0].title).encode() if as_svg else _png(drawing))


def _png(drawing: Drawing) -> bytes:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError(
            "results.matplotlib",
            "Drawing a PNG needs matplotlib, which is not installed.",
            "Name a file that ends in .svg, or install it: pip install matplotlib",
        ) from error
    figure = Figure(figsize=(drawing.width / 100, drawing.height / 100), dpi=_DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(drawing.height, 0)
    axes.set_axis_off()
    for shape in drawing.shapes:
        _draw(axes, shape)
    picture = io.BytesIO()
    figure.savefig(picture, dpi=_DPI, facecolor="white", format="png")
    return picture.getvalue()


def _draw(axes: Any, it: Shape) -> None:
    # One hundredth of an inch is a pixel here; a point is a seventy-second.
    points = 72 / 100
    if it.kind == "text":
        axes.text(
            it.x,
            it.y,
            it.text,
            color=it.colour,
            size=it.size * points,
            ha={"start": "left", "middle": "center", "end": "right"}[it.anchor],
            va="baseline",
            weight="bold" if it.bold else "normal",
            parse_math=False,
        )
    elif it.kind == "line":
        axes.plot([it.x, it.x2], [it.y, it.y2], color=it.colour, linewidth=it.width * points)
    elif it.kind == "dot":
        axes.plot(it.x, it.y, "o", color=it.colour, markersize=2 * it.width * points)
    else:
        xs, ys = zip(*corners_of(it), strict=True)
        axes.fill(xs, ys, color=it.colour, linewidth=0)

"""A report's picture as a file: SVG by itself, PNG with matplotlib."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from evalbook.errors import AnswerRejected, UsageError
from evalbook.runs.forest import Drawing, Shape, corners_of, forest, panels_of, svg
from evalbook.runs.report import Results
from evalbook.whole_files import rejecting_unwritable, replace_whole

_DPI = 200


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

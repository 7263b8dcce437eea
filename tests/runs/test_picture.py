from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from judged import a_line, a_report, lines

from evalbook.errors import AnswerRejected
from evalbook.runs.forest import Panel, Row, forest, panels_of, svg, write_picture
from evalbook.runs.store import RecordStore

SVG = "{http://www.w3.org/2000/svg}"


def texts(path: Path) -> list[str]:
    root = ElementTree.parse(path).getroot()  # noqa: S314 - what was written just now
    return [str(it.text) for it in root.iter(f"{SVG}text")]


def test_svg_names_metrics_gains_and_verdicts(tmp_path: Path) -> None:
    names = ["Correctness", "Relevance"]
    with RecordStore() as store:
        base = lines([0.5] * 20, [0.5, 0.25] * 10, metrics=names)
        tuned = lines([1.0] * 20, [0.25, 0.5] * 10, metrics=names)
        write_picture(a_report(store, base, tuned), tmp_path / "a.svg")

    shown = texts(tmp_path / "a.svg")
    assert shown[0] == "fine-tuned against base"
    assert "Correctness" in shown
    assert "+0.500 better" in shown
    assert "0.000" in shown


def test_svg_shows_hostile_names_as_text(tmp_path: Path) -> None:
    side = [a_line({"<b>&\x00\ud800": 0.5}, f"{n}") for n in range(8)]
    with RecordStore() as store:
        write_picture(a_report(store, side, side), tmp_path / "a.svg")

    assert "<b>&\ufffd\ufffd" in texts(tmp_path / "a.svg")


def test_png_is_a_picture(tmp_path: Path) -> None:
    with RecordStore() as store:
        write_picture(a_report(store, lines([0.5] * 8), lines([1.0] * 8)), tmp_path / "a.png")

    head = (tmp_path / "a.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(head[16:20], "big") == 1520


def test_scales_beyond_0_to_1_have_an_axis_of_their_own() -> None:
    with RecordStore() as store:
        names = ["A", "Stars"]
        report = a_report(
            store,
            lines([0.5] * 8, [3.0] * 8, metrics=names),
            lines([1.0] * 8, [5.0] * 8, metrics=names),
        )
        panels = panels_of(report)

    assert [[row.label for row in panel.rows] for panel in panels] == [["A"], ["Stars"]]


@pytest.mark.parametrize("width", [343, 760])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_everything_is_drawn_on_the_sheet(width: int, scale: float) -> None:
    rows = tuple(
        Row("A metric", value * scale, value * scale - scale, value * scale + scale, "better", "+1")
        for value in (-2.0, 0.0, 3.0)
    )
    drawing = forest([Panel("title", rows, "axis", True)], width)

    for it in drawing.shapes:
        assert 0 <= it.x <= width
        assert 0 <= it.y <= drawing.height
    assert svg(drawing).startswith("<svg ")


@pytest.mark.parametrize("width", [343, 760])
def test_a_title_of_two_long_names_takes_several_lines(width: int) -> None:
    rows = (Row("A metric", 0.5, 0.4, 0.6),)
    title = f"{'support-bot-' * 6}v2 fine-tuned against {'support-bot-' * 6}v1 fine-tuned"
    long, short = (forest([Panel(it, rows, "axis", True)], width) for it in (title, "A title"))
    lines = [it for it in long.shapes if it.bold]

    assert max(len(it.text) for it in lines) * 9 <= width - 24
    assert long.height - short.height == 19 * (len(lines) - 1) > 0


def test_without_scores_there_is_nothing_to_draw(tmp_path: Path) -> None:
    with RecordStore() as store, pytest.raises(AnswerRejected) as caught:
        write_picture(a_report(store, lines([None]), lines([None])), tmp_path / "a.svg")

    assert caught.value.code == "results.nothing_to_draw"

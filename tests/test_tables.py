"""Tables as a terminal of each width shows them."""

from __future__ import annotations

import re

import pytest
from rich.color import Color

from evalbook.tables import BAD, DOUBTFUL, GOING_ON, GOOD, Prose, Rows, as_text
from evalbook.texts import lines

RESULTS = [
    {
        "Metric": metric, "Base": "0.576", "Fine-tuned": "0.729", "Gain": "+0.153",
        "95 % interval": "+0.085 to +0.220", "Better/same/worse": "20/37/2", "Records": "59",
        "Left out": "1", "Verdict": "better",
    }
    for metric in ("Correctness", "ProfessionalStyleAndTone")
]  # fmt: skip
RUNS = [
    {
        "Name": "support-bot-judge-retired", "State": "Failed", "Started": "14 h ago",
        "Type": "LLM as judge", "Model": "support-bot/2", "Judge": "amazon.nova-pro-v1:0",
    }
]  # fmt: skip
ARN = "arn:aws:iam::123456789012:role/service-role/EvaluationRole"


def drawn(part: object, columns: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    return as_text([part])  # type: ignore[list-item]


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("rows", [RESULTS, RUNS], ids=["results", "runs"])
def test_a_table_keeps_to_the_width_and_loses_nothing(
    rows: list[dict[str, str]], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = drawn(Rows(rows), columns, monkeypatch)

    assert max(map(len, shown.splitlines())) <= columns
    assert shown.isprintable() or set(shown) - {"\n"} <= set(map(chr, range(32, 127)))
    for text in "Gain 0.729 20/37/2 better".split() if rows is RESULTS else ["Failed", "v1:0"]:
        assert text.lower() in shown.lower()


def test_titles_fold_before_cells_do_and_words_only_where_their_parts_meet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = drawn(Rows(RESULTS[:1]), 80, monkeypatch).splitlines()

    assert shown[-1].startswith("Correctness 0.576   0.729 +0.153 +0.085 to +0.220 20/37/2")
    folded = drawn(Rows(RUNS), 70, monkeypatch).splitlines()[1:]
    assert [line.split()[0] for line in folded] == ["support-bot-judge-retired", "ago"]


def test_a_table_with_no_room_becomes_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    line = {"Metric": "A", "Gain": "+0.5", "Records": "20", "Left out": "", "Verdict": "better"}

    assert drawn(Rows([line]), 20, monkeypatch) == "A  better\n  Gain +0.5, Records\n  20"


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    # Which of the codes of red it is, rich decides once for a process.
    in_red = re.compile(r"\x1b\[[\d;]+mFailed")
    for kind, coloured in (("xterm-256color", True), ("xterm", True), ("dumb", False)):
        monkeypatch.setenv("TERM", kind)
        assert bool(in_red.search(as_text([Rows(RUNS)], terminal=True))) == coloured
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not in_red.search(as_text([Rows(RUNS)], terminal=True))


@pytest.mark.parametrize("colour", [GOOD, BAD, DOUBTFUL, GOING_ON])
def test_colours_can_be_read_on_white_on_black_and_between(colour: str) -> None:
    def luminance(colour: str) -> float:
        parts = [it / 255 for it in Color.parse(colour).get_truecolor()]
        linear = [it / 12.92 if it <= 0.04 else ((it + 0.055) / 1.055) ** 2.4 for it in parts]
        return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    # WCAG asks 3 of large text and of signs; the words beside say the same.
    for ground in ("#ffffff", "#fdf6e3", "#292929", "#002b36", "#000000"):
        dark, light = sorted((luminance(colour), luminance(ground)))
        assert (light + 0.05) / (dark + 0.05) > 3


def test_prose_is_broken_between_words_and_what_has_no_spaces_stays_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = drawn(Prose(lines("Why:", f"  {ARN} may not.")), 30, monkeypatch)

    assert shown == f"Why:\n  {ARN}\n    may not."

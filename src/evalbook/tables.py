"""Tables and coloured words for people: folded to the terminal's width, readable without colour."""

from __future__ import annotations

import io
import os
import re
import shutil
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from evalbook import texts
from evalbook.links import links_work

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.text import Text

IN_A_FILE = 200
"""Columns where no terminal sets a width: whoever reads a file can scroll."""
READABLE = 120
"""Columns of a line of prose, however wide the terminal is."""

# Of the 256 fixed colours those that can be read on white and on black: a theme's own yellow and
# cyan vanish on white as often as not. Where a terminal has 16 colours, the nearest are taken.
GOOD, BAD, DOUBTFUL, GOING_ON = "color(29)", "color(196)", "color(166)", "color(31)"

_BREAK = "\x1f"
"""White space of no width to rich: where a long word may be broken. It is never printed."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_MAY_BREAK = re.compile(rf"(?<=[-_/.:])(?=[^\W\d])|{_CAMEL.pattern}")
_SHORT_WORD = 32
_NUMBER = re.compile(r"[-+\d.,/:% ]*(to [-+\d.]+)?")

_VERDICT = re.compile(r"(?<=[:;]\s)(?:better|worse)(?=\son\s)")
"""What a sentence says of some metrics."""

_COLOURED = frozenset({"Verdict", "State"})
"""The columns whose words have colours."""
_COLOURS = {
    "Succeeded": GOOD,
    "Completed": GOOD,
    "Failed": BAD,
    "CompletedWithFailures": BAD,
    "Stopped": DOUBTFUL,
    "Stopping": DOUBTFUL,
    "Executing": GOING_ON,
    "InProgress": GOING_ON,
    "better": GOOD,
    "worse": BAD,
    "ok": GOOD,
    "warning": DOUBTFUL,
    "failed": BAD,
    "not checked": DOUBTFUL,
    "pass": GOOD,
    "fail": BAD,
    "undecided": DOUBTFUL,
}


def cell(text: str, style: str = "", url: str | None = None) -> Text:
    """Return text from anywhere, with nothing in it that could control the terminal.

    ``url`` makes it a link in terminals that are known to draw links.
    """
    from rich.style import Style
    from rich.text import Text

    shown = Text(texts.presentable(text), style=style)
    if url and links_work():
        shown.stylize(Style(link=url))
    return shown


def coloured(word: str) -> Text:
    return cell(word, _COLOURS.get(word, ""))


class Prose:
    """Sentences, in lines that can be read; what has no spaces stays whole, to be copied."""

    def __init__(self, text: str, style: str = "") -> None:
        self._text, self._style = text, style

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        text = texts.presentable(self._text)
        in_a_file = options.max_width == IN_A_FILE and not options.is_terminal
        width = None if in_a_file else min(options.max_width, READABLE)
        lines = texts.fold_lines(text, width, hanging="\n" in text)
        drawn = Text(lines, style=self._style, no_wrap=True, overflow="ignore")
        for found in _VERDICT.finditer(lines):
            drawn.stylize(_COLOURS[found[0]], *found.span())
        yield drawn


class Rows:
    """A table: each row has a cell for each column's title, and all have the same columns.

    Where it is too wide, its cells fold between words and parts of words, but for the names in the
    first column, which are copied; where even that does not help, each row becomes a block.
    """

    def __init__(self, rows: Sequence[Mapping[str, str | Text]]) -> None:
        self._rows = [{title: _cell(title, it) for title, it in row.items()} for row in rows]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.segment import Segment

        for segment in console.render(self._drawn(console, options), options):
            yield Segment(segment.text.replace(_BREAK, ""), segment.style, segment.control)

    def _drawn(self, console: Console, options: ConsoleOptions) -> RenderableType:
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        if not self._rows:
            return Group()
        titles = list(self._rows[0])
        columns = [
            [
                _breakable(it, _MAY_BREAK if title != titles[0] else _CAMEL)
                for it in (cell(title), *(row[title] for row in self._rows))
            ]
            for title in titles
        ]
        found = _widths(console, options, columns)
        if found is None:
            return Group(*map(_block, self._rows))
        widths, gap = found
        folds = [
            len(column[0].wrap(console, width)) - 1
            for column, width in zip(columns, widths, strict=True)
        ]
        drawn = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False)
        for (title, *cells), width, fold in zip(columns, widths, folds, strict=True):
            number = all(_NUMBER.fullmatch(it.plain) for it in cells)
            title.stylize("bold")
            # The titles of one line stand right above what they are the titles of.
            head = Text("\n" * (max(folds) - fold)).append_text(title)
            drawn.add_column(head, justify="right" if number else "left", width=width)
        for row in list(zip(*columns, strict=True))[1:]:
            drawn.add_row(*row)
        return drawn


def _cell(title: str, text: str | Text) -> Text:
    if not isinstance(text, str):
        return text
    line = " ".join(text.split())
    return coloured(line) if title in _COLOURED else cell(line)


def _breakable(text: Text, may_break: re.Pattern[str]) -> Text:
    """Return a word, or the longest of a sentence, with places where it may be broken."""
    from rich.text import Text

    short = _SHORT_WORD if " " in text.plain else 0
    places = [
        word.start() + it.start()
        for word in re.finditer(r"\S+", text.plain)
        if len(word[0]) > short
        for it in may_break.finditer(word[0])
    ]
    return Text(_BREAK).join(text.divide(places)) if places else text


def _widths(
    console: Console, options: ConsoleOptions, columns: Sequence[Sequence[Text]]
) -> tuple[list[int], int] | None:
    """Return the columns' widths and the gap between them; None where no width would do."""
    from rich.measure import Measurement

    def two_lines(column: Sequence[Text], low: int, high: int) -> int:
        """Return the least width in which no cell takes more than two lines."""
        widths = range(low, high)
        return low + bisect_left(
            widths, True, key=lambda it: all(len(text.wrap(console, it)) <= 2 for text in column)
        )

    def room(gap: int) -> int:
        return options.max_width - gap * (len(columns) - 1)

    needs = [[Measurement.get(console, options, it) for it in column] for column in columns]
    most = [min(READABLE, max(it.maximum for it in need)) for need in needs]
    # A title that folds costs one line, a cell that does costs one in its row.
    titles_fold = [
        min(wide, max(head.minimum, *(it.maximum for it in rest)))
        for wide, (head, *rest) in zip(most, needs, strict=True)
    ]
    for least, gap in ((most, 2), (titles_fold, 2), (titles_fold, 1)):
        if sum(least) <= room(gap):
            return _fitted(least, most, room(gap)), gap
    cells_fold = [max(it.minimum for it in need) for need in needs]
    twice = list(map(two_lines, columns, cells_fold, titles_fold))
    # A name in more than two lines is none any more.
    cells_fold[0] = twice[0]
    for least, gap in ((twice, 2), (twice, 1), (cells_fold, 2), (cells_fold, 1)):
        if sum(least) <= room(gap):
            return _fitted(least, titles_fold, room(gap)), gap
    return None


def _fitted(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Return the columns' widths: the widest give way first, none below what it needs."""
    widths = list(most)
    while sum(widths) > room:
        _, at = max((width, at) for at, width in enumerate(widths) if width > least[at])
        widths[at] -= 1
    return widths


def _block(row: Mapping[str, Text]) -> RenderableType:
    """Return a row as its first cell with its state or verdict, and the others below."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    first, *others = row
    beside = [title for title in others if title in _COLOURED]
    head = Text("  ").join([row[first].copy(), *(row[title] for title in beside)])
    told = [title for title in others if title not in beside and row[title]]
    pairs = [Text.assemble((f"{title} ", "dim"), row[title]) for title in told]
    return Group(head, Padding(Text(", ").join(pairs), (0, 0, 0, 2)))


def as_drawn(part: RenderableType | Sequence[Mapping[str, str | Text]]) -> RenderableType:
    if isinstance(part, str):
        return Prose(part)
    return Rows(part) if isinstance(part, list | tuple) else part  # type: ignore[return-value]


def spaced(
    parts: Iterable[RenderableType | Sequence[Mapping[str, str | Text]]],
) -> list[RenderableType]:
    shown: list[RenderableType] = []
    for part in map(as_drawn, parts):
        shown += ["", part] if shown else [part]
    return shown


def as_text(
    parts: Iterable[RenderableType], *, terminal: bool = False, columns: int | None = None
) -> str:
    """Return what was drawn in the terminal's width, in colour; for a file, wide and without.

    ``columns`` is the width where no terminal's and no shell's counts.
    """
    from rich.console import Console

    columns = columns or shutil.get_terminal_size((IN_A_FILE, 24)).columns
    into = io.StringIO()
    console = Console(
        file=into,
        width=columns,
        force_terminal=terminal,
        color_system="auto" if terminal and not os.environ.get("NO_COLOR") else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in parts:
        console.print(part, crop=False)
    return "\n".join(line.rstrip() for line in into.getvalue().rstrip("\n").split("\n"))

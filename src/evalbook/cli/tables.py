"""Tables and coloured words for people: folded to the terminal's width, readable without colour."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from evalbook.cli.links import links_work
from evalbook.texts import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

_IN_A_FILE = 200
"""Columns where no terminal sets a width: whoever reads a file can scroll."""

_STATES = {
    "Succeeded": "green",
    "Failed": "red",
    "CompletedWithFailures": "red",
    "Stopped": "yellow",
    "Stopping": "yellow",
    "Executing": "cyan",
}


def cell(text: str, style: str = "", url: str | None = None) -> Text:
    """Return text from anywhere, with nothing in it that could control the terminal.

    ``url`` makes it a link in terminals that are known to draw links.
    """
    from rich.style import Style
    from rich.text import Text

    shown = Text(printable(text), style=style)
    if url and links_work():
        shown.stylize(Style(link=url))
    return shown


def state_cell(state: str) -> Text:
    """Return a run's state in its colour."""
    return cell(state, _STATES.get(state, ""))


def table(head: Sequence[str], rows: Iterable[Sequence[Text]], right: Sequence[int] = ()) -> Table:
    """Return a table whose cells fold where the terminal is narrow; columns ``right`` hold numbers.

    Args:
        head: the columns' titles.
        rows: a cell for each column.
        right: indices of the columns that are set to the right, and never folded.
    """
    from rich.table import Table

    drawn = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for index, title in enumerate(head):
        number = index in right
        justify = "right" if number else "left"
        drawn.add_column(title, justify=justify, overflow="fold", no_wrap=number)  # type: ignore[arg-type]
    for row in rows:
        drawn.add_row(*row)
    return drawn


def as_text(parts: Iterable[RenderableType], stream: TextIO) -> str:
    """Return what was drawn as the stream takes it: in its width, in colour on a terminal only."""
    from rich.console import Console

    terminal = stream.isatty()
    columns = shutil.get_terminal_size((_IN_A_FILE, 24)).columns
    into = io.StringIO()
    console = Console(
        file=into,
        width=columns,
        force_terminal=terminal,
        color_system="standard" if terminal and not os.environ.get("NO_COLOR") else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in into.getvalue().rstrip("\n").split("\n"))

"""Turns as a terminal shows them: headings, checks, tables and boxes, in the terminal's colours.

Only marks have colours, which can be read on light and on dark; the words keep the terminal's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from evalbook.aws.arns import role_names
from evalbook.checks import Check, Remedy
from evalbook.cli.output import default_of
from evalbook.cli.wizard.prompts import cut_at_word, one_line, telling_part
from evalbook.cli.wizard.terminal import Suggestions
from evalbook.cli.wizard.wording import (
    HOW_TO_FOLLOW,
    KEYS_EXPLAINED,
    example_of,
    one_to_try,
    place_of,
    step_title,
    suggestions_for,
    wants_of,
    ways_to_open,
    with_keys,
)
from evalbook.links import links_work, pieces
from evalbook.tables import BAD, DOUBTFUL, GOOD, READABLE
from evalbook.texts import fold_lines, plural, printable_lines
from evalbook.workflow.summary import Summary
from evalbook.workflow.turn import Turn

_MARKS = {
    "passed": ("✓", GOOD),
    "warning": ("!", DOUBTFUL),
    "failed": ("✗", BAD),
    "skipped": ("-", DOUBTFUL),
}

# More checks that passed than this are counted, not listed: what is well should stay quiet.
_PASSED_LISTED = 3


def text_of(text: str, style: str = "") -> Text:
    """Return text from anywhere, with nothing in it that could control the terminal."""
    return Text(printable_lines(text), style=style)


class Drawing:
    """Draws on one console."""

    def __init__(self, console: Console, suggestions: Suggestions) -> None:
        self.console = console
        self._suggestions = suggestions
        self._kind: str | None = None
        """The evaluation type, once it is known."""
        self._keys_explained = False

    def say(self, text: str, style: str = "") -> None:
        """Print a line, folded between words; a long word stays whole, to be copied."""
        self.console.print(text_of(self._folded(text), style), soft_wrap=True)

    def _folded(self, text: str, indent: int = 0) -> str:
        width = min(self.console.width, READABLE) - indent
        return fold_lines(text, width, hanging=False).replace("\n", "\n" + " " * indent)

    def heading(self, turn: Turn, *, close: bool = False) -> None:
        """Print where in the interview the turn is; ``close`` leaves no line free above."""
        title = text_of(f"{place_of(turn)} · {step_title(turn)}", "bold")
        if not close:
            self.console.print()
        self.console.print(Rule(title, align="left", style="dim"))

    def question(self, turn: Turn) -> None:
        """Print the question and what helps to answer it."""
        if wants_of(turn).word_for_word:
            self.terms(turn.question)
        else:
            self.say(turn.question, "bold")
        hint = turn.help
        # A list shows by itself how it is answered; ? explains the rest.
        if hint and not turn.choices and not wants_of(turn).review:
            self.say(hint, "dim")
        to_try = one_to_try(suggestions_for(turn, self._suggestions, self._kind))
        if to_try:
            self.say(to_try, "dim")

    def problem(self, message: str, remedy: str | Remedy | None) -> None:
        self._marked("failed", message, remedy)

    def checks(self, checks: Sequence[Check]) -> None:
        """Print how checks came out: what is well quietly, what is not with its remedy."""
        well = [check for check in checks if check.status == "passed"]
        for check in well[:_PASSED_LISTED]:
            self._marked("passed", check.message, None, "dim")
        if len(well) > _PASSED_LISTED:
            more = len(well) - _PASSED_LISTED
            self._marked("passed", f"and {plural(more, 'more check')} passed", None, "dim")
        for check in checks:
            if check.status != "passed":
                words = "not checked: " if check.status == "skipped" else ""
                self._marked(check.status, words + check.message, check.remedy)

    def _marked(
        self, status: str, message: str, remedy: str | Remedy | None, style: str = ""
    ) -> None:
        mark, colour = _MARKS[status]
        said = text_of(self._folded(role_names(message), 2), style)
        self.console.print(text_of(f"{mark} ", f"bold {colour}"), said, sep="", soft_wrap=True)
        if remedy:
            self._indented(with_keys(remedy), "italic")

    def preview(self, sample: Any) -> None:
        """Print what a dataset's fields are taken for, with examples cut to the width."""
        self.console.print(_labelled("Format: ", sample.label))
        if sample.table:
            rows = [
                (
                    it.field,
                    f"{it.records:,}",
                    f"{it.taken_for}: {it.meaning}" if it.meaning else it.taken_for,
                    it.example,
                )
                for it in sample.table
            ]
            self._fields(("field", "records", "taken for", "example"), rows)
        else:
            for line in sample.record_lines():
                self.console.print(text_of(line))
        for problem in sample.problems:
            self._marked("warning", problem, None)

    def _fields(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table of fields, in which what comes from records is a line each."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", expand=True)
        for title in titles:
            said, quoted = title == "taken for", title == "example"
            table.add_column(
                title,
                justify="right" if title == "records" else "left",
                overflow="fold" if said else "ellipsis",
                no_wrap=not said,
                ratio=1 if quoted else None,
                max_width=None if quoted else 28,
            )
        for row in rows:
            table.add_row(*map(text_of, row))
        self.console.print(table)

    def review(self, summary: Summary) -> None:
        """Print all answers as a table, numbered as they can be changed, and what is not known."""
        lines = enumerate(summary.lines, start=1)
        self.console.print(_pairs((f"{at:>2} {line.title}", line.text) for at, line in lines))
        self.checks((*summary.warnings, *summary.not_checked))

    def overview(self, summary: Summary, notices: Sequence[str]) -> None:
        """Print answers, warnings and notices in a line each, so that a small screen holds them."""
        wide = max((len(line.title) for line in summary.lines), default=0)
        for at, line in enumerate(summary.lines, start=1):
            self._one_line(f"{at:>2} {line.title:<{wide}}  ", telling_part(line.text))
        for check in (*summary.warnings, *summary.not_checked):
            mark, colour = _MARKS[check.status]
            self._one_line(f"{mark} ", check.message, f"bold {colour}")
        for notice in notices:
            self._one_line("", notice)

    def _one_line(self, label: str, text: str, style: str = "bold") -> None:
        shown = cut_at_word(one_line(text), self.console.width - len(label))
        self.console.print(_labelled(label, shown, style), no_wrap=True)

    def terms(self, text: str) -> None:
        """Print the terms in a box, word for word, their links clickable where that works."""
        clickable = links_work()
        drawn, addresses = text_of(""), []
        for piece in pieces(text):
            part = text_of(piece.text, "bold" if piece.strong else "")
            if piece.url and clickable:
                part.stylize(Style(underline=True, link=piece.url))
            elif piece.url:
                addresses.append((piece.text, piece.url))
            drawn.append_text(part)
        self.console.print(Panel(drawn, border_style="dim", padding=(0, 1)))
        for words, url in addresses:
            self.say(f"{words}:")
            self.console.print(text_of(f"  {url}"), soft_wrap=True)

    def explanation(self, turn: Turn) -> None:
        """Print in a few lines what the question is about and how to answer it."""
        hint = turn.help
        # Right below the question it would be there twice.
        if hint and (turn.choices or turn.error is not None):
            self.say(hint)
        self.say(example_of(turn))
        described = [(c.label, c.description) for c in turn.choices if c.description]
        if described:
            self.console.print(_pairs(described))
        suggested = suggestions_for(turn, self._suggestions, self._kind)
        if suggested:
            self.say("To try in this simulated AWS:", "bold")
            self.console.print(_pairs(suggested))
        if turn.default is not None:
            self.say(f"If you just press Enter: {default_of(turn)}")
        if not self._keys_explained:
            self.say("\n".join(KEYS_EXPLAINED), "dim")
            self._keys_explained = True

    def _indented(self, text: str, style: str = "") -> None:
        self.console.print(text_of(f"  {self._folded(text, 2)}", style), soft_wrap=True)

    def finished(self, turn: Turn) -> None:
        self.console.print()
        self.console.print(Rule(text_of("done", "bold"), align="left", style="dim"))
        self.checks(turn.checks)
        first, *others = turn.notices or (f"Written: {turn.notebook}",)
        self._marked("passed", first, None)
        for notice in others:
            self._indented(notice)
        self.console.print()
        for program, how in ways_to_open(turn.notebook or ""):
            # The terminal itself wraps these, so that they are copied as one line.
            self.console.print(_labelled(f"{program:<17} ", how), soft_wrap=True)
        self.say(HOW_TO_FOLLOW)


def _labelled(label: str, text: str, style: str = "bold") -> Text:
    # Added to the label itself, the text would take on the label's style.
    return text_of("").append_text(text_of(label, style)).append_text(text_of(text))


def _pairs(pairs: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for title, text in pairs:
        table.add_row(text_of(title, "bold"), text_of(text))
    return table

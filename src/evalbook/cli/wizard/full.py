"""The wizard on a terminal that can move its cursor: rich draws, questionary asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evalbook.checks import Check, Remedy
from evalbook.cli.wizard.drawing import Drawing
from evalbook.cli.wizard.lines import Line, ask_line
from evalbook.cli.wizard.lists import Option, ask_one, ask_several
from evalbook.cli.wizard.prompts import MARK, Around
from evalbook.cli.wizard.terminal import Glance, Item, Reply, Said, Suggestions, WantsBack
from evalbook.cli.wizard.wording import (
    checks_beside,
    name_of,
    ticked,
    wants_of,
    worth_editing,
)
from evalbook.cli.wizard.working import shown_working, without_echo
from evalbook.errors import AnswerRejected
from evalbook.workflow.brief import without_what_follows
from evalbook.workflow.interview import Progress, Wants
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.summary import Summary
from evalbook.workflow.turn import Turn

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer
    from rich.console import Console

_ANOTHER = "another …"
"""The entry of a list after which anything else may be typed."""
_LEAVES = "Ctrl-C saves and leaves"
_KEYS = ("? explains", "< earlier answers", _LEAVES)
_MENU_KEYS = ("↑ ↓ choose", "Enter selects", "< back", _LEAVES)
_REVIEW_KEYS = ("a number changes that answer", "? explains in full", _LEAVES)
_LONG_KEYS = ("? explains", "< earlier answers", "Alt-Enter new line", "Ctrl-X Ctrl-E editor")


class FullTerminal:
    """Draws and asks with all that a terminal can do."""

    def __init__(
        self, suggestions: Suggestions, complete_s3: Callable[[str], list[str]] = lambda _: []
    ) -> None:
        from rich.console import Console

        self._console: Console = Console(highlight=False, markup=False, emoji=False)
        self._drawing = Drawing(self._console, suggestions)
        self._kind: str | None = None
        self._asked_with: Sequence[Check] = ()
        """The checks shown with the question."""
        self._in_full: Callable[[], None] = lambda: None
        """Shows whole what the turn was shown of in brief."""
        self._complete_s3 = complete_s3

    def held(self) -> AbstractContextManager[None]:
        """Keep the terminal from showing what is typed between two prompts."""
        return without_echo()

    def say(self, text: str) -> None:
        """Show words of the wizard's own."""
        self._drawing.say(text)

    def problem(self, message: str, remedy: str | Remedy | None) -> None:
        """Show what stands in the way, and what to do about it."""
        self._drawing.problem(message, remedy)

    def show(self, turn: Turn, summary: Summary) -> None:
        """Show everything about a turn but the place to type in."""
        drawing = self._drawing
        if turn.error is not None:
            # What the question itself found stands above already.
            drawing.checks([it for it in checks_beside(turn) if it not in self._asked_with])
            remedy = turn.error.remedy
            if isinstance(remedy, str):
                # The list right below names the choices, and has no numbers to answer with.
                remedy = without_what_follows(turn, f" {remedy}").strip()
            drawing.problem(turn.error.message, remedy)
            return
        self._kind = summary.evaluation_type
        self._asked_with = turn.checks
        drawing.checks(turn.checks)
        if turn.preview is not None:
            drawing.preview(turn.preview)
        notices = turn.notices_beside
        review = wants_of(turn).review
        drawing.heading(turn, close=review)
        self._in_full = lambda: None
        if review:
            drawing.review(summary, notices)
            self._in_full = lambda: self._explain_review(summary, notices)
        else:
            for notice in notices:
                drawing.say(notice)
        drawing.question(turn, self._kind)

    def ask(self, turn: Turn, typed: str | None, glance: Glance) -> Reply:
        """Hear the answer to the turn shown; ``typed`` is there to be edited."""
        keys = _keys(turn)
        # Where all answers are shown, none need be repeated below.
        seen = None if wants_of(turn).review else glance
        around = Around(seen, lambda: self._explain(turn), keys)
        open_list = turn.kind == "text" and turn.choices
        edited = open_list and worth_editing(turn, typed) and not _value_of(turn, typed)
        if not turn.choices or edited:
            return ask_line(around, self._line(turn, typed))
        if turn.kind == "multichoice":
            reply = ask_several(around, _ticked_options(turn, typed))
        else:
            meant = _value_of(turn, typed)
            start = meant or _value_of(turn, turn.default)
            options = _options(turn)
            if open_list:
                options.append(Option(_ANOTHER, "Another …", turn.help or ""))
            reply = ask_one(around, options, start)
            if isinstance(reply, Said) and reply.text == _ANOTHER:
                return ask_line(around, replace(self._line(turn, None), default=""))
        if isinstance(reply, Said):
            self._drawing.say(f"{MARK}  {_label_of(turn, reply.text)}")
        return reply

    def _explain(self, turn: Turn) -> None:
        self._in_full()
        self._drawing.explanation(turn, self._kind)

    def _explain_review(self, summary: Summary, notices: Sequence[str]) -> None:
        self._drawing.answers(summary)
        self._drawing.outcome(summary)
        for notice in notices:
            self._drawing.say(notice)

    def _line(self, turn: Turn, typed: str | None) -> Line:
        if turn.kind == "confirm":
            # Nothing stands there beforehand, not even what did not pass: y would come after it.
            return Line(placeholder=f"({_yes_or_no(turn)})")
        completer = _completer(wants_of(turn), self._complete_s3)
        if not worth_editing(turn, typed):
            return Line(default=typed or turn.default or "", completer=completer)
        return Line(typed or "", completer=completer)

    def choose(self, question: str, items: Sequence[Item], start: str | None = None) -> str | None:
        """Return the value of the item chosen; None where the person turned back from choosing."""
        around = Around(None, None, _MENU_KEYS, question)
        options = [Option(item.value, item.label, item.description) for item in items]
        reply = ask_one(around, options, start or items[0].value)
        if isinstance(reply, WantsBack):
            return None
        return reply.text if reply.text in [item.value for item in items] else None

    def review(self, summary: Summary) -> None:
        """Show all answers so far, with what was not checked."""
        self._drawing.answers(summary)
        self._drawing.outcome(summary)

    def working(self) -> AbstractContextManager[Progress]:
        """Show what is being done while it is done."""
        return shown_working(self._console)

    def finished(self, turn: Turn, offers_status: bool) -> None:
        """Show where the notebook is and how to run it."""
        self._drawing.finished(turn)
        if offers_status:
            self.say("While it runs, follow it from any terminal: evalbook status --watch")


def _keys(turn: Turn) -> tuple[str, ...]:
    wants = wants_of(turn)
    return _REVIEW_KEYS if wants.review else _LONG_KEYS if wants.long else _KEYS


def _yes_or_no(turn: Turn) -> str:
    more = ", or the number of an answer to change" if wants_of(turn).review else ""
    return f"yes or no; Enter means {turn.default}" if turn.default else f"yes or no{more}"


def _completer(wants: Wants, complete_s3: Callable[[str], list[str]]) -> Completer | None:
    """Return what Tab offers: files of the endings wanted, buckets and keys, or projects here."""
    from prompt_toolkit.application import get_app
    from prompt_toolkit.completion import DynamicCompleter, ThreadedCompleter, WordCompleter
    from questionary.prompts.path import GreatUXPathCompleter

    if wants.projects:
        projects = sorted(path.parent.name for path in Path().glob("*/notebooks"))
        return WordCompleter(projects, sentence=True)
    if not wants.files and not wants.s3:
        return None
    files = GreatUXPathCompleter(
        expanduser=True,
        file_filter=lambda name: Path(name).is_dir() or name.lower().endswith(wants.files),
    )
    if not wants.s3:
        return files
    s3 = ThreadedCompleter(
        WordCompleter(lambda: complete_s3(get_app().current_buffer.text), sentence=True)
    )
    return DynamicCompleter(
        lambda: s3 if get_app().current_buffer.text.startswith("s3:") or not wants.files else files
    )


def _options(turn: Turn) -> list[Option]:
    names = [name_of(choice) for choice in turn.choices]
    if turn.kind != "text":
        return [
            Option(choice.value, name, choice.description)
            for name, choice in zip(names, turn.choices, strict=True)
        ]
    # What there is to choose from tells more by its date and kind than by its name alone.
    wide = max(map(len, names))
    return [
        Option(choice.value, f"{name:<{wide}}  {choice.description}".rstrip())
        for name, choice in zip(names, turn.choices, strict=True)
    ]


def _ticked_options(turn: Turn, typed: str | None) -> list[Option]:
    wanted = ticked(turn, typed)
    return [
        Option(
            choice.value,
            choice.label + ("  (recommended)" if choice.recommended else ""),
            choice.description,
            choice.value in wanted,
            # Such as ALL of a benchmark's subtasks.
            alone=choice.value == turn.default and not choice.recommended,
        )
        for choice in turn.choices
    ]


def _value_of(turn: Turn, text: str | None) -> str | None:
    """Return the value of the choice that a text names, or None."""
    try:
        return read_choice(text, turn.choices) if text else None
    except AnswerRejected:
        return None


def _label_of(turn: Turn, text: str) -> str:
    return next((choice.label for choice in turn.choices if choice.value == text), text)

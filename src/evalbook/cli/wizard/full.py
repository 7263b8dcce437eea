"""The wizard on a terminal that can move its cursor: rich draws, questionary asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

from prompt_toolkit.application import get_app
from prompt_toolkit.completion import Completer, DynamicCompleter, ThreadedCompleter, WordCompleter
from questionary.prompts.path import GreatUXPathCompleter
from rich.console import Console

from evalbook.cli.wizard.drawing import Drawing
from evalbook.cli.wizard.lines import ask_line
from evalbook.cli.wizard.lists import ask_one, ask_several
from evalbook.cli.wizard.prompts import MARK, Around
from evalbook.cli.wizard.terminal import Suggestions, WantsBack
from evalbook.cli.wizard.wording import (
    checks_beside,
    name_of,
    place_of,
    ticked,
    wants_of,
    worth_editing,
)
from evalbook.cli.wizard.working import shown_working, without_echo
from evalbook.texts import few_words
from evalbook.workflow.interview import Progress, Wants
from evalbook.workflow.replies.choices import named_choice
from evalbook.workflow.summary import Summary
from evalbook.workflow.turn import Choice, Turn

_ANOTHER = "another …"
"""The entry of a list after which anything else may be typed."""
_LEAVES = "Ctrl-C saves and leaves"
_KEYS = ("? explains", "< earlier answers", _LEAVES)
_MENU_KEYS = ("↑ ↓ choose", "Enter selects", "< back", _LEAVES)
_REVIEW_KEYS = ("a number changes that answer", "? explains in full", _LEAVES)
_LONG_KEYS = ("? explains", "< earlier answers", "Alt-Enter new line", "Ctrl-X Ctrl-E editor")


class FullTerminal(Drawing):
    """Draws and asks with all that a terminal can do."""

    def __init__(
        self, suggestions: Suggestions, complete_s3: Callable[[str], list[str]] = lambda _: []
    ) -> None:
        super().__init__(Console(highlight=False, markup=False, emoji=False), suggestions)
        self._complete_s3 = complete_s3
        self._summary = Summary(())
        self._asked: Turn | None = None
        """The question as it was shown, before any answer to it was rejected."""

    def held(self) -> AbstractContextManager[None]:
        """Keep the terminal from showing what is typed between two prompts."""
        return without_echo()

    def show(self, turn: Turn, summary: Summary) -> None:
        if turn.error is not None:
            # What the question itself found stands above already.
            shown = self._asked.checks if self._asked else ()
            self.checks([it for it in checks_beside(turn.checks, turn.error) if it not in shown])
            # The list right below names the choices, and has no numbers to answer with.
            self.problem(turn.error.message, few_words(turn.error.remedy))
            return
        self._asked, self._summary, self._kind = turn, summary, summary.evaluation_type
        self.checks(turn.checks)
        if turn.preview is not None:
            self.preview(turn.preview)
        review = wants_of(turn).review
        self.heading(turn, close=review)
        if review:
            self.overview(summary, turn.notices_beside)
        else:
            for notice in turn.notices_beside:
                self.say(notice)
        self.question(turn)

    def ask(self, turn: Turn, typed: str | None) -> str:
        open_list = turn.kind == "text" and turn.choices
        meant = named_choice(typed or "", turn.choices)
        edited = open_list and worth_editing(turn, typed) and not meant
        if not turn.choices or edited:
            return self._ask_line(turn, typed, turn.default or "")
        if turn.kind == "multichoice":
            ticks = [
                replace(it, label=f"{it.label}  (recommended)") if it.recommended else it
                for it in turn.choices
            ]
            # Such as ALL of a benchmark's subtasks.
            alone = (it.value for it in ticks if it.value == turn.default and not it.recommended)
            said = ask_several(self._around(turn), ticks, ticked(turn, typed), next(alone, ""))
        else:
            choices = _told_apart(turn)
            if open_list:
                choices.append(Choice(_ANOTHER, "Another …", turn.help or ""))
            start = meant or named_choice(turn.default or "", turn.choices)
            said = ask_one(self._around(turn), choices, start)
            if said == _ANOTHER:
                return self._ask_line(turn, None, "")
        labels = {choice.value: choice.label for choice in turn.choices}
        self.say(f"{MARK}  {labels.get(said, said)}")
        return said

    def _around(self, turn: Turn) -> Around:
        explain = partial(self._explain, turn)
        wants = wants_of(turn)
        if wants.review:
            # Where all answers are shown, none need be repeated below.
            return Around(_REVIEW_KEYS, explain)
        # What was merely confirmed is not worth the room.
        answers = [(it.title, it.text) for it in self._summary.lines if it.text != "yes"]
        keys = _LONG_KEYS if wants.long else _KEYS
        return Around(keys, explain, place_of(turn), answers)

    def _explain(self, turn: Turn) -> None:
        if self._asked and wants_of(turn).review:
            # The turn showed it in brief.
            self.review(self._summary)
            for notice in self._asked.notices_beside:
                self.say(notice)
        self.explanation(turn)

    def _ask_line(self, turn: Turn, typed: str | None, default: str) -> str:
        around = self._around(turn)
        if turn.kind == "confirm":
            # Nothing stands there beforehand, not even what did not pass: y would come after it.
            return ask_line(around, placeholder=f"({_yes_or_no(turn)})")
        completer = _completer(wants_of(turn), self._complete_s3)
        if typed and worth_editing(turn, typed):
            return ask_line(around, typed=typed, completer=completer)
        return ask_line(around, default=typed or default, completer=completer)

    def choose(
        self, question: str, choices: Sequence[Choice], start: str | None = None
    ) -> str | None:
        around = Around(_MENU_KEYS, message=question)
        try:
            said = ask_one(around, choices, start or choices[0].value)
        except WantsBack:
            return None
        return said if said in [choice.value for choice in choices] else None

    def working(self) -> AbstractContextManager[Progress]:
        return shown_working(self.console)


def _yes_or_no(turn: Turn) -> str:
    more = ", or the number of an answer to change" if wants_of(turn).review else ""
    return f"yes or no; Enter means {turn.default}" if turn.default else f"yes or no{more}"


def _completer(wants: Wants, complete_s3: Callable[[str], list[str]]) -> Completer | None:
    """Return what Tab offers: files of the endings wanted, buckets and keys, or projects here."""
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


def _told_apart(turn: Turn) -> list[Choice]:
    """Return the choices as a list shows them: with what tells them apart beside their names."""
    names = [name_of(choice) for choice in turn.choices]
    if turn.kind == "text":
        # What there is to choose from tells more by its date and kind than by its name alone.
        wide = max(map(len, names))
        named = zip(names, turn.choices, strict=True)
        return [
            Choice(it.value, f"{name:<{wide}}  {it.description}".rstrip()) for name, it in named
        ]
    return [replace(it, label=name) for name, it in zip(names, turn.choices, strict=True)]

"""The wizard in plain lines: for screen readers, and terminals that can't move their cursor.

Nothing is drawn over, nothing is framed, no control sequence is sent; choices have numbers and each
answer is a line. It shows what `evalbook next` shows, in the same words.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from typing import Any

from evalbook.checks import Check, Remedy
from evalbook.cli.output import check_words, turn_words
from evalbook.cli.wizard.terminal import Leaving, Suggestions, WantsBack
from evalbook.cli.wizard.wording import (
    HOW_TO_FOLLOW,
    KEYS_EXPLAINED,
    checks_beside,
    example_of,
    name_of,
    one_to_try,
    step_title,
    suggestions_for,
    wants_of,
    ways_to_open,
    with_keys,
    worth_editing,
)
from evalbook.cli.wizard.working import keyboard_at_rest
from evalbook.links import pieces
from evalbook.texts import fold_lines, printable_lines
from evalbook.workflow.interview import Progress
from evalbook.workflow.summary import Summary
from evalbook.workflow.turn import Choice, Turn


class PlainTerminal:
    """Prints lines and reads lines."""

    def __init__(self, suggestions: Suggestions) -> None:
        self._suggestions = suggestions
        self._kind: str | None = None
        self._keys_explained = False

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()

    def say(self, text: str) -> None:
        columns = shutil.get_terminal_size().columns
        folded = fold_lines(printable_lines(text), columns, hanging=False)
        print(folded, flush=True)  # noqa: T201 - this class is the terminal

    def problem(self, message: str, remedy: str | Remedy | None) -> None:
        self.say(f"Not accepted: {message}")
        if remedy:
            self.say(with_keys(remedy))

    def show(self, turn: Turn, summary: Summary) -> None:
        if turn.error is not None:
            self._checks(checks_beside(turn.checks, turn.error))
            self.problem(turn.error.message, turn.error.remedy)
            return
        self._kind = summary.evaluation_type
        self.say(f"\n{_words(turn)}")
        to_try = one_to_try(suggestions_for(turn, self._suggestions, self._kind))
        if to_try:
            self.say(to_try)

    def _checks(self, checks: Iterable[Check]) -> None:
        for check in checks:
            self.say(check_words(_in_keys(check)))

    def ask(self, turn: Turn, typed: str | None) -> str:
        # What did not pass is mended where it is long; a number or a yes is quicker typed anew.
        edited = turn.kind == "text" and worth_editing(turn, typed)
        before = (typed or "").replace("\n", " ") if edited else ""
        while True:
            text = read_line(f"{step_title(turn)} (? explains, < goes back): ", before)
            # A rejected answer stands there already; a key typed after it is still a key.
            key = text.removeprefix(before).strip()
            if key == "<":
                raise WantsBack
            if key != "?":
                return text
            self._explain(turn)

    def choose(
        self, question: str, choices: Sequence[Choice], start: str | None = None
    ) -> str | None:
        self.say(f"\n{question}")
        for number, choice in enumerate(choices, start=1):
            more = f" ({choice.description})" if choice.description else ""
            self.say(f"  {number}. {choice.label}{more}")
        values = [choice.value for choice in choices]
        numbered = {str(number): value for number, value in enumerate(values, start=1)}
        default = start or values[0]
        asked = f"Number (Enter means {values.index(default) + 1}, < goes back): "
        while (text := read_line(asked, None).strip()) != "<":
            if not text:
                return default
            if text in numbered:
                return numbered[text]
            self.say(f"{text!r} is not one of the numbers 1 to {len(choices)}.")
        return None

    def review(self, summary: Summary) -> None:
        for line in summary.answers():
            self.say(line)
        self._checks((*summary.warnings, *summary.not_checked))

    @contextmanager
    def working(self) -> Iterator[Progress]:
        """Show what is being done, a line for each new thing."""
        said: set[tuple[str, int | None]] = set()

        def progress(doing: str, done: int | None, total: int | None) -> None:
            quarters = 4 * (done or 0) // total if total else None
            if (doing, quarters) not in said:
                said.add((doing, quarters))
                self.say(f"{doing}: {25 * quarters} %" if quarters else f"{doing} …")

        with keyboard_at_rest():
            yield progress

    def finished(self, turn: Turn) -> None:
        self.say(f"\n{_words(turn)}")
        for program, how in ways_to_open(turn.notebook or ""):
            self.say(f"{program}: {how}")
        self.say(HOW_TO_FOLLOW)

    def _explain(self, turn: Turn) -> None:
        self.say(_words(replace(turn, checks=(), notices=())))
        self.say(example_of(turn))
        for answer, outcome in suggestions_for(turn, self._suggestions, self._kind):
            self.say(f"In this simulated AWS: {answer} ({outcome})")
        if not self._keys_explained:
            self.say("? explains the question; < opens your earlier answers, to change one.")
            for line in KEYS_EXPLAINED[1:]:
                self.say(line)
            self._keys_explained = True


def _words(turn: Turn) -> str:
    if wants_of(turn).word_for_word:
        said = list(pieces(turn.question))
        addresses = [f"{it.text}: {it.url}" for it in said if it.url]
        words = "".join(it.text for it in said)
        turn = replace(turn, question="\n".join([words, *addresses]))
    checks = tuple(map(_in_keys, turn.checks))
    return turn_words(replace(turn, checks=checks), step_title(turn), name_of)


def _in_keys(check: Check) -> Check:
    return replace(check, remedy=check.remedy and with_keys(check.remedy))


def read_line(prompt: str, typed: str | None) -> str:
    """Read one line, beginning with what is there.

    Raises:
        Leaving: Ctrl-C, or the end of input.
    """
    line_editor = _line_editor()
    if line_editor is not None:
        line_editor.set_startup_hook((lambda: line_editor.insert_text(typed)) if typed else None)
    elif typed:
        prompt = f"You said: {printable_lines(typed)}\n{prompt}"
    try:
        return input(prompt)
    except (KeyboardInterrupt, EOFError):
        typed_now = line_editor.get_line_buffer() if line_editor is not None else None
        with suppress(OSError):
            print(flush=True)  # noqa: T201
        raise Leaving(typed_now or None) from None
    finally:
        if line_editor is not None:
            line_editor.set_startup_hook(None)


def _line_editor() -> Any:
    """Return readline where there is one, told to send no control sequences of its own accord."""
    try:
        import readline
    except ImportError:
        return None
    readline.parse_and_bind("set enable-bracketed-paste off")
    readline.parse_and_bind("set enable-meta-key off")
    # Tab is a character here: completions of Python names would be a riddle.
    readline.parse_and_bind("tab: self-insert")
    return readline

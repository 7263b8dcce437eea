"""What commands print: text for people, or exactly one JSON document and nothing else."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, TextIO

from evalbook.checks import Check, Remedy, remedy_in_commands
from evalbook.errors import AnswerRejected, UsageError
from evalbook.texts import fold_lines, printable, printable_lines
from evalbook.workflow.brief import brief as without_silence, say
from evalbook.workflow.turn import Choice, ErrorDocument, Problem, Turn, as_document

if TYPE_CHECKING:
    from rich.console import RenderableType

MARKS = {"passed": "ok", "warning": "warning", "failed": "failed", "skipped": "not checked"}
"""Results of checks, in words."""


class Output:
    """Standard output, reserved for the command's own output."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.stream: TextIO = sys.stdout

    def document(self, document: Any, words: str, *, fold: bool = False) -> None:
        """Print the JSON document, or text for people, in lines as wide as the terminal."""
        told = printable_lines(words)
        self._print(document, fold_lines(told, terminal_width()) if fold else told)

    def draw(self, document: Any, *parts: RenderableType) -> None:
        """Print the JSON document, or what was drawn with `evalbook.tables`."""
        from evalbook.tables import as_text

        self._print(document, "" if self.as_json else as_text(parts, terminal=self.stream.isatty()))

    def _print(self, document: Any, words: str, *, close: bool = False) -> None:
        # ASCII-only JSON survives any locale, and surrogates.
        signs = (",", ":") if close else None
        text = words
        if self.as_json:
            data = as_document(document) if is_dataclass(document) else document
            text = json.dumps(data, default=str, separators=signs)
        try:
            print(text, file=self.stream, flush=True)
        except OSError as error:
            raise OutputLost(self.stream, error) from error

    def turn(self, turn: Turn, *, brief: bool = False) -> None:
        """Print a turn; why an answer was rejected goes to standard error for people.

        In brief it stands in what is said, which is the same for people and for assistants.
        """
        if turn.error and not (self.as_json or brief):
            complain(
                f"{turn.error.message}\n{remedy_in_commands(turn.error.remedy) or ''}".rstrip()
            )
        document = without_silence(turn) if brief else turn.to_json()
        told = say(turn) if brief else turn_words(turn)
        words = fold_lines(printable_lines(told), terminal_width())
        self._print(document, words, close=brief)

    def error(self, code: str, message: str, remedy: str | Remedy | None = None) -> None:
        if self.as_json:
            self.document(ErrorDocument("error", Problem(code, message, remedy)), "")
        else:
            complain("\n".join(part for part in (message, remedy_in_commands(remedy)) if part))


class OutputLost(Exception):
    """Standard output accepts no more: its reader has gone, or its disk is full."""

    def __init__(self, stream: TextIO, error: OSError) -> None:
        super().__init__(str(error))
        # Python flushes once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        self.exit_status = 0
        if not isinstance(error, BrokenPipeError):
            self.exit_status = UsageError.exit_status
            complain(
                f"Standard output can't be written: {error.strerror}.\n"
                "Accepted answers are saved; `evalbook next` shows the turn."
            )


def complain(text: str) -> None:
    """Print text for people to standard error, if anybody is there to read it."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            width = _width_of(sys.stderr)
            words = fold_lines(printable_lines(text), width, hanging=False)
            print(words, file=sys.stderr, flush=True)  # noqa: T201


def need_somebody_to_ask(output: Output, code: str, what: str) -> None:
    """See to it that a question can be asked before the work for it is done.

    Raises:
        UsageError: ``code``, output is JSON for a program; ``what`` would ask.
    """
    if output.as_json:
        raise UsageError(code, f"{what} asks first, which --json does not allow.", "Add --yes.")


def need_yes(question: str, code: str, declined: str) -> None:
    """Ask on standard error, and read the answer from standard input.

    Raises:
        AnswerRejected: ``code``, the answer is not yes; ``declined`` says what was not done.
    """
    from evalbook.workflow.replies.words import yes_or_no

    complain(f"{question} yes or no (no):")
    said = sys.stdin.readline(100) if sys.stdin is not None else ""
    if not yes_or_no(said.strip()):
        raise AnswerRejected(code, declined, "Answer yes, or add --yes.")


def terminal_width() -> int | None:
    """Return the terminal's width in characters; None if there is no terminal."""
    return _width_of(sys.stdout)


def _width_of(stream: TextIO | None) -> int | None:
    if stream is None or not stream.isatty():  # None if it was closed
        return None
    import shutil

    return shutil.get_terminal_size().columns


def turn_words(
    turn: Turn, title: str | None = None, name: Callable[[Choice], str] | None = None
) -> str:
    """Return a turn as text for people.

    ``title`` replaces the step's name and ``name`` labels choices, if nothing is to be copied.
    """
    called = name or _name_and_value
    lines = [check_words(check) for check in turn.checks]
    lines.extend(turn.notices)
    if turn.status == "complete":
        return "\n".join(lines)
    if lines:
        lines.append("")
    if turn.position:
        at, total = turn.position.index, turn.position.total
        lines.append(f"{at} of {total}: {title}" if title else f"[{at}/{total}] {turn.step}")
    lines.append(turn.question)
    for number, choice in enumerate(turn.choices, start=1):
        mark = " (recommended)" if choice.recommended else ""
        lines.append(f"  {number}. {printable(called(choice))}{mark}")
        if choice.description:
            lines.append(f"     {printable(choice.description)}")
    if turn.help:
        lines.append(turn.help)
    if turn.default is not None:
        lines.append(f"Default: {default_of(turn) if name else turn.default}")
    return "\n".join(lines)


def default_of(turn: Turn) -> str:
    """Return the meaning of an empty answer, by its labels if it has any."""
    labels = {choice.value: choice.label for choice in turn.choices}
    return ", ".join(labels.get(it, it) for it in (turn.default or "").split(", "))


def _name_and_value(choice: Choice) -> str:
    return choice.label if choice.label == choice.value else f"{choice.label} [{choice.value}]"


def check_words(check: Check) -> str:
    """Return a check in one line, with its remedy if any."""
    line = f"{MARKS[check.status]}: {check.message}"
    return (
        f"{line} {remedy_in_commands(check.remedy)}"
        if check.remedy and check.status != "passed"
        else line
    )


@contextlib.contextmanager
def take_standard_output(output: Output) -> Iterator[None]:
    """Under --json, reserve standard output for the document, down to the file descriptor.

    Libraries that print, in this process or a child, print to standard error instead.
    """
    if not output.as_json:
        yield
        return
    try:
        kept = os.dup(1)
    except OSError:
        yield
        return
    with os.fdopen(kept, "w", encoding="utf-8") as stream:
        output.stream = stream
        os.dup2(2, 1)
        with contextlib.redirect_stdout(io.TextIOWrapper(os.fdopen(os.dup(2), "wb"), "utf-8")):
            yield

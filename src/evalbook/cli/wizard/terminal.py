"""What the conversation needs of a terminal; drawn in full or in plain lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from evalbook.checks import Remedy
from evalbook.workflow.interview import Progress
from evalbook.workflow.summary import Summary
from evalbook.workflow.turn import Choice, Turn


class Leaving(Exception):
    """The person leaves, by Ctrl-C or the end of input, or the terminal is gone."""

    def __init__(self, text: str | None = None) -> None:
        super().__init__("leaving")
        self.text = text
        """What was typed and not yet answered with; None where there is nothing to keep."""


class WantsBack(Exception):
    """The person wants to change an earlier answer; ``text`` is what was typed until then."""

    def __init__(self, text: str | None = None) -> None:
        super().__init__("back")
        self.text = text


Suggestions = Mapping[tuple[str, str | None], Sequence[tuple[str, str]]]
"""Answers to try in a simulated AWS, by step and the evaluation type that they are for alone, if
any; each with what comes of it."""


class Terminal(Protocol):
    """A way to show turns to a person and to hear their answers.

    Whatever asks raises `Leaving` when the person leaves instead of answering.
    """

    def held(self) -> AbstractContextManager[None]:
        """Keep the terminal as this way of drawing needs it, until the conversation is over."""

    def say(self, text: str) -> None:
        """Show words of the wizard's own."""

    def problem(self, message: str, remedy: str | Remedy | None) -> None:
        """Show what stands in the way, and what to do about it."""

    def show(self, turn: Turn, summary: Summary) -> None:
        """Show everything about a turn but the place to type in."""

    def ask(self, turn: Turn, typed: str | None) -> str:
        """Hear the answer to the turn shown last; ``typed`` is there to be edited.

        Raises:
            WantsBack: the person would rather change an earlier answer.
        """

    def choose(
        self, question: str, choices: Sequence[Choice], start: str | None = None
    ) -> str | None:
        """Return the value of what was chosen; None where the person turned back."""

    def review(self, summary: Summary) -> None:
        """Show all answers so far, with what was not checked."""

    def working(self) -> AbstractContextManager[Progress]:
        """Show what is being done while it is done."""

    def finished(self, turn: Turn) -> None:
        """Show where the notebook is, how to run it, and how to follow the run."""

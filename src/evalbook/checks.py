"""What was checked about an answer, how it came out, and what helps."""

from __future__ import annotations

import shlex
from typing import Literal

from evalbook.records import dataclass
from evalbook.texts import presentable

Status = Literal["passed", "warning", "failed", "skipped"]

REOPEN = "back STEP"


@dataclass(frozen=True)
class Remedy:
    """The next thing to do, where that is to change an answer or to give a command.

    Each way of asking says it in its own words: a command, a key, a tool.
    """

    text: str
    """Whole sentences that hold whichever way is used."""
    step: str | None = None
    """The step whose answer has to change."""
    answer: str | None = None
    """What it must be answered with; None if that is the person's to say."""
    command: str | None = None
    """A command that helps, without ``evalbook`` before it."""

    @property
    def reopens_any(self) -> bool:
        """Whether it is to change whichever answer the person chooses."""
        return self.command == REOPEN

    def in_commands(self) -> str:
        """Return the remedy as the command line words it."""
        if self.step:
            answer = "…" if self.answer is None else shlex.quote(self.answer)
            return f"{self.text} `evalbook answer --step {self.step} {answer}`".strip()
        return f"{self.text} `evalbook {self.command}`".strip() if self.command else self.text


def remedy_in_commands(remedy: str | Remedy | None) -> str | None:
    """Return any remedy as the command line words it, and as the JSON of turns has it."""
    return remedy.in_commands() if isinstance(remedy, Remedy) else remedy


@dataclass(frozen=True)
class Check:
    """One check of one answer.

    ``skipped`` means that it could not be checked; it is repeated at ``confirm`` among what was not
    checked. ``message`` says what was found and, unless passed, what was expected; ``remedy`` the
    next thing to do.
    """

    id: str
    """Subject and property, such as ``s3.object`` or ``role.trust.bedrock``."""
    status: Status
    message: str
    remedy: str | Remedy | None = None

    def __post_init__(self) -> None:
        # Names that AWS, files and people give are part of it.
        object.__setattr__(self, "message", presentable(self.message))
        if isinstance(self.remedy, str):
            object.__setattr__(self, "remedy", presentable(self.remedy))


def passed(id: str, message: str) -> Check:  # noqa: A002 - the contract's name
    """Return a check that came out well."""
    return Check(id, "passed", message)


def warning(id: str, message: str, remedy: str | Remedy | None = None) -> Check:  # noqa: A002
    """Return a check whose finding the person should know about and may accept."""
    return Check(id, "warning", message, remedy)


def failed(id: str, message: str, remedy: str | Remedy | None = None) -> Check:  # noqa: A002
    """Return a check that stands against the answer."""
    return Check(id, "failed", message, remedy)


def skipped(id: str, message: str, remedy: str | Remedy | None = None) -> Check:  # noqa: A002
    """Return a check that could not be made."""
    return Check(id, "skipped", message, remedy)

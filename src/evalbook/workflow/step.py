"""A step of the interview: data with small functions, one file a step in `steps/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evalbook.checks import Check
from evalbook.workflow.turn import Question

if TYPE_CHECKING:
    from evalbook.workflow.interview import Interview


@dataclass(frozen=True)
class Accepted:
    """An answer that passed its checks."""

    value: Any
    """What the answer means, as JSON; equal values are the same answer."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the checks found out and later steps use, as JSON."""
    checks: tuple[Check, ...] = ()
    notices: tuple[str, ...] = ()
    """What the person should see now; not kept."""
    preview: Any = None


@dataclass(frozen=True)
class Narrowed:
    """The answer fits several things; the same step asks once more, with them as choices."""

    question: Question


@dataclass(frozen=True)
class Reopened:
    """The answer sends the person back to an earlier step, where ``said`` may answer at once."""

    step: str
    said: str | None = None
    notices: tuple[str, ...] = ()


Outcome = Accepted | Narrowed | Reopened


def accept(value: Any, _: Interview) -> Outcome:
    """Accept a value that needs no check beyond being read."""
    return Accepted(value)


def read_text(text: str, _question: Question, _: Interview) -> Any:
    """Read an answer as the text it is."""
    return text


def always(_: Interview) -> bool:
    """Say that a step applies to every interview."""
    return True


def nothing_known(_: Interview) -> str | None:
    """Say that earlier tools leave nothing that could answer this step."""
    return None


def describe_value(value: Any, _facts: dict[str, Any]) -> str:
    """Describe an answer by its value."""
    return str(value)


@dataclass(frozen=True)
class Step:
    """One thing that is asked, checked and saved. No step knows which comes next."""

    name: str
    title: str
    """What the answer is called in a summary."""
    ask: Callable[[Interview], Question]
    read: Callable[[str, Question, Interview], Any] = read_text
    """Text to value; raises `AnswerRejected`."""
    check: Callable[[Any, Interview], Outcome] = accept
    """Value to what is saved; raises `AnswerRejected` or `AwsUnavailable`.

    Is asked again about what it saved, wherever that is in doubt.
    """
    applies: Callable[[Interview], bool] = always
    known: Callable[[Interview], str | None] = nothing_known
    """What an earlier tool left in the state that would answer this, to be confirmed."""
    known_from: Callable[[Interview], str | None] = nothing_known
    """Where that was found, if it was not in the state file."""
    describe: Callable[[Any, dict[str, Any]], str] = describe_value
    depends_on: tuple[str, ...] = ()
    """Steps whose change puts this answer in doubt."""
    depends_on_all: bool = False
    """Whether the answer is about everything asked before it, so that any change there counts."""
    asked_again: bool = False
    """Whether doubt asks again at once, rather than checking the saved answer again."""
    volunteered: bool = True
    """Whether an answer may be given before its turn."""
    asks_aws: bool = False
    """Whether preparing the question asks AWS, so that the question is worth keeping."""
    advanced: bool = False
    """Whether it is a setting that most leave alone, asked only where it is wanted."""
    asked_knowing: tuple[str, ...] = ()
    """Steps whose answers, said ahead, may change the question itself."""
    exact_in_file: str | None = None
    """The only text that answers this step from a file of answers."""
    unasked: Any = field(default=None, hash=False)
    """What the notebook's cells are given where the step was not asked, or was answered none."""

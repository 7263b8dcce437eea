"""How many samples of each task are run."""

from __future__ import annotations

from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing
from evalbook.workflow.facts import EVALUATION_TYPE, SAMPLE_LIMIT
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.turn import Question

ALL = "all"


def _read(text: str, _question: Question, _: Interview) -> int | None:
    if text.strip().casefold() == ALL or says_none(text, ("limit",)):
        return None
    return at_least_one(text, "sample_limit", f"such as 10, or {ALL}")


def at_least_one(said: str, code: str, such: str) -> int:
    """Read a whole number of 1 or more.

    Raises:
        AnswerRejected: it is not.
    """
    plain = said.strip().replace(",", "")
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 8 else 0
    if number < 1:
        raise AnswerRejected(
            code, f"{said.strip()[:40]!r} is not a whole number of 1 or more.", f"Give one, {such}."
        )
    return number


STEP = Step(
    SAMPLE_LIMIT,
    "Samples",
    ask=lambda _: Question(
        "How many samples of each task should be run?",
        default=ALL,
        help="A whole number, such as 10 for a trial; all runs every one.",
    ),
    hears=hearing.number("limit", "task", "tasks", "those", whole=ALL),
    read=_read,
    describe=lambda value, _: ALL if value is None else f"the first {value:,} of each task",
    depends_on=(EVALUATION_TYPE,),
    example=Example(
        "10",
        "Ten samples of each task, as a trial: quick and cheap, but too few for a verdict.",
    ),
)

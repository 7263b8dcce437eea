"""After how long a rollout job is stopped."""

from __future__ import annotations

from evalbook.errors import AnswerRejected
from evalbook.workflow.facts import STOPPING_CONDITION
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.steps.advanced import wanted
from evalbook.workflow.turn import Question

LONGEST = 72 * 60 * 60
"""Seconds; beyond, the SDK refuses it (multi_turn_rl_evaluator.py, 3.27.0)."""
DEFAULT = 86400


def _ask(_: Interview) -> Question:
    return Question(
        "After how many seconds should a job be stopped?",
        default=str(DEFAULT),
        help=f"1 to {LONGEST:,}; {DEFAULT} is a day.",
    )


def _read(text: str, _question: Question, _: Interview) -> int:
    digits = text.strip().replace(",", "")
    seconds = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 0
    if not 0 < seconds <= LONGEST:
        raise AnswerRejected(
            "stopping_condition",
            f"{text!r} is not a number of seconds from 1 to {LONGEST:,} (72 hours).",
            f"Give a whole number, such as {DEFAULT} for a day.",
        )
    return seconds


def _describe(value: int, _: None) -> str:
    return f"{value:,} seconds"


STEP = Step(
    STOPPING_CONDITION,
    "Longest job",
    ask=_ask,
    read=_read,
    describe=_describe,
    applies=wanted(STOPPING_CONDITION),
    advanced=True,
    unasked=DEFAULT,
    example=Example(
        "7200",
        "A job that takes longer than two hours is stopped, and what it cost until then is paid.",
    ),
)

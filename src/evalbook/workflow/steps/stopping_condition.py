"""How long a rollout job may run."""

from __future__ import annotations

from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing
from evalbook.workflow.facts import STOPPING_CONDITION
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.turn import Question

LONGEST = 72 * 60 * 60
"""In seconds; the SDK refuses more (multi_turn_rl_evaluator.py, 3.27.0)."""
DEFAULT = 86400
_SECONDS = {
    word: seconds
    for words, seconds in (
        ("s sec secs second seconds", 1),
        ("m min mins minute minutes", 60),
        ("h hr hrs hour hours", 60 * 60),
        ("d day days", 24 * 60 * 60),
    )
    for word in words.split()
}


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


STEP = Step(
    STOPPING_CONDITION,
    "Longest job",
    ask=lambda _: Question(
        "After how many seconds should a job be stopped?",
        default=str(DEFAULT),
        help=f"1 to {LONGEST:,}; {DEFAULT} is one day.",
    ),
    hears=hearing.number(units=_SECONDS),
    read=_read,
    describe=lambda value, _: f"{value:,} seconds",
    advanced=True,
    unasked=DEFAULT,
    example=Example(
        "7200",
        "A job still running after two hours is stopped; you pay for what it used until then.",
    ),
)

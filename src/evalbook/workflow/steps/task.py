"""What the model was trained to do; decides which metrics are recommended."""

from __future__ import annotations

from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing, slots
from evalbook.workflow.interview import Interview, Step, Wants
from evalbook.workflow.turn import Question

LONGEST = 4000
"""Characters; more is a document, not a description."""


def _read(text: str, _question: Question, _: Interview) -> str:
    if not any(map(str.isalpha, text)):
        raise AnswerRejected(
            "task.empty",
            f"{text!r} does not describe a task.",
            "Say in a sentence what the model does, such as: summarises support tickets.",
        )
    if len(text) > LONGEST:
        raise AnswerRejected(
            "task.long",
            f"The description has {len(text):,} characters; the limit is {LONGEST:,}.",
            "Describe the task in a few sentences.",
        )
    return text


STEP = Step(
    slots.TASK,
    "Task",
    ask=lambda _: Question(
        "What task is this model trained to do?",
        help="A sentence or two in your own words, such as: answers customers' billing questions "
        "in a friendly tone.",
    ),
    hears=hearing.free_text,
    read=_read,
    example="Answers customers' billing questions, politely.",
    example_meaning="A sentence or two. It decides which metrics are recommended, and appears in "
    "the notebook.",
    wants=Wants(long=True),
)

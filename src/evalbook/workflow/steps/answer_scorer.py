"""How answers to the person's own records are compared with their references."""

from __future__ import annotations

from evalbook.workflow.facts import ANSWER_SCORER, TASK_SOURCE
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.replies.choices import read_one_choice
from evalbook.workflow.steps.task_source import of_records
from evalbook.workflow.turn import Choice, Question


def _ask(_: Interview) -> Question:
    from evalbook.metrics.inspect_tasks import SCORERS

    return Question(
        "How should an answer be compared with its reference?",
        kind="choice",
        choices=tuple(Choice(name, name, about) for name, about in SCORERS.items()),
        default="match",
        help="A name or a number. These come with Inspect AI; a task that you write can use any "
        "other scorer.",
    )


STEP = Step(
    ANSWER_SCORER,
    "Scored by",
    ask=_ask,
    read=read_one_choice,
    applies=of_records,
    depends_on=(TASK_SOURCE,),
    example=Example(
        "match",
        "The answer must begin or end with the reference. No judge model is called, so it "
        "costs nothing extra.",
    ),
)

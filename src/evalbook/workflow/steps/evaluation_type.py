"""Which kind of evaluation; asked only once there are several."""

from __future__ import annotations

from evalbook.workflow.answers import read_choice
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Step
from evalbook.workflow.turn import Choice, Question


def _ask(_: Interview) -> Question:
    from evalbook.workflow.kinds import KINDS

    return Question(
        "Which kind of evaluation?",
        kind="choice",
        choices=tuple(Choice(kind.name, kind.label, kind.description) for kind in KINDS.values()),
    )


def _read(text: str, question: Question, _: Interview) -> str:
    return read_choice(text, question.choices)


def _applies(_: Interview) -> bool:
    from evalbook.workflow.kinds import KINDS

    return len(KINDS) > 1


STEP = Step("evaluation_type", "Evaluation type", ask=_ask, read=_read, applies=_applies)

"""What the dataset looks like, in words, where it may not be read."""

from __future__ import annotations

from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Step
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    from evalbook.workflow.kinds import kind_of

    guides = (
        "; it guides which metrics are recommended" if kind_of(interview).bedrock_judges else ""
    )
    return Question(
        "What does the dataset look like: which format, which fields hold the prompt and the "
        "reference answer?",
        help=f"In words{guides}. Records are then neither counted nor validated.",
        reference="references/dataset-formats.md",
    )


def _applies(interview: Interview) -> bool:
    return interview.value("data_sample") is False


STEP = Step(
    "data_description",
    "Dataset in words",
    ask=_ask,
    applies=_applies,
    depends_on=("dataset", "data_sample"),
    asked_again=True,
)

"""What the dataset looks like, in words, where it may not be read."""

from __future__ import annotations

from evalbook.workflow import hearing
from evalbook.workflow.facts import DATA_DESCRIPTION, DATA_SAMPLE, DATASET
from evalbook.workflow.interview import Example, Interview, Step, Wants
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    guides = "; it guides which metrics are recommended" if interview.type.bedrock_judges else ""
    return Question(
        "What does the dataset look like: which format, which fields hold the prompt and the "
        "reference answer?",
        help=f"In words{guides}. Records are then neither counted nor validated.",
        reference="references/dataset-formats.md",
    )


def _applies(interview: Interview) -> bool:
    return interview.value(DATA_SAMPLE) is False


STEP = Step(
    DATA_DESCRIPTION,
    "Dataset in words",
    ask=_ask,
    hears=hearing.free_text,
    applies=_applies,
    depends_on=(DATASET, DATA_SAMPLE),
    asked_again=True,
    example=Example(
        "120 billing questions in English with answers of our staff",
        "Your words take the place of looking; records are then neither counted nor validated.",
    ),
    wants=Wants(long=True),
)

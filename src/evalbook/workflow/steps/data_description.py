"""What the dataset looks like, in words, if it may not be read."""

from __future__ import annotations

from evalbook.workflow import hearing
from evalbook.workflow.facts import DATA_DESCRIPTION, DATA_SAMPLE, DATASET
from evalbook.workflow.interview import Example, Interview, Step, Wants
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    guides = "; they decide which metrics are recommended" if interview.type.bedrock_judges else ""
    return Question(
        "What does the dataset look like? Which format is it in, and which fields hold the prompt "
        "and the reference answer?",
        help=f"In your own words{guides}. Records are neither counted nor validated.",
        reference="references/dataset-formats.md",
    )


STEP = Step(
    DATA_DESCRIPTION,
    "Dataset in words",
    ask=_ask,
    hears=hearing.free_text,
    applies=lambda interview: interview.value(DATA_SAMPLE) is False,
    depends_on=(DATASET, DATA_SAMPLE),
    asked_again=True,
    example=Example(
        "120 billing questions in English with answers by our staff",
        "Your description replaces reading the data; records are neither counted nor validated.",
    ),
    wants=Wants(long=True),
)

"""How often each sample is run."""

from __future__ import annotations

from evalbook.checks import warning
from evalbook.workflow import hearing
from evalbook.workflow.facts import EPOCHS, EVALUATION_TYPE, GENERATION
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.steps.sample_limit import at_least_one
from evalbook.workflow.turn import Question


def _read(text: str, _question: Question, _: Interview) -> int:
    return at_least_one(text, "epochs", "such as 1")


def _check(value: int, interview: Interview) -> Outcome[int, None]:
    temperature = (interview.value(GENERATION) or {}).get("temperature", 0)
    if value == 1 or temperature:
        return Accepted(value)
    same = warning(
        "epochs.same",
        f"The SDK sends temperature 0, so the {value} answers to a sample will hardly differ, "
        "and you pay for each.",
        "Set a temperature in the advanced setting generation, or answer 1.",
    )
    return Accepted(value, checks=(same,))


STEP = Step(
    EPOCHS,
    "Epochs",
    ask=lambda _: Question(
        "How often should each sample be run?",
        default="1",
        help="A model that samples its answers gives a different one each time (an epoch). The "
        "scores of a sample are averaged before the models are compared.",
    ),
    hears=hearing.number("times", "time", "x", "epoch", "epochs"),
    read=_read,
    check=_check,
    describe=lambda value, _: "once" if value == 1 else f"{value} times each",
    depends_on=(EVALUATION_TYPE, GENERATION),
    example=Example(
        "3",
        "Each sample is run three times: steadier scores, for three times the time and cost.",
    ),
)

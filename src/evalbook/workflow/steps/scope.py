"""Whether the base model is evaluated too, so that there is something to compare with."""

from __future__ import annotations

from evalbook.checks import warning
from evalbook.workflow.answers import read_choice
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.steps.advanced import wanted
from evalbook.workflow.turn import Choice, Question

BOTH = "both"
FINE_TUNED_ONLY = "fine_tuned_only"


def _ask(_: Interview) -> Question:
    return Question(
        "Which models should be evaluated?",
        kind="choice",
        choices=(
            Choice(
                BOTH,
                "Fine-tuned and base",
                "Compares the two; takes about twice as long and costs twice.",
            ),
            Choice(FINE_TUNED_ONLY, "Fine-tuned only", "Scores without a comparison."),
        ),
        default=BOTH,
    )


def _read(text: str, question: Question, _: Interview) -> str:
    return read_choice(text, question.choices)


def _check(value: str, _: Interview) -> Outcome:
    if value == BOTH:
        return Accepted(value)
    return Accepted(
        value,
        checks=(
            warning(
                "scope.no_comparison",
                "Without the base model the results can't say whether the fine-tuning helped.",
                "Answer scope with both to compare.",
            ),
        ),
    )


def base_model_too(interview: Interview) -> bool:
    """Return whether the base model is evaluated; it is unless the person chose otherwise."""
    return bool(interview.value("scope", BOTH) == BOTH)


def _describe(value: str, _: dict[str, object]) -> str:
    return "fine-tuned and base" if value == BOTH else "fine-tuned only"


STEP = Step(
    "scope",
    "Scope",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    applies=wanted("scope"),
    advanced=True,
    depends_on=("evaluation_type",),
)

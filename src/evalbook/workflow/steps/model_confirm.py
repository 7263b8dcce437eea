"""Whether the model found is the one that was meant."""

from __future__ import annotations

from evalbook.moments import to_the_minute
from evalbook.workflow import slots
from evalbook.workflow.facts import ModelFacts
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Reopened, Step
from evalbook.workflow.replies.agreeing import read_agreement
from evalbook.workflow.steps.data_sample import check_lengths
from evalbook.workflow.steps.dataset import effective_report
from evalbook.workflow.training import list_training_notices
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    found = interview.model
    notices = _base_model(found) if found.base_only else _package(found)
    return Question(
        "Is this the model to evaluate?",
        kind="confirm",
        notices=(*notices, *list_training_notices(interview)),
    )


def _package(found: ModelFacts) -> tuple[str, ...]:
    notices = (
        f"ARN: {found.arn}",
        f"Group: {found.group}, version {found.version}",
        f"Created: {to_the_minute(found.created) if found.created else 'unknown'}",
        f"Approval: {found.approval}",
        f"Base model: {found.base_model.name}",
    )
    rejected = "This version was REJECTED in review. Yes uses it anyway."
    return (*notices, rejected) if found.needs_yes else notices


def _base_model(found: ModelFacts) -> tuple[str, ...]:
    return (
        f"Base model: {found.base_model.name}, version {found.version}",
        f"ARN: {found.arn}",
        f"Region: {found.region}",
        "It is evaluated alone: there is no fine-tuned model to compare it with.",
    )


def _check(value: bool, interview: Interview) -> Outcome[bool, None]:
    if not value:
        return Reopened("model")
    report = effective_report(interview)
    return Accepted(value, checks=tuple(check_lengths(interview, report)) if report else ())


STEP = Step(
    slots.MODEL_CONFIRM,
    "Model confirmed",
    ask=_ask,
    read=read_agreement,
    check=_check,
    describe=lambda _, __: "yes",
    depends_on=(slots.MODEL,),
    asked_again=True,
    example=Example("yes", "No asks for the model again."),
)

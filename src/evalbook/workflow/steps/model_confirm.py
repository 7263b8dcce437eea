"""Whether the model package that was found is the one that was meant."""

from __future__ import annotations

from evalbook.workflow.answers import read_yes_or_no
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Reopened, Step
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    from evalbook.workflow.training import training_notices

    found = interview.facts("model")
    base = found["base_model"] or {}
    notices = [
        f"ARN: {found['arn']}",
        f"Group: {found['group']}, version {found['version']}",
        f"Created: {found['created']}",
        f"Approval: {found['approval']}",
        f"Base model: {base.get('name')}",
    ]
    if found["needs_yes"]:
        notices.append(
            "This version was REJECTED by whoever reviewed it. Yes uses it all the same."
        )
    notices.extend(training_notices(interview))
    return Question("Is this the model to evaluate?", kind="confirm", notices=tuple(notices))


def _read(text: str, _question: Question, _: Interview) -> bool:
    return read_yes_or_no(text)


def _check(value: bool, _: Interview) -> Outcome:
    return Accepted(value) if value else Reopened("model")


def _describe(_: bool, __: dict[str, object]) -> str:
    return "yes"


STEP = Step(
    "model_confirm",
    "Model confirmed",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    depends_on=("model",),
    asked_again=True,
)

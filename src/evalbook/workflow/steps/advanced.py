"""Whether to go through the settings that most leave alone."""

from __future__ import annotations

from collections.abc import Callable

from evalbook.workflow.answers import read_yes_or_no
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.turn import Question

SETTINGS = ("scope", "mlflow", "kms_key", "vpc", "run_name")


def _ask(_: Interview) -> Question:
    return Question(
        "Do you want to change any advanced settings?",
        kind="confirm",
        default="no",
        help="Scope (both models, or one of them alone), MLflow, KMS key, VPC, run name: "
        "one question each.",
    )


def _read(text: str, _question: Question, _: Interview) -> bool:
    return read_yes_or_no(text)


def _check(value: bool, interview: Interview) -> Outcome:
    from evalbook.aws.mlflow import mlflow_plan

    if value:
        return Accepted(value)
    return Accepted(value, checks=(mlflow_plan(interview.aws, interview.value("region")),))


def wanted(setting: str) -> Callable[[Interview], bool]:
    """Return the condition under which an advanced setting is asked for."""

    def applies(interview: Interview) -> bool:
        return bool(
            interview.value("advanced")
            or setting in interview.own.get("volunteered", {})
            or setting in interview.answers
        )

    return applies


def _describe(value: bool, _: dict[str, object]) -> str:
    return "changed below" if value else "as usual"


STEP = Step(
    "advanced",
    "Advanced settings",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    depends_on=("region",),
)

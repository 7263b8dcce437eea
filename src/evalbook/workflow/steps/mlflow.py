"""Which MLflow app or tracking server records the run."""

from __future__ import annotations

from evalbook.workflow.answers import says_none
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.steps.advanced import wanted
from evalbook.workflow.turn import Question

DEFAULT = "default"


def _ask(_: Interview) -> Question:
    return Question(
        "Which MLflow app or tracking server should record the run?",
        default=DEFAULT,
        help="Its ARN; default leaves the choice to the SDK, which takes the account's app and "
        "creates one where there is none.",
    )


def _read(text: str, _question: Question, _: Interview) -> str | None:
    if says_none(text) or text.casefold() == DEFAULT:
        return None
    return text


def _check(value: str | None, interview: Interview) -> Outcome:
    from evalbook.aws.mlflow import check_mlflow_arn, mlflow_plan
    from evalbook.aws.s3 import refuse_template_text

    region = interview.value("region")
    if value is None:
        return Accepted(None, checks=(mlflow_plan(interview.aws, region),))
    refuse_template_text(value, "the MLflow ARN")
    arn, checks = check_mlflow_arn(interview.aws, value, region)
    return Accepted(arn, checks=tuple(checks))


def _describe(value: str | None, _: dict[str, object]) -> str:
    return value or "the account's app"


STEP = Step(
    "mlflow",
    "MLflow",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    applies=wanted("mlflow"),
    depends_on=("region",),
)

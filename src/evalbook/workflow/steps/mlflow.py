"""Which MLflow app or tracking server records the run."""

from __future__ import annotations

from evalbook import aws
from evalbook.workflow.facts import MLFLOW, REGION
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.turn import Choice, Question

DEFAULT = "default"


def _ask(interview: Interview) -> Question:
    region = interview.region
    interview.progress("Looking for MLflow apps and tracking servers", None, None)
    plan = aws.mlflow.plan_mlflow(interview.aws, region)
    found, checks = aws.mlflow.list_mlflow_resources(interview.aws, region)
    listed = (Choice(it.arn, it.name or it.arn, f"{it.kind}, {it.status.lower()}.") for it in found)
    return Question(
        "Which MLflow app or tracking server should record the run?",
        kind="choice" if found else "text",
        choices=(Choice(DEFAULT, "As the SDK chooses", plan.message), *listed) if found else (),
        default=DEFAULT,
        notices=() if found else (plan.message,),
        checks=tuple(checks),
        help="A name or number from the list, or an ARN; default leaves the choice to the SDK, "
        "which uses one of the account's MLflow apps, or creates one if none is ready.",
    )


def _read(text: str, question: Question, _: Interview) -> str | None:
    if says_none(text) or text.casefold() == DEFAULT:
        return None
    plain = text.strip("'\"<> ")
    if plain.startswith("arn:") or not question.choices:
        return plain
    chosen = read_choice(text, question.choices)
    return None if chosen == DEFAULT else chosen


def _check(value: str | None, interview: Interview) -> Outcome[str | None, None]:
    region = interview.region
    if value is None:
        return Accepted(None, checks=(aws.mlflow.plan_mlflow(interview.aws, region),))
    aws.s3.refuse_template_text(value, "the MLflow ARN")
    arn, checks = aws.mlflow.check_mlflow_arn(interview.aws, value, region)
    return Accepted(arn, checks=tuple(checks))


STEP = Step(
    MLFLOW,
    "MLflow",
    ask=_ask,
    read=_read,
    check=_check,
    describe=lambda value, _: value or "the account's app",
    advanced=True,
    depends_on=(REGION,),
    asks_aws=True,
    example=Example(
        "my-tracking-server",
        "Where the run's metrics are logged. A tracking server is billed by the hour, used or not.",
    ),
)

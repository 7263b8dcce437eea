"""Which KMS key encrypts the results."""

from __future__ import annotations

from evalbook.workflow.answers import says_none
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.steps.advanced import wanted
from evalbook.workflow.turn import Question


def _ask(_: Interview) -> Question:
    return Question(
        "Which KMS key should encrypt the results?",
        default="none",
        help="A key's id, ARN or alias; none leaves the bucket's own encryption.",
    )


def _read(text: str, _question: Question, _: Interview) -> str | None:
    return None if says_none(text) else text


def _check(value: str | None, interview: Interview) -> Outcome:
    from evalbook.aws.kms import check_kms_key
    from evalbook.aws.s3 import refuse_template_text

    if value is None:
        return Accepted(None)
    refuse_template_text(value, "the KMS key")
    key, checks = check_kms_key(interview.aws, value, interview.value("region"))
    return Accepted(key, checks=tuple(checks))


def _describe(value: str | None, _: dict[str, object]) -> str:
    return value or "the bucket's own encryption"


STEP = Step(
    "kms_key",
    "KMS key",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    applies=wanted("kms_key"),
    advanced=True,
    depends_on=("region",),
)

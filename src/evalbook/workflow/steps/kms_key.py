"""Which KMS key encrypts the results."""

from __future__ import annotations

from evalbook import aws
from evalbook.workflow import hearing
from evalbook.workflow.facts import KMS_KEY, REGION
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.turn import Question


def _check(value: str | None, interview: Interview) -> Outcome[str | None, None]:
    if value is None:
        return Accepted(None)
    aws.s3.refuse_template_text(value, "the KMS key")
    key, checks = aws.kms.check_kms_key(interview.aws, value, interview.region)
    return Accepted(key, checks=tuple(checks))


STEP = Step(
    KMS_KEY,
    "KMS key",
    ask=lambda _: Question(
        "Which KMS key should encrypt the results?",
        default="none",
        help="A key's id, ARN or alias; none keeps the bucket's own encryption.",
    ),
    hears=hearing.named("kms", "key", "encryption"),
    read=lambda text, _question, _: None if says_none(text, ("kms", "key", "encryption")) else text,
    check=_check,
    describe=lambda value, _: value or "the bucket's own encryption",
    advanced=True,
    depends_on=(REGION,),
    example=Example(
        "alias/my-key",
        "Encrypts the results; the role must be allowed to use it.",
    ),
)

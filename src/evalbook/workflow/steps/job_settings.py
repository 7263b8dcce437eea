"""How the jobs run: encrypted, in a VPC, tagged, and for how long."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import passed
from evalbook.errors import AnswerRejected
from evalbook.evaluation_types import build_pipeline_prefix
from evalbook.workflow import hearing, slots
from evalbook.workflow.assignments import describe_assignments, read_assignments
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.optional import if_given, unless_none
from evalbook.workflow.replies.numbers import whole_number
from evalbook.workflow.turn import Question


def _check_key(value: str, interview: Interview) -> Outcome[str | None, None]:
    aws.s3.refuse_template_text(value, "the KMS key")
    key, checks = aws.kms.check_kms_key(interview.aws, value, interview.region)
    return Accepted(key, checks=tuple(checks))


KMS_KEY_STEP = Step(
    slots.KMS_KEY,
    "KMS key",
    ask=lambda _: Question(
        "Which KMS key should encrypt the results?",
        default="none",
        help="A key's id, ARN or alias; none keeps the bucket's own encryption.",
    ),
    hears=hearing.name("kms", "key", "encryption"),
    read=unless_none(lambda text, _question, _: text, "kms", "key", "encryption"),
    check=if_given(_check_key),
    describe=lambda value, _: value or "the bucket's own encryption",
    advanced=True,
    depends_on=(slots.REGION,),
    example="alias/my-key",
    example_meaning="Encrypts the results; the role must be allowed to use it.",
)


def _check_vpc(value: str, interview: Interview) -> Outcome[str | None, aws.found.VpcChoice | None]:
    choice, checks = aws.vpc.check_vpc(interview.aws, value, interview.region)
    return Accepted(value, choice, tuple(checks))


VPC_STEP = Step(
    slots.VPC,
    "VPC",
    ask=lambda _: Question(
        "Which VPC should the jobs run in?",
        default="none",
        help="Subnet and security group ids of one VPC, separated by commas; none runs them "
        "outside your VPCs.",
    ),
    hears=hearing.ids(r"(?:subnet|sg)-\w+", "vpc", "vpcs"),
    read=unless_none(lambda text, _question, _: text, "vpc", "vpcs"),
    check=if_given(_check_vpc),
    describe=lambda _, vpc: (
        f"{vpc.vpc_id}: {', '.join((*vpc.subnets, *vpc.security_groups))}" if vpc else "none"
    ),
    advanced=True,
    depends_on=(slots.REGION,),
    example="subnet-0a1b, sg-0c2d",
    example_meaning="The jobs run inside your network and can reach only what it allows.",
)


_EXAMPLE = "team=support, cost-center=4711"


def _ask_tags(interview: Interview) -> Question:
    where = (
        "They reach the jobs of every run."
        if interview.type.tags_jobs
        else "The SDK sets them on the pipeline, but only when it creates it."
    )
    return Question(
        "Which tags should the evaluation carry?",
        default="none",
        help=f"Keys and values, such as {_EXAMPLE}, or a JSON object. {where}",
        reference="references/advanced-settings.md",
    )


def _read_tags(text: str, _question: Question, interview: Interview) -> dict[str, str] | None:
    tags = read_assignments(text, "tags", _EXAMPLE)
    aws.tags.check_tags(tags, keeps_empty=interview.type.tags_jobs)
    return tags or None


def _check_tags(
    value: dict[str, str], interview: Interview
) -> Outcome[dict[str, str] | None, None]:
    kind = interview.type
    aws.tags.check_tags(value, keeps_empty=kind.tags_jobs)
    if kind.tags_jobs:
        told = passed("tags.jobs", "Every run's jobs will carry the tags.")
        return Accepted(value, checks=(told,))
    pipelines = build_pipeline_prefix(kind.name)
    check = aws.tags.check_pipeline_tags(interview.aws, interview.region, pipelines, value)
    return Accepted(value, checks=(check,))


TAGS_STEP = Step(
    slots.TAGS,
    "Tags",
    longest=50_000,
    ask=_ask_tags,
    hears=hearing.assigned(lambda _: (), "tags", "tag"),
    read=unless_none(_read_tags, "tags", "tag"),
    check=if_given(_check_tags),
    describe=lambda value, _: describe_assignments(value, "none"),
    advanced=True,
    depends_on=(slots.EVALUATION_TYPE, slots.REGION),
    unasked={},
    example="team=search, cost-center=4711",
    example_meaning="The run carries these tags, so you can find its costs by them.",
)


LONGEST = 72 * 60 * 60
"""In seconds; the SDK refuses more (multi_turn_rl_evaluator.py, 3.27.0)."""
DEFAULT = 86400
_SECONDS = {
    word: seconds
    for words, seconds in (
        ("s sec secs second seconds", 1),
        ("m min mins minute minutes", 60),
        ("h hr hrs hour hours", 60 * 60),
        ("d day days", 24 * 60 * 60),
    )
    for word in words.split()
}


def _read_seconds(text: str, _question: Question, _: Interview) -> int:
    seconds = whole_number(text)
    if not 0 < seconds <= LONGEST:
        raise AnswerRejected(
            "stopping_condition",
            f"{text!r} is not a number of seconds from 1 to {LONGEST:,} (72 hours).",
            f"Give a whole number, such as {DEFAULT} for a day.",
        )
    return seconds


STOPPING_CONDITION_STEP = Step(
    slots.STOPPING_CONDITION,
    "Longest job",
    ask=lambda _: Question(
        "After how many seconds should a job be stopped?",
        default=str(DEFAULT),
        help=f"1 to {LONGEST:,}; {DEFAULT} is one day.",
    ),
    hears=hearing.number(units=_SECONDS),
    read=_read_seconds,
    describe=lambda value, _: f"{value:,} seconds",
    advanced=True,
    unasked=DEFAULT,
    example="7200",
    example_meaning="A job still running after two hours is stopped; you pay for what it used "
    "until then.",
)

"""Which VPC the jobs run in."""

from __future__ import annotations

from evalbook import aws
from evalbook.workflow import hearing
from evalbook.workflow.facts import REGION, VPC
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.turn import Question


def _check(
    value: str | None, interview: Interview
) -> Outcome[str | None, aws.found.VpcChoice | None]:
    if value is None:
        return Accepted(None)
    choice, checks = aws.vpc.check_vpc(interview.aws, value, interview.region)
    return Accepted(value, choice, tuple(checks))


def _describe(_: str | None, facts: aws.found.VpcChoice | None) -> str:
    if facts is None:
        return "none"
    return f"{facts.vpc_id}: {', '.join((*facts.subnets, *facts.security_groups))}"


STEP = Step(
    VPC,
    "VPC",
    ask=lambda _: Question(
        "Which VPC should the jobs run in?",
        default="none",
        help="Subnet and security group ids of one VPC, separated by commas; none runs them "
        "outside your VPCs.",
    ),
    hears=hearing.ids(r"(?:subnet|sg)-\w+", "vpc", "vpcs"),
    read=lambda text, _question, _: None if says_none(text, ("vpc", "vpcs")) else text,
    check=_check,
    describe=_describe,
    advanced=True,
    depends_on=(REGION,),
    example=Example(
        "subnet-0a1b, sg-0c2d",
        "The jobs run inside your network and can reach only what it allows.",
    ),
)

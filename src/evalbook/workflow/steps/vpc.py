"""In which VPC the jobs run."""

from __future__ import annotations

from typing import Any

from evalbook.workflow.answers import says_none
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.steps.advanced import wanted
from evalbook.workflow.turn import Question


def _ask(_: Interview) -> Question:
    return Question(
        "In which VPC should the jobs run?",
        default="none",
        help="Subnet and security group ids of one VPC, separated by commas; none runs them "
        "outside your VPCs.",
    )


def _read(text: str, _question: Question, _: Interview) -> str | None:
    return None if says_none(text) else text


def _check(value: str | None, interview: Interview) -> Outcome:
    from dataclasses import asdict

    from evalbook.aws.vpc import check_vpc

    if value is None:
        return Accepted(None)
    choice, checks = check_vpc(interview.aws, value, interview.value("region"))
    facts = asdict(choice)
    return Accepted(value, facts, tuple(checks))


def _describe(value: str | None, facts: dict[str, Any]) -> str:
    if value is None:
        return "none"
    return f"{facts['vpc_id']}: {', '.join((*facts['subnets'], *facts['security_groups']))}"


STEP = Step(
    "vpc",
    "VPC",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    applies=wanted("vpc"),
    advanced=True,
    depends_on=("region",),
)

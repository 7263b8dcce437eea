"""Whether a role's trust policy lets a service assume the role, read without asking AWS.

Three answers: yes, no, and could not tell. The rules are IAM's (Principal, Action, Effect and
Condition elements); a condition is evaluated only where what AWS will send is known beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from evalbook.aws.policy_documents import (
    Sent,
    Statement,
    Told,
    WrittenStatement,
    any_of,
    read_policy,
)
from evalbook.evaluation_types import EVALUATION_TYPES

# Both services keep the global suffix in aws-cn and aws-us-gov; the SDK looks for no other.
SAGEMAKER = "sagemaker.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"

DENIED = "a Deny statement in the trust policy covers it"


@dataclass(frozen=True)
class Assumption:
    """Who is going to assume the role, on behalf of whom."""

    service: str
    """Service principal, such as `SAGEMAKER`."""
    account: str
    region: str
    partition: str = "aws"


def trust(document: Any, who: Assumption) -> Told:
    """Tell whether ``who`` may assume a role of this trust policy, and why if not plainly yes."""
    statements = read_policy(document)
    if statements is None:
        return None, "the trust policy could not be read"
    sent: Sent = {
        "aws:sourceaccount": partial(fnmatchcase, who.account),
        "aws:sourcearn": partial(_is_source, who),
    }
    deny, allow = [
        [
            it.applies("sts:AssumeRole", _names(it, who.service), sent)
            for it in statements
            if (it.effect == "Deny") is denies
        ]
        for denies in (True, False)
    ]
    denied, allowed = any_of(it for it, _ in deny), any_of(it for it, _ in allow)
    if denied:
        return False, DENIED
    if allowed is False:
        return False, next((reason for _, reason in allow if reason), None)
    if who.service == SAGEMAKER and not any(_is_seen_by_sdk(it) for it in statements):
        return False, "the SDK requires it as a Service principal, for sts:AssumeRole"
    if allowed and denied is False:
        return True, None
    return None, next(reason for applies, reason in (*deny, *allow) if applies is None)


def _is_seen_by_sdk(it: Statement) -> bool:
    """Tell whether the SDK, which checks the trust of SageMaker only, takes it for that.

    It takes a Service principal spelled out in an Allow statement for sts:AssumeRole, and looks
    neither at conditions nor at wildcards (3.27.0, ``_trusted_services_in_document``).
    """
    actions = {"sts:AssumeRole", "sts:*", "*"}
    return it.effect == "Allow" and SAGEMAKER in it.services and not actions.isdisjoint(it.actions)


def list_services(evaluation_type: str) -> list[str]:
    """Return who assumes the role: Bedrock only where it is Bedrock that judges."""
    judged = EVALUATION_TYPES[evaluation_type].bedrock_judges
    return [SAGEMAKER, BEDROCK] if judged else [SAGEMAKER]


def build_trust_statement(services: list[str], account: str) -> WrittenStatement:
    """Return the statement that lets services assume a role for an account only."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": services[0] if len(services) == 1 else services},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }


def _names(it: Statement, service: str) -> Told:
    everyone = "*" in it.accounts
    if service in it.services or "*" in it.services or (everyone and it.effect == "Deny"):
        return True, None
    if everyone:
        return None, f'the trust policy names everyone ("*"), not {service}'
    return False, None


def _is_source(who: Assumption, pattern: str) -> bool | None:
    """Compare a pattern of aws:SourceArn with what the service will send, as far as it is known."""
    if pattern == "*":
        return True
    *place, resource = pattern.split(":", 5)
    known = ("arn", who.partition, who.service.split(".")[0], who.region, who.account)
    if len(place) < len(known):
        return None
    if not all(map(fnmatchcase, known, place)):
        return False
    if resource == "*":
        return True
    # A job of Bedrock's gives this; SageMaker's sources may be of several kinds.
    if who.service == BEDROCK:
        if fnmatchcase("evaluation-job/0123456789ab", resource):
            return True
        if not resource.startswith("evaluation-job/"):
            return False
    return None

"""Whether a role's trust policy lets a service assume the role, read without asking AWS.

Three answers: yes, no, and could not tell. The rules are IAM's (Principal, Action, Effect and
Condition elements); a condition is evaluated only where what AWS will send is known beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Literal

from evalbook.aws.policy_documents import Sent, Statement, WrittenStatement, read_policy
from evalbook.evaluation_types import EVALUATION_TYPES

Verdict = Literal["trusted", "not trusted", "could not tell"]

# Both services keep the global suffix in aws-cn and aws-us-gov; the SDK looks for no other.
SAGEMAKER = "sagemaker.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"


@dataclass(frozen=True)
class Assumption:
    """Who is going to assume the role, on behalf of whom."""

    service: str
    """Service principal, such as `SAGEMAKER`."""
    account: str
    region: str
    partition: str = "aws"


DENIED = "a Deny statement in the trust policy covers it"


def trust(document: Any, who: Assumption) -> tuple[Verdict, str | None]:
    """Tell whether ``who`` may assume a role of this trust policy, and why if not plainly yes."""
    statements = read_policy(document)
    if statements is None:
        return "could not tell", "the trust policy could not be read"
    deny = [_applies(it, who) for it in statements if it.effect == "Deny"]
    allow = [_applies(it, who) for it in statements if it.effect != "Deny"]
    if any(applies for applies, _ in deny):
        return "not trusted", DENIED
    if all(applies is False for applies, _ in allow):
        return "not trusted", next((reason for _, reason in allow if reason), None)
    unsure = [reason for applies, reason in deny if applies is None]
    if not unsure and any(applies for applies, _ in allow):
        return "trusted", None
    unsure += [reason for applies, reason in allow if applies is None]
    return "could not tell", unsure[0]


def named_for_sdk(document: Any, service: str) -> bool:
    """Tell whether the SDK sees a service trusted.

    It takes a Service principal spelled out in an Allow statement for sts:AssumeRole, and looks
    neither at conditions nor at wildcards (3.27.0, ``_trusted_services_in_document``).
    """
    return any(
        it.effect == "Allow"
        and service in it.services
        and not {"sts:AssumeRole", "sts:*", "*"}.isdisjoint(it.actions)
        for it in read_policy(document) or ()
    )


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


def _applies(statement: Statement, who: Assumption) -> tuple[bool | None, str | None]:
    """Tell whether a statement covers the service assuming the role; None: could not tell."""
    if not statement.covers("sts:AssumeRole"):
        return False, None
    principal, reason = _covers_principal(statement, who)
    if principal is False:
        return False, None
    sent: Sent = {
        "aws:sourceaccount": partial(fnmatchcase, who.account),
        "aws:sourcearn": partial(_is_source, who),
    }
    met, condition = statement.conditions_met(sent)
    if met is not False and principal is None:
        return None, reason
    if condition is None:
        return met, None
    said = f"its condition {condition.operator} {condition.key} {', '.join(condition.values)}"
    outcome = "does not hold" if met is False else "can't be evaluated beforehand"
    return met, f"{said} {outcome}"


def _covers_principal(it: Statement, who: Assumption) -> tuple[bool | None, str | None]:
    if it.has_not_principal:
        return None, "the trust policy has a NotPrincipal element"
    names = {"*", who.service}
    if who.partition == "aws-cn":  # where IAM takes this spelling too
        names.add(f"{who.service}.cn")
    if not names.isdisjoint(it.services):
        return True, None
    if "*" not in it.accounts:
        return False, None
    if it.effect == "Deny":
        return True, None
    return None, f'the trust policy names everyone ("*"), not {who.service}'


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

"""Whether a role's trust policy lets a service assume the role, read without asking AWS.

Three answers: yes, no, and could not tell. The rules are IAM's (Principal, Action, Effect and
Condition elements); a condition is evaluated only where what AWS will send is known beforehand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from evalbook.aws.policy_documents import Statement, WrittenStatement, read_policy

Verdict = Literal["trusted", "not trusted", "could not tell"]

# Both services keep the global suffix in aws-cn and aws-us-gov; the SDK looks for no other.
SAGEMAKER = "sagemaker.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"

# IAM in China takes this spelling of a service principal too.
_CHINA_SUFFIX = ".cn"

# What a Bedrock evaluation job gives as aws:SourceArn; SageMaker's may be of several kinds.
_SOURCE_RESOURCES = {BEDROCK: "evaluation-job/"}


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
    allow: list[tuple[bool | None, str | None]] = []
    deny: list[tuple[bool | None, str | None]] = []
    for statement in statements:
        effects = deny if statement.effect == "Deny" else allow
        effects.append(_applies(statement, who))
    if any(applies for applies, _ in deny):
        return "not trusted", DENIED
    reasons = [reason for _, reason in allow if reason]
    if not any(applies is not False for applies, _ in allow):
        return "not trusted", (reasons[0] if reasons else None)
    for applies, reason in deny:
        if applies is None:
            return "could not tell", reason
    if any(applies for applies, _ in allow):
        return "trusted", None
    return "could not tell", next(reason for applies, reason in allow if applies is None)


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


def build_trust_statement(services: list[str], account: str) -> str:
    """Return the statement, as JSON, that lets services assume a role for an account only."""
    statement: WrittenStatement = {
        "Effect": "Allow",
        "Principal": {"Service": services[0] if len(services) == 1 else services},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    return json.dumps(statement)


def _applies(statement: Statement, who: Assumption) -> tuple[bool | None, str | None]:
    """Tell whether a statement covers the service assuming the role; None: could not tell."""
    if not statement.covers("sts:AssumeRole"):
        return False, None
    principal, reason = _covers_principal(statement, who)
    if principal is False:
        return False, None
    met, unmet = _conditions_met(statement, who)
    if met is False:
        return False, unmet
    if principal is None:
        return None, reason
    return met, unmet


def _covers_principal(it: Statement, who: Assumption) -> tuple[bool | None, str | None]:
    if it.has_not_principal:
        return None, "the trust policy has a NotPrincipal element"
    names = {"*", who.service}
    if who.partition == "aws-cn":
        names.add(who.service + _CHINA_SUFFIX)
    if not names.isdisjoint(it.services):
        return True, None
    if "*" not in it.accounts:
        return False, None
    if it.effect == "Deny":
        return True, None
    return None, f'the trust policy names everyone ("*"), not {who.service}'


# --- conditions -------------------------------------------------------------------------------


def _conditions_met(statement: Statement, who: Assumption) -> tuple[bool | None, str | None]:
    """Evaluate a statement's conditions: all of them have to hold."""
    unsure: str | None = None
    for it in statement.conditions:
        met = _condition_met(it.operator.lower(), it.key.lower(), it.values, who)
        said = f"{it.operator} {it.key} {', '.join(it.values)}"
        if met is False:
            return False, f"its condition {said} does not hold"
        if met is None:
            unsure = f"its condition {said} can't be evaluated beforehand"
    return (None, unsure) if unsure else (True, None)


def _condition_met(operator: str, key: str, wanted: Sequence[str], who: Assumption) -> bool | None:
    operator = operator.removesuffix("ifexists")
    negated = "not" in operator
    if operator not in _OPERATORS:
        return None
    if operator.startswith("string") and operator.endswith("equals"):
        # StringEquals takes a star for a star, and no account or ARN has one.
        wanted = [it for it in wanted if not set(it) & set("*?")]
    if key == "aws:sourceaccount":
        met: bool | None = any(fnmatchcase(who.account, it) for it in wanted)
    elif key == "aws:sourcearn":
        met = _any(_source_arn_matches(it, who) for it in wanted)
    else:
        return None
    return met if met is None or not negated else not met


_OPERATORS = frozenset(
    kind + relation
    for kind in ("string", "arn")
    for relation in ("equals", "like", "notequals", "notlike")
)


def _any(verdicts: Any) -> bool | None:
    seen = list(verdicts)
    if True in seen:
        return True
    return None if None in seen else False


def _source_arn_matches(pattern: str, who: Assumption) -> bool | None:
    """Compare a pattern with what the service will send, as far as that is known."""
    if pattern == "*":
        return True
    parts = pattern.split(":", 5)
    if len(parts) < 6:
        return None
    known = ("arn", who.partition, who.service.split(".")[0], who.region, who.account)
    if not all(fnmatchcase(value, part) for value, part in zip(known, parts[:5], strict=True)):
        return False
    resource = parts[5]
    if resource == "*":
        return True
    start = _SOURCE_RESOURCES.get(who.service)
    if start is None:
        return None
    if resource == start + "*" or fnmatchcase(start + "0123456789ab", resource):
        return True
    return None if resource.startswith(start) else False

"""The least that the caller and the execution role need, as policies that IAM takes.

The statements are in ``data/policies.json``: what the SDK does, and what evalbook asks itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from evalbook.aws.permissions import list_gated_actions
from evalbook.aws.policy_documents import WrittenPolicy, WrittenStatement
from evalbook.aws.step_jobs import LOG_GROUP, ROLLOUT_LOG_GROUP
from evalbook.aws.trust import build_trust_statement, list_services
from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.packaged import DataFile

NOTE = (
    "The SDK simulates the caller's actions without naming resources, if the caller is a role that "
    "may do iam:SimulatePrincipalPolicy, and then refuses grants that name resources as these do. "
    "The caller's policy therefore leaves that permission out; a caller who has it from elsewhere "
    'needs the same actions on "*".'
)


@dataclass(frozen=True)
class Scope:
    """What the policies are for; a ``*`` stands for what is not known."""

    account: str
    region: str
    evaluation_type: str
    partition: str = "aws"
    role: str = "*"
    """ARN."""
    group: str = "*"
    """Model package group's name."""
    dataset_bucket: str = "*"
    output_bucket: str = "*"
    judge: str = "*"
    """Foundation model's ID."""
    base_profile: str | None = None
    """Inference profile by which a base Nova model answers, as ``us.amazon.nova-lite-v1:0``."""
    kms_keys: tuple[str, ...] = ()
    """Those that were named, and those that the buckets encrypt with by themselves."""
    vpc: bool = False
    own_instances: bool = False
    """Whether the caller starts training jobs itself, instead of a pipeline that does."""


class _Grant(TypedDict, total=False):
    Sid: str
    only: str
    """A field of `Scope` or `EvaluationType`, without which it is not needed."""
    why: str
    Action: list[str]
    Resource: list[str]
    """Everything, if it is left out."""
    PassedTo: list[str]
    """Services to which the role may be passed."""


class _Grants(TypedDict):
    caller: list[_Grant]
    role: list[_Grant]


GRANTS = DataFile("data/policies.json", _Grants)


def build_policies(scope: Scope) -> dict[str, WrittenPolicy]:
    """Return the policies by whose they are.

    ``caller`` is the person who writes the notebook, starts the run and looks at it, ``role`` the
    execution role while the run goes on; ``trust`` lets the services assume that role, for this
    account only.
    """
    services = list_services(scope.evaluation_type)
    trust: WrittenStatement = {"Sid": "Services", **build_trust_statement(services, scope.account)}
    written = {
        "caller": _fill_in(GRANTS.facts["caller"], scope),
        "role": _fill_in(GRANTS.facts["role"], scope),
        "trust": [trust],
    }
    return {whose: {"Version": "2012-10-17", "Statement": it} for whose, it in written.items()}


def _fill_in(grants: list[_Grant], scope: Scope) -> list[WrittenStatement]:
    known = {**vars(EVALUATION_TYPES[scope.evaluation_type]), **vars(scope)}
    known["base_model"] = (scope.base_profile or "").partition(".")[2]
    known["judge_profiles"] = "*" if scope.judge == "*" else f"*{scope.judge}"
    groups = [LOG_GROUP]
    if scope.evaluation_type == "multi_turn_rl":
        groups.append(ROLLOUT_LOG_GROUP)
    logs = f"arn:{scope.partition}:logs:{scope.region}:{scope.account}:log-group"
    lists = {
        "GATED": sorted(list_gated_actions(scope.evaluation_type)),
        "KMS_KEYS": list(scope.kms_keys),
        "LOG_GROUPS": [f"{logs}:{group}*" for group in groups],
        "SERVICES": list_services(scope.evaluation_type),
    }

    def fill(texts: list[str]) -> list[str]:
        return [filled for it in texts for filled in lists.get(it) or [it.format(**known)]]

    def statement(grant: _Grant) -> WrittenStatement:
        written: WrittenStatement = {
            "Sid": grant["Sid"],
            "Effect": "Allow",
            "Action": fill(grant["Action"]),
            "Resource": sorted(set(fill(grant.get("Resource", ["*"])))),
        }
        if "PassedTo" in grant:
            passed_to: dict[str, str | list[str]] = {"iam:PassedToService": fill(grant["PassedTo"])}
            written["Condition"] = {"StringEquals": passed_to}
        return written

    return [statement(it) for it in grants if "only" not in it or known[it["only"]]]

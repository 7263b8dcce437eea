"""Which IAM role an evaluation can run as: found if there is one, checked before it is used.

The SDK's own checks are repeated so that what it would refuse is known beforehand, and the ones it
lacks are added: ``bedrock.amazonaws.com`` in the trust policy, and whose role it is. Source:
sagemaker 3.27.0, ``core/helper/iam_role_resolver.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from evalbook.aws.arns import describe_arn_kind, parse_arn
from evalbook.aws.identity import Caller, find_caller, is_reserved
from evalbook.aws.permissions import check_caller_permissions, check_role_permissions, role_gate
from evalbook.aws.policy_documents import Told
from evalbook.aws.session import NO_HELP, Aws, AwsDenied, AwsMissing, in_parallel, soon, try_asking
from evalbook.aws.trust import DENIED, Assumption, build_trust_statement, list_services, trust
from evalbook.checks import Check, failed, passed, skipped, warning
from evalbook.errors import AnswerRejected, AwsUnavailable, refuse_failed
from evalbook.moments import iso_utc
from evalbook.texts import did_you_mean, nearest, printable

_ROLE_NAME = re.compile(r"[\w+=,.@-]{1,64}")
_FORMS = "Give a role's name, or its ARN: arn:aws:iam::ACCOUNT:role/NAME."

LOOKED_INTO = 10
"""Roles whose permissions are simulated before they are offered."""


@dataclass(frozen=True)
class Role:
    """A role as IAM describes it."""

    arn: str
    document: Any
    """Its trust policy; None if it may not be seen."""
    about: str = ""
    """Why it is offered, for people."""

    @property
    def name(self) -> str:
        return printable(self.arn.rpartition("/")[2])


@dataclass(frozen=True)
class RoleOffer:
    """An execution role to propose, if one was found, and all that would do."""

    default: str | None
    """ARN of a role that passed the checks; None if none was found."""
    roles: tuple[Role, ...]
    """Those that the services may assume and that lack nothing that IAM can tell: the default
    first, the others newest first."""
    checks: tuple[Check, ...]


# --- finding a role ---------------------------------------------------------------------------


def find_execution_role(
    aws: Aws, region: str, *, actions_for: str, training_job: str | None = None
) -> RoleOffer:
    """Look for a role to propose: the caller's own, the training job's, the account's only one."""
    me = find_caller(aws, region)
    questions: list[Callable[[], Any]] = [
        partial(_find_role, aws, region, me.role_name, "the role you are signed in with"),
        partial(_find_role_of_job, aws, region, training_job),
        partial(_list_roles, aws, region),
    ]
    own, trained, (listed, unlisted) = in_parallel(questions)
    named = [role for role in (own, trained) if role]
    fitting: dict[str, Role] = {}
    for role in (*named, *(it for it in listed if not _is_service_linked(it.arn))):
        if all(it for it, _ in _read_trust(role, me, region, actions_for).values()):
            fitting.setdefault(role.arn, role)
    able = _drop_unable(aws, region, actions_for, list(fitting.values()))
    default = next((it for it in able if it in named), None)
    if default is None and len(able) == 1:
        default = replace(able[0], about="the only suitable role in the account")
        able = [default]
    checks = []
    if unlisted:
        text = f"Could not list the account's roles to look for a suitable one. {unlisted}"
        checks = [skipped("role.list", text, "Name one, or ask for iam:ListRoles.")]
    elif default is None:
        checks = [skipped("role.list", "Found no single role to propose.")]
    return RoleOffer(default.arn if default else None, tuple(able), tuple(checks))


def _drop_unable(aws: Aws, region: str, actions_for: str, roles: list[Role]) -> list[Role]:
    """Return the roles without those that IAM's simulator says lack what the SDK insists on."""
    newest = roles[:LOOKED_INTO]
    asked = [partial(role_gate, aws, it.arn, region, actions_for) for it in newest]
    try:
        gates = soon(lambda: in_parallel(asked), aws.patience / 4) or []
    except AwsUnavailable:
        # The one that is chosen is checked again.
        gates = []
    lacking = [it for it, gate in zip(newest, gates, strict=False) if gate.status == "failed"]
    return [it for it in roles if it not in lacking]


def _find_role(aws: Aws, region: str, name: str | None, about: str) -> Role | None:
    role = try_asking(lambda: _get_role(aws, region, name)) if name else None
    return replace(role, about=about) if role else None


def _find_role_of_job(aws: Aws, region: str, name: str | None) -> Role | None:
    if not name:
        return None
    sagemaker = aws.client("sagemaker", region)
    job = try_asking(lambda: sagemaker.describe_training_job(TrainingJobName=name))
    arn = str(job.get("RoleArn") or "") if job else ""
    role = _find_role(aws, region, arn.rpartition("/")[2], f"the role of training job {name}")
    return role if role and role.arn == arn else None


def _list_roles(aws: Aws, region: str) -> tuple[list[Role], str | None]:
    """Return the account's roles, newest first, and why they could not be listed, if so."""
    pages = aws.client("iam", region).get_paginator("list_roles")
    try:
        roles = [
            Role(
                it["Arn"],
                it.get("AssumeRolePolicyDocument"),
                f"made {iso_utc(it['CreateDate'])[:10]}",
            )
            for page in pages.paginate(PaginationConfig={"PageSize": 1000})
            for it in page["Roles"]
        ]
    except NO_HELP as error:
        return [], error.message
    roles.sort(key=lambda it: it.arn)
    return sorted(roles, key=lambda it: it.about, reverse=True), None


def _get_role(aws: Aws, region: str, name: str) -> Role:
    role = aws.client("iam", region).get_role(RoleName=name)["Role"]
    return Role(str(role["Arn"]), role.get("AssumeRolePolicyDocument"))


# --- checking a role --------------------------------------------------------------------------


def check_role(
    aws: Aws, text: str, *, region: str, actions_for: str, judge: str | None = None
) -> tuple[str, list[Check]]:
    """Check a role given by name or ARN for an evaluation; return its ARN and the checks.

    The pipeline is started in the caller's account, wherever the model package is from.
    ``actions_for`` is the evaluation type; with ``judge``, a foundation model's id, InvokeModel is
    simulated on that model.

    Raises:
        AnswerRejected: no such role, not one of this account, a service may not assume it, or it
            or the caller definitely lacks an action that the SDK insists on.
    """
    me = find_caller(aws, region)
    name, given = _parse(text, me.account)
    role, there = _look_up(aws, region, name, given, me)
    refuse_failed([there, *_check_kind(role.arn)])
    of_role, of_caller = in_parallel(
        [
            partial(check_role_permissions, aws, role.arn, region, actions_for, judge),
            partial(check_caller_permissions, aws, region, role.arn),
        ]
    )
    checks = [there, *_check_trust(role, me, region, actions_for), *of_role, *of_caller]
    refuse_failed(checks)
    return role.arn, checks


def _check_kind(arn: str) -> Iterator[Check]:
    """Refuse a role that AWS keeps for people or for a service of its own."""
    if is_reserved(arn):
        yield failed(
            "role.kind",
            f"{arn} is a role for people to sign in with, through IAM Identity Center: no service "
            "may assume it, and only AWS can change its trust policy.",
            "Give a role made for the evaluation; `evalbook doctor --policy trust` and "
            "`evalbook doctor --policy role` print the policies it needs.",
        )
    elif _is_service_linked(arn):
        text = f"{arn} is a service-linked role: only the service it belongs to may assume it."
        yield failed("role.kind", text, "Give an execution role.")


def _parse(text: str, account: str) -> tuple[str, str | None]:
    """Return a role's bare name, and its ARN if that was given."""
    text = text.strip().strip("\"'").strip()
    if not text.startswith("arn:"):
        if not _ROLE_NAME.fullmatch(text):
            raise AnswerRejected("role.name", f'"{text}" is not the name of a role.', _FORMS)
        return text, None
    arn = parse_arn(text)
    if arn is None:
        raise AnswerRejected("role.arn", f'"{text}" is not a well-formed ARN.', _FORMS)
    if arn.service == "sts" and arn.resource.startswith("assumed-role/"):
        raise AnswerRejected(
            "role.kind",
            f'"{text}" is a session of a role. The role itself is needed.',
            f"Give its name: {arn.resource.split('/')[1]}",
        )
    if arn.service != "iam" or not arn.resource.startswith("role/"):
        raise AnswerRejected(
            "role.kind", f'"{text}" is {describe_arn_kind(arn)}. An IAM role is needed.', _FORMS
        )
    if arn.account != account:
        raise AnswerRejected(
            "role.account",
            f"{text} is a role in account {arn.account}; the evaluation runs in {account}, and a "
            "role can't be passed to a service across accounts.",
            f"Give a role in account {account}.",
        )
    return arn.path[-1], text


def _look_up(aws: Aws, region: str, name: str, given: str | None, me: Caller) -> tuple[Role, Check]:
    try:
        role = _get_role(aws, region, name)
    except AwsMissing as error:
        names = [role.name for role in _list_roles(aws, region)[0]]
        near = did_you_mean([f'"{it}"' for it in nearest(name, names)])
        text = f'There is no role "{name}" in account {me.account}.'
        raise AnswerRejected("role.exists", text, near or _FORMS) from error
    except AwsDenied as error:
        arn = given or f"arn:{me.partition}:iam::{me.account}:role/{name}"
        guess = "" if given else f" evalbook assumes {arn}, which is wrong if the role has a path."
        return Role(arn, None), warning(
            "role.exists",
            f"Could not check whether the role exists. {error.message}{guess}",
            "Grant iam:GetRole so that evalbook can check this and the trust policy.",
        )
    if given and role.arn != given:
        text = f"There is no role {given}; the role of that name is {role.arn}."
        raise AnswerRejected("role.exists", text, f"Give {role.arn}")
    return role, passed("role.exists", f"{role.arn} exists.")


def _is_service_linked(arn: str) -> bool:
    return ":role/aws-service-role/" in arn or "/AWSServiceRoleFor" in arn


# --- trust ------------------------------------------------------------------------------------


def _read_trust(role: Role, me: Caller, region: str, actions_for: str) -> dict[str, Told]:
    """Tell of each service that has to whether it may assume a role, and why if not plainly so."""
    return {
        service: trust(role.document, Assumption(service, me.account, region, me.partition))
        for service in list_services(actions_for)
    }


def _check_trust(role: Role, me: Caller, region: str, actions_for: str) -> Iterator[Check]:
    verdicts = _read_trust(role, me, region, actions_for)
    missing = [service for service, (trusted, _) in verdicts.items() if trusted is False]
    statement = json.dumps(build_trust_statement(missing, me.account))
    for service, (trusted, why) in verdicts.items():
        check_id = f"role.trust.{service.split('.')[0]}"
        doubt = f"Could not check whether {service} may assume {role.arn}"
        because = f": {why}" if why else ""
        if role.document is None:
            grant = "Grant iam:GetRole so that evalbook can check this."
            yield skipped(check_id, f"{doubt}: you may not read its trust policy.", grant)
        elif trusted:
            yield passed(check_id, f"{service} may assume {role.arn}.")
        elif trusted is False:
            remedy = f"Add this statement to its trust policy: {statement}"
            if why == DENIED:
                remedy = "Remove the service from that statement, or give another role."
            yield failed(check_id, f"{service} may not assume {role.arn}{because}.", remedy)
        else:
            yield warning(
                check_id,
                f"{doubt}{because}.",
                "Look at the role's trust policy; a run that may not assume the role fails late.",
            )

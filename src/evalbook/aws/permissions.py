"""Whether a role and the caller may do what an evaluation takes, as IAM's simulator tells it.

The SDK asks the same before it starts a run, and refuses on a definite no: sagemaker 3.27.0,
``core/helper/iam_role_resolver.py``. The actions stand in ``data/role_actions.json``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict

from evalbook.aws.arns import partition_and_account
from evalbook.aws.identity import Caller, find_caller, is_reserved
from evalbook.aws.session import NO_HELP, Aws, in_parallel, try_asking
from evalbook.aws.trust import SAGEMAKER
from evalbook.checks import Check, failed, passed, skipped, warning
from evalbook.errors import refuse_failed
from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.packaged import DataFile
from evalbook.texts import joined

if TYPE_CHECKING:
    from mypy_boto3_iam.type_defs import EvaluationResultTypeDef


@dataclass(frozen=True)
class Simulation:
    denied: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    """Denied by an organization's or a boundary's policy whose conditions are not simulated."""
    error: str | None = None
    """Why it could not be asked."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """All that is not plainly allowed, each once."""
        return tuple(dict.fromkeys((*self.denied, *self.unsure)))


_INVOKE = ["bedrock:InvokeModel"]


class _Actions(TypedDict):
    gated_role_actions: dict[str, list[str]]
    """By the SDK's ``role_type``."""
    own_instances_caller_actions: list[str]
    caller_actions: list[str]


ACTIONS = DataFile("data/role_actions.json", _Actions)


def list_gated_actions(evaluation_type: str) -> list[str]:
    """Return what the SDK insists that the role of an evaluation may do on every resource."""
    return ACTIONS.facts["gated_role_actions"][EVALUATION_TYPES[evaluation_type].role_type]


def role_gate(aws: Aws, arn: str, region: str, actions_for: str) -> Check:
    """Simulate whether the role may do what the SDK insists on.

    The SDK simulates without naming resources, so it insists only on actions that its own policy
    grants on every resource; a role that may use certain buckets and models is not at fault.
    """
    return _check_simulation(
        "role.permissions",
        simulate(aws, region, arn, list_gated_actions(actions_for)),
        arn,
        "may do everything that the SDK requires",
        "Grant these to the role; the SDK refuses the role without them.",
    )


def check_role_permissions(
    aws: Aws, arn: str, region: str, actions_for: str, judge: str | None = None
) -> list[Check]:
    """Simulate what the role may do: the actions that the SDK insists on, then InvokeModel."""
    questions = [partial(role_gate, aws, arn, region, actions_for)]
    if EVALUATION_TYPES[actions_for].bedrock_judges:
        questions.append(partial(_check_invocation, aws, arn, region, judge))
    checks = in_parallel(questions)
    # What keeps one from being simulated keeps the other, and need be said only once.
    return checks[:1] if checks[0].status == "skipped" else checks


def _check_invocation(aws: Aws, arn: str, region: str, judge: str | None) -> Check:
    partition, _ = partition_and_account(arn)
    model = f"arn:{partition}:bedrock:{region}::foundation-model/{judge or '*'}"
    remedy = "Grant it on the judge you choose: the judging step invokes the judge as this role."
    return check_may_do(aws, region, "role.permissions.invoke", arn, _INVOKE, [model], remedy)


def check_nova_invocation(aws: Aws, arn: str, region: str, profile: str) -> Check:
    """Simulate whether a role may have a base Nova model answer through an inference profile."""
    partition, account = partition_and_account(arn)
    models = [
        f"arn:{partition}:bedrock:{region}:{account}:inference-profile/{profile}",
        f"arn:{partition}:bedrock:{region}::foundation-model/{profile.partition('.')[2]}",
    ]
    remedy = "Grant it in every region of the profile: the base model is called as this role."
    return check_may_do(aws, region, "role.permissions.nova", arn, _INVOKE, models, remedy)


def check_may_do(
    aws: Aws,
    region: str,
    check_id: str,
    role: str,
    actions: list[str],
    resources: list[str],
    remedy: str,
) -> Check:
    """Simulate whether a role may do actions on resources; a no is as far as the simulator sees."""
    answer = simulate(aws, region, role, actions, ResourceArns=resources)
    if answer.error:
        return _skip_simulation(check_id, answer.error)
    named = joined(resources)
    if answer.lacking:
        lacking = f"{role} may not do {joined(answer.lacking)} on {named}"
        return warning(check_id, f"{lacking}, as far as IAM's simulator can tell.", remedy)
    return passed(check_id, f"{role} may do {joined(actions)} on {named}.")


def check_caller_permissions(aws: Aws, region: str, role_arn: str) -> list[Check]:
    """Simulate what the caller may do: the notebook builds and starts the pipeline as the caller.

    The SDK asks this of a role only; an IAM user who lacks an action is warned. The SDK does not
    ask whether the caller may pass the evaluation's role to SageMaker.
    """
    me = find_caller(aws, region)
    source = _simulated_as(aws, region, me)
    if source is None:
        return [_skip_caller("caller.permissions", me)]
    service = {
        "ContextKeyName": "iam:PassedToService",
        "ContextKeyValues": [SAGEMAKER],
        "ContextKeyType": "string",
    }
    passed_on = {"ResourceArns": [role_arn], "ContextEntries": [service]}
    answer, passing = in_parallel(
        [
            partial(simulate, aws, region, source, ACTIONS.facts["caller_actions"]),
            partial(simulate, aws, region, source, ["iam:PassRole"], **passed_on),
        ]
    )
    check = _check_simulation(
        "caller.permissions",
        answer,
        f"You ({source})",
        "may start an evaluation",
        f"{_say_where_to_grant(me)}: the notebook builds and starts the pipeline as you.",
    )
    if check.status == "failed" and not me.role_name:
        check = warning(check.id, check.message, check.remedy)
    if not passing.lacking:
        return [check]
    text = (
        f"You ({source}) may not pass {role_arn} to SageMaker, as far as IAM's simulator can tell."
    )
    return [
        check,
        warning("caller.pass_role", text, f"Ask for iam:PassRole on it, for {SAGEMAKER}."),
    ]


def check_job_permissions(aws: Aws, region: str) -> Check:
    """Simulate whether the caller may start, find and stop a training job by itself.

    On instances of your own, the SDK starts it as the caller and asks nothing before.

    Raises:
        AnswerRejected: ``caller.jobs``, the caller may not.
    """
    me = find_caller(aws, region)
    source = _simulated_as(aws, region, me)
    if source is None:
        return _skip_caller("caller.jobs", me)
    check = _check_simulation(
        "caller.jobs",
        simulate(aws, region, source, ACTIONS.facts["own_instances_caller_actions"]),
        f"You ({source})",
        "may start, find and stop training jobs",
        f"{_say_where_to_grant(me)}, or answer serverless.",
    )
    refuse_failed([check])
    return check


def _say_where_to_grant(me: Caller) -> str:
    if me.role_name and is_reserved(me.role_name):
        return "Have these added to your permission set in IAM Identity Center"
    return "Grant these to yourself"


def _simulated_as(aws: Aws, region: str, me: Caller) -> str | None:
    """Return the user or, with its path, the role that the caller's policies are attached to.

    None for the account's root user and for others whom IAM does not simulate.
    """
    if not me.role_name:
        return me.arn if ":user/" in me.arn else None
    name = me.role_name
    role = try_asking(lambda: aws.client("iam", region).get_role(RoleName=name)["Role"]["Arn"])
    return role or f"arn:{me.partition}:iam::{me.account}:role/{name}"


def _skip_caller(check_id: str, me: Caller) -> Check:
    return skipped(check_id, f"{me.arn} can't be simulated: not a role or user.")


def _check_simulation(check_id: str, answer: Simulation, who: str, may: str, remedy: str) -> Check:
    if answer.error:
        return _skip_simulation(check_id, answer.error)
    if answer.denied:
        return failed(check_id, f"{who} may not do {', '.join(answer.denied)}.", remedy)
    if answer.unsure:
        return warning(
            check_id,
            f"{who} may not do {', '.join(answer.unsure)}, says IAM's simulator, because of an "
            "organization's policy or a permissions boundary. It does not evaluate their "
            "conditions, so this could not be checked.",
            "If the run is denied access, ask whoever manages your organization's policies.",
        )
    return passed(check_id, f"{who} {may}.")


def _skip_simulation(check_id: str, error: str) -> Check:
    whose = "Your permissions" if check_id.startswith("caller") else "The role's permissions"
    grant = "Grant iam:SimulatePrincipalPolicy so that evalbook can check this."
    return skipped(check_id, f"{whose} were not checked. {error}", grant)


def simulate(
    aws: Aws, region: str, source: str, actions: Sequence[str], **scope: Any
) -> Simulation:
    """Simulate as the SDK's ``_simulate_denied_actions`` does, all pages of it."""
    simulation = aws.client("iam", region).get_paginator("simulate_principal_policy")
    pages = simulation.paginate(PolicySourceArn=source, ActionNames=list(actions), **scope)
    try:
        results = [it for page in pages for it in page["EvaluationResults"]]
    except NO_HELP as error:
        return Simulation(error=error.message)
    lacking = [it for it in results if it.get("EvalDecision") != "allowed"]
    return Simulation(
        denied=tuple(it["EvalActionName"] for it in lacking if not _is_beyond_simulation(it)),
        unsure=tuple(it["EvalActionName"] for it in lacking if _is_beyond_simulation(it)),
    )


def _is_beyond_simulation(result: EvaluationResultTypeDef) -> bool:
    """Tell whether a denial may be due to conditions that the simulator does not evaluate."""
    organization = result.get("OrganizationsDecisionDetail", {})
    boundary = result.get("PermissionsBoundaryDecisionDetail", {})
    return result.get("EvalDecision") != "explicitDeny" and (
        organization.get("AllowedByOrganizations") is False
        or boundary.get("AllowedByPermissionsBoundary") is False
    )

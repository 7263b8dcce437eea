"""Whether a role may use the KMS key that a bucket or an object is encrypted with.

Two have to agree: the key's own policy, which names the role or leaves it to the account's own
policies, and in that case what IAM's simulator says of the role. A grant can stand in for both.
Source, read 2026-11-27:
https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Literal

from evalbook.aws.arns import Arn, parse_arn
from evalbook.aws.permissions import simulate
from evalbook.aws.policy_documents import Sent, Statement, WrittenStatement, read_policy
from evalbook.aws.session import NO_HELP, Aws
from evalbook.checks import Check, failed, passed, skipped, warning
from evalbook.texts import joined

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

READS = ("kms:Decrypt",)
WRITES = ("kms:GenerateDataKey", "kms:Decrypt")
"""Decrypt too: a large object is written in parts, each of which S3 reads again."""

Says = Literal["allows", "delegates", "denies", "nothing", "could not tell"]


def check_role_key(
    aws: Aws, region: str, role: str, key: str, what: str, actions: Sequence[str]
) -> Check:
    """Tell whether a role may do these actions on the key that ``what`` is encrypted with."""
    named_by = parse_arn(key)
    region = (named_by.region if named_by else "") or region
    known = _described(aws, region, key)
    # Buckets name their key by its id or an alias as well.
    key = known["Arn"] if known else key
    arn = parse_arn(key)
    if arn is None or parse_arn(role) is None:
        return skipped("kms.role", f"Can't check whether {role} may use the key {key}.")
    named = f"the KMS key {key}, which encrypts {what}"
    needed = joined(actions)
    settled = _settled(known, f"T{named[1:]},") if known else None
    if settled:
        return settled
    policy = _key_policy(aws, region, key)
    said = [read_key_policy(policy, role, arn, it) for it in actions] if policy is not None else []
    says = _weakest(said) if said else None
    simulated = simulate(aws, region, role, actions, ResourceArns=[key])
    allowed = None if simulated.error else not simulated.lacking
    remedy = (
        f"Grant {needed} on the key to the role, and let the key's policy name it: "
        f"{statement_for(role, actions)}"
    )
    if (says == "allows" and _account(role) == arn.account) or (
        says in ("allows", "delegates") and allowed
    ):
        return passed("kms.role", f"{role} may use {named}.")
    if says == "denies":
        text = f"{role} may not use {named}: a Deny statement in the key's policy covers it."
        return failed("kms.role", text, "Remove it from that statement, or give another bucket.")
    granted = _is_granted(aws, region, role, key)
    if granted:
        return passed("kms.role", f"{role} may use {named}, through a grant.")
    if says == "nothing" and granted is False:
        text = f"{role} may not use {named}: the key's policy does not let it ({needed})."
        return failed("kms.role", text, remedy)
    if says == "delegates" and allowed is False and granted is False:
        return failed("kms.role", f"{role} may not do {needed} on {named}.", remedy)
    return _doubt(role, named, needed, lacks=says == "nothing" or allowed is False)


def _doubt(role: str, named: str, needed: str, *, lacks: bool) -> Check:
    doubt = f"Could not check whether {role} may use {named}."
    if lacks:
        doubt = f"As far as evalbook can see, {role} may not use {named}."
    return warning(
        "kms.role",
        doubt,
        f"It needs {needed} on the key. Grant kms:GetKeyPolicy, kms:ListGrants and "
        "iam:SimulatePrincipalPolicy so that evalbook can check this.",
    )


def _settled(key: KeyMetadataTypeDef, named: str) -> Check | None:
    state = key.get("KeyState", "Enabled")
    if state != "Enabled":
        text = f"{named} is {state}, not enabled."
        return failed("kms.role", text, "Enable it, or give another bucket.")
    if key.get("KeyManager") == "AWS":
        return passed("kms.role", f"{named} is S3's own in this account.")
    return None


def statement_for(role: str, actions: Sequence[str]) -> str:
    """Return the statement, as JSON, by which a key's policy lets a role use the key."""
    statement: WrittenStatement = {
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": list(actions),
        "Resource": "*",
    }
    return json.dumps(statement)


def read_key_policy(policy: Sequence[Statement], role: str, key: Arn, action: str) -> Says:
    """Tell what a key's policy says of a role doing an action through S3."""
    account = _account(role)
    sent: Sent = {
        "kms:calleraccount": partial(fnmatchcase, account),
        "aws:principalaccount": partial(fnmatchcase, account),
        "aws:principalarn": partial(fnmatchcase, role),
        "kms:viaservice": partial(fnmatchcase, f"s3.{key.region}.amazonaws.com"),
    }
    denials: list[bool | None] = []
    grants: set[Says] = set()
    for statement in policy:
        principal = _principal(statement, role, account)
        met, _ = statement.conditions_met(sent)
        if principal is None or met is False or not statement.covers(action):
            continue
        if statement.effect == "Deny":
            denials.append(met)
        elif met is None:
            grants.add("could not tell")
        else:
            grants.add("allows" if principal == "role" else "delegates")
    if denials:
        return "denies" if any(denials) else "could not tell"
    most: tuple[Says, ...] = ("allows", "delegates", "could not tell")
    return next((it for it in most if it in grants), "nothing")


def _weakest(says: Sequence[Says]) -> Says:
    order: tuple[Says, ...] = ("denies", "nothing", "could not tell", "delegates", "allows")
    return min(says, key=order.index)


def _principal(it: Statement, role: str, account: str) -> Literal["role", "account"] | None:
    """Tell whether a statement is about the role itself or about its whole account."""
    if it.has_not_principal:
        return None
    if role in it.accounts or "*" in it.accounts:
        return "role"
    whole = {account, *(f"arn:{it}:iam::{account}:root" for it in ("aws", "aws-cn", "aws-us-gov"))}
    return None if whole.isdisjoint(it.accounts) else "account"


# --- what AWS is asked --------------------------------------------------------------------------


def _described(aws: Aws, region: str, key: str) -> KeyMetadataTypeDef | None:
    try:
        return aws.client("kms", region).describe_key(KeyId=key)["KeyMetadata"]
    except NO_HELP:
        return None


def _key_policy(aws: Aws, region: str, key: str) -> list[Statement] | None:
    try:
        answer = aws.client("kms", region).get_key_policy(KeyId=key, PolicyName="default")
    except NO_HELP:
        return None
    return read_policy(answer.get("Policy"))


def _is_granted(aws: Aws, region: str, role: str, key: str) -> bool | None:
    try:
        grants = aws.client("kms", region).get_paginator("list_grants")
        return any(page["Grants"] for page in grants.paginate(KeyId=key, GranteePrincipal=role))
    except NO_HELP:
        return None


def default_key(aws: Aws, bucket: str, region: str) -> str | None:
    """Return the KMS key that a bucket encrypts with by itself; None if S3 names none.

    By its ARN, which policies need, where it may be described.
    """
    try:
        answer = aws.client("s3").get_bucket_encryption(Bucket=bucket)
    except NO_HELP:
        return None
    for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]:
        by = rule.get("ApplyServerSideEncryptionByDefault")
        if by and by["SSEAlgorithm"].startswith("aws:kms") and by.get("KMSMasterKeyID"):
            key = str(by["KMSMasterKeyID"])
            known = _described(aws, region, key)
            return known["Arn"] if known else key
    return None


def _account(arn: str) -> str:
    found = parse_arn(arn)
    return found.account if found else ""

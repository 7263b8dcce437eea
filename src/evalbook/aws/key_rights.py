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

from evalbook.aws.arns import Arn, parse_arn, partition_and_account
from evalbook.aws.permissions import simulate
from evalbook.aws.policy_documents import Sent, Statement, WrittenStatement, any_of, read_policy
from evalbook.aws.session import Aws, try_asking
from evalbook.checks import Check, failed, passed, skipped, warning
from evalbook.texts import joined

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

READS = ("kms:Decrypt",)
WRITES = ("kms:GenerateDataKey", "kms:Decrypt")
"""Decrypt too: a large object is written in parts, each of which S3 reads again."""

_GRANT_TO_US = (
    "Grant kms:GetKeyPolicy, kms:ListGrants and iam:SimulatePrincipalPolicy so that evalbook can "
    "check this."
)

Says = Literal["allows", "delegates", "denies", "nothing", "could not tell"]


def check_role_key(
    aws: Aws, region: str, role: str, key: str, what: str, actions: Sequence[str]
) -> Check:
    """Tell whether a role may do these actions on the key that ``what`` is encrypted with."""
    named_by = parse_arn(key)
    region = (named_by.region if named_by else "") or region
    known = _describe(aws, region, key)
    # Buckets name their key by its id or an alias as well.
    key = known["Arn"] if known else key
    arn = parse_arn(key)
    if arn is None or parse_arn(role) is None:
        return skipped("kms.role", f"Can't check whether {role} may use the key {key}.")
    named = f"the KMS key {key}, which encrypts {what}"
    if known and (settled := _check_state(known, f"T{named[1:]},")):
        return settled
    needed = joined(actions)
    says = _ask_policy(aws, region, role, arn, actions)
    simulated = simulate(aws, region, role, actions, ResourceArns=[key])
    allowed = None if simulated.error else not simulated.lacking
    own = partition_and_account(role)[1] == arn.account
    if (says == "allows" and own) or (says in ("allows", "delegates") and allowed):
        return passed("kms.role", f"{role} may use {named}.")
    if says == "denies":
        text = f"{role} may not use {named}: a Deny statement in the key's policy covers it."
        return failed("kms.role", text, "Remove it from that statement, or give another bucket.")
    grants = aws.client("kms", region).get_paginator("list_grants")
    pages = grants.paginate(KeyId=key, GranteePrincipal=role)
    granted = try_asking(lambda: any(page["Grants"] for page in pages))
    if granted:
        return passed("kms.role", f"{role} may use {named}, through a grant.")
    if granted is False and (says == "nothing" or (says == "delegates" and allowed is False)):
        text = f"{role} may not do {needed} on {named}."
        if says == "nothing":
            text = f"{role} may not use {named}: the key's policy does not let it ({needed})."
        return failed("kms.role", text, _build_remedy(role, actions))
    doubt = f"Could not check whether {role} may use {named}."
    if says == "nothing" or allowed is False:
        doubt = f"As far as evalbook can see, {role} may not use {named}."
    return warning("kms.role", doubt, f"It needs {needed} on the key. {_GRANT_TO_US}")


def _build_remedy(role: str, actions: Sequence[str]) -> str:
    statement: WrittenStatement = {
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": list(actions),
        "Resource": "*",
    }
    named = f"Grant {joined(actions)} on the key to the role, and let the key's policy name it"
    return f"{named}: {json.dumps(statement)}"


def _check_state(key: KeyMetadataTypeDef, named: str) -> Check | None:
    state = key.get("KeyState", "Enabled")
    if state != "Enabled":
        text = f"{named} is {state}, not enabled."
        return failed("kms.role", text, "Enable it, or give another bucket.")
    if key.get("KeyManager") == "AWS":
        return passed("kms.role", f"{named} is S3's own in this account.")
    return None


def read_key_policy(policy: Sequence[Statement], role: str, key: Arn, action: str) -> Says:
    """Tell what a key's policy says of a role doing an action through S3."""
    _, account = partition_and_account(role)
    sent: Sent = {
        "kms:calleraccount": partial(fnmatchcase, account),
        "aws:principalaccount": partial(fnmatchcase, account),
        "aws:principalarn": partial(fnmatchcase, role),
        "kms:viaservice": partial(fnmatchcase, f"s3.{key.region}.amazonaws.com"),
    }
    itself = {role, "*"}
    whole = {account, *(f"arn:{it}:iam::{account}:root" for it in ("aws", "aws-cn", "aws-us-gov"))}

    def applies(it: Statement, names: set[str]) -> bool | None:
        return it.applies(action, (not names.isdisjoint(it.accounts), None), sent)[0]

    grants = [it for it in policy if it.effect != "Deny"]
    denied = any_of(applies(it, itself | whole) for it in policy if it.effect == "Deny")
    allowed = any_of(applies(it, itself) for it in grants)
    delegated = any_of(applies(it, whole) for it in grants)
    if denied:
        return "denies"
    if denied is None:
        return "could not tell"
    if allowed:
        return "allows"
    if delegated:
        return "delegates"
    return "nothing" if allowed is False and delegated is False else "could not tell"


# --- what AWS is asked --------------------------------------------------------------------------


def _describe(aws: Aws, region: str, key: str) -> KeyMetadataTypeDef | None:
    return try_asking(lambda: aws.client("kms", region).describe_key(KeyId=key)["KeyMetadata"])


def _ask_policy(aws: Aws, region: str, role: str, key: Arn, actions: Sequence[str]) -> Says:
    """Tell what a key's policy says of a role doing all of these actions."""
    kms = aws.client("kms", region)
    answer = try_asking(lambda: kms.get_key_policy(KeyId=str(key), PolicyName="default"))
    policy = read_policy(answer.get("Policy")) if answer else None
    if policy is None:
        return "could not tell"
    least: tuple[Says, ...] = ("denies", "nothing", "could not tell", "delegates", "allows")
    return min((read_key_policy(policy, role, key, it) for it in actions), key=least.index)


def default_key(aws: Aws, bucket: str, region: str) -> str | None:
    """Return the KMS key that a bucket encrypts with by itself; None if S3 names none.

    By its ARN, which policies need, where it may be described.
    """
    answer = try_asking(lambda: aws.client("s3").get_bucket_encryption(Bucket=bucket))
    for rule in answer["ServerSideEncryptionConfiguration"]["Rules"] if answer else ():
        by = rule.get("ApplyServerSideEncryptionByDefault")
        if by and by["SSEAlgorithm"].startswith("aws:kms") and by.get("KMSMasterKeyID"):
            key = str(by["KMSMasterKeyID"])
            known = _describe(aws, region, key)
            return known["Arn"] if known else key
    return None

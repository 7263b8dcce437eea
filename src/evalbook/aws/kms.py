"""KMS keys: whether one can encrypt an evaluation's results, and whether a role may use it.

Two have to agree that a role may: the key's own policy, which names the role or leaves it to the
account's own policies, and in that case what IAM's simulator says of the role. A grant can stand in
for both. Source, read 2026-11-27:
https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Literal

from evalbook.aws.arns import Arn, describe_arn_kind, parse_arn, partition_and_account
from evalbook.aws.permissions import simulate
from evalbook.aws.policy_documents import Sent, Statement, WrittenStatement, any_of, read_policy
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing, try_asking, unchecked
from evalbook.checks import Check, failed, passed, skipped, warning
from evalbook.errors import reject
from evalbook.texts import joined

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KEY_ID = re.compile(rf"{_UUID}|mrk-[0-9a-f]{{32}}")
# SageMaker's own pattern for KmsKeyId, whose length is at most 2048 (service model 2017-07-24).
_SAGEMAKER_TEXT = re.compile(r"[a-zA-Z0-9:/_-]{1,2048}")
_FORMS = "Give a key's ID or ARN, alias/NAME, or an alias's ARN; `aws kms list-aliases` shows them."

READS = ("kms:Decrypt",)
WRITES = ("kms:GenerateDataKey", "kms:Decrypt")
"""Decrypt too: a large object is written in parts, each of which S3 reads again."""

_GRANT_TO_US = (
    "Grant kms:GetKeyPolicy, kms:ListGrants and iam:SimulatePrincipalPolicy so that evalbook can "
    "check this."
)

Says = Literal["allows", "delegates", "denies", "nothing", "could not tell"]


def check_kms_key(aws: Aws, text: str, region: str) -> tuple[str, list[Check]]:
    """Return the key's ARN, which every service takes, and what was checked about it.

    A key ID, an ARN, an alias or an alias's ARN is accepted. Where the key may not be described,
    the text comes back as it was given, with a warning.

    Raises:
        AnswerRejected: ``kms.form``, ``kms.region``, ``kms.missing``, ``kms.state``, ``kms.usage``.
    """
    text = text.strip()
    _check_form(text, region)
    try:
        key = aws.client("kms", region).describe_key(KeyId=text)["KeyMetadata"]
    except AwsDenied as error:
        what = f"whether the key {text} is enabled and suitable"
        return text, [unchecked("kms.key", what, error, "kms:DescribeKey on the key", warning)]
    except AwsMissing:
        raise reject(
            "kms.missing",
            f"There is no KMS key {text} in {region}.",
            f"`aws kms list-aliases --region {region}` shows the keys; for one in another account, "
            "give its ARN.",
        ) from None
    except AwsInvalid as error:
        raise reject("kms.form", f'KMS refuses "{text}": {error.message}', _FORMS) from None
    return key["Arn"], list(_check_key(text, key))


def _check_form(text: str, region: str) -> None:
    arn = parse_arn(text)
    if arn is not None and (arn.service != "kms" or arn.path[0] not in {"alias", "key"}):
        found = f"{arn} is {describe_arn_kind(arn)}. A KMS key is needed."
        raise reject("kms.form", found, _FORMS)
    if arn is None and text.startswith("arn:"):
        raise reject("kms.form", f'"{text}" is not a complete ARN.', _FORMS)
    if not _SAGEMAKER_TEXT.fullmatch(text):
        raise reject("kms.form", f'"{text}" can\'t be a KMS key.', _FORMS)
    if arn is None and not text.startswith("alias/") and not _KEY_ID.fullmatch(text):
        found = f'"{text}" is neither a key\'s ID nor an alias.'
        raise reject("kms.form", found, f"Write an alias as alias/{text}. {_FORMS}")
    if arn is not None and arn.region != region:
        replica = ""
        if arn.path[-1].startswith("mrk-"):
            replica = f" It is a multi-Region key: give its replica in {region}, if there is one."
        raise reject(
            "kms.region",
            f"The key {arn} is in {arn.region or 'no region'}, the evaluation in {region}.",
            f"Give a key in {region}.{replica}",
        )


def _check_key(text: str, key: KeyMetadataTypeDef) -> Iterator[Check]:
    state = key.get("KeyState", "Enabled")
    if state != "Enabled":
        remedies = {
            "Disabled": "Enable it (`aws kms enable-key`), or give another key.",
            "PendingDeletion": "Cancel its deletion and enable it, or give another key.",
        }
        remedy = remedies.get(state, "Give a key that is enabled.")
        raise reject("kms.state", f"The key {key['Arn']} is {state}, not enabled.", remedy)
    usage = key.get("KeyUsage", "ENCRYPT_DECRYPT")
    spec = key.get("KeySpec", "SYMMETRIC_DEFAULT")
    if (usage, spec) != ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT"):
        raise reject(
            "kms.usage",
            f"The key {key['Arn']} is for {usage} with {spec}. "
            "S3 encrypts with symmetric keys for ENCRYPT_DECRYPT only.",
            "Give a symmetric encryption key.",
        )
    resolved = "" if text == key["Arn"] else f" ({text})"
    yield passed("kms.key", f"The KMS key {key['Arn']}{resolved} is enabled and symmetric.")
    if key.get("KeyManager") == "AWS":
        yield warning(
            "kms.manager",
            f"AWS manages the key {key['Arn']}: its policy can't be changed, and other accounts "
            "can't use it.",
            "Give your own key if another account will read the results.",
        )


# --- a role's right to a key --------------------------------------------------------------------


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
        if key := rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID"):
            known = _describe(aws, region, key)
            return known["Arn"] if known else key
    return None

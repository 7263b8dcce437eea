"""Whether a KMS key can encrypt an evaluation's results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evalbook.aws.arns import describe_arn_kind, parse_arn
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing, unchecked
from evalbook.checks import Check, passed, warning
from evalbook.errors import reject

if TYPE_CHECKING:
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KEY_ID = re.compile(rf"{_UUID}|mrk-[0-9a-f]{{32}}")
# SageMaker's own pattern for KmsKeyId, whose length is at most 2048 (service model 2017-07-24).
_SAGEMAKER_TEXT = re.compile(r"[a-zA-Z0-9:/_-]{1,2048}")
_FORMS = "Give a key's ID or ARN, alias/NAME, or an alias's ARN; `aws kms list-aliases` shows them."


def check_kms_key(aws: Aws, text: str, region: str) -> tuple[str, list[Check]]:
    """Return the key's ARN, which every service takes, and what was checked about it.

    A key ID, an ARN, an alias or an alias's ARN is accepted. Where the key may not be described,
    the text comes back as it was given, with a warning.
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
    # CustomerMasterKeySpec is KeySpec's older name, which some endpoints still answer with.
    spec = key.get("KeySpec") or key.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
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

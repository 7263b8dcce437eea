"""Who is asking AWS: the account, the role if there is one, and the profiles there are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evalbook.aws.arns import partition_and_account
from evalbook.aws.session import Aws


@dataclass(frozen=True)
class Caller:
    account: str
    """Twelve digits."""
    arn: str
    """Of a user, or of a role's session."""
    partition: str
    """``aws``, or the name of a separate AWS such as ``aws-us-gov``."""
    role_name: str | None
    """The role whose session this is; None for users and the account itself."""


def find_caller(aws: Aws, region: str | None = None) -> Caller:
    """Ask STS who the caller is; this needs no permission.

    ``region`` is where to ask, if one is known: every region gives the same answer, but with none
    configured boto3 asks nowhere.

    Raises:
        AwsUnavailable: no, expired or unknown credentials, no region, or no network.
    """
    answer = aws.once("caller", lambda: aws.client("sts", region).get_caller_identity())
    partition, _ = partition_and_account(answer["Arn"])
    # The role's own path is not told.
    assumed = re.match(r"arn:[\w-]+:sts::\d+:assumed-role/([^/]+)/", answer["Arn"])
    return Caller(answer["Account"], answer["Arn"], partition, assumed[1] if assumed else None)


def is_reserved(role: str) -> bool:
    """Tell by a role's name or ARN whether IAM Identity Center keeps it: nobody can edit it.

    https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html
    """
    return role.rpartition("/")[2].startswith("AWSReservedSSO_")


def list_profiles() -> list[str]:
    """Return the names of the profiles in AWS's config files; empty if those can't be read."""
    import botocore.session
    from botocore.exceptions import BotoCoreError

    try:
        return sorted(botocore.session.Session().available_profiles)
    except BotoCoreError:
        return []

"""What roles of the sandbox may do, and who may assume them; the roles themselves are moto's."""

from __future__ import annotations

from typing import Any

from moto.iam.models import iam_backends

from evalbook.sandbox.iam.exceptions import InvalidInput, NoSuchEntity
from evalbook.sandbox.iam.policies import Permissions, permissions_of


def find_role(arn: str) -> Any | None:
    """Return moto's role of that ARN, or None if there is none."""
    account, partition = arn.split(":")[4], arn.split(":")[1]
    for role in iam_backends[account][partition].roles.values():
        if role.arn == arn:
            return role
    return None


def role_permissions(role: Any) -> Permissions:
    """Return what a moto role may do."""
    managed = iam_backends[role.account_id][role.partition].managed_policies
    return permissions_of(role, managed)


def principal_permissions(arn: str) -> Permissions:
    """Return what the role behind a policy source ARN may do.

    Raises:
        InvalidInput: the ARN is neither a role's nor a user's; IAM takes no assumed-role ARNs.
        NoSuchEntity: there is no such role.
    """
    kind = arn.split(":")[5].split("/")[0] if arn.count(":") == 5 else ""
    if ":iam::" not in arn or kind not in {"role", "user", "group"}:
        raise InvalidInput(
            f"Invalid Entity Arn: {arn} does not clearly define entity type and name."
        )
    role = find_role(arn)
    if role is None:
        raise NoSuchEntity(f"The {kind} with name {arn.split('/')[-1]} cannot be found.")
    return role_permissions(role)

"""What an ARN names, told from its text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypedDict

from evalbook.aws.regions import find_partition
from evalbook.errors import reject
from evalbook.packaged import DataFile

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z0-9-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*)"
    r":(?P<account>[0-9]{12}|aws)?:(?P<resource>\S+)"
)

_ROLE = re.compile(r"arn:[\w-]+:iam::[0-9]{12}:role/(?:[^\s/]+/)*([\w+=@-]+)")


class _Kinds(TypedDict):
    """What people call the things that ARNs name."""

    services: dict[str, str]
    """How a name begins, by service, of the types that have no words of their own."""
    kinds: dict[str, dict[str, str]]
    """By service and type."""
    hub_content: dict[str, str]
    """By type of content."""


KINDS = DataFile("data/arn_kinds.json", _Kinds)


@dataclass(frozen=True)
class Arn:
    """The parts of an Amazon Resource Name; region and account may be empty, as S3's are."""

    partition: str
    service: str
    region: str
    account: str
    resource: str
    """Everything after the fifth colon, such as ``model-package/support-bot/3``."""

    def __str__(self) -> str:
        parts = (self.partition, self.service, self.region, self.account, self.resource)
        return ":".join(("arn", *parts))

    @property
    def path(self) -> tuple[str, ...]:
        """The resource split at slashes and colons: its type first, then its names."""
        return tuple(re.split(r"[/:]", self.resource))


def parse_arn(text: str) -> Arn | None:
    """Return the parts of an ARN, or None for any other text.

    Space around it is ignored.
    """
    match = _ARN.fullmatch(text.strip())
    return Arn(**{name: part or "" for name, part in match.groupdict().items()}) if match else None


def partition_and_account(arn: str) -> tuple[str, str]:
    """Return the partition and the account in an ARN; ``aws`` and ``*`` where it is none."""
    found = parse_arn(arn)
    return (found.partition, found.account) if found else ("aws", "*")


def find_region_fault(arn: Arn) -> str | None:
    """Say what is wrong with the region of an ARN; None if it can be right.

    AWS can't be asked in such a region: it would answer like credentials or a network that fail.
    """
    partition = find_partition(arn.region)
    if partition is None:
        return f'"{arn.region}" is not an AWS region'
    if partition != arn.partition:
        return f"{arn.region} is a region in the partition {partition}"
    return None


def refuse_region_fault(arn: Arn, code: str, remedy: str) -> None:
    """Refuse an ARN whose region can't be right.

    Raises:
        AnswerRejected: by this code.
    """
    fault = find_region_fault(arn)
    if fault:
        raise reject(code, f"{arn} can't be right: {fault}.", remedy)


def describe_arn_kind(arn: Arn) -> str:
    """Say in words what an ARN names, such as ``a training job``, for a message about a wrong one.

    A kind that is not known is described by its service and type as AWS writes them.
    """
    kind, known = arn.path[0], KINDS.facts
    described = _describe_special_kind(arn) or known["kinds"].get(arn.service, {}).get(kind)
    if described is not None:
        return described
    if len(arn.path) == 1:
        return f"a resource of {arn.service}"
    if arn.service in known["services"]:
        return f"{known['services'][arn.service]} {kind.replace('-', ' ')}"
    return f"a resource of {arn.service} of the type {kind}"


def _describe_special_kind(arn: Arn) -> str | None:
    """Name the kinds that the resource's first word alone doesn't tell."""
    names = arn.path
    if arn.service == "s3" and not arn.account:
        return "an S3 object" if "/" in arn.resource else "an S3 bucket"
    if arn.service == "sagemaker" and names[0] == "hub-content":
        content = names[2] if len(names) > 2 else ""
        return KINDS.facts["hub_content"].get(content, "something in a SageMaker hub")
    if arn.service == "sagemaker" and names[0] == "model-package":
        # .../model-package/group/3 is a version; .../model-package/name has none.
        versioned = len(names) == 3 and names[2].isdigit()
        return "a model package" if versioned else "a model package without a version"
    if arn.service == "sagemaker" and names[0] == "pipeline":
        return "a pipeline execution" if "execution" in names[2:3] else "a SageMaker pipeline"
    return None


def short_name(arn: str | None) -> str | None:
    """Return what people call a model: its group and version, or the base model's name."""
    if arn is None:
        return None
    if ":hub-content/" in arn:
        return arn.split("/")[-2]
    return arn.rpartition(":model-package/")[2] if ":model-package/" in arn else arn


def role_names(text: str) -> str:
    """Return a text with roles by their names, which work wherever a role is asked for."""
    return _ROLE.sub(r"\1", text)

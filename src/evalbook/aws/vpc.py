"""Whether subnets and security groups exist and can be used together by an evaluation."""

from __future__ import annotations

import re
from functools import partial

from evalbook.aws.arns import parse_arn
from evalbook.aws.found import VpcChoice
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, in_parallel
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import reject
from evalbook.texts import plural

# VpcConfig in SageMaker's service model 2017-07-24: VpcSecurityGroupIds 1 to 5, Subnets 1 to 16.
MOST_SUBNETS = 16
MOST_SECURITY_GROUPS = 5

_ID = re.compile(r"(?:subnet|sg)-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_JSON_KEYS = frozenset({"securitygroupids", "securitygroups", "subnetids", "subnets"})
_FORM = (
    "Give subnet and security group IDs separated by commas, such as subnet-0a1b2c3d, "
    'sg-0a1b2c3d, or {"subnets": ["subnet-…"], "security_group_ids": ["sg-…"]}.'
)


def check_vpc(aws: Aws, text: str, region: str) -> tuple[VpcChoice, list[Check]]:
    """Read subnets and security groups, and ask EC2 about them.

    Where EC2 may not be asked, the IDs come back unchecked, with a warning.

    Raises:
        AnswerRejected: ``vpc.form``, ``vpc.count``, ``vpc.missing`` or ``vpc.mixed``.
    """
    subnets, groups = _read(text, region)
    _check_count("subnet", subnets, MOST_SUBNETS)
    _check_count("security group", groups, MOST_SECURITY_GROUPS)
    try:
        of_subnets, of_groups = in_parallel(
            [
                partial(_find_vpcs_of_subnets, aws, region, subnets),
                partial(_find_vpcs_of_groups, aws, region, groups),
            ]
        )
    except (AwsDenied, AwsInvalid):
        unchecked = warning(
            "vpc.network",
            "Not checked: whether the subnets and security groups exist, in one VPC.",
            "Grant ec2:DescribeSubnets and ec2:DescribeSecurityGroups so that evalbook can check.",
        )
        return VpcChoice(None, subnets, groups), [unchecked]
    vpc = _check_one_vpc((*subnets, *groups), {**of_subnets, **of_groups}, region)
    counted = f"{plural(len(subnets), 'subnet')} and {plural(len(groups), 'security group')}"
    checks = [
        passed("vpc.network", f"{counted} exist, all in {vpc}, in {region}."),
        skipped(
            "vpc.routes",
            f"Whether jobs in {vpc} can reach S3 and Bedrock (VPC endpoints or a NAT gateway) was "
            "not checked.",
            "If they can't, the evaluation hangs, then fails.",
        ),
    ]
    return VpcChoice(vpc, subnets, groups), checks


def _read(text: str, region: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the subnets and the groups, each once, of a list or of JSON."""
    words = [it for it in re.split(r"[\s,;=\"'`{}\[\]]+", text) if it.strip(":")]
    named = [it for it in words if re.sub("[_:-]", "", it.lower()) not in _JSON_KEYS]
    ids = dict.fromkeys(_read_id(it, region) for it in named)
    subnets = tuple(it for it in ids if it.startswith("subnet-"))
    return subnets, tuple(it for it in ids if it.startswith("sg-"))


def _read_id(word: str, region: str) -> str:
    arn = parse_arn(word)
    if arn is not None:
        if arn.service == "ec2" and arn.region != region:
            found = f"{arn} is in {arn.region}, but the evaluation is in {region}."
            raise reject("vpc.form", found, f"Give subnets and security groups in {region}.")
        return _read_id(arn.path[-1], region)
    if _ID.fullmatch(word):
        return word
    if word.startswith("vpc-"):
        found = f"{word} is a whole VPC. Its subnets and security groups are needed."
        listing = f"`aws ec2 describe-subnets --filters Name=vpc-id,Values={word}` lists them."
        raise reject("vpc.form", found, listing)
    if word.startswith(("subnet-", "sg-")):
        found = f'"{word}" is not a complete ID: 8 or 17 of the digits 0-9 and a-f follow the dash.'
        raise reject("vpc.form", found, "Copy the ID from the VPC console.")
    found = f"\"{word}\" is neither a subnet's nor a security group's ID."
    raise reject("vpc.form", found, _FORM)


def _check_count(kind: str, ids: tuple[str, ...], most: int) -> None:
    if not ids:
        raise reject("vpc.count", f"No {kind} was given. SageMaker needs at least one.", _FORM)
    if len(ids) > most:
        found = f"You gave {len(ids)} {kind}s. SageMaker allows at most {most}."
        raise reject("vpc.count", found, f"Give at most {most}.")


def _find_vpcs_of_subnets(aws: Aws, region: str, ids: tuple[str, ...]) -> dict[str, str]:
    """Return the VPC of each ID that exists; a filter, unlike IDs, passes over missing ones."""
    subnets = aws.client("ec2", region).get_paginator("describe_subnets")
    pages = subnets.paginate(Filters=[{"Name": "subnet-id", "Values": list(ids)}])
    return {it["SubnetId"]: it["VpcId"] for page in pages for it in page["Subnets"]}


def _find_vpcs_of_groups(aws: Aws, region: str, ids: tuple[str, ...]) -> dict[str, str]:
    groups = aws.client("ec2", region).get_paginator("describe_security_groups")
    pages = groups.paginate(Filters=[{"Name": "group-id", "Values": list(ids)}])
    return {it["GroupId"]: it["VpcId"] for page in pages for it in page["SecurityGroups"]}


def _check_one_vpc(ids: tuple[str, ...], vpc_of: dict[str, str], region: str) -> str:
    missing = [item for item in ids if item not in vpc_of]
    if missing:
        verb = "does" if len(missing) == 1 else "do"
        raise reject(
            "vpc.missing",
            f"{', '.join(missing)} {verb} not exist in {region}, in this account.",
            "Check the IDs, the region and the profile.",
        )
    vpc, *others = set(vpc_of.values())
    if others:
        listed = ", ".join(f"{item} in {place}" for item, place in vpc_of.items())
        raise reject(
            "vpc.mixed",
            f"The subnets and security groups belong to different VPCs: {listed}.",
            "Give subnets and security groups of one VPC.",
        )
    return vpc

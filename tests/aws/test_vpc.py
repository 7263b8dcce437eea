from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from evalbook.aws.found import VpcChoice
from evalbook.aws.session import Aws
from evalbook.aws.vpc import check_vpc
from evalbook.errors import AnswerRejected

REGION = "us-east-1"
SUBNET = "subnet-0a1b2c3d"
GROUP = "sg-0a1b2c3d"


def a_network(aws: Aws, block: str = "10.0.0.0") -> tuple[str, str, str]:
    """Make a VPC with one subnet and one security group; return their IDs."""
    vpc = aws.client("ec2").create_vpc(CidrBlock=f"{block}/16")["Vpc"]["VpcId"]
    subnet = aws.client("ec2").create_subnet(VpcId=vpc, CidrBlock=f"{block}/24")["Subnet"]
    group = aws.client("ec2").create_security_group(
        VpcId=vpc, GroupName="jobs", Description="of evaluations"
    )
    return vpc, subnet["SubnetId"], group["GroupId"]


def rejection(aws: Aws, text: str) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        check_vpc(aws, text, REGION)
    return caught.value


def test_subnets_and_groups_are_read_however_they_are_written(aws: Aws) -> None:
    vpc, subnet, group = a_network(aws)
    arn = f"arn:aws:ec2:us-east-1:123456789012:subnet/{subnet}"

    for text in (
        f"{subnet}, {group}",
        f"{group}\n{subnet}\n{subnet}",
        f"'{subnet}';{group};",
        f"{arn} {group}",
        json.dumps({"subnets": [subnet], "security_group_ids": [group]}),
        json.dumps({"Subnets": [subnet], "SecurityGroupIds": group}),
        json.dumps([subnet, group]),
        f'{{"subnets": ["{subnet}"], "security_group_ids": ["{group}"',
    ):
        choice, _ = check_vpc(aws, text, REGION)

        assert choice == VpcChoice(vpc, (subnet,), (group,))


def test_what_was_and_was_not_checked_is_told(aws: Aws) -> None:
    vpc, subnet, group = a_network(aws)

    _, checks = check_vpc(aws, f"{subnet},{group}", REGION)

    assert [(check.id, check.status) for check in checks] == [
        ("vpc.network", "passed"),
        ("vpc.routes", "skipped"),
    ]
    assert checks[0].message == (
        f"1 subnet and 1 security group exist, all in {vpc}, in us-east-1."
    )


def test_the_order_of_subnets_is_kept(aws: Aws) -> None:
    vpc, first, group = a_network(aws)
    made = aws.client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")
    second = made["Subnet"]["SubnetId"]

    choice, _ = check_vpc(aws, f"{second} {first} {group}", REGION)

    assert choice.subnets == (second, first)


def test_ids_that_do_not_exist_are_named(aws: Aws) -> None:
    _, _, group = a_network(aws)

    rejected = rejection(aws, f"{SUBNET} {group}")

    assert rejected.code == "vpc.missing"
    assert rejected.message == "subnet-0a1b2c3d does not exist in us-east-1, in this account."


def test_networks_of_different_vpcs_are_rejected(aws: Aws) -> None:
    one, subnet, _ = a_network(aws)
    other, _, group = a_network(aws, "10.1.0.0")

    rejected = rejection(aws, f"{subnet} {group}")

    assert rejected.code == "vpc.mixed"
    assert rejected.message == (
        "The subnets and security groups belong to different VPCs: "
        f"{subnet} in {one}, {group} in {other}."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SUBNET, "No security group was given. SageMaker needs at least one."),
        (GROUP, "No subnet was given. SageMaker needs at least one."),
        ("", "No subnet was given. SageMaker needs at least one."),
        (
            " ".join([GROUP, *(f"subnet-0a1b2c{number:02x}" for number in range(17))]),
            "You gave 17 subnets. SageMaker allows at most 16.",
        ),
        (
            " ".join([SUBNET, *(f"sg-0a1b2c{number:02x}" for number in range(6))]),
            "You gave 6 security groups. SageMaker allows at most 5.",
        ),
    ],
)
def test_sagemakers_limits_are_kept(aws: Aws, text: str, message: str) -> None:
    rejected = rejection(aws, text)

    assert (rejected.code, rejected.message) == ("vpc.count", message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "vpc-0a1b2c3d",
            "vpc-0a1b2c3d is a whole VPC. Its subnets and security groups are needed.",
        ),
        ("default", "\"default\" is neither a subnet's nor a security group's ID."),
        (
            "subnet-xyz",
            '"subnet-xyz" is not a complete ID: 8 or 17 of the digits 0-9 and a-f follow the dash.',
        ),
        (
            '{"subnet_groups": []}',
            "\"subnet_groups\" is neither a subnet's nor a security group's ID.",
        ),
        ('{"subnets": [3]}', "\"3\" is neither a subnet's nor a security group's ID."),
        (
            "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-0a1b2c3d",
            (
                "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-0a1b2c3d is in eu-west-1, but "
                "the evaluation is in us-east-1."
            ),
        ),
    ],
)
def test_what_is_no_subnet_or_group_is_named(aws: Aws, text: str, message: str) -> None:
    rejected = rejection(aws, text)

    assert (rejected.code, rejected.message) == ("vpc.form", message)


def test_where_ec2_may_not_be_asked_the_ids_are_taken_with_a_warning(
    endpoint: Callable[..., Aws],
) -> None:
    def deny(request: Any) -> None:
        error = b"<Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error>"
        body = b"<Response><Errors>" + error + b"</Errors></Response>"
        request.rfile.read(int(request.headers["Content-Length"]))
        request.send_response(403)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    choice, checks = check_vpc(endpoint(deny), f"{SUBNET}, {GROUP}", REGION)

    assert choice == VpcChoice(None, (SUBNET,), (GROUP,))
    assert [(check.id, check.status) for check in checks] == [("vpc.network", "warning")]

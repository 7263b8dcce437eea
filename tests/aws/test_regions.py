from __future__ import annotations

import pytest

from evalbook.aws.regions import (
    find_partition,
    find_similar_regions,
    is_known,
    is_region,
    offers_bedrock,
)


@pytest.mark.parametrize("name", ["us-east-1", "eu-central-2", "us-gov-west-1", "cn-north-1"])
def test_regions_of_every_partition_are_known(name: str) -> None:
    assert is_region(name)
    assert is_known(name)


@pytest.mark.parametrize("name", ["us-east-9", "eu-south-8", "us-gov-north-1"])
def test_a_region_newer_than_botocore_is_accepted_but_not_known(name: str) -> None:
    assert is_region(name)
    assert not is_known(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "us-esat-1",
        "us-east",
        "us-east-1a",
        "US-EAST-1",
        "us_east_1",
        "aws-global",
        "moon-east-1",
    ],
)
def test_other_names_are_no_regions(name: str) -> None:
    assert not is_region(name)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-west-2", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-gov-north-1", "aws-us-gov"),
        ("eu-west-9", "aws"),
        ("moon-east-1", None),
    ],
)
def test_a_region_belongs_to_a_partition(region: str, partition: str | None) -> None:
    assert find_partition(region) == partition


@pytest.mark.parametrize(
    ("region", "offered"), [("us-east-1", True), ("cn-north-1", False), ("eu-west-9", None)]
)
def test_bedrock_is_offered_where_botocore_lists_it(region: str, offered: bool | None) -> None:
    assert offers_bedrock(region) is offered


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("us-east-1a", "us-east-1"),
        ("US_EAST_1", "us-east-1"),
        ("us east 1", "us-east-1"),
        ("useast2", "us-east-2"),
        ("eu-cental-1", "eu-central-1"),
    ],
)
def test_the_region_meant_is_suggested_first(name: str, meant: str) -> None:
    assert find_similar_regions(name)[0] == meant


@pytest.mark.parametrize("name", ["", "xx", "production"])
def test_nothing_is_suggested_for_a_name_like_no_region(name: str) -> None:
    assert find_similar_regions(name) == []

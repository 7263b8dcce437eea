"""AWS regions as botocore's endpoint data lists them, and names that a newer region could have.

No AWS is asked. A region that botocore doesn't list yet is accepted when its name is built as its
partition's names are: a known prefix, a compass word and a number. `is_known` tells the two apart.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from evalbook.texts import nearest

# How the regions begin from which a geography's profiles are called, as far as AWS lists them:
# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
_CALLED_FROM = {
    "us-gov": r"us-gov-",
    "us": r"us-(?!gov-)|ca-",
    "eu": r"eu-|il-",
    "apac": r"ap-|me-",
    "au": r"ap-",
    "jp": r"ap-",
    "ca": r"ca-",
    "global": "",
}
GEOGRAPHIES = tuple(_CALLED_FROM)
"""First parts of the ids of system-defined inference profiles: where their requests may go."""


def may_be_called_from(geography: str, region: str) -> bool:
    """Tell whether inference profiles of a geography may exist in a region."""
    return re.match(_CALLED_FROM[geography], region) is not None


# Regions are named after these since the first one; what botocore's own patterns allow (any word)
# would let every typo pass.
_COMPASS = r"(?:central|(?:north|south)?(?:east|west)|north|south)"
_SUGGESTIONS = 3


def is_known(name: str) -> bool:
    """Tell whether the installed botocore lists a region of this name, in any partition."""
    return name in _list_regions()


def is_region(name: str) -> bool:
    """Tell whether a region has this name or, being newer than the installed botocore, may."""
    return find_partition(name) is not None


def find_partition(region: str) -> str | None:
    """Return the partition of a region, such as ``aws`` or ``aws-us-gov``; None if it is none."""
    from botocore.exceptions import UnknownRegionError

    if not is_known(region) and not re.fullmatch(rf"[a-z]+(-[a-z]+)?-{_COMPASS}-[1-9]", region):
        return None
    try:
        return str(_botocore().get_partition_for_region(region))
    except UnknownRegionError:
        return None


def offers_bedrock(region: str) -> bool | None:
    """Tell whether botocore lists Bedrock in a region; None if it doesn't know the region.

    Its list can lag behind AWS by some weeks: False deserves a warning, not a refusal.
    """
    if not is_known(region):
        return None
    return region in _botocore().get_available_regions("bedrock", find_partition(region))


def find_similar_regions(name: str) -> list[str]:
    """Return up to three regions that may be meant by another spelling, the likeliest first."""
    by_letters = {region.replace("-", ""): region for region in _list_regions()}
    near = nearest(re.sub(r"[\W_]", "", name.lower()), by_letters, _SUGGESTIONS, 0.75)
    return [by_letters[letters] for letters in near]


@cache
def _list_regions() -> tuple[str, ...]:
    data = _botocore().get_component("data_loader").load_data("endpoints")
    return tuple(name for partition in data["partitions"] for name in partition["regions"])


@cache
def _botocore() -> Any:
    import botocore.session

    return botocore.session.get_session()

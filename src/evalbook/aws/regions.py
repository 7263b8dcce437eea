"""AWS regions as botocore's endpoint data lists them, and names that a newer region could have.

No AWS is asked. A region that botocore doesn't list yet is accepted when its name is built as its
partition's names are: a known prefix, a compass word and a number. `is_known` tells the two apart.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from evalbook.records import dataclass
from evalbook.texts import nearest

GEOGRAPHIES = ("us", "us-gov", "eu", "apac", "au", "ca", "jp", "global")
"""First parts of the ids of system-defined inference profiles: where their requests may go."""

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
}


def may_be_called_from(geography: str, region: str) -> bool:
    """Tell whether inference profiles of a geography may exist in a region."""
    return re.match(_CALLED_FROM.get(geography, ""), region) is not None


# Regions are named after these since the first one; what botocore's own patterns allow (any word)
# would let every typo pass.
_COMPASS = r"(?:central|(?:north|south)?(?:east|west)|north|south)"
_SUGGESTIONS = 3


@dataclass(frozen=True)
class _Partition:
    name: str
    pattern: str
    regions: dict[str, str]
    """What each region is called, such as ``US East (N. Virginia)``, by its name."""


def is_known(name: str) -> bool:
    """Tell whether the installed botocore lists a region of this name, in any partition."""
    return any(name in partition.regions for partition in _read_partitions())


def is_region(name: str) -> bool:
    """Tell whether a region has this name or, being newer than the installed botocore, may."""
    return find_partition(name) is not None


def find_partition(region: str) -> str | None:
    """Return the partition of a region, such as ``aws`` or ``aws-us-gov``; None if it is none."""
    for partition in _read_partitions():
        if region in partition.regions:
            return partition.name
    if not re.fullmatch(rf"[a-z]+(?:-[a-z]+)?-{_COMPASS}-[1-9]", region):
        return None
    fitting = (it.name for it in _read_partitions() if re.fullmatch(it.pattern, region))
    return next(fitting, None)


def offers_bedrock(region: str) -> bool | None:
    """Tell whether botocore lists Bedrock in a region; None if it doesn't know the region.

    Its list can lag behind AWS by some weeks: False deserves a warning, not a refusal.
    """
    partition = find_partition(region)
    if partition is None or not is_known(region):
        return None
    return region in _list_bedrock_regions(partition)


def find_similar_regions(name: str) -> list[str]:
    """Return up to three regions that may be meant, the likeliest first.

    Understands zones (``us-east-1a``), other separators (``US_EAST_1``) and places (``Frankfurt``).
    """
    wanted = re.sub(r"[\s_.]+", "-", name.strip().lower())
    titles = {
        region: title.lower()
        for partition in _read_partitions()
        for region, title in partition.regions.items()
    }
    zone = re.fullmatch(r"(.*\d)[a-z]", wanted)
    if zone and zone[1] in titles:
        return [zone[1]]
    place = name.strip().lower()
    named = [region for region, title in titles.items() if len(place) > 3 and place in title]
    if named:
        return named[:_SUGGESTIONS]
    by_letters = {region.replace("-", ""): region for region in titles}
    near = nearest(wanted.replace("-", ""), by_letters, _SUGGESTIONS, 0.75)
    return [by_letters[letters] for letters in near]


@lru_cache(maxsize=1)
def _read_partitions() -> tuple[_Partition, ...]:
    data = _botocore_session().get_component("data_loader").load_data("endpoints")
    return tuple(
        _Partition(
            entry["partition"],
            entry["regionRegex"],
            {name: region["description"] for name, region in entry["regions"].items()},
        )
        for entry in data["partitions"]
    )


@lru_cache(maxsize=16)
def _list_bedrock_regions(partition: str) -> frozenset[str]:
    offered = _botocore_session().get_available_regions("bedrock", partition_name=partition)
    return frozenset(offered)


def _botocore_session() -> Any:
    import botocore.session

    return botocore.session.get_session()

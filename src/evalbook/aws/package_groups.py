"""Model package groups found by words of their names, for who does not know the name by heart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from evalbook.aws.package_answers import iso_utc
from evalbook.aws.session import NO_HELP, Aws, in_parallel
from evalbook.texts import did_you_mean, nearest, printable

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import ModelPackageGroupSummaryTypeDef

# A question shows so many groups; more are better narrowed by another word.
MOST_CANDIDATES = 20
# Groups read to name what was nearly typed: ten pages of a hundred.
MOST_GROUPS_READ = 1000


@dataclass(frozen=True)
class Candidate:
    """A model package group found by keywords; ``arn`` is an answer that names it alone."""

    arn: str
    name: str
    label: str
    description: str


def find_groups(
    aws: Aws, words: list[str], region: str | None
) -> list[ModelPackageGroupSummaryTypeDef]:
    """Return the groups whose names contain all the words, else any of them; newest first.

    Raises:
        AwsDenied: groups may not be listed.
    """
    listing = aws.client("sagemaker", region).get_paginator("list_model_package_groups")

    def ask(word: str) -> list[ModelPackageGroupSummaryTypeDef]:
        pages = listing.paginate(NameContains=word)
        return [it for page in pages for it in page["ModelPackageGroupSummaryList"]]

    found = in_parallel([partial(ask, word) for word in words])
    groups = {group["ModelPackageGroupName"]: group for answer in found for group in answer}
    if not groups:
        # Whether NameContains minds upper and lower case is not documented.
        wanted = [word.lower() for word in words]
        groups = {
            group["ModelPackageGroupName"]: group
            for group in _all_groups(aws, region)
            if any(word in group["ModelPackageGroupName"].lower() for word in wanted)
        }
    full = [
        name for name in groups if all(word.lower() in str(name).lower() for word in words)
    ] or list(groups)
    return sorted((groups[name] for name in full), key=lambda it: it["CreationTime"], reverse=True)


def list_newest_groups(aws: Aws, region: str | None, most: int) -> tuple[Candidate, ...]:
    """Return the newest groups of a region.

    Raises:
        AwsDenied: groups may not be listed.
    """
    return candidates(list(islice(_all_groups(aws, region), most)), most)


def _all_groups(aws: Aws, region: str | None) -> Iterator[ModelPackageGroupSummaryTypeDef]:
    listing = aws.client("sagemaker", region).get_paginator("list_model_package_groups")
    for page in listing.paginate(
        SortBy="CreationTime",
        SortOrder="Descending",
        PaginationConfig={"MaxItems": MOST_GROUPS_READ, "PageSize": 100},
    ):
        yield from page["ModelPackageGroupSummaryList"]


def suggest_groups(aws: Aws, name: str, region: str | None) -> str | None:
    """Say which groups may have been meant by a name that none has; None if AWS won't say."""
    try:
        names = [printable(str(it["ModelPackageGroupName"])) for it in _all_groups(aws, region)]
    except NO_HELP:
        return None
    lower = {known.lower(): known for known in names}
    near = [lower[it] for it in nearest(name.lower(), lower, cutoff=0.5)]
    if near:
        return did_you_mean([f'"{it}"' for it in near])
    if not names:
        return "There are no model package groups there. Is it the right region and account?"
    shown = ", ".join(f'"{it}"' for it in names[:MOST_CANDIDATES])
    more = f" and {len(names) - MOST_CANDIDATES} more" if len(names) > MOST_CANDIDATES else ""
    return f"The groups there are, newest first: {shown}{more}."


def candidates(
    groups: list[ModelPackageGroupSummaryTypeDef], most: int = MOST_CANDIDATES
) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            arn=str(group["ModelPackageGroupArn"]),
            name=str(group["ModelPackageGroupName"]),
            label=printable(str(group["ModelPackageGroupName"])),
            description=_description(group),
        )
        for group in groups[:most]
    )


def _description(group: ModelPackageGroupSummaryTypeDef) -> str:
    words = group.get("ModelPackageGroupDescription")
    created = f"created {iso_utc(group['CreationTime'])[:10]}"
    return f"{created}; {printable(words)}" if words else created

"""Model package groups, found by words from their names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from evalbook.aws.session import Aws, in_parallel, try_asking
from evalbook.moments import iso_utc
from evalbook.texts import Notice, did_you_mean, nearest, printable, put_in_a_row

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import ModelPackageGroupSummaryTypeDef

# Groups that a question shows; another word narrows down more of them.
MOST_CANDIDATES = 20
# Groups read to find a name like the one typed: ten pages of a hundred.
MOST_GROUPS_READ = 1000


@dataclass(frozen=True)
class Group:
    """A model package group, and what a person who chooses one should know about it."""

    name: str
    about: str


def find_groups(aws: Aws, words: list[str], region: str) -> list[Group]:
    """Return the groups whose names contain all the words, else any of them; newest first."""
    found = in_parallel([partial(_list, aws, region, NameContains=word) for word in words])
    # Whether NameContains minds upper and lower case is not documented.
    listed = [group for answer in found for group in answer] or _list(aws, region)
    groups = {group["ModelPackageGroupName"]: group for group in listed}
    wanted = [word.lower() for word in words]
    full = [it for name, it in groups.items() if all(word in name.lower() for word in wanted)]
    some = [it for name, it in groups.items() if any(word in name.lower() for word in wanted)]
    fitting = sorted(full or some, key=lambda it: it["CreationTime"], reverse=True)
    return [_read(it) for it in fitting]


def list_newest_groups(aws: Aws, region: str, most: int) -> list[Group]:
    """Return the newest groups of a region."""
    return [_read(it) for it in _list(aws, region, most)]


def _list(
    aws: Aws, region: str, most: int = MOST_GROUPS_READ, **wanted: Any
) -> list[ModelPackageGroupSummaryTypeDef]:
    listing = aws.client("sagemaker", region).get_paginator("list_model_package_groups")
    pages = listing.paginate(
        SortBy="CreationTime",
        SortOrder="Descending",
        PaginationConfig={"MaxItems": most, "PageSize": 100},
        **wanted,
    )
    return [it for page in pages for it in page["ModelPackageGroupSummaryList"]]


def suggest_groups(aws: Aws, name: str, region: str) -> str | None:
    """Say which groups may have been meant by a name that none has; None if AWS won't say."""
    groups = try_asking(lambda: _list(aws, region))
    if groups is None:
        return None
    names = [printable(it["ModelPackageGroupName"]) for it in groups]
    lower = {known.lower(): known for known in names}
    near = [lower[it] for it in nearest(name.lower(), lower, cutoff=0.5)]
    if near:
        return did_you_mean([f'"{it}"' for it in near])
    if not names:
        return "There are no model package groups there. Is it the right region and account?"
    shown = ", ".join(f'"{it}"' for it in names[:MOST_CANDIDATES])
    more = f" and {len(names) - MOST_CANDIDATES} more" if len(names) > MOST_CANDIDATES else ""
    return Notice(f"The groups there are, newest first: {shown}{more}.")


def _read(group: ModelPackageGroupSummaryTypeDef) -> Group:
    words = group.get("ModelPackageGroupDescription")
    created = f"created {iso_utc(group['CreationTime'])[:10]}"
    about = put_in_a_row(created, Notice(printable(words)) if words else None, by="; ")
    return Group(group["ModelPackageGroupName"], about)

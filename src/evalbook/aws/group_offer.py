"""Which model package groups there are to choose from, with what each has to evaluate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from evalbook.aws.model_packages import find_newest_usable
from evalbook.aws.package_groups import Group, list_newest_groups
from evalbook.aws.session import NO_HELP, Aws, in_parallel, soon
from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.texts import printable

LISTED = 100
"""Groups that are listed, the newest."""
LOOKED_INTO = 10
"""Groups whose versions are read."""
_SHARE = 4
"""Each of the two questions may take this part of a turn's patience."""


@dataclass(frozen=True)
class GroupOffer:
    """The groups of a region, the newest first."""

    groups: tuple[Group, ...] = ()
    left_out: tuple[str, ...] = ()
    """Names of groups without a version that can be evaluated."""
    unlisted: str | None = None
    """Why they could not be listed."""


def group_offer(aws: Aws, region: str | None) -> GroupOffer:
    """Return the model package groups to choose from; never waits long, and never fails."""
    seconds = aws.patience / _SHARE
    try:
        found = soon(lambda: list_newest_groups(aws, region, LISTED), seconds)
        if found is None:
            return GroupOffer(unlisted=f"SageMaker did not list them within {seconds:g} s.")
        newest, older = found[:LOOKED_INTO], found[LOOKED_INTO:]
        looks = [partial(_look_into, aws, it, region) for it in newest]
        known = soon(lambda: in_parallel(looks), seconds)
    except (*NO_HELP, AwsUnavailable) as error:
        return GroupOffer(unlisted=error.message)
    if known is None:
        return GroupOffer(tuple(found))
    usable = [it for it in known if it is not None]
    left_out = [
        printable(it.name) for it, group in zip(newest, known, strict=True) if group is None
    ]
    return GroupOffer((*usable, *older), tuple(left_out))


def _look_into(aws: Aws, group: Group, region: str | None) -> Group | None:
    """Return a group with its newest usable version; None if it has none."""
    try:
        found = find_newest_usable(aws, group.name, region)
    except AnswerRejected as rejection:
        return None if rejection.code == "model.unusable" else group
    package = found.package
    assert package is not None and package.base_model is not None  # noqa: S101, PT018 - usable
    rejected = ", rejected by its reviewer" if found.needs_yes else ""
    made, named = package.created[:10], package.base_model.name
    # Without what says whose list it is from.
    base = re.sub(r"^(?:meta|huggingface)-(?:textgeneration|llm)-|textgeneration-", "", named)
    return Group(group.name, f"version {package.version} of {made}{rejected}, {base}")

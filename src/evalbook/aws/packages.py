"""Model packages as SageMaker describes them, and their groups.

A package is read as sagemaker 3.27.0 reads it, ``train/common_utils/model_resolution.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from evalbook.aws.arns import Arn, parse_arn
from evalbook.aws.documents import ForeignJson
from evalbook.aws.found import BaseModel
from evalbook.aws.hub_models import PUBLIC_HUB
from evalbook.aws.session import REFUSED, Aws, in_parallel, try_asking
from evalbook.errors import AnswerRejected
from evalbook.moments import iso_utc
from evalbook.texts import Notice, did_you_mean, nearest, printable, put_in_a_row

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import (
        DescribeModelPackageOutputTypeDef,
        ModelPackageGroupSummaryTypeDef,
    )


@dataclass(frozen=True)
class ModelPackage:
    arn: str
    group: str | None
    version: int | None
    status: str
    """Pending, InProgress, Completed, Failed or Deleting."""
    approval: str | None
    """Approved, Rejected or PendingManualApproval; None if SageMaker says nothing."""
    created: str
    """ISO 8601, UTC."""
    base_model: BaseModel | None
    model_data: str | None
    """S3 URI of the weights."""
    image: str | None
    region: str
    account: str
    partition: str
    training_job: str | None
    """Name of the training job that made it, if the package says so."""
    no_base: str = ""
    """Which of the SDK's demands on base-model metadata is not met, if there is no base model."""
    failure: str = ""
    """Why SageMaker failed it; empty if it does not say."""


def read_package(answer: DescribeModelPackageOutputTypeDef) -> ModelPackage:
    arn = parse_arn(answer["ModelPackageArn"])
    assert arn is not None  # noqa: S101 - SageMaker's own ARN
    found = ForeignJson(answer)
    container = next(iter(found["InferenceSpecification"]["Containers"].items), ForeignJson(None))
    details = found["ModelPackageStatusDetails"]
    failures = [*details["ValidationStatuses"].items, *details["ImageScanStatuses"].items]
    base = _read_base(container, arn)
    source = container["ModelDataSource"]["S3DataSource"]["S3Uri"].text
    return ModelPackage(
        arn=answer["ModelPackageArn"],
        group=answer.get("ModelPackageGroupName"),
        version=answer.get("ModelPackageVersion"),
        status=answer["ModelPackageStatus"],
        approval=answer.get("ModelApprovalStatus"),
        created=iso_utc(answer["CreationTime"]),
        base_model=base if isinstance(base, BaseModel) else None,
        model_data=container["ModelDataUrl"].text or source,
        image=container["Image"].text,
        region=arn.region,
        account=arn.account,
        partition=arn.partition,
        training_job=_find_training_job(found),
        no_base=base if isinstance(base, str) else "",
        failure="; ".join(reason for it in failures if (reason := it["FailureReason"].text)),
    )


def _read_base(container: ForeignJson, arn: Arn) -> BaseModel | str:
    """Return the base model, or say which of the SDK's demands on its metadata is not met."""
    base = container["BaseModel"]
    if not container.value:
        return "it has no inference specification"
    if not base.value:
        return "its first container has no base-model metadata"
    name, version = base["HubContentName"].text, base["HubContentVersion"].text
    if not name or not version:
        return "its base-model metadata lacks HubContentName or HubContentVersion"
    # The SDK also looks for an ARN of the hub content; SageMaker's service model (botocore 1.44.5)
    # has none. Content of the public hub belongs to account aws.
    hub = f"arn:{arn.partition}:sagemaker:{arn.region}:aws:hub-content/{PUBLIC_HUB}"
    return BaseModel(name, version, f"{hub}/Model/{name}/{version}", base["RecipeName"].text)


def _find_training_job(found: ForeignJson) -> str | None:
    """Return the training job's name if any of the places that may tell it does."""
    places = (
        found["MetadataProperties"]["GeneratedBy"],
        found["SourceUri"],
        *found["CustomerMetadataProperties"].items,
    )
    # Jobs of multi-turn RL are of another kind than training jobs.
    job = r":(?:training-job|job/AgentRFT)/([a-zA-Z0-9-]+)"
    told = re.search(job, "\n".join(it.text or "" for it in places))
    return told[1] if told else None


Approval = Literal["Approved", "Rejected", "PendingManualApproval"]
_LONGEST_REASON = 1024
"""Characters of a reason, by SageMaker's service model."""


def set_approval(aws: Aws, package: str, approval: Approval, why: str) -> None:
    """Write status and reason into a model package.

    Raises:
        AnswerRejected: ``gate.record``, it can't be written.
    """
    arn = parse_arn(package)
    try:
        aws.client("sagemaker", arn.region if arn else None).update_model_package(
            ModelPackageArn=package,
            ModelApprovalStatus=approval,
            ApprovalDescription=why[:_LONGEST_REASON],
        )
    except REFUSED as error:
        raise AnswerRejected(
            "gate.record",
            f"The approval status of {package} can't be set: {error.message}",
            "Grant sagemaker:UpdateModelPackage on it.",
        ) from error


# --- groups -----------------------------------------------------------------------------------

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
    """Return the groups whose names contain all the words, else any of them; newest first.

    Raises:
        AwsDenied: groups may not be listed.
    """
    found = in_parallel([partial(_list_groups, aws, region, NameContains=word) for word in words])
    # Whether NameContains minds upper and lower case is not documented.
    listed = [group for answer in found for group in answer] or _list_groups(aws, region)
    groups = {group["ModelPackageGroupName"]: group for group in listed}
    wanted = [word.lower() for word in words]
    full = [it for name, it in groups.items() if all(word in name.lower() for word in wanted)]
    some = [it for name, it in groups.items() if any(word in name.lower() for word in wanted)]
    fitting = sorted(full or some, key=lambda it: it["CreationTime"], reverse=True)
    return [_read_group(it) for it in fitting]


def list_newest_groups(aws: Aws, region: str, most: int) -> list[Group]:
    """Return the newest groups of a region.

    Raises:
        AwsDenied: groups may not be listed.
    """
    return [_read_group(it) for it in _list_groups(aws, region, most)]


def _list_groups(
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
    groups = try_asking(lambda: _list_groups(aws, region))
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


def _read_group(group: ModelPackageGroupSummaryTypeDef) -> Group:
    words = group.get("ModelPackageGroupDescription")
    created = f"created {iso_utc(group['CreationTime'])[:10]}"
    about = put_in_a_row(created, Notice(printable(words)) if words else None, by="; ")
    return Group(group["ModelPackageGroupName"], about)

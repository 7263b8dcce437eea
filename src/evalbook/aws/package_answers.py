"""One model package as SageMaker describes it, read the way the SageMaker SDK reads it.

Source: sagemaker 3.27.0, ``train/common_utils/model_resolution.py``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from evalbook.aws.arns import Arn, parse_arn

PUBLIC_HUB = "SageMakerPublicHub"
HUB_SETTING = "SAGEMAKER_HUB_NAME"
"""Names another hub to the SDK, which looks there first (``train/constants.py``)."""


def private_hub() -> str | None:
    """Return the hub that the SDK would look in before the public one, if it is told of any."""
    name = os.environ.get(HUB_SETTING)
    return None if name in (None, "", PUBLIC_HUB) else name


@dataclass(frozen=True)
class BaseModel:
    """The foundation model that was fine-tuned, as the package names it."""

    name: str
    version: str | None
    arn: str
    """Hub-content ARN; built as the SDK builds it where the package gives name and version."""
    recipe: str | None = None
    """Name of the recipe it was fine-tuned by, where the package gives it."""


@dataclass(frozen=True)
class ModelPackage:
    """One model package as SageMaker describes it."""

    arn: str
    group: str | None
    version: int | None
    status: str
    """Pending, InProgress, Completed, Failed or Deleting."""
    approval: str | None
    """Approved, Rejected or PendingManualApproval; None where SageMaker says nothing."""
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
    """Name of the training job that made it, where the package says so."""
    description: str | None


def failure_reasons(answer: dict[str, Any]) -> str:
    """Return why SageMaker failed a package, or nothing where it does not say."""
    details = answer.get("ModelPackageStatusDetails") or {}
    items = [*details.get("ValidationStatuses", ()), *details.get("ImageScanStatuses", ())]
    return "; ".join(str(item["FailureReason"]) for item in items if item.get("FailureReason"))


def _containers(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return list((answer.get("InferenceSpecification") or {}).get("Containers") or ())


def no_base_model(answer: dict[str, Any]) -> str:
    """Say which of the SDK's demands on base-model metadata is not met."""
    if not answer.get("InferenceSpecification"):
        return "it has no inference specification"
    containers = _containers(answer)
    if not containers:
        return "its inference specification has no containers"
    base = containers[0].get("BaseModel")
    if not base:
        return "its first container has no base-model metadata"
    if base.get("HubContentArn"):
        return f"its base model {base['HubContentArn']} is not a JumpStart hub content"
    return "its base-model metadata lacks HubContentName or HubContentVersion"


def _base_model(answer: dict[str, Any], arn: Arn) -> BaseModel | None:
    """Read the base model; None where the SDK would find no hub-content ARN.

    Content of the public hub belongs to account ``aws``.
    """
    containers = _containers(answer)
    base = (containers[0].get("BaseModel") or {}) if containers else {}
    name, version, hub_arn = (
        base.get(key) for key in ("HubContentName", "HubContentVersion", "HubContentArn")
    )
    if not hub_arn and name and version:
        hub_arn = (
            f"arn:{arn.partition}:sagemaker:{arn.region}:aws:hub-content/"
            f"{PUBLIC_HUB}/Model/{name}/{version}"
        )
    if not hub_arn or ":hub-content/" not in hub_arn:
        return None
    parts = str(hub_arn).split("/")
    if not name:
        name = parts[3] if len(parts) > 3 else parts[-1]
    version = version or (parts[4] if len(parts) > 4 else None)
    return BaseModel(str(name), version, str(hub_arn), base.get("RecipeName"))


def read_package(answer: dict[str, Any]) -> ModelPackage:
    """Read the answer of DescribeModelPackage."""
    arn = parse_arn(str(answer["ModelPackageArn"]))
    assert arn is not None  # noqa: S101 - SageMaker's own ARN
    container = (_containers(answer) or [{}])[0]
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    return ModelPackage(
        arn=str(answer["ModelPackageArn"]),
        group=answer.get("ModelPackageGroupName"),
        version=answer.get("ModelPackageVersion"),
        status=str(answer.get("ModelPackageStatus")),
        approval=answer.get("ModelApprovalStatus"),
        created=iso_utc(answer["CreationTime"]),
        base_model=_base_model(answer, arn),
        model_data=container.get("ModelDataUrl") or source.get("S3Uri"),
        image=container.get("Image"),
        region=arn.region,
        account=arn.account,
        partition=arn.partition,
        training_job=_training_job(answer),
        description=answer.get("ModelPackageDescription"),
    )


def _training_job(answer: dict[str, Any]) -> str | None:
    """Return the training job's name if any of the places that may tell it does."""
    places = [
        (answer.get("MetadataProperties") or {}).get("GeneratedBy"),
        answer.get("SourceUri"),
        *(answer.get("CustomerMetadataProperties") or {}).values(),
    ]
    for place in places:
        # Jobs of multi-turn RL are of another kind than training jobs.
        found = re.search(r":(?:training-job|job/AgentRFT)/([a-zA-Z0-9-]+)", str(place or ""))
        if found:
            return found[1]
    return None


def iso_utc(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC, to the second."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")

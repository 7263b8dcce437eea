"""One model package as SageMaker describes it, read the way the SageMaker SDK reads it.

Source: sagemaker 3.27.0, ``train/common_utils/model_resolution.py``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from evalbook.aws.answers import Asked, AwsUnreadable
from evalbook.aws.arns import Arn, parse_arn
from evalbook.aws.found import BaseModel
from evalbook.texts import printable

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import (
        DescribeModelPackageOutputTypeDef,
        ModelPackageContainerDefinitionOutputTypeDef,
    )

PUBLIC_HUB = "SageMakerPublicHub"
HUB_SETTING = "SAGEMAKER_HUB_NAME"
"""Names another hub to the SDK, which looks there first (``train/constants.py``)."""


def find_private_hub() -> str | None:
    """Return the hub that the SDK would look in before the public one, if it is told of any."""
    name = os.environ.get(HUB_SETTING)
    return None if name in (None, "", PUBLIC_HUB) else name


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
    """Name of the training job that made it, where the package says so."""
    description: str | None


def explain_failure(answer: DescribeModelPackageOutputTypeDef) -> str:
    """Return why SageMaker failed a package, or nothing where it does not say."""
    details = answer.get("ModelPackageStatusDetails") or {}
    items = [*details.get("ValidationStatuses", ()), *details.get("ImageScanStatuses", ())]
    return "; ".join(str(item["FailureReason"]) for item in items if item.get("FailureReason"))


def _containers(
    answer: DescribeModelPackageOutputTypeDef,
) -> list[ModelPackageContainerDefinitionOutputTypeDef]:
    specification = answer.get("InferenceSpecification")
    return list(specification.get("Containers") or ()) if specification else []


def explain_missing_base(answer: DescribeModelPackageOutputTypeDef) -> str:
    """Say which of the SDK's demands on base-model metadata is not met."""
    if not answer.get("InferenceSpecification"):
        return "it has no inference specification"
    containers = _containers(answer)
    if not containers:
        return "its inference specification has no containers"
    base = containers[0].get("BaseModel")
    if not base:
        return "its first container has no base-model metadata"
    return "its base-model metadata lacks HubContentName or HubContentVersion"


def _base_model(answer: DescribeModelPackageOutputTypeDef, arn: Arn) -> BaseModel | None:
    """Read the base model; None if the SDK would find no hub-content ARN.

    Content of the public hub belongs to account ``aws``.
    """
    containers = _containers(answer)
    base = containers[0].get("BaseModel") if containers else None
    if base is None:
        return None
    name, version = base.get("HubContentName"), base.get("HubContentVersion")
    if not name or not version:
        return None
    # The SDK also looks for an ARN of the hub content; SageMaker's service model (botocore 1.44.5)
    # has none.
    hub = f"arn:{arn.partition}:sagemaker:{arn.region}:aws:hub-content/{PUBLIC_HUB}"
    return BaseModel(name, version, f"{hub}/Model/{name}/{version}", base.get("RecipeName"))


def read_package(answer: DescribeModelPackageOutputTypeDef) -> ModelPackage:
    arn = parse_arn(answer["ModelPackageArn"])
    if arn is None:
        raise AwsUnreadable(
            Asked("sagemaker", "DescribeModelPackage", "SageMaker"),
            f"ModelPackageArn is {printable(answer['ModelPackageArn'])!r:.80}",
        )
    container = next(iter(_containers(answer)), None)
    return ModelPackage(
        arn=answer["ModelPackageArn"],
        group=answer.get("ModelPackageGroupName"),
        version=answer.get("ModelPackageVersion"),
        status=answer["ModelPackageStatus"],
        approval=answer.get("ModelApprovalStatus"),
        created=iso_utc(answer["CreationTime"]),
        base_model=_base_model(answer, arn),
        model_data=_model_data(container) if container else None,
        image=container.get("Image") if container else None,
        region=arn.region,
        account=arn.account,
        partition=arn.partition,
        training_job=_training_job(answer),
        description=answer.get("ModelPackageDescription"),
    )


def _model_data(container: ModelPackageContainerDefinitionOutputTypeDef) -> str | None:
    source = container.get("ModelDataSource")
    place = source.get("S3DataSource") if source else None
    return container.get("ModelDataUrl") or (place["S3Uri"] if place else None)


def _training_job(answer: DescribeModelPackageOutputTypeDef) -> str | None:
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

"""One model package: read as the SageMaker SDK reads it, and its approval written.

Source: sagemaker 3.27.0, ``train/common_utils/model_resolution.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evalbook.aws.arns import Arn, parse_arn
from evalbook.aws.documents import ForeignJson
from evalbook.aws.found import BaseModel
from evalbook.aws.hub_models import PUBLIC_HUB
from evalbook.aws.session import REFUSED, Aws
from evalbook.errors import AnswerRejected
from evalbook.moments import iso_utc

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeModelPackageOutputTypeDef


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
    base = _read_base(found, arn)
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


def _read_base(found: ForeignJson, arn: Arn) -> BaseModel | str:
    """Return the base model, or say which of the SDK's demands on its metadata is not met."""
    specification = found["InferenceSpecification"]
    if not specification.value:
        return "it has no inference specification"
    if not specification["Containers"].items:
        return "its inference specification has no containers"
    base = specification["Containers"].items[0]["BaseModel"]
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
    """Write status and reason into a model package."""
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

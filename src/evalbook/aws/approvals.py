"""The approval status of a model package, and why it has it."""

from __future__ import annotations

from typing import Literal

from evalbook.aws.arns import parse_arn
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing
from evalbook.errors import AnswerRejected

Approval = Literal["Approved", "Rejected", "PendingManualApproval"]
_LONGEST = 1024
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
            ApprovalDescription=why[:_LONGEST],
        )
    except (AwsDenied, AwsMissing, AwsInvalid) as error:
        raise AnswerRejected(
            "gate.record",
            f"The approval status of {package} can't be set: {error.message}",
            "Grant sagemaker:UpdateModelPackage on it.",
        ) from error

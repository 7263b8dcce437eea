"""Where in S3 a dataset of SageMaker's registry lies, which is known by a hub-content ARN."""

from __future__ import annotations

import json
from typing import Any

from evalbook.aws.arns import Arn, describe_arn_kind, parse_arn
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing
from evalbook.checks import failed
from evalbook.errors import AnswerRejected, rejection_for

_FORM = "arn:aws:sagemaker:REGION:ACCOUNT:hub-content/HUB/DataSet/NAME/VERSION"
# sagemaker/ai_registry/air_constants.py, 3.27.0: DOC_KEY_DATASET_S3_BUCKET and …_PREFIX. The
# "prefix" is a whole key, file name included (ai_registry/dataset.py).
_BUCKET, _KEY = "DatasetS3Bucket", "DatasetS3Prefix"


def is_dataset_arn(text: str) -> bool:
    """Tell whether a text is meant as the ARN of a dataset in a hub, complete or not."""
    arn = parse_arn(text)
    return arn is not None and arn.service == "sagemaker" and arn.path[2:3] == ("DataSet",)


def resolve_dataset_arn(aws: Aws, text: str) -> S3Uri:
    """Return the object that a dataset's ARN stands for, as its hub describes it.

    Raises:
        AnswerRejected: ``dataset.arn`` for another kind of ARN or an incomplete one;
            ``dataset.missing``, ``dataset.denied``, ``dataset.not_ready``, ``dataset.location``.
        AwsUnavailable: AWS could not be asked.
    """
    arn = _dataset_arn(text)
    _, hub, _, name, *version = arn.path
    try:
        content = aws.call(
            "sagemaker",
            "describe_hub_content",
            region=arn.region,
            HubName=hub,
            HubContentType="DataSet",
            HubContentName=name,
            **({"HubContentVersion": version[0]} if version else {}),
        )
    except AwsMissing:
        raise _reject(
            "dataset.missing",
            f'There is no dataset "{name}"{_of(version)} in the hub "{hub}" in {arn.region}.',
            "Check name, version and region, or give the dataset's S3 URI.",
        ) from None
    except AwsDenied:
        raise _reject(
            "dataset.denied",
            f'The dataset "{name}" may not be looked up.',
            f"Ask for sagemaker:DescribeHubContent on {arn}, or give the dataset's S3 URI.",
        ) from None
    except AwsInvalid as error:
        raise _reject("dataset.arn", error.message, f"The form is {_FORM}.") from None
    return _location(name, content)


def _dataset_arn(text: str) -> Arn:
    arn = parse_arn(text)
    if arn is None:
        raise _reject("dataset.arn", f'"{text.strip()}" is not an ARN.', f"The form is {_FORM}.")
    if not is_dataset_arn(text):
        raise _reject(
            "dataset.arn",
            f"{arn} is {describe_arn_kind(arn)}. A dataset is needed.",
            f"Give an S3 URI ending in .jsonl, or an ARN of the form {_FORM}.",
        )
    # hub-content/HUB/DataSet/NAME, and a version that may be left out for the newest.
    complete = len(arn.path) in (4, 5) and all(arn.path) and arn.region
    if not complete:
        raise _reject("dataset.arn", f"{arn} is incomplete.", f"The form is {_FORM}.")
    return arn


def _of(version: list[str]) -> str:
    return f", version {version[0]}," if version else ""


def _location(name: str, content: dict[str, Any]) -> S3Uri:
    status = content.get("HubContentStatus", "Available")
    if status != "Available":
        reason = f": {content['FailureReason']}" if content.get("FailureReason") else ""
        raise _reject(
            "dataset.not_ready",
            f'The dataset "{name}" is not available but {status}{reason}.',
            "Repeat this when it is available, or give another dataset.",
        )
    try:
        document = json.loads(content["HubContentDocument"])
    except ValueError:
        document = None
    found = document if isinstance(document, dict) else {}
    bucket, key = found.get(_BUCKET), found.get(_KEY)
    if not (isinstance(bucket, str) and isinstance(key, str) and bucket and key.strip("/")):
        raise _reject(
            "dataset.location",
            f'The dataset "{name}" does not say where it lies: its document lacks {_BUCKET} or '
            f"{_KEY}.",
            "Give the dataset's S3 URI.",
        )
    return S3Uri(bucket, key.lstrip("/"))


def _reject(code: str, message: str, remedy: str) -> AnswerRejected:
    return rejection_for(failed(code, message, remedy))

"""Where in S3 a dataset of SageMaker's registry lies, which is known by a hub-content ARN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalbook.aws.arns import Arn, describe_arn_kind, parse_arn, region_fault
from evalbook.aws.documents import read_document
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing
from evalbook.errors import reject

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeHubContentResponseTypeDef

_FORM = "arn:aws:sagemaker:REGION:ACCOUNT:hub-content/HUB/DataSet/NAME/VERSION"
# sagemaker/ai_registry/air_constants.py, 3.27.0: DOC_KEY_DATASET_S3_BUCKET and …_PREFIX. The
# "prefix" is a whole key, file name included (ai_registry/dataset.py).
_BUCKET, _KEY = "DatasetS3Bucket", "DatasetS3Prefix"


@dataclass(frozen=True)
class RegisteredDataset:
    """A dataset of a hub: its ARN, and the object that it stands for."""

    arn: str
    """With the version, without which the SDK refuses it (``common_utils/data_utils.py``)."""
    uri: S3Uri


def is_dataset_arn(text: str) -> bool:
    """Tell whether a text is meant as the ARN of a dataset in a hub, complete or not."""
    arn = parse_arn(text)
    return arn is not None and arn.service == "sagemaker" and arn.path[2:3] == ("DataSet",)


def resolve_dataset_arn(aws: Aws, text: str) -> RegisteredDataset:
    """Return what a dataset's ARN stands for, as its hub describes it.

    Raises:
        AnswerRejected: ``dataset.arn`` for another kind of ARN or an incomplete one;
            ``dataset.missing``, ``dataset.denied``, ``dataset.account``, ``dataset.not_ready``,
            ``dataset.location``.
    """
    arn = _dataset_arn(text)
    _, hub, _, name, *version = arn.path
    try:
        content = aws.client("sagemaker", arn.region).describe_hub_content(
            HubName=hub,
            HubContentType="DataSet",
            HubContentName=name,
            **{"HubContentVersion": version[0]} if version else {},
        )
    except AwsMissing:
        raise reject(
            "dataset.missing",
            f'There is no dataset "{name}"{_of(version)} in the hub "{hub}" in {arn.region}.',
            "Check name, version and region, or give the dataset's S3 URI.",
        ) from None
    except AwsDenied:
        raise reject(
            "dataset.denied",
            f'The dataset "{name}" may not be looked up.',
            f"Ask for sagemaker:DescribeHubContent on {arn}, or give the dataset's S3 URI.",
        ) from None
    except AwsInvalid as error:
        raise reject("dataset.arn", error.message, f"The form is {_FORM}.") from None
    found = _full_arn(arn, content)
    return RegisteredDataset(found, _location(name, content))


def _full_arn(asked: Arn, content: DescribeHubContentResponseTypeDef) -> str:
    """Return the ARN that the hub gives: a hub is asked for by its name, which others use too."""
    found = parse_arn(str(content["HubContentArn"]))
    if found is None or found.account != asked.account:
        raise reject(
            "dataset.account",
            f"{asked} is of account {asked.account}; the SDK looks for it in your own, where the "
            f"dataset of that name is {content['HubContentArn']}.",
            "Give a dataset of your own account, or the dataset's S3 URI.",
        )
    version = str(content["HubContentVersion"])
    return str(found) if len(found.path) > 4 else f"{found}/{version}"


def _dataset_arn(text: str) -> Arn:
    arn = parse_arn(text)
    if arn is None:
        raise reject("dataset.arn", f'"{text.strip()}" is not an ARN.', f"The form is {_FORM}.")
    if not is_dataset_arn(text):
        raise reject(
            "dataset.arn",
            f"{arn} is {describe_arn_kind(arn)}. A dataset is needed.",
            f"Give an S3 URI ending in .jsonl, or an ARN of the form {_FORM}.",
        )
    # hub-content/HUB/DataSet/NAME, and a version that may be left out for the newest.
    complete = len(arn.path) in (4, 5) and all(arn.path) and arn.region
    if not complete:
        raise reject("dataset.arn", f"{arn} is incomplete.", f"The form is {_FORM}.")
    fault = region_fault(arn)
    if fault:
        raise reject("dataset.arn", f"{arn} can't be right: {fault}.", f"The form is {_FORM}.")
    return arn


def _of(version: list[str]) -> str:
    return f", version {version[0]}," if version else ""


def _location(name: str, content: DescribeHubContentResponseTypeDef) -> S3Uri:
    status = content.get("HubContentStatus", "Available")
    if status != "Available":
        reason = f": {content['FailureReason']}" if content.get("FailureReason") else ""
        raise reject(
            "dataset.not_ready",
            f'The dataset "{name}" is not available but {status}{reason}.',
            "Repeat this when it is available, or give another dataset.",
        )
    found = read_document(content["HubContentDocument"])
    bucket, key = found[_BUCKET].text, (found[_KEY].text or "").lstrip("/")
    if not bucket or not key:
        raise reject(
            "dataset.location",
            f'The dataset "{name}" does not say where it lies: its document lacks {_BUCKET} or '
            f"{_KEY}.",
            "Give the dataset's S3 URI.",
        )
    return S3Uri(bucket, key)

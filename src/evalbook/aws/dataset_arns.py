"""Where in S3 a dataset of SageMaker's registry lies, which is known by a hub-content ARN."""

from __future__ import annotations

from dataclasses import dataclass

from evalbook.aws.arns import parse_arn
from evalbook.aws.registry import Kind, read_registered
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws

# sagemaker/ai_registry/air_constants.py, 3.27.0: DOC_KEY_DATASET_S3_BUCKET and …_PREFIX. The
# "prefix" is a whole key, file name included (ai_registry/dataset.py).
_BUCKET, _KEY = "DatasetS3Bucket", "DatasetS3Prefix"
_DATASET = Kind("dataset", "dataset", "DataSet", "give the dataset's S3 URI")


@dataclass(frozen=True)
class RegisteredDataset:
    """A dataset of a hub: its ARN, with the version, and the object that it stands for."""

    arn: str
    uri: S3Uri


def is_dataset_arn(text: str) -> bool:
    """Tell whether a text is meant as the ARN of a dataset in a hub, complete or not."""
    arn = parse_arn(text)
    return arn is not None and _DATASET.names(arn)


def resolve_dataset_arn(aws: Aws, text: str) -> RegisteredDataset:
    """Return what a dataset's ARN stands for, as its hub describes it.

    Raises:
        AnswerRejected: as `read_registered`, or ``dataset.location``.
    """
    found = read_registered(aws, text, _DATASET)
    bucket, key = found.document[_BUCKET].text, (found.document[_KEY].text or "").lstrip("/")
    if not bucket or not key:
        raise _DATASET.refused(
            "location",
            f'The dataset "{found.name}" does not say where it lies: its document lacks {_BUCKET} '
            f"or {_KEY}.",
            "Give the dataset's S3 URI.",
        )
    return RegisteredDataset(str(found.arn), S3Uri(bucket, key))

"""Which objects a training job read, so that an evaluation can be held against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evalbook.aws.dataset_arns import resolve_dataset_arn
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import NO_HELP, Aws
from evalbook.errors import EvalbookError

MOST_OBJECTS = 1000
"""Objects of a prefix that are read at most."""


@dataclass(frozen=True)
class TrainingData:
    """The training data of a job, as far as they could be found."""

    job: str
    objects: tuple[S3Uri, ...]
    size: int
    """Bytes of all of them."""
    untold: tuple[str, ...]
    """What could not be found or looked at, as sentences."""


def training_data(aws: Aws, job: str, region: str | None) -> TrainingData:
    """Return the objects of a training job's channels, but for those it was validated with.

    Raises:
        AwsUnavailable: AWS could not be asked.
    """
    try:
        found = aws.client("sagemaker", region).describe_training_job(TrainingJobName=job)
    except NO_HELP as error:
        return TrainingData(job, (), 0, (f"Training job {job} can't be seen. {error.message}",))
    objects: dict[S3Uri, int] = {}
    untold: list[str] = []
    for channel in found.get("InputDataConfig") or []:
        name = str(channel.get("ChannelName", ""))
        if name.lower().startswith(("val", "test", "eval")):
            continue
        source: Mapping[str, Any] = channel.get("DataSource") or {}
        arn = (source.get("DatasetSource") or {}).get("DatasetArn")
        uri = (source.get("S3DataSource") or {}).get("S3Uri")
        try:
            if arn:
                uri = str(resolve_dataset_arn(aws, arn).uri)
            if not uri:
                untold.append(f"Channel {name} reads no data from S3.")
                continue
            objects |= dict(_objects(aws, str(uri), region))
        except NO_HELP as error:
            untold.append(f"The data of channel {name} can't be listed. {error.message}")
        except EvalbookError as error:
            if error.exit_status != 3:
                raise
            untold.append(f"The data of channel {name} can't be found. {error.message}")
    if not objects and not untold:
        untold.append(f"Training job {job} names no data.")
    return TrainingData(job, tuple(objects), sum(objects.values()), tuple(untold))


def _objects(aws: Aws, uri: str, region: str | None) -> Iterator[tuple[S3Uri, int]]:
    """Yield the objects that a URI stands for: one, or all under a prefix."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    pages = aws.client("s3", region).get_paginator("list_objects_v2")
    left = MOST_OBJECTS
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents") or []:
            key = str(item["Key"])
            inside = key == prefix or prefix.endswith("/") or key[len(prefix) :].startswith("/")
            if item["Size"] and left and (inside or not prefix):
                left -= 1
                yield S3Uri(bucket, key), int(item["Size"])

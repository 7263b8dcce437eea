"""Which objects a training job read, to compare an evaluation's dataset with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from evalbook.aws.documents import ForeignJson
from evalbook.aws.registry import is_dataset_arn, resolve_dataset_arn
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import NO_HELP, Aws, try_asking
from evalbook.errors import AnswerRejected

MOST_OBJECTS = 1000
"""Objects of a prefix that are read at most."""


@dataclass(frozen=True)
class TrainingData:
    job: str
    objects: tuple[S3Uri, ...]
    size: int
    """Bytes of all of them."""
    untold: tuple[str, ...]
    """What could not be found or looked at, as sentences."""


def trained_on(aws: Aws, job: str, region: str | None) -> tuple[str, ...]:
    """Return what a training job's channels read, as S3 URIs or ARNs of registered datasets.

    Channels for validation are left out. Nothing is returned if the job can't be read.
    """
    sagemaker = aws.client("sagemaker", region)
    found = try_asking(lambda: sagemaker.describe_training_job(TrainingJobName=job))
    places = []
    for channel in ForeignJson(found)["InputDataConfig"].items:
        name, source = channel["ChannelName"].text or "", channel["DataSource"]
        place = source["DatasetSource"]["DatasetArn"].text or source["S3DataSource"]["S3Uri"].text
        if place and not name.lower().startswith(("val", "test", "eval")):
            places.append(place)
    return tuple(places)


def training_data(aws: Aws, job: str, places: tuple[str, ...], region: str | None) -> TrainingData:
    """Return the objects at the places that a training job read."""
    objects: dict[S3Uri, int] = {}
    untold: list[str] = []
    for place in places:
        found, problem = _listed(aws, place, region)
        objects |= found
        untold += [problem] if problem else []
    return TrainingData(job, tuple(objects), sum(objects.values()), tuple(untold))


def _listed(aws: Aws, place: str, region: str | None) -> tuple[dict[S3Uri, int], str | None]:
    try:
        registered = is_dataset_arn(place)
        uri = str(resolve_dataset_arn(aws, place).uri) if registered else place
        found = dict(islice(_objects(aws, uri, region), MOST_OBJECTS))
    except NO_HELP as error:
        return {}, f"{place} can't be listed. {error.message}"
    except AnswerRejected as error:
        return {}, f"{place} can't be found. {error.message}"
    return found, None if found else f"There is no object at {place} any more."


def _objects(aws: Aws, uri: str, region: str | None) -> Iterator[tuple[S3Uri, int]]:
    """Yield the objects that a URI stands for: one, or all under a prefix."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    pages = aws.client("s3", region).get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents") or []:
            rest = item["Key"].removeprefix(prefix)
            inside = not rest or rest.startswith("/") or prefix.endswith("/") or not prefix
            if item["Size"] and inside:
                yield S3Uri(bucket, item["Key"]), item["Size"]

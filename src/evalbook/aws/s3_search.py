"""What in S3 a person may mean who knows a part of the name: buckets, keys and objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from evalbook.aws.s3 import reject_bucket
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import NO_HELP, Aws, AwsDenied, AwsInvalid, AwsMissing, soon
from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.moments import iso_utc
from evalbook.texts import file_size

_MOST = 20
_MOST_OFFERED = 50
_SECONDS = 3.0

T = TypeVar("T")


@dataclass(frozen=True)
class FoundObjects:
    """What a search found, newest first."""

    objects: tuple[tuple[S3Uri, str], ...]
    """Each with its size and the day on which it was last written, for people."""
    named: bool
    """Whether their names contain what was looked for; otherwise these are the others there."""
    more: bool
    """Whether more were found than these."""
    searched: int | None
    """How many objects were searched, if there are more of them."""


def search_objects(aws: Aws, wanted: S3Uri, endings: tuple[str, ...]) -> FoundObjects:
    """Search the first thousand objects under a prefix by parts of their names.

    ``wanted`` is what the keys begin with and, after each ``*``, what they contain, in any order.

    Raises:
        AnswerRejected: ``s3.no_bucket``; ``s3.denied`` where it may not be listed.
    """
    prefix, *parts = wanted.key.split("*")
    try:
        page = aws.client("s3").list_objects_v2(Bucket=wanted.bucket, Prefix=prefix)
    except AwsMissing:
        raise reject_bucket(aws, wanted.bucket) from None
    except (AwsDenied, AwsInvalid):
        raise AnswerRejected(
            "s3.denied",
            f"You may not list s3://{wanted.bucket}/{prefix}.",
            "Give the whole URI of the object.",
        ) from None
    there = [it for it in page.get("Contents", ()) if it["Key"].lower().endswith(endings)]
    there.sort(key=lambda it: it["LastModified"], reverse=True)
    named = [it for it in there if all(part.casefold() in it["Key"].casefold() for part in parts)]
    shown = named or there
    found = [
        (
            S3Uri(wanted.bucket, it["Key"]),
            f"{file_size(it['Size'])}, {iso_utc(it['LastModified'])[:10]}",
        )
        for it in shown[:_MOST]
    ]
    searched = len(page.get("Contents", ())) if page.get("IsTruncated") else None
    return FoundObjects(tuple(found), bool(named), len(shown) > _MOST, searched)


def list_buckets(aws: Aws, region: str) -> list[tuple[str, str]]:
    """Return the account's buckets in a region, newest first, each with the day it was made.

    Empty if AWS does not say, or not soon.
    """

    def ask() -> list[tuple[str, str]]:
        found = aws.client("s3", region).list_buckets(BucketRegion=region).get("Buckets", ())
        newest = sorted(found, key=lambda it: it["CreationDate"], reverse=True)
        return [(it["Name"], iso_utc(it["CreationDate"])[:10]) for it in newest]

    return _ask_soon(ask)


def continue_uri(aws: Aws, typed: str) -> list[str]:
    """Return the URIs that begin as typed, up to the next slash; none if AWS does not say."""
    bucket, slash, prefix = typed.removeprefix("s3://").partition("/")

    def ask() -> list[str]:
        if not slash:
            found = aws.client("s3").list_buckets().get("Buckets", ())
            return [f"s3://{it['Name']}/" for it in found if it["Name"].startswith(bucket)]
        listed = aws.client("s3").list_objects_v2(
            Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=_MOST_OFFERED
        )
        folders = [it["Prefix"] for it in listed.get("CommonPrefixes", ())]
        keys = [it["Key"] for it in listed.get("Contents", ())]
        return [f"s3://{bucket}/{key}" for key in [*folders, *keys]]

    return _ask_soon(ask)


def _ask_soon(question: Callable[[], list[T]]) -> list[T]:
    try:
        return (soon(question, _SECONDS) or [])[:_MOST_OFFERED]
    except (*NO_HELP, AwsUnavailable):
        return []

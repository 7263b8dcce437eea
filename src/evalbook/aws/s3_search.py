"""Objects in S3 of which a person knows the bucket and a part of the name."""

from __future__ import annotations

from dataclasses import dataclass

from evalbook.aws.package_answers import iso_utc
from evalbook.aws.s3 import describe_bucket
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid
from evalbook.errors import AnswerRejected

_MOST = 20


@dataclass(frozen=True)
class FoundObject:
    """An object that a search found."""

    uri: S3Uri
    size: int
    """Bytes."""
    written: str
    """The day on which it was last written, ISO 8601."""


@dataclass(frozen=True)
class FoundObjects:
    """What a search found, newest first."""

    objects: tuple[FoundObject, ...]
    named: bool
    """Whether their names contain what was looked for; otherwise these are the others there."""
    more: bool
    """Whether more were found than these."""
    searched: int | None
    """How many objects were searched, if there are more of them."""


def search_objects(aws: Aws, wanted: S3Uri, endings: tuple[str, ...]) -> FoundObjects:
    """Search the first thousand objects under a prefix by parts of their names.

    Args:
        aws: the session to ask with.
        wanted: what the keys begin with and, after each ``*``, what they contain, in any order.
        endings: what the keys end in.

    Raises:
        AnswerRejected: ``s3.no_bucket``; ``s3.denied`` where it may not be listed.
    """
    region = describe_bucket(aws, wanted.bucket)
    prefix, *parts = wanted.key.split("*")
    try:
        page = aws.client("s3", region).list_objects_v2(Bucket=wanted.bucket, Prefix=prefix)
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
        FoundObject(S3Uri(wanted.bucket, it["Key"]), it["Size"], iso_utc(it["LastModified"])[:10])
        for it in shown[:_MOST]
    ]
    searched = len(page.get("Contents", ())) if page.get("IsTruncated") else None
    return FoundObjects(tuple(found), bool(named), len(shown) > _MOST, searched)

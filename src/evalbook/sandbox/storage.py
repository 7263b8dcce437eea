"""Objects in the sandbox's own S3, for what runs inside it: datasets read, results written."""

from __future__ import annotations

from moto.s3.exceptions import MissingBucket
from moto.s3.models import S3Backend, s3_backends


class StorageProblem(Exception):
    """An object can't be read or written; the text is what a job would report."""


def read_object(uri: str, account: str) -> bytes:
    """Return an object's bytes; where a prefix is named, those of the first object under it.

    Raises:
        StorageProblem: there is no such bucket or object.
    """
    bucket, key = split_uri(uri)
    try:
        keys = _backend(account).get_bucket(bucket).keys
    except MissingBucket as error:
        raise StorageProblem(f"NoSuchBucket: The bucket {bucket} does not exist.") from error
    under = sorted(name for name in keys if name.startswith(key))
    if not under:
        raise StorageProblem(f"NoSuchKey: There is no object at {uri}.")
    value: bytes = keys[under[0]].value
    return value


def write_object(uri: str, body: bytes, account: str) -> None:
    """Put an object.

    Raises:
        StorageProblem: there is no such bucket.
    """
    bucket, key = split_uri(uri)
    try:
        _backend(account).put_object(bucket, key, body)
    except MissingBucket as error:
        raise StorageProblem(f"NoSuchBucket: The bucket {bucket} does not exist.") from error


def bucket_region(uri: str, account: str) -> str | None:
    """Return the region of a URI's bucket, or None if there is no such bucket."""
    try:
        region: str = _backend(account).get_bucket(split_uri(uri)[0]).region_name
    except MissingBucket:
        return None
    return region


def split_uri(uri: str) -> tuple[str, str]:
    """Return the bucket and the key of ``s3://bucket/key``."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _backend(account: str) -> S3Backend:
    # Buckets of all regions share one namespace, and one backend.
    return s3_backends[account]["aws"]

"""Which buckets and keys an S3 URI that is being typed may go on with."""

from __future__ import annotations

from evalbook.aws.package_answers import iso_utc
from evalbook.aws.refusals import NO_HELP
from evalbook.aws.session import Aws, soon
from evalbook.errors import AwsUnavailable

_MOST = 50
_SECONDS = 3.0


def list_buckets(aws: Aws, region: str) -> list[tuple[str, str]]:
    """Return the account's buckets in a region, newest first, each with the day it was made.

    None if AWS does not say, or not soon.
    """

    def ask() -> list[tuple[str, str]]:
        found = aws.client("s3", region).list_buckets(BucketRegion=region).get("Buckets", ())
        newest = sorted(found, key=lambda it: it["CreationDate"], reverse=True)
        return [(it["Name"], iso_utc(it["CreationDate"])[:10]) for it in newest][:_MOST]

    try:
        return soon(ask, _SECONDS) or []
    except (*NO_HELP, AwsUnavailable):
        return []


def continue_uri(aws: Aws, typed: str) -> list[str]:
    """Return the URIs that begin as typed, up to the next slash; none if AWS does not say."""

    def ask() -> list[str]:
        bucket, slash, prefix = typed.removeprefix("s3://").partition("/")
        if not slash:
            found = aws.client("s3").list_buckets().get("Buckets", ())
            names = (it["Name"] for it in found if it["Name"].startswith(bucket))
            return [f"s3://{name}/" for name in names][:_MOST]
        listed = aws.client("s3").list_objects_v2(
            Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=_MOST
        )
        folders = [it["Prefix"] for it in listed.get("CommonPrefixes", ())]
        keys = [it["Key"] for it in listed.get("Contents", ())]
        return [f"s3://{bucket}/{key}" for key in [*folders, *keys]]

    try:
        return soon(ask, _SECONDS) or []
    except (*NO_HELP, AwsUnavailable):
        return []

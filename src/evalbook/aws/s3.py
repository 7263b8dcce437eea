"""S3 buckets and objects: what is there, and reading a little or all of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from evalbook.aws.answers import Asked
from evalbook.aws.regions import find_partition
from evalbook.aws.s3_uris import (
    S3Uri as S3Uri,
    parse_s3_uri as parse_s3_uri,
    refuse_template_text as refuse_template_text,
    sibling_key as sibling_key,
)
from evalbook.aws.session import (
    REFUSED,
    Aws,
    AwsDenied,
    AwsInvalid,
    AwsMissing,
    answer_headers,
    border,
    in_parallel,
)
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import AnswerRejected, AwsUnavailable, EvalbookError, reject
from evalbook.moments import to_the_minute
from evalbook.texts import did_you_mean, file_size, joined, nearest, printable

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef, HeadObjectOutputTypeDef

# Storage classes whose objects can't be read before they are restored:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
_ARCHIVES = frozenset({"DEEP_ARCHIVE", "GLACIER"})
# One page a folder: names near the one typed are wanted, not an inventory.
_PAGE = 1000
_SUGGESTIONS = 5
_LEVELS = 6
# Connections break on long downloads; so many breaks in a row without a byte are given up on.
_BREAKS = 4
_READING = Asked("s3", "GetObject", "S3")


@dataclass(frozen=True)
class ObjectFacts:
    """What S3 tells about an object without reading it."""

    size: int
    """In bytes."""
    etag: str
    region: str
    """The bucket's."""
    kms_key: str | None = None
    """ARN of the KMS key that it is encrypted with; None if S3 does it by itself."""


def describe_bucket(aws: Aws, bucket: str) -> str:
    """Return the region of a bucket, which S3 tells even to those who may not see into it.

    Raises:
        AnswerRejected: ``s3.no_bucket``; ``s3.denied`` where not even its region is told.
    """
    try:
        answer = aws.client("s3").head_bucket(Bucket=bucket)
    except AwsMissing:
        raise reject_bucket(aws, bucket) from None
    except (AwsDenied, AwsInvalid) as error:
        region = answer_headers(error).get("x-amz-bucket-region")
    else:
        region = answer.get("BucketRegion")
    return region or _ask_location(aws, bucket)


def need_bucket_in(aws: Aws, bucket: str, region: str) -> Check:
    """Check that a bucket is in the region of the evaluation.

    Raises:
        AnswerRejected: ``s3.region``, it is not; and as `describe_bucket`.
    """
    there = describe_bucket(aws, bucket)
    if there != region:
        raise reject(
            "s3.region",
            f"The bucket {bucket} is in {there}, the evaluation in {region}. "
            "SageMaker and Bedrock need them in one region.",
            f"Give a bucket in {region}.",
        )
    return passed("s3.region", f"The bucket {bucket} is in {region}.")


def describe_object(aws: Aws, uri: S3Uri) -> tuple[ObjectFacts, list[Check]]:
    """Look at an object without reading it: a HEAD request, more only where that fails.

    Raises:
        AnswerRejected: ``s3.no_bucket``, ``s3.missing``, ``s3.folder``, ``s3.denied``,
            ``s3.empty``, ``s3.archived`` or ``s3.unreadable``.
    """
    region = describe_bucket(aws, uri.bucket)
    in_bucket = passed("s3.bucket", f"The bucket {uri.bucket} exists, in {region}.")
    if not uri.key or uri.key.endswith("/"):
        raise _reject_missing(aws, uri)
    try:
        head = aws.client("s3").head_object(Bucket=uri.bucket, Key=uri.key)
    except AwsMissing as error:
        deleted = answer_headers(error).get("x-amz-delete-marker") == "true"
        raise _reject_missing(aws, uri, deleted=deleted) from None
    except (AwsDenied, AwsInvalid) as error:
        raise _reject_unseen(aws, uri, error) from None
    facts = ObjectFacts(head["ContentLength"], head["ETag"], region, head.get("SSEKMSKeyId"))
    return facts, [in_bucket, *_check_object(uri, head)]


def reject_bucket(aws: Aws, bucket: str) -> AnswerRejected:
    """Return the rejection of a bucket that does not exist."""
    remedy = "Check the name; `aws s3 ls` lists the buckets of this account."
    with suppress(AwsDenied, AwsInvalid):
        names = [entry["Name"] for entry in aws.client("s3").list_buckets().get("Buckets", ())]
        remedy = did_you_mean(nearest(bucket, names, cutoff=0.75)) or remedy
    return reject("s3.no_bucket", f"There is no bucket {bucket}.", remedy)


def _ask_location(aws: Aws, bucket: str) -> str:
    try:
        answer = aws.client("s3").get_bucket_location(Bucket=bucket)
    except AwsMissing:
        raise reject_bucket(aws, bucket) from None
    except AwsDenied:
        raise reject(
            "s3.denied",
            f"The bucket {bucket} can't be read: S3 does not even give its region.",
            f"Ask for s3:ListBucket and s3:GetBucketLocation on arn:aws:s3:::{bucket}.",
        ) from None
    except AwsInvalid as error:
        remedy = "Give a bucket that this account can use."
        raise reject("s3.denied", error.message, remedy) from None
    # The first region has no constraint, and the first European one an old name:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    place = answer.get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if place == "EU" else str(place)


def _reject_unseen(aws: Aws, uri: S3Uri, error: EvalbookError) -> AnswerRejected:
    """Find out why HEAD was refused, which it can't say itself: a listing's refusal has words."""
    arn = object_arn(aws, uri)
    try:
        page = aws.client("s3").list_objects_v2(Bucket=uri.bucket, Prefix=uri.key, MaxKeys=1)
    except REFUSED:
        return reject(
            "s3.denied",
            f"{uri} does not exist, or you may not read it: without s3:ListBucket, S3 gives the "
            "same answer for both.",
            f"Check the key, then ask for s3:GetObject on {arn} and s3:ListBucket on the bucket.",
        )
    if uri.key not in [item["Key"] for item in page.get("Contents", ())]:
        return _reject_missing(aws, uri)
    if isinstance(error, AwsDenied):
        return reject(
            "s3.denied",
            f"{uri} exists, but you may not read it.",
            f"Ask for s3:GetObject on {arn}; if it is another account's, its bucket policy must "
            "allow it too.",
        )
    return reject(
        "s3.unreadable",
        f"{uri} exists, but S3 does not describe it ({error.code}), as with objects for which the "
        "reader must supply the encryption key (SSE-C).",
        "SageMaker can't read such objects. Give a copy encrypted by S3 or KMS.",
    )


def object_arn(aws: Aws, uri: S3Uri) -> str:
    """Return the ARN of an object, for policies."""
    partition = find_partition(aws.default_region or "") or "aws"
    return f"arn:{partition}:s3:::{uri.bucket}/{uri.key}"


def _check_object(uri: S3Uri, head: HeadObjectOutputTypeDef) -> Iterator[Check]:
    size, changed = head["ContentLength"], to_the_minute(head["LastModified"])
    if size == 0:
        raise reject("s3.empty", f"{uri} is empty (0 bytes).", "Give an object with records.")
    yield passed("s3.object", f"{uri} exists: {file_size(size)}, of {changed}.")
    yield from _check_archive(uri, head)
    if key := head.get("SSEKMSKeyId"):
        yield skipped(
            "s3.decryption",
            f"{uri} is encrypted with the KMS key {key}. Whether you may decrypt it was not tried.",
            "You and the execution role need kms:Decrypt on that key.",
        )


def _check_archive(uri: S3Uri, head: HeadObjectOutputTypeDef) -> Iterator[Check]:
    place = head.get("ArchiveStatus") or head.get("StorageClass", "STANDARD")
    if place not in _ARCHIVES and not head.get("ArchiveStatus"):
        return
    restore, text = head.get("Restore", ""), f"{uri} is archived ({place})"
    if 'ongoing-request="false"' in restore:
        text = f"{text}; its restored copy is readable for a limited time: {restore}."
        yield warning("s3.archived", text, "Run the evaluation before that.")
    elif 'ongoing-request="true"' in restore:
        text = f"{text} and still being restored."
        raise reject("s3.archived", text, "Try again when S3 has restored it.")
    else:
        remedy = "Restore it (`aws s3api restore-object`), or give a copy in S3 Standard."
        raise reject("s3.archived", f"{text} and can't be read.", remedy)


# --- what is there instead -----------------------------------------------------------------------


def _reject_missing(aws: Aws, uri: S3Uri, *, deleted: bool = False) -> AnswerRejected:
    """Look below, beside and above a key that is not there; one question a level, all at once."""
    message = f"There is no object {uri}."
    if deleted:
        message = f"{uri} was deleted; the bucket still has older versions of it."
    key = uri.key.rstrip("/")
    parents = _list_parents(key)
    questions = [partial(_list_keys, aws, uri.bucket, f"{key}/" if uri.key else "", delimiter="")]
    questions += [partial(_list_keys, aws, uri.bucket, prefix) for prefix, _ in parents]
    try:
        inside, *above = in_parallel(questions)
    except (AwsDenied, AwsInvalid):
        return reject("s3.missing", message, "Check the key; you may not list the bucket.")
    if inside:
        remedy = f"Give an object in it, such as {_either(uri.bucket, _lines_first(inside))}."
        return reject("s3.folder", f"{uri} is a folder. One object is needed.", remedy)
    levels = ((*parent, keys) for parent, keys in zip(parents, above, strict=True) if keys)
    prefix, wanted, there = next(levels, ("", "", []))
    similar = _find_similar(prefix, wanted, there)
    near = _either(uri.bucket, similar or _lines_first(there))
    if not uri.key or uri.key.endswith("/"):
        remedy = f"Did you mean {near}?" if there else "Upload the file with `aws s3 cp`."
        return reject("s3.missing", f"There is nothing under {uri}.", remedy)
    if similar:
        remedy = f"Did you mean {near}?"
    elif there:
        remedy = f"The closest match is {near}."
    else:
        remedy = "The bucket is empty: upload the file with `aws s3 cp` first."
    return reject("s3.missing", message, remedy)


def _list_parents(key: str) -> list[tuple[str, str]]:
    """Return the folders above a key, nearest first, each with what was wanted in it."""
    names = key.split("/")
    levels = [
        ("".join(f"{name}/" for name in names[:depth]), names[depth])
        for depth in range(len(names) - 1, -1, -1)
    ]
    return levels[:_LEVELS]


def _list_keys(aws: Aws, bucket: str, prefix: str, delimiter: str = "/") -> list[str]:
    page = aws.client("s3").list_objects_v2(
        Bucket=bucket, Prefix=prefix, Delimiter=delimiter, MaxKeys=_PAGE
    )
    keys = [item["Key"] for item in page.get("Contents", ())]
    folders = [item["Prefix"] for item in page.get("CommonPrefixes", ())]
    # Consoles make empty objects that stand for folders.
    return [key for key in [*keys, *folders] if key != prefix]


def _find_similar(prefix: str, wanted: str, keys: Sequence[str]) -> list[str]:
    by_name: dict[str, list[str]] = {}
    for key in keys:
        by_name.setdefault(_comparable(key.removeprefix(prefix)), []).append(key)
    near = nearest(_comparable(wanted), by_name, _SUGGESTIONS, 0.7)
    return [key for name in near for key in by_name[name]]


def _comparable(name: str) -> str:
    return unquote(name).rstrip("/").casefold()


def _lines_first(keys: Sequence[str]) -> list[str]:
    return sorted(keys, key=lambda key: not key.lower().endswith(".jsonl"))


def _either(bucket: str, keys: Sequence[str]) -> str:
    return joined([printable(str(S3Uri(bucket, key))) for key in keys[:_SUGGESTIONS]], "or")


# --- reading ------------------------------------------------------------------------------------


def read_head(aws: Aws, uri: S3Uri, size: int = 8192) -> bytes:
    """Return the first ``size`` bytes of an object; otherwise as `read_range`.

    Raises:
        AnswerRejected: ``s3.missing``, ``s3.denied``, ``s3.archived`` or ``s3.unreadable``.
    """
    # Range GET: a few KB show the format, the object may be gigabytes.
    return read_range(aws, uri, 0, size)


def read_range(aws: Aws, uri: S3Uri, start: int, size: int) -> bytes:
    """Return ``size`` bytes of an object from a place on, or fewer where it ends before.

    Raises:
        AnswerRejected: ``s3.missing``, ``s3.denied``, ``s3.archived`` or ``s3.unreadable``.
    """
    pieces = read_chunks(aws, uri, size, limit=start + size, start=start)
    return aws.wait_for(str(_READING), lambda: b"".join(pieces))


def read_chunks(
    aws: Aws,
    uri: S3Uri,
    chunk: int = 1 << 20,
    *,
    etag: str | None = None,
    start: int = 0,
    limit: int | None = None,
) -> Iterator[bytes]:
    """Yield an object's bytes in pieces of at most ``chunk``; memory stays at one piece.

    A connection that breaks is taken up again where it broke. With ``etag`` the object must still
    be the one that `describe_object` saw, or ``s3.changed`` is raised. ``start`` and ``limit`` are
    offsets in bytes.

    Raises:
        AnswerRejected: as `read_head`, and ``s3.changed`` where another object took its place.
    """
    from botocore.exceptions import ReadTimeoutError

    offset, end, breaks = start, start + 1, 0
    while offset < end:
        answer = _get(aws, uri, offset, limit, etag)
        if answer is None:
            return
        # From here on only this very object is wanted.
        etag = answer["ETag"]
        end = offset + answer["ContentLength"]
        try:
            with closing(answer["Body"]) as body:
                while piece := _read_piece(body, chunk):
                    offset, breaks = offset + len(piece), 0
                    yield piece
        except AwsUnavailable as error:
            breaks += 1
            silent = isinstance(error.__cause__, ReadTimeoutError)
            # All there and yet an error: the bytes are damaged, asking for the rest won't mend it.
            if breaks > _BREAKS or offset >= end or silent:
                raise
            time.sleep(0.1 * 2**breaks)


def _read_piece(body: Any, size: int) -> bytes:
    with border(_READING):
        return bytes(body.read(size))


def _get(
    aws: Aws, uri: S3Uri, offset: int, limit: int | None, etag: str | None
) -> GetObjectOutputTypeDef | None:
    """Open an object from an offset; None if it has no bytes there."""
    wanted: dict[str, Any] = {}
    if offset or limit is not None:
        wanted["Range"] = f"bytes={offset}-{'' if limit is None else limit - 1}"
    if etag is not None:
        wanted["IfMatch"] = etag
    try:
        return aws.client("s3").get_object(Bucket=uri.bucket, Key=uri.key, **wanted)
    except REFUSED as error:
        if error.code in {"InvalidRange", "416"}:
            return None
        raise _reject_reading(aws, uri, error) from None


def _reject_reading(aws: Aws, uri: S3Uri, error: EvalbookError) -> AnswerRejected:
    if isinstance(error, AwsMissing):
        text = f"{uri} does not exist, or is gone."
        return reject("s3.missing", text, "Check the bucket and the key.")
    if isinstance(error, AwsDenied):
        text = f"You may not read {uri}: {error.message}"
        remedy = f"Ask for s3:GetObject on {object_arn(aws, uri)}"
        return reject("s3.denied", text, f"{remedy}, and for kms:Decrypt if a key is named.")
    if error.code in {"PreconditionFailed", "412"}:
        text = f"{uri} changed while evalbook was reading it."
        return reject("s3.changed", text, "Try again when it is complete.")
    if error.code == "InvalidObjectState":
        text = f"{uri} is archived and can't be read."
        return reject("s3.archived", text, "Restore it, or give a copy in S3 Standard.")
    return reject("s3.unreadable", f"{uri} can't be read: {error.message}", "Give another object.")

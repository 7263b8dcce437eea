"""S3 buckets and objects: what is there, reading a little or all of it, writing without harm."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from evalbook.aws.answers import Asked
from evalbook.aws.regions import is_region, partition_of
from evalbook.aws.s3_near import Nearby, look_nearby
from evalbook.aws.s3_uris import S3Uri, parse_s3_uri, refuse_template_text, sibling_key
from evalbook.aws.session import (
    Aws,
    AwsDenied,
    AwsInvalid,
    AwsMissing,
    answer_headers,
    border,
)
from evalbook.checks import Check, failed, passed, skipped, warning
from evalbook.errors import AnswerRejected, AwsUnavailable, EvalbookError, refuse_failed, reject
from evalbook.moments import to_the_minute
from evalbook.texts import did_you_mean, file_size, joined, nearest, printable

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import (
        CompletedPartTypeDef,
        GetObjectOutputTypeDef,
        HeadObjectOutputTypeDef,
        PutObjectOutputTypeDef,
    )

__all__ = [
    "ObjectFacts",
    "S3Uri",
    "check_bucket_region",
    "describe_bucket",
    "describe_object",
    "parse_s3_uri",
    "read_chunks",
    "read_head",
    "refuse_template_text",
    "sibling_key",
    "upload_new",
    "write_probe",
]

# Storage classes whose objects can't be read before they are restored:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
_ARCHIVES = frozenset({"DEEP_ARCHIVE", "GLACIER"})
# Connections break on long downloads; so many breaks in a row without a byte are given up on.
_BREAKS = 4
# S3 wants parts of 5 MiB at least and 10,000 at most: 16 MiB reach to 160 GB.
_PART_BYTES = 16 << 20
_READING = Asked("s3", "GetObject", "S3")


@dataclass(frozen=True)
class ObjectFacts:
    """What S3 tells about an object without reading it."""

    uri: str
    size: int
    """In bytes."""
    last_modified: str
    """ISO 8601 with the offset from UTC."""
    etag: str
    region: str
    """The bucket's."""
    version_id: str | None
    """None if the bucket keeps no versions."""
    kms_key: str | None = None
    """ARN of the KMS key that it is encrypted with; None if S3 does it by itself."""


def describe_bucket(aws: Aws, bucket: str) -> str:
    """Return the region of a bucket.

    Raises:
        AnswerRejected: ``s3.no_bucket``; ``s3.denied`` where not even its region is told.
    """
    try:
        answer = aws.client("s3").head_bucket(Bucket=bucket)
    except AwsMissing:
        raise _no_bucket(aws, bucket) from None
    except (AwsDenied, AwsInvalid) as error:
        # S3 tells the region of a bucket even to those who may not see into it.
        region = answer_headers(error).get("x-amz-bucket-region")
    else:
        region = answer.get("BucketRegion")
    return region or _bucket_location(aws, bucket)


def check_bucket_region(bucket: str, bucket_region: str, region: str) -> Check:
    """Compare a bucket's region with that of the evaluation, which must be the same."""
    if bucket_region == region:
        return passed("s3.region", f"The bucket {bucket} is in {region}.")
    return failed(
        "s3.region",
        f"The bucket {bucket} is in {bucket_region}, the evaluation in {region}. "
        "SageMaker and Bedrock need them in one region.",
        f"Give a bucket in {region}.",
    )


def need_bucket_in(aws: Aws, bucket: str, region: str) -> Check:
    """Return the check that a bucket is in the region of the evaluation.

    Raises:
        AnswerRejected: it is not; and as `describe_bucket`.
    """
    check = check_bucket_region(bucket, describe_bucket(aws, bucket), region)
    refuse_failed([check])
    return check


def describe_object(aws: Aws, uri: S3Uri) -> tuple[ObjectFacts, list[Check]]:
    """Look at an object without reading it: a HEAD request, more only where that fails.

    Raises:
        AnswerRejected: ``s3.no_bucket``, ``s3.missing``, ``s3.folder``, ``s3.denied``,
            ``s3.empty``, ``s3.archived`` or ``s3.unreadable``.
    """
    region = describe_bucket(aws, uri.bucket)
    in_bucket = passed("s3.bucket", f"The bucket {uri.bucket} exists, in {region}.")
    if not uri.key or uri.key.endswith("/"):
        raise _missing(aws, uri, region)
    try:
        head = aws.client("s3", region).head_object(Bucket=uri.bucket, Key=uri.key)
    except AwsMissing as error:
        deleted = answer_headers(error).get("x-amz-delete-marker") == "true"
        raise _missing(aws, uri, region, deleted=deleted) from None
    except (AwsDenied, AwsInvalid) as error:
        raise _no_head(aws, uri, region, error) from None
    facts = ObjectFacts(
        uri=str(uri),
        size=head["ContentLength"],
        last_modified=head["LastModified"].isoformat(),
        etag=head["ETag"],
        region=region,
        version_id=head.get("VersionId"),
        kms_key=_key_of(head),
    )
    return facts, [in_bucket, *_object_checks(uri, facts, head)]


def read_head(aws: Aws, uri: S3Uri, size: int = 8192, *, region: str | None = None) -> bytes:
    """Return the first ``size`` bytes of an object, or all of a shorter one.

    Raises:
        AnswerRejected: ``s3.missing``, ``s3.denied``, ``s3.archived`` or ``s3.unreadable``.
    """
    # Range GET: a few KB show the format, the object may be gigabytes.
    return _read(aws, _stream(aws, uri, chunk=size, limit=size, region=region))


def read_range(aws: Aws, uri: S3Uri, start: int, size: int) -> bytes:
    """Return ``size`` bytes of an object from a place on, or fewer where it ends before.

    Raises:
        AnswerRejected: ``s3.missing``, ``s3.denied``, ``s3.archived`` or ``s3.unreadable``.
    """
    return _read(aws, _stream(aws, uri, chunk=size, limit=start + size, start=start))


def _read(aws: Aws, pieces: Iterator[bytes]) -> bytes:
    return aws.wait_for(str(_READING), lambda: b"".join(pieces))


def read_chunks(
    aws: Aws, uri: S3Uri, chunk: int = 1 << 20, *, etag: str | None = None
) -> Iterator[bytes]:
    """Yield an object's bytes in pieces of at most ``chunk``; memory stays at one piece.

    A connection that breaks is taken up again where it broke. With ``etag`` the object must still
    be the one that `describe_object` saw.

    Raises:
        AnswerRejected: as `read_head`, and ``s3.changed`` where another object took its place.
        AwsUnavailable: AWS could not be asked, or the connection kept breaking.
    """
    return _stream(aws, uri, chunk=chunk, etag=etag)


def write_probe(
    aws: Aws, prefix: S3Uri, *, kms_key: str | None = None
) -> tuple[str | None, list[Check]]:
    """Write a tiny object under a prefix and delete it again, also where versions are kept.

    With ``kms_key`` it is encrypted as the results will be. Returns the ARN of the KMS key by which
    S3 encrypted it, None if it did so by itself, and the checks.

    Raises:
        AnswerRejected: ``s3.write_denied``, ``s3.no_bucket`` or ``s3.write_failed``.
    """
    folder = prefix.key.rstrip("/") + "/" if prefix.key.rstrip("/") else ""
    probe = S3Uri(prefix.bucket, f"{folder}evalbook-write-check-{uuid.uuid4().hex}")
    encryption: dict[str, Any] = {}
    if kms_key is not None:
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key}
    try:
        put = aws.client("s3").put_object(
            Bucket=probe.bucket, Key=probe.key, Body=b"evalbook", **encryption
        )
    except (AwsDenied, AwsMissing, AwsInvalid) as error:
        raise _write_rejection(aws, prefix, error) from None
    except AwsUnavailable as error:
        if error.code not in ("no_answer", "no_network"):
            raise
        # S3 may have taken it anyway.
        left = f"If S3 accepted it anyway, a test object of 8 bytes is left behind: {probe}"
        raise AwsUnavailable(error.code, f"{error.message} {left}", error.remedy) from error
    key = _key_of(put)
    checks = [passed("s3.writable", f"{prefix} can be written to.")]
    if key is not None:
        checks += _read_back(aws, probe, prefix, key)
    return key, [*checks, *_delete(aws, probe, put)]


def _key_of(answer: Mapping[str, Any]) -> str | None:
    """Return the KMS key that S3 says it encrypts with; its own key has no name there."""
    if not str(answer.get("ServerSideEncryption", "")).startswith("aws:kms"):
        return None
    key = answer.get("SSEKMSKeyId")
    return str(key) if key else None


def _read_back(aws: Aws, probe: S3Uri, prefix: S3Uri, key: str) -> list[Check]:
    """Read what was written, which takes kms:Decrypt beside what writing takes."""
    try:
        read_head(aws, probe, 1)
    except AnswerRejected as error:
        return [
            warning(
                "kms.caller",
                f"You may write to {prefix}, but not read what is there: {error.message}",
                f"Ask for kms:Decrypt on {key}; the notebook reads the results as you.",
            )
        ]
    return [passed("kms.caller", f"You may encrypt and decrypt with {key}, the bucket's key.")]


def upload_new(aws: Aws, uri: S3Uri, fileobj: BinaryIO) -> None:
    """Upload a file to a key that is free; what exists is never overwritten.

    Read from where the file stands, 16 MiB at a time.

    Raises:
        AnswerRejected: ``s3.exists``, ``s3.write_denied``, ``s3.no_bucket`` or ``s3.write_failed``.
    """
    target: dict[str, Any] = {"Bucket": uri.bucket, "Key": uri.key}
    # Denied or missing: whether the key is free, the conditional write below finds out.
    with suppress(AwsDenied, AwsMissing, AwsInvalid):
        aws.client("s3").head_object(**target)
        raise _exists(uri)
    first = _read_full(fileobj)
    try:
        if len(first) < _PART_BYTES:
            aws.client("s3").put_object(**target, Body=first, IfNoneMatch="*")
        else:
            parts = chain([first], iter(lambda: _read_full(fileobj), b""))
            _upload_parts(aws, target, parts)
    except (AwsDenied, AwsMissing, AwsInvalid) as error:
        raise _write_rejection(aws, uri, error) from None


def _no_bucket(aws: Aws, bucket: str) -> AnswerRejected:
    remedy = "Check the name; `aws s3 ls` lists the buckets of this account."
    with suppress(AwsDenied, AwsInvalid):
        names = [entry["Name"] for entry in aws.client("s3").list_buckets().get("Buckets", ())]
        remedy = did_you_mean(nearest(bucket, names, cutoff=0.75)) or remedy
    return reject("s3.no_bucket", f"There is no bucket {bucket}.", remedy)


def _bucket_location(aws: Aws, bucket: str) -> str:
    try:
        answer = aws.client("s3").get_bucket_location(Bucket=bucket)
    except AwsMissing:
        raise _no_bucket(aws, bucket) from None
    except AwsDenied:
        raise reject(
            "s3.denied",
            f"The bucket {bucket} can't be read: S3 does not even give its region.",
            f"Ask for s3:ListBucket and s3:GetBucketLocation on arn:aws:s3:::{bucket}.",
        ) from None
    except AwsInvalid as error:
        raise reject(
            "s3.denied", error.message, "Give a bucket that this account can use."
        ) from None
    # The first region has no constraint, and the first European one an old name:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    place = answer.get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if place == "EU" else str(place)


def _missing(aws: Aws, uri: S3Uri, region: str, *, deleted: bool = False) -> AnswerRejected:
    message = f"There is no object {uri}."
    if deleted:
        message = f"{uri} was deleted; the bucket still has older versions of it."
    try:
        near = look_nearby(aws, uri, region)
    except (AwsDenied, AwsInvalid):
        return reject("s3.missing", message, "Check the key; you may not list the bucket.")
    if near.inside or not uri.key or uri.key.endswith("/"):
        return _folder(uri, near)
    if near.similar:
        remedy = f"Did you mean {_either(near.similar)}?"
    elif near.beside:
        remedy = f"The closest match is {_either(near.beside)}."
    else:
        remedy = "The bucket is empty: upload the file with `aws s3 cp` first."
    return reject("s3.missing", message, remedy)


def _folder(uri: S3Uri, near: Nearby) -> AnswerRejected:
    if near.inside:
        message = f"{uri} is a folder. One object is needed."
        return reject(
            "s3.folder", message, f"Give an object in it, such as {_either(near.inside)}."
        )
    others = (*near.similar, *near.beside)
    remedy = f"Did you mean {_either(others)}?" if others else "Upload the file with `aws s3 cp`."
    return reject("s3.missing", f"There is nothing under {uri}.", remedy)


def _either(uris: tuple[S3Uri, ...]) -> str:
    return joined([printable(str(uri)) for uri in uris], "or")


def _no_head(aws: Aws, uri: S3Uri, region: str, error: EvalbookError) -> AnswerRejected:
    """Find out why HEAD was refused, which it can't say itself: a listing's refusal has words."""
    arn = _arn(uri, region)
    try:
        page = aws.client("s3", region).list_objects_v2(
            Bucket=uri.bucket, Prefix=uri.key, MaxKeys=1
        )
    except (AwsDenied, AwsInvalid, AwsMissing):
        return reject(
            "s3.denied",
            f"{uri} does not exist, or you may not read it: without s3:ListBucket, S3 gives the "
            "same answer for both.",
            f"Check the key, then ask for s3:GetObject on {arn} and s3:ListBucket on the bucket.",
        )
    if uri.key not in [item["Key"] for item in page.get("Contents", ())]:
        return _missing(aws, uri, region)
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


def _arn(uri: S3Uri, region: str | None) -> str:
    partition = partition_of(region) if region and is_region(region) else "aws"
    return f"arn:{partition}:s3:::{uri.bucket}/{uri.key}"


def _object_checks(uri: S3Uri, facts: ObjectFacts, head: HeadObjectOutputTypeDef) -> list[Check]:
    if facts.size == 0:
        raise reject("s3.empty", f"{uri} is empty (0 bytes).", "Give an object with records.")
    changed = to_the_minute(facts.last_modified)
    checks = [
        passed("s3.object", f"{uri} exists: {file_size(facts.size)}, of {changed}."),
        *_archive_checks(uri, head),
    ]
    if str(head.get("ServerSideEncryption", "")).startswith("aws:kms"):
        key = head.get("SSEKMSKeyId", "of S3")
        checks.append(
            skipped(
                "s3.decryption",
                f"{uri} is encrypted with the KMS key {key}. Whether you may decrypt it was not "
                "tried.",
                "You and the execution role need kms:Decrypt on that key.",
            )
        )
    return checks


def _archive_checks(uri: S3Uri, head: HeadObjectOutputTypeDef) -> list[Check]:
    place = head.get("ArchiveStatus") or head.get("StorageClass", "STANDARD")
    if place not in _ARCHIVES and not head.get("ArchiveStatus"):
        return []
    restore = head.get("Restore", "")
    if 'ongoing-request="false"' in restore:
        text = f"{uri} is archived ({place}); its restored copy is readable for a limited time"
        return [warning("s3.archived", f"{text}: {restore}.", "Run the evaluation before that.")]
    if 'ongoing-request="true"' in restore:
        text = f"{uri} is archived ({place}) and still being restored."
        raise reject("s3.archived", text, "Try again when S3 has restored it.")
    raise reject(
        "s3.archived",
        f"{uri} is archived ({place}) and can't be read.",
        "Restore it (`aws s3api restore-object`), or give a copy in S3 Standard.",
    )


def _stream(
    aws: Aws,
    uri: S3Uri,
    *,
    chunk: int,
    limit: int | None = None,
    etag: str | None = None,
    start: int = 0,
    region: str | None = None,
) -> Iterator[bytes]:
    from botocore.exceptions import ReadTimeoutError

    offset, end, breaks = start, start + 1, 0
    while offset < end:
        answer = _get(aws, uri, region, offset, limit, etag)
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
    aws: Aws, uri: S3Uri, region: str | None, offset: int, limit: int | None, etag: str | None
) -> GetObjectOutputTypeDef | None:
    """Open an object from an offset; None if it has no bytes there."""
    wanted: dict[str, Any] = {}
    if offset or limit is not None:
        wanted["Range"] = f"bytes={offset}-{'' if limit is None else limit - 1}"
    if etag is not None:
        wanted["IfMatch"] = etag
    try:
        return aws.client("s3", region).get_object(Bucket=uri.bucket, Key=uri.key, **wanted)
    except AwsInvalid as error:
        if error.code in {"InvalidRange", "416"}:
            return None
        raise _read_rejection(uri, error) from None
    except (AwsDenied, AwsMissing) as error:
        raise _read_rejection(uri, error) from None


def _read_rejection(uri: S3Uri, error: EvalbookError) -> AnswerRejected:
    if isinstance(error, AwsMissing):
        text = f"{uri} does not exist, or is gone."
        return reject("s3.missing", text, "Check the bucket and the key.")
    if isinstance(error, AwsDenied):
        return reject(
            "s3.denied",
            f"You may not read {uri}: {error.message}",
            f"Ask for s3:GetObject on {_arn(uri, None)}, and for kms:Decrypt if a key is named.",
        )
    if error.code in {"PreconditionFailed", "412"}:
        text = f"{uri} changed while evalbook was reading it."
        return reject("s3.changed", text, "Try again when it is complete.")
    if error.code == "InvalidObjectState":
        text = f"{uri} is archived and can't be read."
        return reject("s3.archived", text, "Restore it, or give a copy in S3 Standard.")
    return reject("s3.unreadable", f"{uri} can't be read: {error.message}", "Give another object.")


def _delete(aws: Aws, probe: S3Uri, put: PutObjectOutputTypeDef) -> list[Check]:
    # Without its version a versioned bucket would only hide the object behind a delete marker.
    target: dict[str, Any] = {"Bucket": probe.bucket, "Key": probe.key}
    version: dict[str, Any] = {"VersionId": put["VersionId"]} if put.get("VersionId") else {}
    try:
        deleted = aws.client("s3").delete_object(**target, **version)
        if deleted.get("DeleteMarker") and not version:
            # Where versioning is suspended, deleting leaves a marker, which can be deleted too.
            aws.client("s3").delete_object(**target, VersionId=deleted["VersionId"])
    except (AwsDenied, AwsMissing, AwsInvalid, AwsUnavailable) as error:
        needed = "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
        return [
            warning(
                "s3.left_behind",
                f"The test object could not be deleted: {probe} ({error.message})",
                f"Delete it, with {needed}; it holds 8 bytes and none of your data.",
            )
        ]
    return []


def _write_rejection(aws: Aws, uri: S3Uri, error: EvalbookError) -> AnswerRejected:
    if isinstance(error, AwsMissing):
        return _no_bucket(aws, uri.bucket)
    if isinstance(error, AwsDenied):
        return reject(
            "s3.write_denied",
            f"You may not write to {uri}: {error.message}",
            f"Ask for s3:PutObject on {_arn(uri, None)}, and for kms:GenerateDataKey if a key is "
            "named; or give another prefix.",
        )
    # 409: another writer was at the same key in the same moment.
    if error.code in {"PreconditionFailed", "412", "ConditionalRequestConflict"}:
        return _exists(uri)
    text = f"{uri} can't be written to: {error.message}"
    return reject("s3.write_failed", text, "Give another prefix.")


def _exists(uri: S3Uri) -> AnswerRejected:
    text = f"{uri} already exists and is not overwritten."
    return reject("s3.exists", text, "Delete it, or choose another name.")


def _read_full(fileobj: BinaryIO) -> bytes:
    """Read one part; a raw file or a pipe may return less than asked long before its end."""
    read, size = [], 0
    while size < _PART_BYTES and (piece := fileobj.read(_PART_BYTES - size)):
        read.append(piece)
        size += len(piece)
    return b"".join(read)


def _upload_parts(aws: Aws, target: dict[str, Any], parts: Iterator[bytes]) -> None:
    started = aws.client("s3").create_multipart_upload(**target)
    upload = {**target, "UploadId": started["UploadId"]}
    try:
        done: list[CompletedPartTypeDef] = []
        for number, part in enumerate(parts, 1):
            sent = aws.client("s3").upload_part(**upload, PartNumber=number, Body=part)
            done.append({"PartNumber": number, "ETag": sent["ETag"]})
        aws.client("s3").complete_multipart_upload(
            **upload, MultipartUpload={"Parts": done}, IfNoneMatch="*"
        )
    except BaseException:
        # Parts that are neither completed nor aborted are stored, and paid for, unseen.
        with suppress(EvalbookError):
            aws.client("s3").abort_multipart_upload(**upload)
        raise

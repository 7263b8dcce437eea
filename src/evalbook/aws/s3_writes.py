"""Writing to S3 without harm: probes that leave nothing behind, files to keys that are free."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from evalbook.aws.s3 import object_arn, read_head, reject_bucket
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import REFUSED, Aws, AwsDenied, AwsMissing
from evalbook.checks import Check, passed, warning
from evalbook.errors import AnswerRejected, AwsUnavailable, EvalbookError, reject

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, PutObjectOutputTypeDef

# S3 wants parts of 5 MiB at least and 10,000 at most: 16 MiB reach to 160 GB.
_PART_BYTES = 16 << 20


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
    except REFUSED as error:
        raise _reject_writing(aws, prefix, error) from None
    except AwsUnavailable as error:
        if error.code not in ("no_answer", "no_network"):
            raise
        # S3 may have taken it anyway.
        left = f"If S3 accepted it anyway, a test object of 8 bytes is left behind: {probe}"
        raise AwsUnavailable(error.code, f"{error.message} {left}", error.remedy) from error
    key = put.get("SSEKMSKeyId")
    checks = [passed("s3.writable", f"{prefix} can be written to.")]
    try:
        if key is not None:
            checks.append(_read_back(aws, probe, prefix, key))
    finally:
        checks += _delete(aws, probe, put)
    return key, checks


def _read_back(aws: Aws, probe: S3Uri, prefix: S3Uri, key: str) -> Check:
    """Read what was written, which takes kms:Decrypt beside what writing takes."""
    try:
        read_head(aws, probe, 1)
    except AnswerRejected as error:
        return warning(
            "kms.caller",
            f"You may write to {prefix}, but not read what is there: {error.message}",
            f"Ask for kms:Decrypt on {key}; the notebook reads the results as you.",
        )
    return passed("kms.caller", f"You may encrypt and decrypt with {key}, the bucket's key.")


def _delete(aws: Aws, probe: S3Uri, put: PutObjectOutputTypeDef) -> Iterator[Check]:
    # Without its version a versioned bucket would only hide the object behind a delete marker.
    target: dict[str, Any] = {"Bucket": probe.bucket, "Key": probe.key}
    version: dict[str, Any] = {"VersionId": put["VersionId"]} if put.get("VersionId") else {}
    try:
        deleted = aws.client("s3").delete_object(**target, **version)
        if deleted.get("DeleteMarker") and not version:
            # Where versioning is suspended, deleting leaves a marker, which can be deleted too.
            aws.client("s3").delete_object(**target, VersionId=deleted["VersionId"])
    except (*REFUSED, AwsUnavailable) as error:
        needed = "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
        yield warning(
            "s3.left_behind",
            f"The test object could not be deleted: {probe} ({error.message})",
            f"Delete it, with {needed}; it holds 8 bytes and none of your data.",
        )


def upload_new(aws: Aws, uri: S3Uri, fileobj: BinaryIO) -> None:
    """Upload a file, from where it stands, to a key that is free; nothing is ever overwritten.

    Raises:
        AnswerRejected: ``s3.exists``, ``s3.write_denied``, ``s3.no_bucket`` or ``s3.write_failed``.
    """
    target: dict[str, Any] = {"Bucket": uri.bucket, "Key": uri.key}
    # Denied or missing: whether the key is free, the conditional write below finds out.
    with suppress(*REFUSED):
        aws.client("s3").head_object(**target)
        raise _reject_existing(uri)
    first = _read_full(fileobj)
    try:
        if len(first) < _PART_BYTES:
            aws.client("s3").put_object(**target, Body=first, IfNoneMatch="*")
        else:
            parts = chain([first], iter(lambda: _read_full(fileobj), b""))
            _upload_parts(aws, target, parts)
    except REFUSED as error:
        raise _reject_writing(aws, uri, error) from None


def _reject_writing(aws: Aws, uri: S3Uri, error: EvalbookError) -> AnswerRejected:
    if isinstance(error, AwsMissing):
        return reject_bucket(aws, uri.bucket)
    if isinstance(error, AwsDenied):
        return reject(
            "s3.write_denied",
            f"You may not write to {uri}: {error.message}",
            f"Ask for s3:PutObject on {object_arn(aws, uri)}, and for kms:GenerateDataKey if a key "
            "is named; or give another prefix.",
        )
    # 409: another writer was at the same key in the same moment.
    if error.code in {"PreconditionFailed", "412", "ConditionalRequestConflict"}:
        return _reject_existing(uri)
    text = f"{uri} can't be written to: {error.message}"
    return reject("s3.write_failed", text, "Give another prefix.")


def _reject_existing(uri: S3Uri) -> AnswerRejected:
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

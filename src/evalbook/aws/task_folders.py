"""Folders of tasks for Inspect AI, in S3 or on this computer."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from evalbook.aws.s3 import S3Uri, need_bucket_in, parse_s3_uri, read_head
from evalbook.aws.s3_writes import upload_new
from evalbook.aws.session import REFUSED, Aws, in_parallel
from evalbook.checks import Check, passed
from evalbook.errors import AnswerRejected
from evalbook.whole_files import end_of_links, read_whole, reason

MOST_FILES = 500
"""Files of a folder; more are taken for a slip, such as a home directory."""
LARGEST_FILE = 1 << 20
"""Bytes of a file of tasks."""
LARGEST_FOLDER = 64 << 20
"""Bytes that are uploaded."""


def read_task_folder(aws: Aws, source: str, region: str) -> tuple[dict[str, bytes], list[Check]]:
    """Read a folder, by the paths below it: all files on this computer, Python files in S3.

    Raises:
        AnswerRejected: as `list_tasks_in_folder`; or the bucket is not there, is in another region,
            or may not be read; there is nothing under the prefix, or too much.
    """
    if not source.startswith("s3://"):
        return list_tasks_in_folder(Path(source)), []
    uri = parse_s3_uri(source, what="folder of tasks", key_needed=False)
    here = need_bucket_in(aws, uri.bucket, region)
    prefix = uri.key.rstrip("/") + "/" if uri.key.strip("/") else ""
    keys = _keys(aws, uri, prefix)
    wanted = [key for key in keys if key.endswith(".py")]
    read = [partial(read_head, aws, S3Uri(uri.bucket, key), LARGEST_FILE) for key in wanted]
    sources = in_parallel(read)
    found = {key.removeprefix(prefix): text for key, text in zip(wanted, sources, strict=True)}
    return found, [here, passed("tasks.folder", f"There are {len(keys)} files under {uri}.")]


def _keys(aws: Aws, uri: S3Uri, prefix: str) -> list[str]:
    keys: list[str] = []
    try:
        pages = aws.client("s3").get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=uri.bucket, Prefix=prefix):
            keys += [str(it["Key"]) for it in page.get("Contents", ())]
            if len(keys) > MOST_FILES:
                raise _too_many(str(uri))
    except REFUSED as error:
        raise AnswerRejected(
            "tasks.denied",
            f"{uri} can't be listed: {error.message}",
            f"Ask for s3:ListBucket on {uri.bucket}, and s3:GetObject on its objects.",
        ) from None
    if not keys:
        remedy = "Give the folder with the task files."
        raise AnswerRejected("tasks.folder", f"There is nothing under {uri}.", remedy)
    return keys


def _too_many(folder: str) -> AnswerRejected:
    return AnswerRejected(
        "tasks.folder",
        f"{folder} has more than {MOST_FILES} files.",
        "Give a folder with only the tasks.",
    )


def list_tasks_in_folder(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder on this computer but hidden ones, by their paths below it.

    Raises:
        AnswerRejected: it has too many files, or too large ones, or one can't be read.
    """
    found: dict[str, bytes] = {}
    size = 0
    for place, names, files in os.walk(folder):
        names[:] = [name for name in names if not name.startswith((".", "__pycache__"))]
        for name in files:
            path = Path(place) / name
            if name.startswith(".") or not path.is_file():
                continue
            if not end_of_links(path).is_relative_to(end_of_links(folder)):
                # What it leads to would be uploaded with the tasks.
                raise AnswerRejected(
                    "tasks.folder",
                    f"{path} is a link to {end_of_links(path)}, outside the folder.",
                    "Copy what the tasks need into the folder, and remove the link.",
                )
            try:
                content = read_whole(path, LARGEST_FOLDER)
            except OSError as error:
                raise AnswerRejected(
                    "tasks.folder", f"{path} can't be read: {reason(error)}.", "Check it."
                ) from None
            found[path.relative_to(folder).as_posix()] = content
            size += len(content)
            if len(found) > MOST_FILES:
                raise _too_many(str(folder))
            if size > LARGEST_FOLDER:
                raise AnswerRejected(
                    "tasks.folder",
                    f"{folder} is larger than {LARGEST_FOLDER >> 20} MB.",
                    "Give a folder with only the tasks; tasks read large datasets from S3.",
                )
    return found


def name_upload_folder(files: Mapping[str, bytes], below: S3Uri) -> S3Uri:
    """Return the folder that these files go to; changed files go to another one."""
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    prefix = below.key.strip("/")
    return S3Uri(below.bucket, f"{prefix}/" * bool(prefix) + f"tasks-{digest.hexdigest()[:12]}/")


def upload(aws: Aws, files: Mapping[str, bytes], to: S3Uri) -> None:
    """Put files under a prefix of their own, except those that are there already.

    Raises:
        AnswerRejected: it may not be written to.
    """
    for path, content in files.items():
        _put(aws, S3Uri(to.bucket, f"{to.key}{path}"), content)


def _put(aws: Aws, uri: S3Uri, content: bytes) -> None:
    try:
        upload_new(aws, uri, io.BytesIO(content))
    except AnswerRejected as rejection:
        # What already exists is the same: the folder is named by what is in it.
        if rejection.code != "s3.exists":
            raise

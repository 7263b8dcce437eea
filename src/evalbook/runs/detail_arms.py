"""Models whose results are rows of a benchmark, a scorer or InspectAI: read into the store.

Paired record by record, two models are told apart much better than by their totals. Where the rows
of one of them can't be read, the totals have to do, and why is said.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO

from evalbook.aws.result_files import ARCHIVE, find_archives
from evalbook.aws.s3 import read_chunks
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws, in_parallel
from evalbook.errors import AnswerRejected
from evalbook.runs.detail_files import READABLE, LogHead, detail_lines, log_head, task_of
from evalbook.runs.store import Arm, RecordStore

_AT_ONCE = 8
_PIECE = 1 << 20


@dataclass(frozen=True)
class Found:
    """What came of looking for scores of single records."""

    arm: Arm | None
    notes: tuple[str, ...]
    """What could not be read, or was passed over."""


def read_detail_arm(
    aws: Aws, store: RecordStore, name: str, kinds: Sequence[Sequence[S3Uri]]
) -> Found:
    """Read the first kind of file that has scores of single records.

    Raises:
        AwsUnavailable: AWS could not be asked.
    """
    notes: list[str] = []
    for uris in kinds:
        try:
            arm = store.add_arm(name, _lines(aws, uris, notes))
        except AnswerRejected as error:
            notes.append(f"{error.message} {error.remedy or ''}".rstrip())
            continue
        if arm.scores:
            return Found(arm, tuple(notes))
    return Found(None, tuple(notes) or (f"No file of {name} has scores for single records.",))


def _lines(aws: Aws, uris: Sequence[S3Uri], notes: list[str]) -> Iterator[bytes]:
    for uri in uris:
        if uri.key.endswith(ARCHIVE):
            yield from _packed_lines(aws, uri)
    readable = [uri for uri in uris if uri.key.endswith(READABLE)]
    logs = _logs(aws, readable) if len(readable) > 1 else {}
    done = {head.task for head in logs.values() if head.status == "success"}
    over = [uri for uri, head in logs.items() if head.status != "success" and head.task in done]
    notes += [
        f"{uri} is from an attempt that ended as {logs[uri].status}; a successful one is used "
        "instead."
        for uri in over
    ]
    left = [uri for uri in readable if uri not in over]
    several = len({head.task for head in logs.values()}) > 1
    for uri, file in _fetched(aws, left):
        # The task of an only file would be a category that all records share.
        task = task_of(uri.key) if len(left) > 1 else None
        if uri in logs:
            task = logs[uri].task if several else None
        with file:
            yield from detail_lines(f"{uri}", iter(partial(file.read, _PIECE), b""), task)


def _logs(aws: Aws, uris: Sequence[S3Uri]) -> dict[S3Uri, LogHead]:
    """Return which files are InspectAI's logs: a run with several tasks or tries has several."""
    found = {}
    for uri, file in _fetched(aws, [it for it in uris if it.key.endswith((".eval", ".json"))]):
        with file:
            head = log_head(uri.key, file)
        if head is not None:
            found[uri] = head
    return found


def _packed_lines(aws: Aws, uri: S3Uri) -> Iterator[bytes]:
    """Yield the lines of an archive's files of details.

    Raises:
        AnswerRejected: ``results.unreadable``.
    """
    try:
        for name, file, number in find_archives(aws, uri, _has_details):
            task = task_of(name) if number > 1 else None
            pieces = iter(partial(file.read, _PIECE), b"")
            yield from detail_lines(f"{uri}: {name}", pieces, task)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise AnswerRejected(
            "results.unreadable", f"{uri} is not a readable archive: {error}."
        ) from error


def _has_details(name: str) -> bool:
    return "/details/" in name and name.endswith(READABLE)


def _fetched(aws: Aws, uris: Sequence[S3Uri]) -> Iterator[tuple[S3Uri, IO[bytes]]]:
    """Yield files as they come in: a benchmark has one for each of dozens of subtasks."""
    for start in range(0, len(uris), _AT_ONCE):
        some = uris[start : start + _AT_ONCE]
        files = in_parallel([partial(_fetch, aws, uri) for uri in some])
        yield from zip(some, files, strict=True)


def _fetch(aws: Aws, uri: S3Uri) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
    for chunk in read_chunks(aws, uri):
        file.write(chunk)
    file.seek(0)
    return file

"""Models whose results are rows of a benchmark, a scorer or InspectAI: read into the store.

Paired record by record, two models are told apart much better than by their totals. Where the rows
of one of them can't be read, the totals have to do, and why is said.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from typing import IO, TYPE_CHECKING

from evalbook.aws.result_files import ARCHIVE
from evalbook.errors import AnswerRejected
from evalbook.runs.detail_files import READABLE, detail_lines, task_of
from evalbook.runs.store import Arm, RecordStore

if TYPE_CHECKING:
    from evalbook.aws.s3_uris import S3Uri
    from evalbook.aws.session import Aws

_AT_ONCE = 8
_PIECE = 1 << 20


def detail_arm(
    aws: Aws, store: RecordStore, name: str, kinds: Sequence[Sequence[S3Uri]]
) -> Arm | str:
    """Read the first kind of file that has scores of single records.

    Returns:
        The model's arm; or what to say about there being none.

    Raises:
        AwsUnavailable: AWS could not be asked.
    """
    problems = []
    for uris in kinds:
        try:
            arm = store.add_arm(name, _lines(aws, uris))
        except AnswerRejected as error:
            problems.append(f"{error.message} {error.remedy or ''}".rstrip())
            continue
        if arm.scores:
            return arm
    if problems:
        return " ".join(problems)
    return f"No file of {name} has scores of single records."


def _lines(aws: Aws, uris: Sequence[S3Uri]) -> Iterator[bytes]:
    for uri in uris:
        if uri.key.endswith(ARCHIVE):
            yield from _packed_lines(aws, uri)
    readable = [uri for uri in uris if uri.key.endswith(READABLE)]
    for uri, file in _fetched(aws, readable):
        # The task of an only file would be a category that all records share.
        task = task_of(uri.key) if len(readable) > 1 else None
        with file:
            yield from detail_lines(f"{uri}", iter(partial(file.read, _PIECE), b""), task)


def _packed_lines(aws: Aws, uri: S3Uri) -> Iterator[bytes]:
    """Yield the lines of an archive's files of details.

    Raises:
        AnswerRejected: ``results.unreadable``.
    """
    from evalbook.aws.result_files import archive_files

    try:
        for name, file, number in archive_files(aws, uri, _has_details):
            task = task_of(name) if number > 1 else None
            pieces = iter(partial(file.read, _PIECE), b"")
            yield from detail_lines(f"{uri}: {name}", pieces, task)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise AnswerRejected(
            "results.unreadable", f"{uri} is not an archive that can be read: {error}."
        ) from error


def _has_details(name: str) -> bool:
    return "/details/" in name and name.endswith(READABLE)


def _fetched(aws: Aws, uris: Sequence[S3Uri]) -> Iterator[tuple[S3Uri, IO[bytes]]]:
    """Yield files as they come in: a benchmark has one for each of dozens of subtasks."""
    from evalbook.aws.session import in_parallel

    for start in range(0, len(uris), _AT_ONCE):
        some = uris[start : start + _AT_ONCE]
        files = in_parallel([partial(_fetch, aws, uri) for uri in some])
        yield from zip(some, files, strict=True)


def _fetch(aws: Aws, uri: S3Uri) -> IO[bytes]:
    from evalbook.aws.s3 import read_chunks

    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
    for chunk in read_chunks(aws, uri):
        file.write(chunk)
    file.seek(0)
    return file

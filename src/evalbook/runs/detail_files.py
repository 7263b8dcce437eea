"""Models whose results are rows of a benchmark, a scorer or InspectAI: read into the store.

Record by record, two models are told apart much better than by their totals. If one model's rows
can't be read, the totals are used, and the reason is given.

The files are Parquet, JSON Lines, CSV, and InspectAI's logs (JSON, or a zip of JSON named
``.eval``). Each is read row by row: whatever its size, memory holds one batch of rows or one
sample. Parquet and zips are read from their end, so they pass through a temporary file. A single
JSON document has to be held whole, and is refused if it is large.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from evalbook.aws.result_files import ARCHIVE, find_archives
from evalbook.aws.s3 import read_chunks
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws, in_parallel
from evalbook.errors import AnswerRejected
from evalbook.runs.details import (
    NESTED,
    OTHERS,
    PROMPTS,
    REFERENCES,
    RESPONSES,
    SCORES,
    averaged,
    detail_lines_of,
)
from evalbook.runs.store import Arm, RecordStore
from evalbook.runs.summaries import task_name
from evalbook.runs.unpacking import lines_of, unpacked

LARGEST_DOCUMENT = 256 << 20
"""Bytes of one JSON document, or of one sample in a zip."""
_PLAIN = (".parquet", ".jsonl", ".ndjson", ".csv", ".eval", ".json")
READABLE = (*_PLAIN, *(f"{ending}.gz" for ending in _PLAIN))
_AT_ONCE = 8
_PIECE = 1 << 20
_ROWS = 64
_WANTED = frozenset([*PROMPTS, *RESPONSES, *REFERENCES, *SCORES, *OTHERS, *NESTED, "metadata"])
# What pyarrow, zipfile, csv and json say of a file that is broken, or not what its name says.
_BROKEN = (
    ValueError, KeyError, TypeError, OSError, RuntimeError,
    csv.Error, zipfile.BadZipFile, zlib.error, EOFError,
)  # fmt: skip
_TIME = re.compile(r"_\d{4}-\d\d-\d\dT[\d.:+-]+$")


def read_detail_arm(
    aws: Aws, store: RecordStore, name: str, kinds: Sequence[Sequence[S3Uri]]
) -> tuple[Arm | None, list[str]]:
    """Read the first kind of file that has scores of single records.

    Returns:
        The model, if there is such a file; and what could not be read, or was passed over.

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
            return arm, notes
    return None, notes or [f"No file of {name} has scores for single records."]


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
            yield from detail_lines(f"{uri}", _pieces(file), task)


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
            yield from detail_lines(f"{uri}: {name}", _pieces(file), task)
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
    return _as_file(read_chunks(aws, uri))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    return iter(partial(file.read, _PIECE), b"")


@dataclass(frozen=True)
class LogHead:
    """What an InspectAI log says of itself."""

    task: str
    status: str
    """``success``, or how else it ended."""


def task_of(name: str) -> str | None:
    """Return the task that a details file is of: ``details_custom|mmlu:law|0_TIME.parquet``."""
    stem = name.rpartition("/")[2].removesuffix(".gz").removesuffix(".parquet")
    if not stem.startswith("details_"):
        return None
    return task_name(_TIME.sub("", stem.removeprefix("details_")))


def detail_lines(
    name: str, chunks: Iterable[bytes], category: str | None = None
) -> Iterator[bytes]:
    """Yield a file's rows as lines of judged records; rows without scores are left out.

    Raises:
        AnswerRejected: ``results.pyarrow``, pyarrow is needed; ``results.unreadable``.
    """
    try:
        for row in _rows(name, chunks):
            yield from detail_lines_of(row, category)
    except _BROKEN as error:
        raise AnswerRejected(
            "results.unreadable", f"{name} can't be read: {error}.", "Look at the file."
        ) from error


def _rows(name: str, chunks: Iterable[bytes]) -> Iterator[Any]:
    name, chunks = name.removesuffix(".gz"), unpacked(chunks)
    if name.endswith(".parquet"):
        return _parquet_rows(name, chunks)
    if name.endswith(".eval"):
        return _zip_rows(chunks)
    if name.endswith((".jsonl", ".ndjson")):
        return _by_sample(_json_lines(chunks))
    if name.endswith(".csv"):
        csv.field_size_limit(LARGEST_DOCUMENT)
        lines = (line.decode("utf-8", "replace") for line in lines_of(chunks))
        return _by_sample(csv.DictReader(lines))
    return _log_rows(chunks)


def _parquet_rows(name: str, chunks: Iterable[bytes]) -> Iterator[Any]:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise AnswerRejected(
            "results.pyarrow",
            f"{name} is Parquet, and pyarrow, which reads it, is not installed.",
            "pip install 'pyarrow>=15'",
        ) from None
    with _as_file(chunks) as file, parquet.ParquetFile(file) as rows:
        columns = list(_columns(rows.schema_arrow))
        for batch in rows.iter_batches(batch_size=_ROWS, columns=columns):
            yield from batch.to_pylist()


def _columns(schema: Any) -> Iterator[str]:
    """Yield the columns to read: tokens and their probabilities, most of the bytes, are not."""
    for field in schema:
        inside = NESTED.get(field.name, ())
        has = {field.type.field(n).name for n in range(field.type.num_fields)}
        if inside and has & set(inside):
            yield from (f"{field.name}.{it}" for it in inside if it in has)
        elif field.name in _WANTED:
            yield field.name


def _zip_rows(chunks: Iterable[bytes]) -> Iterator[Any]:
    with _as_file(chunks) as file, _opened_zip(file) as log:
        samples: dict[str, list[zipfile.ZipInfo]] = {}
        for entry in log.infolist():
            if entry.filename.startswith("samples/") and entry.filename.endswith(".json"):
                if entry.file_size > LARGEST_DOCUMENT:
                    raise ValueError(f"{entry.filename} has {entry.file_size:,} bytes")
                # samples/ID_epoch_2.json
                samples.setdefault(entry.filename.rpartition("_epoch_")[0], []).append(entry)
        for epochs in samples.values():
            yield averaged([json.loads(log.read(entry)) for entry in epochs])


def _opened_zip(file: IO[bytes]) -> zipfile.ZipFile:
    if sys.version_info < (3, 14):
        # Teaches zipfile Zstandard, by which Inspect AI packs its logs (0.3.220).
        import zipfile_zstd  # type: ignore[import-untyped]  # noqa: F401
    return zipfile.ZipFile(file)


def _log_rows(chunks: Iterable[bytes]) -> Iterator[Any]:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_DOCUMENT:
            raise ValueError("a JSON document of this size can't be read in pieces")
    document = json.loads(body)
    samples = document.get("samples") if isinstance(document, dict) else document
    if not isinstance(samples, list):
        return
    yield from _by_sample(samples)


def _by_sample(rows: Iterable[Any]) -> Iterator[Any]:
    """Yield rows as they come, but each sample that has epochs once, in the end."""
    epochs: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        if isinstance(row, dict) and "epoch" in row and "id" in row:
            # A table may hold several logs, whose samples are numbered alike.
            epochs.setdefault((str(row.get("eval_id")), str(row["id"])), []).append(row)
        else:
            yield row
    yield from map(averaged, epochs.values())


def _json_lines(chunks: Iterable[bytes]) -> Iterator[Any]:
    for line in lines_of(chunks):
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):  # noqa: PERF203 - a broken line costs no other one
            continue


def log_head(name: str, file: IO[bytes]) -> LogHead | None:
    """Return what an InspectAI log says of itself; None of another file, or a broken one.

    Only the head of a zip is read; a log of one JSON document is read whole, where it is not large.
    """
    try:
        if name.endswith(".eval"):
            with _opened_zip(file) as log:
                names = log.namelist()
                head = next(it for it in ("header.json", "_journal/start.json") if it in names)
                document = json.loads(log.read(head))
        else:
            document = json.loads(file.read(LARGEST_DOCUMENT))
        task = str(document["eval"]["task"])
        return LogHead(task, str(document.get("status") or "started"))
    except (*_BROKEN, StopIteration):
        return None
    finally:
        file.seek(0)


def _as_file(chunks: Iterable[bytes]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
    file.writelines(chunks)
    file.seek(0)
    return file

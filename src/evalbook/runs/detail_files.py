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
import gzip
import json
import re
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from typing import IO, Any

from evalbook.aws.result_files import ARCHIVE, find_archives
from evalbook.aws.s3 import read_chunks
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws, in_parallel
from evalbook.datasets.containers import GZIP_MAGIC
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
from evalbook.runs.unpacking import lines_of

LARGEST_DOCUMENT = 256 << 20
"""Bytes of one JSON document, or of one sample in a zip."""
_PLAIN = (".parquet", ".jsonl", ".ndjson", ".csv", ".eval", ".json")
READABLE = (*_PLAIN, *(f"{ending}.gz" for ending in _PLAIN))
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
    aws: Aws, store: RecordStore, name: str, kinds: Sequence[Sequence[S3Uri]], notes: list[str]
) -> Arm | None:
    """Read the first kind of file that has scores of single records.

    ``notes`` is told what could not be read, or was passed over.
    """
    told: list[str] = []
    for uris in kinds:
        try:
            arm = store.add_arm(name, _lines(aws, uris, told))
        except AnswerRejected as error:
            told.append(f"{error.message} {error.remedy or ''}".rstrip())
            continue
        if arm.scores:
            notes += told
            return arm
    notes += told or [f"No file of {name} has scores for single records."]
    return None


def _lines(aws: Aws, uris: Sequence[S3Uri], notes: list[str]) -> Iterator[bytes]:
    for uri in uris:
        if uri.key.endswith(ARCHIVE):
            yield from _packed_lines(aws, uri)
    readable = [uri for uri in uris if uri.key.endswith(READABLE)]
    files = in_parallel([partial(_as_file, read_chunks(aws, uri)) for uri in readable])
    fetched = dict(zip(readable, files, strict=True))
    # A run of InspectAI with several tasks or tries has several logs.
    heads = {uri: _log_head(uri.key, file) for uri, file in fetched.items() if len(files) > 1}
    logs = {uri: head for uri, head in heads.items() if head}
    done = {task for task, status in logs.values() if status == "success"}
    for uri, (task, status) in logs.items():
        if status != "success" and task in done:
            del fetched[uri]
            notes.append(
                f"{uri} is from an attempt that ended as {status}; a successful one is used "
                "instead."
            )
    several = len({task for task, _ in logs.values()}) > 1
    for uri, file in fetched.items():
        # The task of an only file would be a category that all records share.
        category = task_of(uri.key) if len(fetched) > 1 else None
        if uri in logs:
            category = logs[uri][0] if several else None
        yield from detail_lines(f"{uri}", file, category)


def _packed_lines(aws: Aws, uri: S3Uri) -> Iterator[bytes]:
    """Yield the lines of an archive's files of details."""

    def wanted(name: str) -> bool:
        return "/details/" in name and name.endswith(READABLE)

    try:
        for name, file, number in find_archives(aws, uri, wanted):
            task = task_of(name) if number > 1 else None
            yield from detail_lines(f"{uri}: {name}", file, task)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise AnswerRejected(
            "results.unreadable", f"{uri} is not a readable archive: {error}."
        ) from error


def task_of(name: str) -> str | None:
    """Return the task that a details file is of: ``details_custom|mmlu:law|0_TIME.parquet``."""
    stem = name.rpartition("/")[2].removesuffix(".gz").removesuffix(".parquet")
    if not stem.startswith("details_"):
        return None
    return task_name(_TIME.sub("", stem.removeprefix("details_")))


def detail_lines(name: str, file: IO[bytes], category: str | None) -> Iterator[bytes]:
    """Yield a file's rows as lines of judged records, and close it.

    Rows without scores are left out.

    Raises:
        AnswerRejected: ``results.pyarrow``, pyarrow is needed; ``results.unreadable``.
    """
    try:
        with file, _unpacked(file) as plain:
            for row in _rows(name.removesuffix(".gz"), plain):
                yield from detail_lines_of(row, category)
    except _BROKEN as error:
        raise AnswerRejected(
            "results.unreadable", f"{name} can't be read: {error}.", "Look at the file."
        ) from error


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    return _as_file(_pieces(gzip.GzipFile(fileobj=file))) if packed else file


def _rows(name: str, file: IO[bytes]) -> Iterator[Any]:
    if name.endswith(".parquet"):
        return _parquet_rows(name, file)
    if name.endswith(".eval"):
        return _zip_rows(file)
    if name.endswith((".jsonl", ".ndjson")):
        return _by_sample(_json_lines(file))
    if name.endswith(".csv"):
        csv.field_size_limit(LARGEST_DOCUMENT)
        text = TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
        return _by_sample(csv.DictReader(text))
    return _by_sample(_samples(file))


def _parquet_rows(name: str, file: IO[bytes]) -> Iterator[Any]:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise AnswerRejected(
            "results.pyarrow",
            f"{name} is Parquet, and pyarrow, which reads it, is not installed.",
            "pip install 'pyarrow>=15'",
        ) from None
    with parquet.ParquetFile(file) as rows:
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


def _zip_rows(file: IO[bytes]) -> Iterator[Any]:
    with _opened_zip(file) as log:
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


def _samples(file: IO[bytes]) -> list[Any]:
    body = file.read(LARGEST_DOCUMENT + 1)
    if len(body) > LARGEST_DOCUMENT:
        raise ValueError("a JSON document of this size can't be read in pieces")
    document = json.loads(body)
    samples = document.get("samples") if isinstance(document, dict) else document
    return samples if isinstance(samples, list) else []


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


def _json_lines(file: IO[bytes]) -> Iterator[Any]:
    for line in lines_of(_pieces(file)):
        # A broken line costs no other one.
        with suppress(ValueError, RecursionError):
            yield json.loads(line)


def _log_head(name: str, file: IO[bytes]) -> tuple[str, str] | None:
    """Return an InspectAI log's task and status; None of another file, or a broken one.

    Only the head of a zip is read; a log of one JSON document is read whole, where it is not large.
    """
    try:
        if name.endswith(".eval"):
            with _opened_zip(file) as log:
                names = log.namelist()
                head = next(it for it in ("header.json", "_journal/start.json") if it in names)
                document = json.loads(log.read(head))
        else:
            document = json.loads(file.read(LARGEST_DOCUMENT)) if name.endswith(".json") else {}
        return str(document["eval"]["task"]), str(document.get("status") or "started")
    except (*_BROKEN, StopIteration):
        return None
    finally:
        file.seek(0)


def _pieces(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    return iter(partial(file.read, _PIECE), b"")


def _as_file(chunks: Iterable[bytes]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever reads it
    file.writelines(chunks)
    file.seek(0)
    return file

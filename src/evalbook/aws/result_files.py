"""Where an evaluation's result files lie in S3, found from the jobs that wrote them.

Layout, as the SDK's ``show_results()`` reads it (sagemaker 3.27.0,
``train/common_utils/show_results_utils.py``): below the output prefix, a judging job has
``JOB/output/output/BEDROCK_JOB/bedrock_llm_judge_results.json`` and Bedrock itself
``BEDROCK_JOB/…_output.jsonl``; benchmarks and scorers have ``JOB/output/output/…/results_*.json``.
Beside those lie ``details/…/details_TASK_TIME.parquet`` and, for datasets of your own, JSON Lines
with a line for each record (SageMaker developer guide, "Accessing and analyzing evaluation
results", read 2026-11-25). A run that is one training job, on instances of your own, has the same
in one archive, ``JOB/output/output.tar.gz`` (``ModelTrainer.output_data`` in
``train/model_trainer.py``). InspectAI writes below ``inspectai-results/``, whichever job it is
(``train/evaluate/inspect_ai_evaluator.py``), or below ``JOB/output/``.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any

from evalbook.aws.s3 import S3Uri, read_chunks, read_head
from evalbook.aws.session import REFUSED, Aws
from evalbook.errors import AnswerRejected

JUDGE_TOTALS = "bedrock_llm_judge_results.json"
JUDGED_RECORDS = ("_output.jsonl", "_output.jsonl.gz", "_output.json", "_output.json.gz")
ARCHIVE = "output.tar.gz"
"""Has all the output of a run that is one training job."""
_LINES = (".jsonl", ".jsonl.gz", ".ndjson", ".json.gz")
_LOGS = (".eval", ".csv", ".csv.gz", ".json", *_LINES)
# A job's files may arrive a little after it has ended.
_GRACE = timedelta(minutes=10)
# A summary is some kilobytes; a file of hundreds of megabytes under its name is not one.
_LARGEST_SUMMARY = 64 << 20
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class ResultFiles:
    """What one judging, benchmark or scorer job left behind."""

    records: tuple[S3Uri, ...] = ()
    """JSON Lines with a judged record each; empty for benchmarks and scorers."""
    summaries: tuple[S3Uri, ...] = ()
    """JSON with one figure per metric."""
    looked_at: tuple[str, ...] = ()
    """Places that were searched, for a message about what is missing."""
    details: tuple[tuple[S3Uri, ...], ...] = ()
    """Files with a row for each record of a benchmark, a scorer or InspectAI; those of one kind
    together, and the kind that says most first."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """What MLflow recorded instead, of a multi-turn RL evaluation."""

    def with_more(self, more: ResultFiles) -> ResultFiles:
        """Return these and those of another part of the same records; totals can't be added."""
        return ResultFiles(
            self.records + more.records, (), self.looked_at + more.looked_at, self.details
        )


def find_result_files(
    aws: Aws, output: str, job: str, bedrock_job: str | None = None
) -> ResultFiles:
    """Find the files of a job under an output prefix; all pages of the listing are read.

    ``bedrock_job`` is the name of the Bedrock job if it is known from elsewhere.

    Raises:
        AnswerRejected: ``results.denied``, the prefix may not be listed.
    """
    own = _below(output, f"{job}/output/output/")
    looked_at = [f"{own}"]
    summaries, tables, lines, records = [], [], [], []
    names = [bedrock_job] if bedrock_job else []
    for uri in _list(aws, own):
        name = uri.key.rpartition("/")[2]
        if name in (JUDGE_TOTALS, f"{JUDGE_TOTALS}.gz"):
            summaries.append(uri)
            names.append(uri.key.removeprefix(own.key).partition("/")[0])
        elif _is_summary(name):
            summaries.append(uri)
        elif name.endswith(".parquet") and "/details/" in uri.key:
            tables.append(uri)
        elif name.endswith(_LINES):
            lines.append(uri)
    for name in dict.fromkeys(filter(None, names)):
        folder = _below(output, f"{name}/")
        looked_at.append(f"{folder}…{JUDGED_RECORDS[0]}")
        records += _list(aws, folder, JUDGED_RECORDS)
    if not (summaries or tables or names):
        archive = _below(output, f"{job}/output/{ARCHIVE}")
        looked_at.append(f"{archive}")
        summaries = tables = _list(aws, archive)
    details = tuple(tuple(them) for them in (tables, lines) if them)
    return ResultFiles(tuple(records), tuple(summaries), tuple(looked_at), details)


def find_inspect_files(
    aws: Aws, output: str, job: str, started: datetime | None, ended: datetime | None
) -> ResultFiles:
    """Find the logs of an InspectAI job: those below its own prefix, or else those of its time.

    Runs with one output prefix share ``inspectai-results/``, and no file there names its job.

    Raises:
        AnswerRejected: ``results.denied``, the prefix may not be listed.
    """
    own, shared = _below(output, f"{job}/output/"), _below(output, "inspectai-results/")
    # S3 tells its times to the second.
    first = started.replace(microsecond=0) if started else None
    last = ended + _GRACE if ended else None
    logs = _list(aws, own, _LOGS) or _list(aws, shared, _LOGS, first, last)
    return ResultFiles((), (), (f"{own}", f"{shared}"), (tuple(logs),) if logs else ())


def read_summary(aws: Aws, uri: S3Uri) -> Any:
    """Return the JSON in a summary file, or in the newest one of an archive.

    Raises:
        AnswerRejected: it can't be read, or is no JSON.
    """
    try:
        if uri.key.endswith(ARCHIVE):
            body = _newest_in_archive(aws, uri)
        else:
            body = read_head(aws, uri, _LARGEST_SUMMARY)
        if body.startswith(_GZIP):
            body = zlib.decompressobj(wbits=31).decompress(body, _LARGEST_SUMMARY)
        return json.loads(body)
    except (ValueError, RecursionError, tarfile.TarError, zlib.error, OSError, EOFError) as error:
        raise AnswerRejected(
            "results.unreadable",
            f"{uri} is not JSON as an evaluation writes it: {error}.",
            "Run the evaluation again, or look at the file.",
        ) from None


def _newest_in_archive(aws: Aws, uri: S3Uri) -> bytes:
    summaries = {
        name.rpartition("/")[2]: file.read(_LARGEST_SUMMARY)
        for name, file, _ in find_archives(aws, uri, _is_summary)
    }
    return summaries[max(summaries)] if summaries else b"null"


def _is_summary(name: str) -> bool:
    last = name.rpartition("/")[2]
    return last.startswith("results_") and last.endswith((".json", ".json.gz"))


def find_archives(
    aws: Aws, uri: S3Uri, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, IO[bytes], int]]:
    """Yield name and content of the files wanted of an archive, and how many there are.

    Nothing is written under the names that the archive gives.

    Raises:
        tarfile.TarError, OSError, EOFError: it is no archive, or a broken one.
    """
    with tempfile.TemporaryFile() as packed:
        for chunk in read_chunks(aws, uri):
            packed.write(chunk)
        packed.seek(0)
        with tarfile.open(fileobj=packed) as archive:
            members = [it for it in archive.getmembers() if it.isfile() and wanted(it.name)]
            for member in members:
                file = archive.extractfile(member)
                if file is not None:
                    yield member.name, file, len(members)


def _below(output: str, path: str) -> S3Uri:
    bucket, _, key = output.removeprefix("s3://").partition("/")
    return S3Uri(bucket, f"{key.rstrip('/')}/{path}" if key.strip("/") else path)


def _list(
    aws: Aws,
    folder: S3Uri,
    endings: tuple[str, ...] = ("",),
    first: datetime | None = None,
    last: datetime | None = None,
) -> list[S3Uri]:
    """Return what is under a prefix, sorted; only what was written from ``first`` to ``last``."""
    listing = aws.client("s3").get_paginator("list_objects_v2")
    try:
        pages = list(listing.paginate(Bucket=folder.bucket, Prefix=folder.key))
    except REFUSED as error:
        raise AnswerRejected(
            "results.denied",
            f"The results under {folder} can't be listed: {error.message}",
            f"Ask for s3:ListBucket on {folder.bucket} and s3:GetObject on the objects in it.",
        ) from None
    keys = [
        it["Key"]
        for page in pages
        for it in page.get("Contents", ())
        if it["Key"].endswith(endings)
        and (first is None or it["LastModified"] >= first)
        and (last is None or it["LastModified"] <= last)
    ]
    return [S3Uri(folder.bucket, key) for key in sorted(keys)]

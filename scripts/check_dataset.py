# /// script
# requires-python = ">=3.10"
# dependencies = ["evalbook"]
# ///
"""Check an evaluation dataset before it is named: what each field is taken for, and what is wrong.

    uv run check_dataset.py eval.jsonl
    uv run check_dataset.py s3://bucket/eval.jsonl

An object in S3 is read with the usual AWS settings, and stays as it is. The exit status is 0 where
the dataset can be used as it is, 3 where it can't, 4 where AWS could not be asked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from evalbook.datasets.findings import report_checks
from evalbook.datasets.uses import table_lines
from evalbook.datasets.validate import validate
from evalbook.errors import AnswerRejected, EvalbookError
from evalbook.evaluation_types import MOST_JUDGED_RECORDS

CHUNK_BYTES = 1 << 20


def main(arguments: list[str] | None = None) -> int:
    """Check one dataset and print what was found; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("dataset", help="a file, or the S3 URI of an object")
    dataset = parser.parse_args(arguments).dataset
    try:
        report = validate(chunks_of(dataset), max_records=MOST_JUDGED_RECORDS)
    except EvalbookError as error:
        print(error.message, error.remedy or "", file=sys.stderr)
        return error.exit_status
    except OSError as error:
        print(f"{dataset} can't be read: {error}", file=sys.stderr)
        return 2
    for line in table_lines(report.fields, report.records):
        print(line)
    checks = report_checks(report)
    for check in checks:
        remedy = f" {check.remedy}" if check.remedy and check.status != "passed" else ""
        print(f"{check.status}: {check.message}{remedy}")
    return AnswerRejected.exit_status if any(it.status == "failed" for it in checks) else 0


def chunks_of(dataset: str) -> Iterator[bytes]:
    """Return the dataset's bytes, a piece at a time: it may be larger than memory."""
    if dataset.startswith("s3://"):
        from evalbook.aws.s3 import parse_s3_uri, read_chunks
        from evalbook.aws.session import Aws

        yield from read_chunks(Aws(), parse_s3_uri(dataset, what="dataset"))
        return
    with Path(dataset).open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


if __name__ == "__main__":
    sys.exit(main())

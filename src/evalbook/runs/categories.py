"""Categories that only the dataset has: looked up there, by prompt and reference.

A judge's output need not repeat a record's category. The dataset is streamed, and what is found
goes to the store on disk: memory stays constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from evalbook.aws.registry import is_dataset_arn, resolve_dataset_arn
from evalbook.aws.s3 import read_chunks
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws
from evalbook.datasets.formats import Record, format_of
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.reading import Reading
from evalbook.errors import AnswerRejected
from evalbook.runs.records import LONGEST_NAME, record_key
from evalbook.runs.store import RecordStore

MOST_WITHOUT = 1000
"""A dataset whose first records, this many, have no category is taken for one that has none."""


def add_categories(aws: Aws, store: RecordStore, dataset: str) -> str | None:
    """Give the store's records the categories that a dataset has for them.

    Returns:
        What to say of it; None if the dataset has no categories.
    """
    looked_for = store.uncategorised()
    seen: set[str] = set()
    try:
        found = store.categorise(_keyed(read_dataset_chunks(aws, dataset), seen))
    except AnswerRejected as error:
        return f"It is not known whether the records have categories: {error.message}"
    if len(seen) < 2:
        return None  # one category of all records tells nothing that the whole does not
    return (
        f"The categories come from {dataset}, looked up by prompt and reference: {found:,} of "
        f"{looked_for:,} records without one were found there."
    )


def _keyed(chunks: Iterator[bytes], seen: set[str]) -> Iterator[tuple[bytes, str]]:
    """Yield each record's category by its keys; the first two categories are kept in ``seen``."""
    for number, record in number_records(chunks):
        if record.category:
            category = record.category[:LONGEST_NAME]
            if len(seen) < 2:
                seen.add(category)
            for key in record_keys(record):
                yield key, category
        elif not seen and number > MOST_WITHOUT:
            break


def record_keys(record: Record) -> Iterator[bytes]:
    """Yield a record's keys in a judge's output: with or without system prompt and reference."""
    prompts = [record.prompt]
    if record.system:
        prompts.append(f"system: {record.system}\n\nuser: {record.prompt}")
    for prompt in prompts:
        for reference in {record.reference, None}:
            yield record_key(prompt, reference)


def read_dataset_chunks(aws: Aws, dataset: str) -> Iterator[bytes]:
    if is_dataset_arn(dataset):
        return read_chunks(aws, resolve_dataset_arn(aws, dataset).uri)
    bucket, _, key = dataset.removeprefix("s3://").partition("/")
    return read_chunks(aws, S3Uri(bucket, key))


def number_records(chunks: Iterable[bytes]) -> Iterator[tuple[int, Record]]:
    """Yield the records of a dataset that can be read, each with its number, counted from 1."""
    for number, row in enumerate(Reading(chunks).rows(), start=1):
        found = format_of(row.record) if row.record is not None else None
        if found is not None and row.record is not None:
            with suppress(InvalidRecord):
                yield number, found.read(row.record)

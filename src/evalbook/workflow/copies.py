"""The dataset as it was named, and its copies: which of them is read, and how one is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from evalbook import aws
from evalbook.checks import Remedy, failed
from evalbook.datasets.report import Report
from evalbook.errors import AnswerRejected, rejection_for
from evalbook.workflow import slots
from evalbook.workflow.facts import CopyFacts, DatasetFacts, SampleFacts
from evalbook.workflow.interview import Interview


def named_object(interview: Interview) -> aws.s3_uris.S3Uri:
    """Return the S3 URI of the dataset as it was named."""
    return _uri(interview.answer(slots.DATASET).facts)


def readable_object(interview: Interview) -> aws.s3_uris.S3Uri:
    """Return the S3 URI of the dataset or its converted copy, with all records."""
    converted = interview.facts(slots.DATA_FIX)
    return _uri(converted) if converted else named_object(interview)


def effective_object(interview: Interview) -> aws.s3_uris.S3Uri:
    """Return the S3 URI of what the evaluation reads."""
    without_seen = interview.facts(slots.TRAINING_OVERLAP)
    return _uri(without_seen) if without_seen else readable_object(interview)


def effective_dataset(interview: Interview) -> str:
    """Return what the evaluation reads: the copy if one was made, else the answer."""
    copied = interview.facts(slots.TRAINING_OVERLAP) or interview.facts(slots.DATA_FIX)
    # For Nova, the SDK resolves a dataset ARN by name only, to the newest version.
    if copied or interview.nova_alone:
        return str(effective_object(interview))
    return interview.answer(slots.DATASET).value


def readable_report(interview: Interview) -> Report | None:
    """Return the report on all records of the dataset or its converted copy."""
    read = interview.facts(slots.DATA_FIX) or interview.facts(slots.DATA_SAMPLE)
    return read.report if isinstance(read, CopyFacts | SampleFacts) else None


def effective_report(interview: Interview) -> Report | None:
    """Return the validation report on what the evaluation reads; None if it was not read.

    For a dataset used as it is, only what a job reads is counted.
    """
    without_seen = interview.facts(slots.TRAINING_OVERLAP)
    report = without_seen.report if without_seen else readable_report(interview)
    return report.as_read if report is not None else None


def _uri(of: DatasetFacts | CopyFacts) -> aws.s3_uris.S3Uri:
    return aws.s3.parse_s3_uri(of.uri, what="dataset")


def read_named(interview: Interview) -> Iterator[bytes]:
    """Stream the dataset as it was named.

    Raises:
        AnswerRejected: ``dataset.changed``, there is another by that name now; and as
            `read_chunks`.
    """
    uri, etag = named_object(interview), interview.answer(slots.DATASET).facts.etag
    try:
        yield from aws.s3.read_chunks(interview.aws, uri, etag=etag)
    except AnswerRejected as rejection:
        if rejection.code != "s3.changed":
            raise
        again = Remedy("Name it again:", step=slots.DATASET.name)
        changed = failed("dataset.changed", f"{uri} was changed since it was named.", again)
        raise rejection_for(changed) from rejection


def validate_records(interview: Interview, chunks: Iterable[bytes], name: str, size: int) -> Report:
    """Return the report on all records of a dataset, showing progress in bytes."""
    from evalbook.datasets.validate import validate

    doing = f"Validating {name}"
    interview.progress(doing, 0, size)
    return validate(
        chunks,
        max_records=interview.type.most_records,
        require_reference=interview.type.needs_reference,
        scorer=interview.value(slots.SCORER),
        on_progress=lambda done, _records: interview.progress(doing, done, size),
    )


def keep_copy(interview: Interview, copy: aws.s3_uris.S3Uri, lines: Iterable[bytes]) -> CopyFacts:
    """Write a copy, unless an earlier answer did, and validate what is in S3.

    Raises:
        AnswerRejected: there are no lines, or it can't be written.
    """
    import tempfile

    if not is_in_s3(interview, copy):
        with tempfile.TemporaryFile() as file:
            file.writelines(lines)
            if file.tell() == 0:
                raise AnswerRejected(
                    "data_fix.nothing_left",
                    "Conversion can't rescue any record of this dataset.",
                    "Give another dataset.",
                )
            upload(interview, file, copy)
    found, _ = aws.s3.describe_object(interview.aws, copy)
    written = aws.s3.read_chunks(interview.aws, copy, etag=found.etag)
    report = validate_records(interview, written, str(copy), found.size)
    return CopyFacts(str(copy), found.size, report)


def is_in_s3(interview: Interview, uri: aws.s3_uris.S3Uri) -> bool:
    try:
        aws.s3.describe_object(interview.aws, uri)
    except AnswerRejected as rejection:
        if rejection.code != "s3.missing":
            raise
        return False
    return True


def upload(interview: Interview, file: BinaryIO, to: aws.s3_uris.S3Uri) -> None:
    """Upload a file, from its beginning, to a place that is free."""
    file.seek(0)
    interview.progress(f"Writing {to}", None, None)
    aws.s3_writes.upload_new(interview.aws, to, file)

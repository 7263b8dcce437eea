"""Objects that answering writes beside the dataset: copies of it, and parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.workflow.facts import CopyFacts
from evalbook.workflow.interview import Interview
from evalbook.workflow.steps.data_sample import validate_object


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
    report = validate_object(interview, copy, found.size, found.etag)
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

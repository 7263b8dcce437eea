"""Where in S3 to upload a local dataset. Answering uploads it and makes that copy the dataset."""

from __future__ import annotations

from pathlib import Path

from evalbook import aws
from evalbook.errors import AnswerRejected, EvalbookError
from evalbook.whole_files import reading, reason
from evalbook.workflow import hearing
from evalbook.workflow.facts import DATASET, DATASET_UPLOAD
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Reopened, Step, Wants
from evalbook.workflow.turn import Question

_PIECE = 1 << 20


def _ask(interview: Interview) -> Question:
    path = _file(interview)
    return Question(
        f"Where in S3 should {path.name} be uploaded?",
        default=_suggestion(interview, path),
        help="The S3 URI of a bucket, a folder or an object. Existing objects are not overwritten.",
    )


def _suggestion(interview: Interview, path: Path) -> str | None:
    """Return a place in SageMaker's default bucket of this account and region, if it exists."""
    try:
        region = interview.aws.default_region
        if region is None:
            return None
        bucket = f"sagemaker-{region}-{aws.identity.find_caller(interview.aws, region).account}"
        aws.s3.describe_bucket(interview.aws, bucket)
    except EvalbookError:
        return None
    return f"s3://{bucket}/evalbook/{path.name}"


def _read(text: str, question: Question, interview: Interview) -> str:
    uri = aws.s3.parse_s3_uri(text or question.default or "", what="place", key_needed=False)
    if not uri.key or uri.key.endswith("/"):
        uri = aws.s3_uris.S3Uri(uri.bucket, uri.key + _file(interview).name)
    aws.s3.refuse_template_text(str(uri), "the dataset's path")
    return str(uri)


def _check(value: str, interview: Interview) -> Outcome[str, None]:
    aws.s3.describe_bucket(interview.aws, _place(value).bucket)
    return Accepted(value)


def _do(value: str, interview: Interview) -> Outcome[str, None]:
    path, place = _file(interview), _place(value)
    aws.s3.describe_bucket(interview.aws, place.bucket)
    interview.progress(f"Uploading {path.name} to {place}", None, None)
    said = f"Uploaded {path} to {place}."
    try:
        with reading(path) as file:
            aws.s3.upload_new(interview.aws, place, file)
    except OSError as error:
        raise AnswerRejected(
            "dataset.unreadable", f"{path} can't be read: {reason(error)}.", "Give another dataset."
        ) from error
    except AnswerRejected as rejection:
        if rejection.code != "s3.exists":
            raise
        found, _ = aws.s3.describe_object(interview.aws, place)
        if found.size != path.stat().st_size or found.etag.strip('"') != _md5(path):
            raise
        said = f"{place} already holds {path.name}, byte for byte; nothing was uploaded."
    return Reopened(DATASET.name, str(place), (said,))


def _file(interview: Interview) -> Path:
    return Path(interview.answer(DATASET).value)


def _place(value: str) -> aws.s3_uris.S3Uri:
    return aws.s3.parse_s3_uri(value, what="place")


def _md5(path: Path) -> str:
    """Return the ETag that S3 gives an object uploaded in one piece, unencrypted."""
    import hashlib

    found = hashlib.md5(usedforsecurity=False)
    with reading(path) as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _applies(interview: Interview) -> bool:
    found = interview.facts(DATASET)
    return found is not None and found.local


STEP = Step(
    DATASET_UPLOAD,
    "Upload",
    ask=_ask,
    hears=hearing.place,
    read=_read,
    check=_check,
    do=_do,
    applies=_applies,
    depends_on=(DATASET,),
    said_ahead=False,
    asks_aws=True,
    example=Example(
        "s3://my-bucket/datasets/",
        "A copy of your file goes there and stays until you delete it.",
    ),
    wants=Wants(s3=True),
)

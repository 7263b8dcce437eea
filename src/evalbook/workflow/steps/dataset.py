"""Where the evaluation dataset is: an S3 URI, the ARN of a registered dataset, or a local file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evalbook import aws
from evalbook.errors import AnswerRejected, EvalbookError
from evalbook.texts import joined
from evalbook.whole_files import end_of_links, is_a_file, reading, reason
from evalbook.workflow import hearing, slots
from evalbook.workflow.copies import validate_records
from evalbook.workflow.facts import DatasetFacts
from evalbook.workflow.interview import (
    Accepted,
    Interview,
    Narrowed,
    Outcome,
    Reopened,
    Step,
    Wants,
)
from evalbook.workflow.replies.choices import read_choice_or_text
from evalbook.workflow.turn import Choice, Question

_ENDINGS = (".jsonl", ".json", ".ndjson", ".csv", ".tsv", ".parquet", ".gz")
"""Of files that are used as they are, or converted to a copy in JSON Lines if a run needs it."""
_PIECE = 1 << 20


def _ask(_: Interview) -> Question:
    *others, last = _ENDINGS
    return Question(
        "Where in S3 is your evaluation dataset?",
        help="An S3 URI, a hub-content DataSet ARN, or a file on this machine, which is uploaded "
        f"to a place of your choice. It ends in {', '.join(others)} or {last}; "
        "s3://bucket/* lists what is there.",
    )


def _read(text: str, question: Question, interview: Interview) -> str:
    text = read_choice_or_text(text, question.choices)
    plain = text.strip("'\"<> ")
    if aws.registry.is_dataset_arn(plain):
        aws.s3.refuse_template_text(plain, "the dataset's ARN")
        return plain
    path = interview.file_named(text.removeprefix("file://"))
    if "://" not in text.removeprefix("file://") and is_a_file(path):
        aws.s3.refuse_template_text(str(end_of_links(path)), "the file's name")
        _refuse_other_file_types(path.name)
        return str(end_of_links(path))
    if aws.s3_uris.looks_like_a_file(plain):
        raise AnswerRejected(
            "dataset.no_file",
            f"There is no file {path}.",
            "Give the path of a file, or an S3 URI such as s3://bucket/path/file.jsonl.",
        )
    try:
        uri = aws.s3.parse_s3_uri(text, what="evaluation dataset")
    except AnswerRejected as rejection:
        if "://" in plain or aws.arns.parse_arn(plain) is not None:
            raise
        raise AnswerRejected(
            rejection.code,
            f"{rejection.message} It isn't a file on this machine either.",
            "Give an S3 URI such as s3://bucket/path/file.jsonl, or the path of a file.",
        ) from rejection
    aws.s3.refuse_template_text(str(uri), "the dataset's path")
    if "*" not in uri.key:
        _refuse_other_file_types(uri.key)
    return str(uri)


def _refuse_other_file_types(key: str) -> None:
    if key.endswith("/") or key.lower().endswith(_ENDINGS):
        return
    name = key.rsplit("/", 1)[-1]
    ending = f"ends in .{name.rsplit('.', 1)[-1]}" if "." in name else "has no extension"
    instead = "Give a dataset in one of these formats."
    if name.lower().endswith((".xlsx", ".xls", ".ods")):
        instead = "Save the sheet as CSV and give that file."
    raise AnswerRejected(
        "dataset.file_type",
        f"{name} {ending}; this evaluation reads {', '.join(_ENDINGS)}.",
        instead,
    )


def _check(value: str, interview: Interview) -> Outcome[str, DatasetFacts]:
    if _is_local(value):
        return _check_local(Path(value), interview)
    interview.progress("Looking for the dataset in S3", None, None)
    arn = None
    if aws.registry.is_dataset_arn(value):
        registered = aws.registry.resolve_dataset_arn(interview.aws, value)
        value = arn = registered.arn
        uri = registered.uri
    else:
        uri = aws.s3.parse_s3_uri(value, what="dataset")
    if "*" in uri.key:
        return Narrowed(_which_one(uri, interview))
    found, checks = aws.s3.describe_object(interview.aws, uri)
    facts = DatasetFacts(str(uri), arn, found.size, found.etag, found.region, kms_key=found.kms_key)
    return Accepted(value, facts, tuple(checks))


def _which_one(wanted: aws.s3_uris.S3Uri, interview: Interview) -> Question:
    """Return the question which of the datasets under a prefix is meant."""
    found = aws.s3_search.search_objects(interview.aws, wanted, _ENDINGS)
    prefix, *parts = wanted.key.split("*")
    where = f"s3://{wanted.bucket}/{prefix}"
    if found.searched:
        where = f"the first {found.searched:,} objects of {where}"
    if not found.objects:
        raise AnswerRejected(
            "s3.missing", f"There are no datasets in {where}.", "Give a longer prefix, or a file."
        )
    choices = tuple(Choice(str(uri), uri.key, about) for uri, about in found.objects)
    more = f" The newest {len(choices)} are listed." if found.more else ""
    named = joined([f"“{part}”" for part in parts if part])
    if not found.named:
        text = f"No dataset in {where} has {named} in its name; these are there.{more} Which one?"
    elif len(choices) == 1:
        text = f"One dataset in {where} fits: {choices[0].label}. Use it?"
    else:
        text = f"These datasets are in {where}.{more} Which one?"
    only = choices[0].value if found.named and len(choices) == 1 else None
    how = "A number or a name; another URI or file starts over."
    return Question(text, kind="choice", choices=choices, default=only, help=how)


def _is_local(value: str) -> bool:
    """Tell whether the dataset is a local file that has not been uploaded yet."""
    return not value.startswith(("s3://", "arn:"))


def _check_local(path: Path, interview: Interview) -> Outcome[str, DatasetFacts]:
    """Validate a local file before it is uploaded."""
    from evalbook.datasets.findings import report_checks

    if not is_a_file(path):
        found = f"There is no file {path}."
        raise AnswerRejected("dataset.no_file", found, "Give another dataset.")
    facts = DatasetFacts(str(path), None, path.stat().st_size, "", "", local=True)
    if interview.type.prompts_alone:
        return Accepted(str(path), facts)
    try:
        report = validate_records(interview, _pieces(path), path.name, facts.size)
    except OSError as error:
        raise _unreadable(path, error) from error
    checks = tuple(report_checks(report))
    if not report.valid and not report.several_questions:
        first = next(check for check in checks if check.status == "failed")
        raise AnswerRejected("dataset.no_records", f"{path.name}: {first.message}", first.remedy)
    return Accepted(str(path), facts, checks)


def _unreadable(path: Path, error: OSError) -> AnswerRejected:
    found = f"{path} can't be read: {reason(error)}."
    return AnswerRejected("dataset.unreadable", found, "Give another dataset.")


def _pieces(path: Path) -> Iterator[bytes]:
    with reading(path) as file:
        while piece := file.read(_PIECE):
            yield piece


def _known(interview: Interview) -> str | None:
    found = interview.found("dataset_s3_uri", "dataset_path")
    if found is None or not _is_local(found):
        return found
    return found if is_a_file(interview.file_named(found)) else None


STEP = Step(
    slots.DATASET,
    "Evaluation dataset",
    ask=_ask,
    hears=hearing.dataset,
    read=_read,
    check=_check,
    known=_known,
    depends_on=(slots.EVALUATION_TYPE,),
    example="s3://my-bucket/eval.jsonl",
    example_meaning="Records that the model was not trained on, one test case each; or a file on "
    "this computer, which is uploaded to a place of your choice.",
    wants=Wants(files=_ENDINGS, s3=True),
)


def _ask_upload(interview: Interview) -> Question:
    name = _local_file(interview).name
    return Question(
        f"Where in S3 should {name} be uploaded?",
        default=_suggest_place(interview, name),
        help="The S3 URI of a bucket, a folder or an object. Existing objects are not overwritten.",
    )


def _suggest_place(interview: Interview, name: str) -> str | None:
    """Return a place in SageMaker's default bucket of this account and region, if it exists."""
    try:
        region = interview.aws.default_region
        if region is None:
            return None
        bucket = f"sagemaker-{region}-{aws.identity.find_caller(interview.aws, region).account}"
        aws.s3.describe_bucket(interview.aws, bucket)
    except EvalbookError:
        return None
    return f"s3://{bucket}/evalbook/{name}"


def _read_upload(text: str, _question: Question, interview: Interview) -> str:
    uri = aws.s3.parse_s3_uri(text, what="place", key_needed=False)
    if not uri.key or uri.key.endswith("/"):
        uri = aws.s3_uris.S3Uri(uri.bucket, uri.key + _local_file(interview).name)
    aws.s3.refuse_template_text(str(uri), "the dataset's path")
    return str(uri)


def _do_upload(value: str, interview: Interview) -> Outcome[str, None]:
    path, place = _local_file(interview), aws.s3.parse_s3_uri(value, what="place")
    aws.s3.describe_bucket(interview.aws, place.bucket)
    interview.progress(f"Uploading {path.name} to {place}", None, None)
    said = f"Uploaded {path} to {place}."
    try:
        with reading(path) as file:
            aws.s3_writes.upload_new(interview.aws, place, file)
    except OSError as error:
        raise _unreadable(path, error) from error
    except AnswerRejected as rejection:
        if rejection.code != "s3.exists":
            raise
        found, _ = aws.s3.describe_object(interview.aws, place)
        if found.size != path.stat().st_size or found.etag.strip('"') != _md5(path):
            raise
        said = f"{place} already holds {path.name}, byte for byte; nothing was uploaded."
    return Reopened(slots.DATASET.name, str(place), (said,))


def _local_file(interview: Interview) -> Path:
    return Path(interview.answer(slots.DATASET).value)


def _md5(path: Path) -> str:
    """Return the ETag that S3 gives an object uploaded in one piece, unencrypted."""
    import hashlib

    found = hashlib.md5(usedforsecurity=False)
    for piece in _pieces(path):
        found.update(piece)
    return found.hexdigest()


UPLOAD_STEP = Step(
    slots.DATASET_UPLOAD,
    "Upload",
    ask=_ask_upload,
    hears=hearing.place,
    read=_read_upload,
    do=_do_upload,
    applies=lambda it: (found := it.facts(slots.DATASET)) is not None and found.local,
    depends_on=(slots.DATASET,),
    said_ahead=False,
    asks_aws=True,
    example="s3://my-bucket/datasets/",
    example_meaning="A copy of your file goes there and stays until you delete it.",
    wants=Wants(s3=True),
)

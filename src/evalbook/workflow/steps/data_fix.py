"""What to do about records that can't be used: a converted copy, or another dataset."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING

from evalbook.checks import passed
from evalbook.datasets.report import Report
from evalbook.errors import AnswerRejected
from evalbook.workflow.answers import read_choice
from evalbook.workflow.facts import (
    DATA_FIX,
    DATA_SAMPLE,
    DATASET,
    MODEL,
    SCORER,
    CopyFacts,
    SampleFacts,
)
from evalbook.workflow.interview import Interview, Step
from evalbook.workflow.outcomes import Accepted, Outcome, Reopened
from evalbook.workflow.steps.data_sample import still_the_same, validate_object
from evalbook.workflow.turn import Choice, Question

if TYPE_CHECKING:
    from evalbook.aws.s3_uris import S3Uri

CONVERT = "convert"
ANOTHER = "another"


def _ask(interview: Interview) -> Question:
    plan = _plan(interview)
    choices = [
        Choice(ANOTHER, "Give another dataset", "Goes back to the question about the dataset.")
    ]
    if plan:
        choices.insert(0, Choice(CONVERT, "Write a corrected copy", plan))
    return Question(
        "The dataset can't be used as it is. What shall be done?",
        kind="choice",
        choices=tuple(choices),
        notices=(_trouble(interview),),
        help="The original is never changed. An S3 URI is taken as the other dataset.",
        reference="references/dataset-formats.md",
    )


def _read(text: str, question: Question, _: Interview) -> str:
    if text.startswith(("s3://", "arn:")):
        return text
    return read_choice(text, question.choices)


def _check(_: str, interview: Interview) -> Outcome[str, CopyFacts]:
    """Keep the copy that was agreed to, where it is still there and still the one that is needed.

    Raises:
        AnswerRejected: another one would have to be written, which only the person can decide.
    """
    from evalbook.aws.s3 import object_facts

    earlier = interview.answer(DATA_FIX)
    if earlier.facts.uri != str(_copy(interview)):
        raise AnswerRejected("data_fix.other_copy", _trouble(interview))
    object_facts(interview.aws, _copy(interview))
    return Accepted(CONVERT, earlier.facts, earlier.checks)


def _do(value: str, interview: Interview) -> Outcome[str, CopyFacts]:
    """Write the corrected copy beside the original and validate it as it stands in S3."""
    from evalbook.aws.s3 import object_facts
    from evalbook.datasets.validate import report_checks

    if value != CONVERT:
        return Reopened("dataset", None if value == ANOTHER else value)
    copy = _copy(interview)
    try:
        found, _ = object_facts(interview.aws, copy)
    except AnswerRejected as rejection:
        if rejection.code != "s3.missing":
            raise
        _write_copy(interview, _original(interview), copy)
        found, _ = object_facts(interview.aws, copy)
    report = validate_object(interview, copy, found.size, found.etag)
    return Accepted(
        CONVERT,
        CopyFacts(str(copy), found.size, report),
        (
            passed("dataset.copy", f"The corrected copy is {copy}; the original is unchanged."),
            *report_checks(report, max_records=interview.type.most_records),
        ),
    )


def _original(interview: Interview) -> S3Uri:
    from evalbook.aws.s3 import parse_s3_uri

    return parse_s3_uri(interview.answer(DATASET).facts.uri, what="dataset")


def _copy(interview: Interview) -> S3Uri:
    """Return where the copy belongs, named after this version of the original and the conversion.

    What stands there already was made by an earlier answer.
    """
    from evalbook.aws.s3 import sibling_key

    return sibling_key(_original(interview), f"-evalbook-{_fingerprint(interview)}")


def _write_copy(interview: Interview, original: S3Uri, copy: S3Uri) -> None:
    from evalbook.aws.s3 import upload_new

    with tempfile.TemporaryFile() as file:
        with still_the_same(original):
            _write_corrected(interview, original, file)
        if file.tell() == 0:
            raise AnswerRejected(
                "data_fix.nothing_left",
                "No record of the dataset can be saved by conversion.",
                "Give another dataset.",
            )
        file.seek(0)
        interview.progress(f"Writing {copy}", None, None)
        upload_new(interview.aws, copy, file)


def _write_corrected(interview: Interview, original: S3Uri, file: IO[bytes]) -> None:
    from evalbook.aws.s3 import read_chunks
    from evalbook.datasets.convert import convert

    for line in convert(
        read_chunks(interview.aws, original, etag=interview.answer(DATASET).facts.etag),
        report=_report(interview),
        limit=interview.type.most_records,
        target_format=_target_format(interview),
    ):
        file.write(line)


def _fingerprint(interview: Interview) -> str:
    """Return a short name for this version of the original, converted this way."""
    import hashlib

    etag = interview.answer(DATASET).facts.etag
    text = f"{etag} {_target_format(interview)} {interview.type.most_records}"
    if interview.type.needs_reference:
        text += f" {interview.value(SCORER)}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _report(interview: Interview) -> Report:
    """Return what was found in the original, which has been read wherever this step applies."""
    found = interview.answer(DATA_SAMPLE).facts
    assert isinstance(found, SampleFacts)  # noqa: S101 - as above
    return found.report


def _target_format(interview: Interview) -> str | None:
    return "sagemaker" if _unusable_by_nova(interview) else None


def _plan(interview: Interview) -> str | None:
    from evalbook.datasets.convert import conversion_plan

    plan: str | None = conversion_plan(
        _report(interview),
        limit=interview.type.most_records,
        target_format=_target_format(interview),
    )
    return plan


def _trouble(interview: Interview) -> str:
    from evalbook.datasets.invalid import invalid_of

    report = _report(interview)
    found = []
    if report.invalid:
        found.append(invalid_of(report.invalid, report.records))
    if _too_many(interview):
        found.append(
            f"it has {report.records:,} rows, and one LLM-as-judge job takes "
            f"{interview.type.most_records:,}"
        )
    found.extend(_lost(report))
    if _unusable_by_nova(interview):
        found.append("a Nova model needs a prompt or query field in every record")
    return f"{interview.answer(DATASET).facts.uri}: {'; '.join(found) or 'no usable record'}."


def _too_many(interview: Interview) -> bool:
    most = interview.type.most_records
    return most is not None and _report(interview).records > most


def _unusable_by_nova(interview: Interview) -> bool:
    # The SDK's converter for judged Nova runs knows the fields prompt and query, no others.
    from evalbook.datasets.formats import format_named

    name, model = _report(interview).format, interview.facts(MODEL)
    if name is None or model is None or not (interview.type.one_nova_a_run and model.nova):
        return False
    return not format_named(name).nova_ready


def _lost(report: Report) -> list[str]:
    """Return what a job would not read of the dataset as it is."""
    from evalbook.datasets.findings import lost_lines

    lines = [line.rstrip(".") for line in lost_lines(report)]
    return [report.container_problem.rstrip("."), *lines] if report.container_problem else lines


def _applies(interview: Interview) -> bool:
    if not isinstance(interview.facts(DATA_SAMPLE), SampleFacts):
        return False
    report = _report(interview)
    return bool(
        report.invalid
        or _too_many(interview)
        or not report.valid
        or _lost(report)
        or _unusable_by_nova(interview)
    )


def _describe(_: str, facts: CopyFacts) -> str:
    return f"corrected copy {facts.uri}, {facts.report.valid:,} records"


STEP = Step(
    DATA_FIX,
    "Corrected dataset",
    ask=_ask,
    read=_read,
    check=_check,
    do=_do,
    describe=_describe,
    applies=_applies,
    # All that matters about the model here is whether it is Nova; it is asked for later.
    depends_on=("dataset", "data_sample", "scorer", "model"),
    said_ahead=False,
)

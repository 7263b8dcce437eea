"""What to do about records that can't be used: a converted copy, or another dataset."""

from __future__ import annotations

import tempfile
from typing import Any

from evalbook.checks import passed
from evalbook.errors import AnswerRejected
from evalbook.workflow.answers import read_choice
from evalbook.workflow.interview import Answer, Interview
from evalbook.workflow.step import Accepted, Outcome, Reopened, Step
from evalbook.workflow.steps.data_sample import still_the_same, validate_object
from evalbook.workflow.turn import Choice, Question

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


def _check(value: str, interview: Interview) -> Outcome:
    if value == CONVERT:
        return _convert(interview)
    return Reopened("dataset", None if value == ANOTHER else value)


def _convert(interview: Interview) -> Accepted:
    """Write the corrected copy beside the original and validate it as it stands in S3."""
    from evalbook.aws.s3 import object_facts, parse_s3_uri, sibling_key
    from evalbook.datasets.validate import report_checks

    original = parse_s3_uri(interview.facts("dataset")["uri"], what="dataset")
    # Named after this version of the original and the conversion: what stands there already was
    # made by an earlier answer.
    copy = sibling_key(original, f"-evalbook-{_fingerprint(interview)}")
    earlier = interview.answers.get(STEP.name)
    if earlier is not None and earlier.in_doubt and not earlier.reopened:
        return _the_same_copy(interview, earlier, copy)
    try:
        found, _ = object_facts(interview.aws, copy)
    except AnswerRejected as rejection:
        if rejection.code != "s3.missing":
            raise
        _write_copy(interview, original, copy)
        found, _ = object_facts(interview.aws, copy)
    report = validate_object(interview, copy, found.size, found.etag)
    return Accepted(
        CONVERT,
        {"uri": str(copy), "size": found.size, "report": report.to_json()},
        (
            passed("dataset.copy", f"The corrected copy is {copy}; the original is unchanged."),
            *report_checks(report, max_records=interview.kind.most_records),
        ),
    )


def _the_same_copy(interview: Interview, earlier: Answer, copy: Any) -> Accepted:
    """Keep the copy that was agreed to, where it is still the one that is needed.

    Raises:
        AnswerRejected: another one would have to be written, which only the person can decide.
    """
    if earlier.facts["uri"] != str(copy):
        raise AnswerRejected("data_fix.other_copy", _trouble(interview))
    return Accepted(CONVERT, earlier.facts, earlier.checks)


def _write_copy(interview: Interview, original: Any, copy: Any) -> None:
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


def _write_corrected(interview: Interview, original: Any, file: Any) -> None:
    from evalbook.aws.s3 import read_chunks
    from evalbook.datasets.convert import convert

    for line in convert(
        read_chunks(interview.aws, original, etag=interview.facts("dataset")["etag"]),
        report=_report(interview),
        limit=interview.kind.most_records,
        target_format=_target_format(interview),
    ):
        file.write(line)


def _fingerprint(interview: Interview) -> str:
    """Return a short name for this version of the original, converted this way."""
    import hashlib

    original = interview.facts("dataset")
    text = f"{original['etag']} {_target_format(interview)} {interview.kind.most_records}"
    if interview.kind.needs_reference:
        text += f" {interview.value('scorer')}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _report(interview: Interview) -> Any:
    from evalbook.datasets.validate import Report

    return Report.from_json(interview.facts("data_sample")["report"])


def _target_format(interview: Interview) -> str | None:
    return "sagemaker" if _unusable_by_nova(interview) else None


def _plan(interview: Interview) -> str | None:
    from evalbook.datasets.convert import conversion_plan

    plan: str | None = conversion_plan(
        _report(interview),
        limit=interview.kind.most_records,
        target_format=_target_format(interview),
    )
    return plan


def _trouble(interview: Interview) -> str:
    from evalbook.datasets.invalid import invalid_of

    report = interview.facts("data_sample")["report"]
    found = []
    if report["invalid"]:
        found.append(invalid_of(report["invalid"], report["records"]))
    if _too_many(interview):
        found.append(
            f"it has {report['records']:,} rows, and one LLM-as-judge job takes "
            f"{interview.kind.most_records:,}"
        )
    found.extend(_lost(report))
    if _unusable_by_nova(interview):
        found.append("a Nova model needs a prompt or query field in every record")
    return f"{interview.facts('dataset')['uri']}: {'; '.join(found) or 'no usable record'}."


def _too_many(interview: Interview) -> bool:
    most = interview.kind.most_records
    return most is not None and interview.facts("data_sample")["report"]["records"] > most


def _unusable_by_nova(interview: Interview) -> bool:
    # The SDK's converter for judged Nova runs knows the fields prompt and query, no others.
    from evalbook.datasets.formats import format_named

    report = interview.facts("data_sample").get("report")
    judged_nova = interview.kind.one_nova_a_run and interview.facts("model").get("nova")
    if not judged_nova or not report or not report["format"]:
        return False
    return not format_named(report["format"]).nova_ready


def _lost(report: dict[str, Any]) -> list[str]:
    """Return what a job would not read of the dataset as it is."""
    from evalbook.datasets.findings import lost_lines
    from evalbook.datasets.report import Report

    whole = Report.from_json(report)
    lines = [line.rstrip(".") for line in lost_lines(whole)]
    return [whole.container_problem.rstrip("."), *lines] if whole.container_problem else lines


def _applies(interview: Interview) -> bool:
    report = interview.facts("data_sample").get("report")
    if report is None:
        return False
    return bool(
        report["invalid"]
        or _too_many(interview)
        or not report["valid"]
        or _lost(report)
        or _unusable_by_nova(interview)
    )


def _describe(_: str, facts: dict[str, Any]) -> str:
    return f"corrected copy {facts['uri']}, {facts['report']['valid']:,} records"


STEP = Step(
    "data_fix",
    "Corrected dataset",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    applies=_applies,
    # Of a model only whether it is a Nova model matters; it is asked for later than the dataset.
    depends_on=("dataset", "data_sample", "scorer", "model"),
    volunteered=False,
)

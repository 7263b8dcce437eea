"""Whether the dataset may be read; if so, its format is shown and every record validated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from evalbook import aws
from evalbook.checks import Check, Remedy, failed, skipped
from evalbook.datasets.report import Report
from evalbook.errors import AnswerRejected, rejection_for
from evalbook.workflow import hearing, slots
from evalbook.workflow.facts import PromptFacts, SampleFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Reopened, Step, Wants
from evalbook.workflow.replies.agreeing import read_agreement
from evalbook.workflow.steps.prompt_rows import ask_for_prompts, check_prompt_lengths, read_rows
from evalbook.workflow.turn import Question

HEAD_BYTES = 8192


def _ask(interview: Interview) -> Question:
    if interview.type.prompts_alone:
        return ask_for_prompts(interview)
    return Question(
        "May I read the dataset to show you its format and to validate its records?",
        kind="confirm",
        help="Yes reads the first few KB and shows what they hold, then the whole object once, to "
        "count and validate every record on this machine. No reads nothing.",
    )


def _check(value: bool, interview: Interview) -> Outcome[bool, SampleFacts | PromptFacts | None]:
    if not value:
        unread = "The dataset was not read: its records were neither counted nor validated."
        return Accepted(value, checks=(skipped("dataset.records", unread),))
    if not interview.type.prompts_alone:
        return read_and_validate(interview)
    rows = read_rows(interview)
    if not isinstance(rows, Reopened):
        return rows
    # What its reader would not take may be understood all the same, and converted.
    found = read_and_validate(interview)
    if not isinstance(found.facts, SampleFacts) or not found.facts.report.valid:
        return rows
    return replace(found, notices=(rows.notices[0], *found.notices))


def read_and_validate(interview: Interview) -> Accepted[bool, SampleFacts | PromptFacts | None]:
    """Read the head of the dataset, then all of it, and return what was found."""
    from evalbook.datasets.sample import read_sample
    from evalbook.datasets.validate import report_checks

    facts = interview.answer(slots.DATASET).facts
    uri = aws.s3.parse_s3_uri(facts.uri, what="dataset")
    interview.progress("Reading the first records", None, None)
    head = aws.s3.read_head(interview.aws, uri, HEAD_BYTES)
    sample = read_sample(head, complete=len(head) >= facts.size)
    with rejecting_changes(uri):
        report = validate_object(interview, uri, facts.size, facts.etag)
    sample = replace(sample, table=report.fields, counted=report.records)
    names = {it.field.partition("[")[0].partition(".")[0]: None for it in report.fields}
    return Accepted(
        True,
        SampleFacts(report.format, tuple(names), report),
        (*report_checks(report), *check_lengths(interview, report)),
        notices=sample.lines(),
        preview=sample,
        fields=report.fields,
    )


def check_lengths(interview: Interview, report: Report) -> list[Check]:
    """Hold the prompts against the length that the base model's recipe gives the model.

    An evaluation by a judge has no such recipe: what is known about the model is in another type's.
    """
    model, kind = interview.facts(slots.MODEL), interview.type
    if kind.bedrock_judges:
        lengths = dict(report.prompt_lengths)
        return check_prompt_lengths(interview, report.longest_prompt, lengths, JUDGED_NEW_TOKENS)
    if model is None or "max_model_len" not in kind.parameters:
        return []
    offered, _ = aws.recipes.read_parameters(
        interview.aws, model.region, model.base_model.name, kind.name, kind.parameters, None
    )
    doubts = aws.recipes.check_parameter_doubts(offered or [], {}, report.longest_prompt)
    return [check for check in doubts if check.id == "parameters.length"]


JUDGED_NEW_TOKENS = 8192
"""What the SDK sets for evaluations by a judge; see `EvaluationType.fixed_parameters`."""


@contextmanager
def rejecting_changes(uri: aws.s3_uris.S3Uri) -> Iterator[None]:
    """Say what to do where the dataset is not the one any more that was looked at by its name.

    Raises:
        AnswerRejected: ``dataset.changed``.
    """
    try:
        yield
    except AnswerRejected as rejection:
        if rejection.code != "s3.changed":
            raise
        changed = failed(
            "dataset.changed",
            f"{uri} was changed since it was named.",
            Remedy("Name it again:", step=slots.DATASET.name),
        )
        raise rejection_for(changed) from rejection


def validate_object(interview: Interview, uri: aws.s3_uris.S3Uri, size: int, etag: str) -> Report:
    """Stream one object and return the validation's report, showing progress in bytes.

    Raises:
        AnswerRejected: ``s3.changed``, it is not the object of that ETag; and as `read_chunks`.
    """
    from evalbook.datasets.validate import validate

    doing = f"Validating {uri}"
    interview.progress(doing, 0, size)
    return validate(
        aws.s3.read_chunks(interview.aws, uri, etag=etag),
        max_records=interview.type.most_records,
        require_reference=interview.type.needs_reference,
        scorer=interview.value(slots.SCORER),
        on_progress=lambda done, _records: interview.progress(doing, done, size),
    )


def _describe(_: bool, facts: SampleFacts | PromptFacts | None) -> str:
    if facts is None:
        return "not read"
    if isinstance(facts, PromptFacts):
        return f"{facts.rows:,} prompts"
    return f"{facts.report.valid:,} valid records of {facts.report.records:,}"


STEP = Step(
    slots.DATA_SAMPLE,
    "Records",
    ask=_ask,
    read=read_agreement,
    check=_check,
    describe=_describe,
    depends_on=(slots.EVALUATION_TYPE, slots.DATASET, slots.SCORER),
    asked_again=True,
    example="yes",
    example_meaning="The file is read on this machine, and nothing of it is kept. Reading it "
    "costs a fraction of a cent for each GB.",
)


def _ask_description(interview: Interview) -> Question:
    guides = "; they decide which metrics are recommended" if interview.type.bedrock_judges else ""
    return Question(
        "What does the dataset look like? Which format is it in, and which fields hold the prompt "
        "and the reference answer?",
        help=f"In your own words{guides}. Records are neither counted nor validated.",
        reference="references/dataset-formats.md",
    )


DESCRIPTION_STEP = Step(
    slots.DATA_DESCRIPTION,
    "Dataset in words",
    ask=_ask_description,
    hears=hearing.free_text,
    applies=lambda interview: interview.value(slots.DATA_SAMPLE) is False,
    depends_on=(slots.DATASET, slots.DATA_SAMPLE),
    asked_again=True,
    example="120 billing questions in English with answers by our staff",
    example_meaning="Your description replaces reading the data; records are neither counted nor "
    "validated.",
    wants=Wants(long=True),
)

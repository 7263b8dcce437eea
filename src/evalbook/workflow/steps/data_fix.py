"""What to do if a job would not read all of the dataset: a converted copy, or another dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalbook import aws
from evalbook.checks import passed, warning
from evalbook.datasets.report import Report
from evalbook.errors import AnswerRejected
from evalbook.texts import fingerprint, plural
from evalbook.workflow import slots
from evalbook.workflow.copies import keep_copy, named_object, read_named
from evalbook.workflow.facts import CopyFacts, SampleFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Reopened, Step
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.turn import Choice, Question

if TYPE_CHECKING:
    from evalbook.datasets.convert import Changes, Plan, Target

CONVERT = "convert"
SYSTEM_IN_QUERY = "system_in_query"
FIRST_QUESTION = "first_question"
KEEP = "keep"
ANOTHER = "another"

_COPIES = {
    CONVERT: "",
    SYSTEM_IN_QUERY: ", the system prompt before the query",
    FIRST_QUESTION: ", the first of several questions",
}
"""The copies that can be written, and what a summary adds of each."""


def _ask(interview: Interview) -> Question:
    plan, kept = _plan(interview, CONVERT), _can_be_kept(interview)
    choices = []
    if plan and _needs_a_copy(interview):
        choices.append(Choice(CONVERT, "Write a converted copy", plan.summary))
    if plan and _lost_system(interview):
        choices.append(
            Choice(
                SYSTEM_IN_QUERY,
                "Write a copy with the system prompt before the query",
                "Each query then starts with its system prompt, as one text.",
            )
        )
    first = _plan(interview, FIRST_QUESTION) if _report(interview).several_questions else None
    if first:
        plan = plan or first
        choices.append(
            Choice(
                FIRST_QUESTION,
                "Write a copy with the first of several questions",
                f"{first.summary} Later questions are not asked.",
            )
        )
    if kept:
        choices.append(
            Choice(KEEP, "Use it as it is", "Whatever a job does not read is not evaluated.")
        )
    choices.append(
        Choice(ANOTHER, "Give another dataset", "Goes back to the question about the dataset.")
    )
    found = "would be read only in part" if kept else "can't be used as it is"
    return Question(
        f"The dataset {found}. What should be done?",
        kind="choice",
        choices=tuple(choices),
        notices=(_trouble(interview), *(plan.details if plan else ())),
        help="The original is never changed. Giving an S3 URI chooses that dataset instead.",
        reference="references/dataset-formats.md",
    )


def _read(text: str, question: Question, _: Interview) -> str:
    if text.startswith(("s3://", "arn:")):
        return text
    return read_choice(text, question.choices)


def _check(value: str, interview: Interview) -> Outcome[str, CopyFacts | None]:
    """Keep the agreed copy if it still exists and is still the right one.

    Raises:
        AnswerRejected: another would have to be written, which only the person can decide.
    """
    if value == KEEP:
        if not _can_be_kept(interview):
            raise AnswerRejected("data_fix.not_kept", _trouble(interview))
        return Accepted(KEEP, None, (warning("dataset.kept", _trouble(interview)),))
    earlier, wanted = interview.answer(slots.DATA_FIX), _copy(interview, value)
    plain = value == CONVERT and _lost_system(interview)
    if earlier.facts is None or earlier.facts.uri != str(wanted) or plain:
        raise AnswerRejected("data_fix.other_copy", _trouble(interview))
    aws.s3.describe_object(interview.aws, wanted)
    return Accepted(value, earlier.facts, earlier.checks)


def _do(value: str, interview: Interview) -> Outcome[str, CopyFacts | None]:
    """Write the copy next to the original and validate what is in S3."""
    from evalbook.datasets.convert import convert, list_rows_left_out
    from evalbook.datasets.findings import report_checks

    if value == KEEP:
        return _check(value, interview)
    if value not in _COPIES:
        return Reopened("dataset", None if value == ANOTHER else value)
    report, changes = _report(interview), _changes(value)
    records = convert(
        read_named(interview),
        report=report,
        target_format=_target_format(interview),
        changes=changes,
    )
    copy = keep_copy(interview, _copy(interview, value), records)
    told = f"The converted copy is {copy.uri}; the original is unchanged."
    checks = [passed("dataset.copy", told)]
    if left_out := list_rows_left_out(report, changes):
        checks.append(warning("dataset.left_out", f"{'. '.join(left_out)}."))
    return Accepted(value, copy, (*checks, *report_checks(copy.report)))


def _copy(interview: Interview, value: str) -> aws.s3_uris.S3Uri:
    """Return where the copy goes, named after this version of the original and the conversion.

    Anything already there was made by an earlier answer.
    """
    etag = interview.answer(slots.DATASET).facts.etag
    version = f"{etag} {value} {_target_format(interview)}"
    if interview.type.needs_reference:
        version += f" {interview.value(slots.SCORER)}"
    return aws.s3.sibling_key(named_object(interview), f"-evalbook-{fingerprint(version)}")


def _plan(interview: Interview, value: str) -> Plan | None:
    from evalbook.datasets.convert import plan_of

    return plan_of(
        _report(interview), target_format=_target_format(interview), changes=_changes(value)
    )


def _changes(value: str) -> Changes:
    from evalbook.datasets.convert import Changes

    return Changes(
        system_into_query=value == SYSTEM_IN_QUERY, first_question=value == FIRST_QUESTION
    )


def _target_format(interview: Interview) -> Target | None:
    if interview.type.prompts_alone:
        return "prompt_only"
    several = _report(interview).multi_turn > 0
    return "sagemaker" if several or _unusable_by_nova(interview) else None


def _report(interview: Interview) -> Report:
    """Return what was found in the original, which has been read if this step applies."""
    found = interview.answer(slots.DATA_SAMPLE).facts
    assert isinstance(found, SampleFacts)  # noqa: S101 - as above
    return found.report


def _trouble(interview: Interview) -> str:
    problems = [*_needs_a_copy(interview), *_lost_system(interview)]
    return f"{named_object(interview)}: {'; '.join(problems)}."


def _needs_a_copy(interview: Interview) -> list[str]:
    """Say what keeps a job from reading all of the original, and a converted copy mends."""
    from evalbook.datasets.invalid import invalid_of

    report = _report(interview)
    found = [invalid_of(report.invalid, report.records)] if report.invalid else []
    found += _unread(interview, report)
    if _unusable_by_nova(interview):
        found.append("a Nova model needs a prompt or query field in every record")
    return found if found or report.valid else ["no usable record"]


def _unread(interview: Interview, report: Report) -> list[str]:
    from evalbook.datasets.findings import lost_lines

    if interview.type.prompts_alone:
        return ["Multi-turn RL reads a prompt in every row, and nothing else"]
    problems = [report.container_problem] if report.container_problem else lost_lines(report)
    if report.multi_turn:
        verb = "has" if report.multi_turn == 1 else "have"
        problems.append(
            f"{plural(report.multi_turn, 'record')} {verb} several user turns, and AWS does not"
            " document what happens to the earlier ones; a copy puts them into the query text"
        )
    if not problems and not _is_json_lines(interview):
        problems = ["A job reads only objects with names ending in .jsonl"]
    return [line.rstrip(".") for line in problems]


def _lost_system(interview: Interview) -> list[str]:
    """Say that system prompts are lost, which only a copy with them in the queries mends."""
    report = _report(interview)
    if not interview.nova_alone or not report.with_system:
        return []
    having = f"{report.with_system:,} of {report.records:,} records have one"
    return [f"a judged Nova model gets no system prompt, and {having}"]


def _unusable_by_nova(interview: Interview) -> bool:
    # The SDK's converter for judged Nova runs knows only the fields prompt and query.
    from evalbook.datasets.formats import format_named

    name = _report(interview).format
    return interview.nova_alone and (name is None or not format_named(name).nova_ready)


def _is_json_lines(interview: Interview) -> bool:
    return named_object(interview).key.lower().endswith(".jsonl")


def _can_be_kept(interview: Interview) -> bool:
    if interview.type.prompts_alone or _unusable_by_nova(interview):
        return False
    return _report(interview).keepable and _is_json_lines(interview)


def _applies(interview: Interview) -> bool:
    if not isinstance(interview.facts(slots.DATA_SAMPLE), SampleFacts):
        return False
    return bool(_needs_a_copy(interview) or _lost_system(interview))


STEP = Step(
    slots.DATA_FIX,
    "Converted dataset",
    ask=_ask,
    read=_read,
    check=_check,
    do=_do,
    describe=lambda value, copy: (
        f"converted copy {copy.uri}, {copy.report.valid:,} records{_COPIES.get(value, '')}"
        if copy
        else "used as it is"
    ),
    applies=_applies,
    # All that matters about the model here is whether it is Nova; it is asked for later.
    depends_on=(slots.DATASET, slots.DATA_SAMPLE, slots.SCORER, slots.MODEL),
    said_ahead=False,
    example="convert",
    example_meaning="A corrected copy is written beside the original, which is never changed.",
)

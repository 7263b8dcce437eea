"""What the model was trained on: whether it may be read, and what to do about prompts in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalbook import aws
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import AnswerRejected
from evalbook.texts import file_size, fingerprint, plural
from evalbook.workflow import slots
from evalbook.workflow.copies import keep_copy, readable_object, readable_report
from evalbook.workflow.facts import CopyFacts, OverlapFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.replies.choices import read_one_choice, read_yes_or_no
from evalbook.workflow.turn import Choice, Question

if TYPE_CHECKING:
    from evalbook.datasets.overlap import Overlap


_NAMED = 10


def _ask(interview: Interview) -> Question:
    found = _found(interview)
    size, job = plural(len(found.objects), "object"), interview.model.training_job
    return Question(
        f"May I read the training data of job {job} and look for the evaluation's prompts in it?",
        kind="confirm",
        help="A model scores too well on prompts that it has seen. Yes streams"
        f" {size} of {file_size(found.size)} through this machine and keeps nothing. No reads "
        "nothing.",
        notices=found.untold,
    )


def _check(value: bool, interview: Interview) -> Outcome[bool, OverlapFacts | None]:
    if not value:
        unread = "Not checked: whether the model was trained on the evaluation's prompts."
        return Accepted(value, None, (skipped("dataset.overlap", unread),))
    from evalbook.datasets.overlap import find_overlap

    found = _found(interview)
    overlap = find_overlap(
        aws.s3.read_chunks(interview.aws, readable_object(interview)),
        (aws.s3.read_chunks(interview.aws, it) for it in found.objects),
        lambda done, _: interview.progress("Reading the training data", done, None),
    )
    facts = OverlapFacts(
        str(interview.model.training_job),
        overlap.compared,
        overlap.exact,
        overlap.near,
        overlap.training_records,
    )
    return Accepted(True, facts, tuple(_checks(overlap, found, facts.job)))


def _found(interview: Interview) -> aws.training.TrainingData:
    model = interview.model
    return aws.training.find_training_data(interview.aws, model.training_data, model.region)


def _checks(overlap: Overlap, found: aws.training.TrainingData, job: str) -> list[Check]:
    check = "dataset.overlap"
    read = plural(overlap.training_records, "training record")
    told = [skipped(check, text) for text in found.untold]
    if overlap.training_unread or overlap.objects_unread:
        told.append(
            skipped(
                check,
                f"{plural(overlap.training_unread, 'record')} and"
                f" {plural(overlap.objects_unread, 'object')} of the training data were not read.",
            )
        )
    if not overlap.places:
        none = f"None of {plural(overlap.compared, 'prompt')} is among {read} of {job}."
        return [passed(check, none), *told]
    count, numbers = len(overlap.places), sorted(overlap.places)[:_NAMED]
    shown = ", ".join(f"{number:,}" for number in numbers)
    more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
    message = (
        f"{count:,} of {plural(overlap.compared, 'prompt')} are in the model's own training"
        f" data ({len(overlap.exact):,} word for word, {len(overlap.near):,} nearly): records"
        f" {shown}{more}. The fine-tuned model scores better on these than on new ones."
    )
    return [warning(check, message, "Leave them out at the next question."), *told]


STEP = Step(
    slots.TRAINING_DATA,
    "Training data",
    ask=_ask,
    read=read_yes_or_no,
    check=_check,
    describe=lambda _, facts: (
        f"{len(facts.places):,} of {facts.compared:,} prompts in it" if facts else "not read"
    ),
    applies=lambda it: bool(
        (model := it.facts(slots.MODEL)) and model.training_data and readable_report(it)
    ),
    depends_on=(slots.DATASET, slots.DATA_SAMPLE, slots.DATA_FIX, slots.MODEL),
    asked_again=True,
    said_ahead=False,
    asks_aws=True,
    example="yes",
    example_meaning="The training data are streamed once, to find prompts that the model has "
    "seen. Nothing is kept.",
)


WITHOUT = "without"
KEEP = "keep"


def _ask_overlap(interview: Interview) -> Question:
    seen, report = len(_seen(interview).places), readable_report(interview)
    left = report.valid - seen if report is not None else 0
    without = Choice(
        WITHOUT,
        "Write a copy without them",
        f"{left:,} records remain, in a new object; the original stays unchanged.",
    )
    keep = Choice(
        KEEP,
        "Evaluate all records anyway",
        "The comparison favours the fine-tuned model; the results repeat this warning.",
    )
    return Question(
        f"{seen:,} prompts are in the model's own training data. What should be done?",
        kind="choice",
        choices=(without, keep) if left else (keep,),
    )


def _seen(interview: Interview) -> OverlapFacts:
    found = interview.answer(slots.TRAINING_DATA).facts
    assert found is not None  # noqa: S101 - the step applies only then
    return found


def _check_overlap(value: str, interview: Interview) -> Outcome[str, CopyFacts | None]:
    """Keep the agreed copy if it is still the right one."""
    if value == KEEP:
        seen = len(_seen(interview).places)
        said = f"{seen:,} prompts that the model was trained on are evaluated anyway."
        return Accepted(KEEP, None, (warning("dataset.seen", said),))
    earlier = interview.answer(slots.TRAINING_OVERLAP)
    if earlier.facts is None or earlier.facts.uri != str(_copy(interview)):
        raise AnswerRejected(
            "training_overlap.other_copy",
            "A different copy without the training data is needed now.",
        )
    return Accepted(WITHOUT, earlier.facts, earlier.checks)


def _do_overlap(value: str, interview: Interview) -> Outcome[str, CopyFacts | None]:
    """Write the copy beside the dataset, unless an earlier answer did."""
    from evalbook.datasets.convert import Changes, convert

    report = readable_report(interview)
    if value == KEEP or report is None:
        return _check_overlap(value, interview)
    records = aws.s3.read_chunks(interview.aws, readable_object(interview))
    seen = Changes(without=frozenset(place - 1 for place in _seen(interview).places))
    unseen = convert(records, report=report, changes=seen)
    copy = keep_copy(interview, _copy(interview), unseen)
    said = (
        f"The copy without the training data is {copy.uri}; {copy.report.valid:,} records remain."
    )
    return Accepted(WITHOUT, copy, (passed("dataset.unseen", said),))


def _copy(interview: Interview) -> aws.s3_uris.S3Uri:
    original = readable_object(interview)
    text = f"{original} {_seen(interview).places}"
    return aws.s3.sibling_key(original, f"-unseen-{fingerprint(text)}")


OVERLAP_STEP = Step(
    slots.TRAINING_OVERLAP,
    "Prompts of the training data",
    ask=_ask_overlap,
    read=read_one_choice,
    check=_check_overlap,
    do=_do_overlap,
    describe=lambda _, facts: f"left out, in {facts.uri}" if facts else "evaluated anyway",
    applies=lambda it: bool((seen := it.facts(slots.TRAINING_DATA)) and seen.places),
    depends_on=(slots.DATASET, slots.DATA_SAMPLE, slots.DATA_FIX, slots.TRAINING_DATA),
    said_ahead=False,
    example="1",
    example_meaning="A model scores too well on prompts that it was trained on.",
)

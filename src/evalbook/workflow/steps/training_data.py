"""Whether the model was trained on the evaluation's prompts; its data are read with consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalbook import aws
from evalbook.checks import Check, passed, skipped, warning
from evalbook.texts import plural
from evalbook.workflow.facts import (
    DATA_FIX,
    DATA_SAMPLE,
    DATASET,
    MODEL,
    TRAINING_DATA,
    OverlapFacts,
)
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.agreeing import read_agreement
from evalbook.workflow.steps.dataset import readable_object, readable_report
from evalbook.workflow.turn import Question

if TYPE_CHECKING:
    from evalbook.datasets.overlap import Overlap

_NAMED = 10


def _ask(interview: Interview) -> Question:
    found = _found(interview)
    size = plural(len(found.objects), "object")
    return Question(
        f"May I read the training data of job {found.job} and look for the evaluation's"
        " prompts in it?",
        kind="confirm",
        help="A model scores too well on prompts that it has seen. Yes streams"
        f" {size} of {_bytes(found.size)} through this machine and keeps nothing. No reads "
        "nothing.",
        notices=found.untold,
    )


def _check(value: bool, interview: Interview) -> Outcome[bool, OverlapFacts | None]:
    if not value:
        unread = "Not checked: whether the model was trained on the evaluation's prompts."
        return Accepted(value, None, (skipped("dataset.overlap", unread),))
    found = _found(interview)
    overlap = _overlap(interview, found)
    facts = OverlapFacts(
        found.job, overlap.compared, overlap.exact, overlap.near, overlap.training_records
    )
    return Accepted(True, facts, tuple(_checks(overlap, found)))


def _found(interview: Interview) -> aws.training_data.TrainingData:
    model = interview.model
    return aws.training_data.training_data(
        interview.aws, str(model.training_job), model.training_data, model.region
    )


def _overlap(interview: Interview, found: aws.training_data.TrainingData) -> Overlap:
    from evalbook.datasets.overlap import find_overlap

    uri = readable_object(interview)
    return find_overlap(
        aws.s3.read_chunks(interview.aws, uri),
        (aws.s3.read_chunks(interview.aws, it) for it in found.objects),
        lambda done, _: interview.progress("Reading the training data", done, None),
    )


def _checks(overlap: Overlap, found: aws.training_data.TrainingData) -> list[Check]:
    from evalbook.texts import plural

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
        none = f"None of {plural(overlap.compared, 'prompt')} is among {read} of {found.job}."
        return [passed(check, none), *told]
    numbers = sorted(overlap.places)
    shown = ", ".join(f"{number:,}" for number in numbers[:_NAMED])
    more = f" and {len(numbers) - _NAMED:,} more" if len(numbers) > _NAMED else ""
    message = (
        f"{len(numbers):,} of {plural(overlap.compared, 'prompt')} are in the model's own training"
        f" data ({len(overlap.exact):,} word for word, {len(overlap.near):,} nearly): records"
        f" {shown}{more}. The fine-tuned model scores better on these than on new ones."
    )
    return [warning(check, message, "Leave them out at the next question."), *told]


def _bytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"


def _applies(interview: Interview) -> bool:
    model = interview.facts(MODEL)
    return (
        model is not None and bool(model.training_data) and readable_report(interview) is not None
    )


def _describe(value: bool, facts: OverlapFacts | None) -> str:
    if not value or facts is None:
        return "not read"
    return f"{len(facts.exact) + len(facts.near):,} of {facts.compared:,} prompts in it"


STEP = Step(
    TRAINING_DATA,
    "Training data",
    ask=_ask,
    read=read_agreement,
    check=_check,
    describe=_describe,
    applies=_applies,
    depends_on=(DATASET, DATA_SAMPLE, DATA_FIX, MODEL),
    asked_again=True,
    said_ahead=False,
    asks_aws=True,
    example=Example(
        "yes",
        "The training data are streamed once, to find prompts that the model has seen. "
        "Nothing is kept.",
    ),
)

"""What to do about prompts that the model was trained on: leave out or keep."""

from __future__ import annotations

from collections.abc import Iterator

from evalbook import aws
from evalbook.checks import passed, warning
from evalbook.errors import AnswerRejected
from evalbook.texts import fingerprint
from evalbook.workflow.copies import keep_copy
from evalbook.workflow.facts import (
    DATA_FIX,
    DATA_SAMPLE,
    DATASET,
    TRAINING_DATA,
    TRAINING_OVERLAP,
    CopyFacts,
    OverlapFacts,
)
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.choices import read_one_choice
from evalbook.workflow.steps.dataset import readable_object, readable_report
from evalbook.workflow.turn import Choice, Question

WITHOUT = "without"
KEEP = "keep"


def _ask(interview: Interview) -> Question:
    facts, left = _seen(interview), _left(interview)
    choices = [
        Choice(
            KEEP,
            "Evaluate all records anyway",
            "The comparison favours the fine-tuned model; the results repeat this warning.",
        )
    ]
    if left:
        choices.insert(
            0,
            Choice(
                WITHOUT,
                "Write a copy without them",
                f"{left:,} records remain, in a new object; the original stays unchanged.",
            ),
        )
    return Question(
        f"{len(facts.places):,} prompts are in the model's own training data. What should be done?",
        kind="choice",
        choices=tuple(choices),
    )


def _seen(interview: Interview) -> OverlapFacts:
    found = interview.answer(TRAINING_DATA).facts
    assert found is not None  # noqa: S101 - the step applies only then
    return found


def _left(interview: Interview) -> int:
    report = readable_report(interview)
    return report.valid - len(_seen(interview).places) if report is not None else 0


def _check(value: str, interview: Interview) -> Outcome[str, CopyFacts | None]:
    """Keep the agreed copy if it is still the right one."""
    if value == KEEP:
        return _kept(interview)
    earlier = interview.answer(TRAINING_OVERLAP)
    if earlier.facts is None or earlier.facts.uri != str(_copy(interview)):
        raise AnswerRejected(
            "training_overlap.other_copy",
            "A different copy without the training data is needed now.",
        )
    return Accepted(WITHOUT, earlier.facts, earlier.checks)


def _do(value: str, interview: Interview) -> Outcome[str, CopyFacts | None]:
    """Write the copy beside the dataset, unless an earlier answer did."""
    if value == KEEP:
        return _kept(interview)
    copy = keep_copy(interview, _copy(interview), _without_seen(interview))
    said = (
        f"The copy without the training data is {copy.uri}; {copy.report.valid:,} records remain."
    )
    return Accepted(WITHOUT, copy, (passed("dataset.unseen", said),))


def _kept(interview: Interview) -> Accepted[str, CopyFacts | None]:
    seen = len(_seen(interview).places)
    said = f"{seen:,} prompts that the model was trained on are evaluated anyway."
    return Accepted(KEEP, None, (warning("dataset.seen", said, None),))


def _copy(interview: Interview) -> aws.s3_uris.S3Uri:
    original = readable_object(interview)
    text = f"{original} {_seen(interview).places}"
    return aws.s3.sibling_key(original, f"-unseen-{fingerprint(text)}")


def _without_seen(interview: Interview) -> Iterator[bytes]:
    from evalbook.datasets.convert import Changes, convert

    report = readable_report(interview)
    assert report is not None  # noqa: S101 - the dataset was read, or nothing was found in it
    chunks = aws.s3.read_chunks(interview.aws, readable_object(interview))
    without = frozenset(place - 1 for place in _seen(interview).places)
    yield from convert(chunks, report=report, changes=Changes(without=without))


def _applies(interview: Interview) -> bool:
    found = interview.facts(TRAINING_DATA)
    return found is not None and bool(found.places)


def _describe(_: str, facts: CopyFacts | None) -> str:
    if facts is None:
        return "evaluated anyway"
    return f"left out, in {facts.uri}"


STEP = Step(
    TRAINING_OVERLAP,
    "Prompts of the training data",
    ask=_ask,
    read=read_one_choice,
    check=_check,
    do=_do,
    describe=_describe,
    applies=_applies,
    depends_on=(DATASET, DATA_SAMPLE, DATA_FIX, TRAINING_DATA),
    said_ahead=False,
    example=Example(
        "1",
        "A model scores too well on prompts that it was trained on.",
    ),
)

"""A run's results again, without the prompts that are in the model's own training data.

They are known if the interview found them and they were evaluated anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evalbook.aws.s3 import read_chunks
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.runs.categories import number_records, record_keys
from evalbook.runs.comparison import compare, means
from evalbook.runs.report import Results, Unseen, UnseenAlone, UnseenComparison
from evalbook.runs.store import Arm
from evalbook.runs.words import alone_sentence, verdict_sentence
from evalbook.texts import plural
from evalbook.workflow.copies import effective_dataset, readable_object
from evalbook.workflow.facts import OverlapFacts
from evalbook.workflow.interview import Interview
from evalbook.workflow.slots import DATA_FIX, DATASET, MODEL, TRAINING_DATA, TRAINING_OVERLAP


def add_unseen(aws: Aws, report: Results, interview: Interview) -> None:
    """Add to a report what it would be without the prompts that the interview's model has seen."""
    found, model = interview.facts(TRAINING_DATA), interview.facts(MODEL)
    copy = interview.facts(TRAINING_OVERLAP)
    if found is None or model is None or not found.places or copy is not None:
        return  # none is there, or the run had a copy without them
    dataset = effective_dataset(interview)
    runs = [it.name for it in report.runs if (it.model, it.dataset) == (model.arn, dataset)]
    if not runs:
        return
    told = f"{plural(len(found.places), 'prompt')} of {found.job}'s training data"
    if not report.comparisons and not report.alone:
        report.notes.append(f"{told} can't be left out here: there are only totals.")
        return
    try:
        with report.store.without(_seen_keys(aws, interview, found)):
            unseen = _look_again(report, found, runs)
    except AnswerRejected as error:
        report.notes.append(f"{told} can't be left out: {error.message}")
        return
    if sum(it.left_out for it in unseen.comparisons) + sum(it.left_out for it in unseen.alone):
        report.unseen = unseen
    else:
        report.notes.append(f"{told} can't be left out: the results do not contain them.")


def _seen_keys(aws: Aws, interview: Interview, found: OverlapFacts) -> Iterator[bytes]:
    # A copy is named after its content; the person's own object may have changed since.
    copied = interview.facts(DATA_FIX) is not None
    etag = None if copied else interview.answer(DATASET).facts.etag
    uri, seen = readable_object(interview), set(found.places)
    for number, record in number_records(read_chunks(aws, uri, etag=etag)):
        if number in seen:
            yield from record_keys(record)


def _look_again(report: Results, found: OverlapFacts, runs: Sequence[str]) -> Unseen:
    def of_the_model(*arms: Arm) -> bool:
        # Beside other runs' models, one is named after its run.
        names = [arm.name.startswith(f"{run} ") for arm in arms for run in runs]
        return len(report.runs) == len(runs) or any(names)

    store = report.store
    before = [it for it in report.comparisons if of_the_model(it.first, it.second)]
    models = [arm for arm, _ in report.alone if of_the_model(arm)]
    compared = compare(store, [(it.first, it.second) for it in before])
    return Unseen(
        found.job,
        len(found.places),
        tuple(
            UnseenComparison(
                it.first.name,
                it.second.name,
                verdict_sentence(it.rows, it.second.name, it.first.name, it.paired),
                whole.paired - it.paired,
                it.paired,
                it.rows,
            )
            for whole, it in zip(before, compared, strict=True)
        ),
        tuple(
            UnseenAlone(
                arm.name, alone_sentence(arm.name, left, rows), arm.records - left, left, rows
            )
            for arm in models
            for left in [sum(len(it.places) for it in store.batches(arm))]
            for rows in [means(store, arm)]
        ),
    )

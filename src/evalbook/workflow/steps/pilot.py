"""How many records to evaluate: all, in as many jobs as it takes, or a pilot first."""

from __future__ import annotations

import math
import re
from contextlib import ExitStack
from dataclasses import replace

from evalbook import aws
from evalbook.checks import passed
from evalbook.errors import AnswerRejected
from evalbook.texts import fingerprint, shortened
from evalbook.workflow import hearing, slots
from evalbook.workflow.copies import effective_object, effective_report, is_in_s3, upload
from evalbook.workflow.estimate import Estimate, add_price, estimate
from evalbook.workflow.facts import PartsFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.replies.choices import how_to_answer, read_choice
from evalbook.workflow.replies.numbers import whole_number, with_digits
from evalbook.workflow.replies.reading import Reading, Taken
from evalbook.workflow.replies.words import doubt_in
from evalbook.workflow.turn import Choice, Question

ALL = "all"
FIRST = "pilot"
REST = "rest"

LARGE_ENOUGH = 300
"""Records from which a pilot is worthwhile."""
FEWEST, SHARE = 50, 10
"""Records in the smallest pilot, and the default pilot's share of all records."""
_RULE = """\
A pilot is sampled by category, or by prompt length, to represent the whole. Its differences must \
be clear at the 1 % level, those of the whole at 4 %, instead of once at 5 %."""


def _ask(interview: Interview) -> Question:
    whole, most = _whole(interview), _most(interview)
    expected = add_price(replace(estimate(interview), records=whole), interview)
    pilot = _pilot(interview)
    choices = [Choice(ALL, f"All {whole:,} records", _costs(expected, most))]
    if whole >= LARGE_ENOUGH:
        costs = f"{_costs(expected.of(pilot), most)} Then you decide about the rest."
        choices.append(Choice(FIRST, f"A pilot of {pilot:,} records first", costs))
    if _of_earlier(interview):
        rest = _costs(expected.of(whole - pilot), most)
        choices.append(Choice(REST, f"The rest, after the pilot of {pilot:,}", rest))
    return Question(
        "Evaluate all records, or a pilot first?",
        kind="choice",
        choices=tuple(choices),
        notices=(_RULE,) if whole >= LARGE_ENOUGH else (),
        help=f"A number from {FEWEST} to {min(most, whole // 2):,} sets the size of the pilot.",
    )


def _costs(it: Estimate, most: int) -> str:
    price = "No price is known"
    if it.price is not None:
        price = "About {:,.2f} to {:,.2f} US dollars of judging".format(*it.price)
    time = ", {} to {} minutes".format(*it.minutes) if it.minutes else ""
    jobs = math.ceil((it.records or 0) / most)
    side = f", in {jobs} jobs side by side" if jobs > 1 else ""
    return f"{price}{time}{side}."


def _most(interview: Interview) -> int:
    most = interview.type.most_records
    assert most is not None  # noqa: S101 - only types with a limit ask this
    return most


def _whole(interview: Interview) -> int:
    report = effective_report(interview)
    return report.valid if report is not None else 0


def _pilot(interview: Interview) -> int:
    """Return the size of the pilot chosen before, or else the default one."""
    usual = min(max(2 * FEWEST, _whole(interview) // SHARE), _most(interview))
    return _of_earlier(interview) or usual


def _of_earlier(interview: Interview) -> int:
    """Return the size of the pilot chosen before; 0 if none was."""
    facts = interview.facts(slots.PILOT)
    return facts.records[0] if facts is not None and facts.pilot else 0


def _hears(reply: str, question: Question, interview: Interview) -> Reading:
    """Hear how many records, however it is phrased: "200 first", "a pilot of 200"."""
    numbers = [int(it) for it in re.findall(r"\d+", with_digits(reply))]
    if len(numbers) != 1 or doubt_in(reply):
        return hearing.by_kind(reply, question, interview)
    [number] = numbers
    if re.search(r"\d ?(?:%|percent)", reply):
        number = _whole(interview) * number // 100
    elif number <= len(question.choices):
        return hearing.by_kind(reply, question, interview)
    return Taken(ALL if number == _whole(interview) else str(number))


def _read(text: str, question: Question, interview: Interview) -> str:
    number, most = whole_number(text), min(_most(interview), _whole(interview) // 2)
    if FEWEST <= number <= most:
        return str(number)
    try:
        chosen = read_choice(text, question.choices)
        return str(_pilot(interview)) if chosen == FIRST else chosen
    except AnswerRejected:
        raise AnswerRejected(
            "pilot.unclear",
            f"{shortened(text)!r} is neither a choice nor a number from {FEWEST} to {most:,}.",
            how_to_answer(question),
        ) from None


def _split(value: str, interview: Interview) -> PartsFacts | None:
    """Return the parts to evaluate, beside the dataset and named after it; None for one job."""
    from evalbook.datasets.parts import sizes_of

    pilot = 0 if value == ALL else _of_earlier(interview) if value == REST else int(value)
    sizes = sizes_of(_whole(interview), _most(interview), pilot)
    if len(sizes) < 2:
        return None
    original = effective_object(interview)
    told = fingerprint(f"{original} {interview.answer(slots.DATASET).facts.etag} {sizes}")
    names = [f"-{told}-{part}-of-{len(sizes)}" for part in range(1, len(sizes) + 1)]
    if value != ALL:
        names[0] += f"-pilot-{sizes[0]}-of-{sum(sizes)}"
    uris = tuple(str(aws.s3.sibling_key(original, name)) for name in names)
    return PartsFacts(uris, tuple(sizes), pilot=value != ALL)


def _check(value: str, interview: Interview) -> Outcome[str, PartsFacts | None]:
    """Keep the parts already written if they are still the right ones."""
    earlier = interview.answer(slots.PILOT)
    if earlier.facts != _split(value, interview):
        raise AnswerRejected("pilot.other_parts", "The dataset has to be split anew.")
    return Accepted(value, earlier.facts, earlier.checks)


def _do(value: str, interview: Interview) -> Outcome[str, PartsFacts | None]:
    parts = _split(value, interview)
    if parts is None:
        return Accepted(value)
    _write(interview, parts)
    sized = zip(parts.uris, parts.records, strict=True)
    said = "; ".join(f"{uri} ({size:,} records)" for uri, size in sized)
    told = passed("dataset.parts", f"One job per part, beside the dataset: {said}.")
    return Accepted(value, parts, (told,))


def _write(interview: Interview, parts: PartsFacts) -> None:
    """Write the parts that an earlier answer did not."""
    import tempfile

    from evalbook.datasets.parts import drawn, strata_of, write_parts

    uris = [aws.s3.parse_s3_uri(uri, what="part") for uri in parts.uris]
    missing = [at for at, uri in enumerate(uris) if not is_in_s3(interview, uri)]
    if not missing:
        return
    original, sizes = effective_object(interview), parts.records
    interview.progress(f"Splitting {original}", None, None)
    first = frozenset[int]()
    if parts.pilot:
        first = drawn(strata_of(aws.s3.read_chunks(interview.aws, original)), sizes[0])
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in sizes]
        write_parts(aws.s3.read_chunks(interview.aws, original), sizes, first, files)
        for at in missing:
            upload(interview, files[at], uris[at])


def _describe(value: str, facts: PartsFacts | None) -> str:
    if facts is None:
        return "all, in one job"
    whole, jobs = sum(facts.records), len(facts.uris)
    if value == ALL:
        return f"all {whole:,}, in {jobs} jobs"
    pilot = facts.records[0]
    return f"a pilot of {pilot:,} of {whole:,}" + (", and the rest" if value == REST else "")


STEP = Step(
    slots.PILOT,
    "Records to evaluate",
    ask=_ask,
    hears=_hears,
    read=_read,
    check=_check,
    do=_do,
    describe=_describe,
    applies=lambda it: _whole(it) >= min(LARGE_ENOUGH, _most(it) + 1),
    depends_on=(slots.DATASET, slots.DATA_SAMPLE, slots.DATA_FIX, slots.TRAINING_OVERLAP),
    asks_aws=True,
    example="all",
    example_meaning="A pilot costs a fraction, and shows how likely the full run is to settle the "
    "question.",
)

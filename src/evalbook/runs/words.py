"""The comparison in sentences that a careful statistician would sign.

The first sentence is the verdict, the same in the notebook's last cell; what would change a
reader's mind about it follows, and what it rests on stands apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evalbook.runs.answers import WORDS as FAULTS
from evalbook.runs.comparison import Comparison, MeanRow, MetricRow
from evalbook.runs.statistics import (
    CONFIDENCE,
    SIGNIFICANT,
    estimate_records_to_tell,
    most_that_may_differ,
)
from evalbook.runs.store import Arm
from evalbook.runs.summaries import Figures, PairRow
from evalbook.runs.verdicts import BETTER, SAME, UNCLEAR, VERDICTS, WORSE
from evalbook.texts import joined, plural

ROUGH_BELOW = 20
"""Records below which the interval deserves a word of caution."""


def headline(comparison: Comparison) -> str:
    if not comparison.paired:
        return _sentence(_nothing_paired(comparison))
    return verdict_sentence(
        comparison.rows, comparison.second.name, comparison.first.name, comparison.paired
    )


def verdict_sentence(
    rows: Sequence[PairRow], name: str, other: str, records: int | None = None
) -> str:
    over = "" if records is None else f", over {plural(records, 'record')}"
    groups = [(it, [row.metric for row in rows if row.verdict == it]) for it in VERDICTS]
    said = "; ".join(f"{verdict} on {joined(named)}" for verdict, named in groups if named)
    subject = _sentence(f"{the(name)} against {the(other)}{over}")
    return f"{subject}: {said or 'no metric in common'}."


def _nothing_paired(comparison: Comparison) -> str:
    arms = (comparison.first, comparison.second)
    empty = [the(arm.name) for arm in arms if not arm.records]
    if empty:
        return f"there is no record of {' or '.join(empty)} to compare."
    both = f"{the(arms[1].name)} and {the(arms[0].name)}"
    return f"{both} have no record in common: they can't be compared."


def the(name: str) -> str:
    """Return how a model is called in a sentence."""
    return f"the {name} model" if name in ("base", "fine-tuned", "evaluated") else name


def _sentence(text: str) -> str:
    return "T" + text[1:] if text.startswith(("the ", "there ")) else text


def reservations(comparison: Comparison) -> Iterable[str]:
    """Yield what would change a reader's mind about the verdict, a sentence each."""
    if not comparison.paired:
        return
    first, second = comparison.first, comparison.second
    if _judges_differ(comparison):
        yield "But the judges differ: the differences may be theirs rather than the models'."
    redefined = [
        row.metric
        for row in comparison.rows
        if row.metric in first.definitions
        and second.definitions.get(row.metric, "") not in ("", first.definitions[row.metric])
    ]
    if redefined:
        yield (
            f"But the runs define {joined(redefined)} differently: the difference may be in the "
            "metric rather than in the models."
        )
    for arm in (first, second):
        yield from alone_reservations(arm)
    most = max(first.records, second.records)
    if 2 * comparison.paired < most:
        yield f"But only {comparison.paired:,} of {most:,} records could be compared."
    thin = [
        f"{row.records:,} on {row.metric}"
        for row in comparison.rows
        if 0 < 2 * row.records < comparison.paired
    ]
    if thin:
        yield (
            f"But of {plural(comparison.paired, 'record')}, only {joined(thin)} have a score from "
            "both models."
        )
    one_sided = [row.metric for row in comparison.rows if row.records and _one_sided(row)]
    if one_sided:
        yield (
            f"But on {joined(one_sided)}, one model lacks many more scores than the other: the "
            "rest may favour one of them."
        )
    repeated = max(first.repeated, second.repeated)
    if 10 * repeated > most:
        yield f"But {_repeat(repeated)} others: all this is less certain than it looks."
    stricter = [row.metric for row in comparison.rows if row.verdict != row.by_itself]
    if stricter:
        yield (
            f"Stricter: {comparison.together} comparisons. On its own, this one would be clear on "
            f"{joined(stricter)}."
        )


def alone_reservations(arm: Arm) -> Iterable[str]:
    """Yield how many of a model's answers are not really answers."""
    found = arm.faults.found()
    if found:
        said = joined([f"{number:,} {FAULTS[name]}" for name, number in found.items()])
        yield f"But of {arm.faults.answers:,} answers of {the(arm.name)} {said}."


def _repeat(records: int) -> str:
    return f"{plural(records, 'record')} {'repeats' if records == 1 else 'repeat'}"


def _judges_differ(comparison: Comparison) -> bool:
    first, second = comparison.first.judges, comparison.second.judges
    return bool(first and second and first != second)


def _one_sided(row: MetricRow) -> bool:
    first, second = row.unscored
    return abs(first - second) > max(5, 0.05 * (row.records + row.left_out))


def basis(comparison: Comparison) -> list[str]:
    """Say what the verdict rests on, how it is meant, and what was noticed on the way."""
    name = the(comparison.second.name)
    if not comparison.paired:
        return list(_remarks(comparison))
    compared = f"Compared on {plural(comparison.paired, 'record')} that both models answered. "
    meant = f"above zero, {name} is better, even if a low score is good."
    lines = [f"{compared}A gain is the mean difference per record; {meant}"]
    if comparison.tests:
        lines.append(_certainty(comparison))
        lines.append(_scope(comparison))
    lines += _remarks(comparison)
    return lines


def _certainty(comparison: Comparison) -> str:
    asked, together = comparison.tests, comparison.together
    correction = ""
    looks = "" if comparison.level == SIGNIFICANT else ", with the other look 5 %"
    if asked > 1:
        among = f" of {together} comparisons" if together > 1 else ""
        correction = f", with Holm's correction for {asked} metrics{among}"
    return (
        'How certain "better" and "worse" are: the chance of either verdict on even one metric '
        f"where the models do not differ is at most {percent(comparison.level)}{looks} (sign-flip "
        f"test over records{correction}). Each interval (bootstrap over records) is for its metric "
        f'alone: it may exclude zero although the verdict is "{UNCLEAR}". No clear difference does '
        "not mean that there is none: the interval shows how large it may be."
    )


def _scope(comparison: Comparison) -> str:
    judged = ""
    if comparison.first.judges or comparison.second.judges:
        judged = ", and for this judge: the intervals do not include a judge's own bias"
    return f"It holds for records like these, each answered once by each model{judged}."


def categories_basis(comparison: Comparison) -> list[str]:
    lines = []
    if comparison.category_tests:
        lines.append(
            f"The categories are a second look: {comparison.category_tests:,} more questions, "
            "corrected among themselves and not together with those above."
        )
    lines.append(
        "A difference that shows in one category and not in another does not mean that the "
        "categories differ: the smaller one may simply have too few records."
    )
    if comparison.categories_left:
        left = comparison.categories_left
        lines.append(f"{left:,} smaller categories are not shown.")
    return lines


def _remarks(comparison: Comparison) -> Iterable[str]:
    rows = comparison.rows
    if any(row.records < ROUGH_BELOW and row.low is not None for row in rows):
        yield f"With fewer than {ROUGH_BELOW} records the intervals are rough."
    yield from _what_could_not_show(comparison)
    yield from _left_out(comparison)
    for arm in (comparison.first, comparison.second):
        yield from _about_arm(arm, comparison.paired)
    if _judges_differ(comparison):
        judges = [joined(sorted(arm.judges)) for arm in (comparison.first, comparison.second)]
        yield f"The judges were {judges[0]} for the one and {judges[1]} for the other."


def _what_could_not_show(comparison: Comparison) -> Iterable[str]:
    """Yield what these records could not have told, whatever the models."""
    tested = [row for row in comparison.rows if row.verdict == UNCLEAR]
    # Holm's factor is the number of questions as long as none of them was answered.
    none_passed = not any(row.verdict in (BETTER, WORSE) for row in comparison.rows)
    powerless = [
        row.metric
        for row in tested
        if 2.0 ** (1 - row.records) * comparison.tests >= comparison.level
    ]
    if powerless and none_passed and comparison.together == 1:
        yield (
            f"On {joined(powerless)}, no difference, however large, could have passed the test: "
            "there are too few records for so many metrics."
        )
    yield from _what_would_decide(comparison, tested)
    same = [row.records for row in comparison.rows if row.verdict == SAME]
    if same:
        share = 100 * most_that_may_differ(min(same))
        yield (
            f"If none of {min(same):,} records differs, up to {share:.2g} % of all such records "
            "still may (95 % confidence)."
        )
    constant = [
        row.metric
        for row in comparison.rows
        if row.records > 1 and row.low is None and row.verdict != SAME
    ]
    if constant:
        yield (
            f"On {joined(constant)}, every record has the same gain, which says nothing about its "
            "uncertainty, so there is no interval."
        )


def _what_would_decide(comparison: Comparison, tested: Sequence[MetricRow]) -> Iterable[str]:
    """Yield how many more records would make clear what is not."""
    needed = {
        row.metric: estimate_records_to_tell(row.gain or 0.0, row.deviation or 0.0, significant)
        for row in tested
        for significant in [comparison.level / max(1, comparison.tests)]
    }
    more = {row.metric: (needed[row.metric] or 0) - row.records for row in tested}
    named = [f"{metric} {records:,}" for metric, records in more.items() if records > 0]
    if named:
        yield (
            "More records that would probably make it clear, if the models differ as they did "
            f"here: {joined(named)}."
        )


def _about_arm(arm: Arm, paired: int) -> Iterable[str]:
    alone = arm.records - paired
    if alone:
        yield f"{plural(alone, 'record')} of {the(arm.name)} had no counterpart: not compared."
    if arm.unreadable:
        yield f"{plural(arm.unreadable, 'line')} of {the(arm.name)} could not be read."
    if arm.repeated:
        yield (
            f"Of {the(arm.name)}, {_repeat(arm.repeated)} an earlier prompt and reference; "
            "repeats were paired in order and counted like others, which makes intervals "
            "narrower than they should be."
        )


def _left_out(comparison: Comparison) -> Iterable[str]:
    first, second = comparison.first.name, comparison.second.name
    named = [
        f"{row.metric} {row.left_out:,} ({first} {row.unscored[0]:,}, {second} {row.unscored[1]:,})"
        for row in comparison.rows
        if row.left_out
    ]
    if named:
        yield (
            f"Records left out because one or both models have no score, not counted as 0: "
            f"{joined(named)}."
        )


def alone_sentence(name: str, records: int, rows: Sequence[MeanRow]) -> str:
    """Say in one sentence what is known about a model that there is nothing to compare with."""
    scored = [f"{row.metric} {plain(row.mean)}" for row in rows if row.records]
    said = f"mean {joined(scored)}" if scored else "no scores"
    return _sentence(f"{the(name)} alone, over {plural(records, 'record')}: {said}.")


def alone_basis(arm: Arm, rows: Sequence[MeanRow]) -> list[str]:
    judged = " and for this judge" if arm.judges else ""
    lines = [
        "There is no other model's result to compare with.",
        f"Each interval (bootstrap over records) holds for records like these{judged}.",
    ]
    if any(0 < row.records < ROUGH_BELOW for row in rows):
        lines.append(f"With fewer than {ROUGH_BELOW} records the intervals are rough.")
    same = [row.metric for row in rows if row.records > 1 and row.low is None]
    if same:
        lines.append(
            f"On {joined(same)}, every record has the same score, which says nothing about the "
            "mean's uncertainty, so there is no interval."
        )
    if any(row.left_out for row in rows):
        lines.append("Records without a score are left out, not counted as 0.")
    return [*lines, *_about_arm(arm, arm.records)]


def figures_alone_headline(name: str, figures: Figures) -> str:
    """Say what is known about a model whose results are one figure per metric, and alone."""
    named = joined([f"{metric} {plain(it.value)}" for metric, it in figures.items()])
    return _sentence(f"{the(name)} alone: {named}.")


_CAUTIOUS = """\
There is one figure per metric and no record's score: the models are compared by their standard \
errors, as if they had answered different questions. They answered the same ones, so as a rule a \
smaller difference may be real than this can show."""
_ERRORS = """\
How sure "better" and "worse" are: the chance that even one metric on which the models do not \
differ is called so is at most 5 % (normal approximation, Student's t where the number of records \
is told, Holm's correction for all metrics compared). A metric without a standard error is not \
tested."""
FIGURES_BASIS = (_CAUTIOUS, _ERRORS)
TASKS_BASIS = """\
The tasks are a second look, corrected among themselves and not together with the whole. That a \
difference shows in one task and not in another does not show that the tasks differ."""


def signed(number: float | None, decimals: int = 3) -> str:
    """Return a number with its sign, or a dash if there is none."""
    if number is None:
        return "-"
    text = f"{number:+.{decimals}f}"
    # Too small to show is no reason to show a sign.
    return text[1:] if float(text) == 0 else text


def plain(number: float | None, decimals: int = 3) -> str:
    """Return a number, or a dash if there is none."""
    return "-" if number is None else f"{number:.{decimals}f}"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def interval_name(rows: Sequence[PairRow | MeanRow]) -> str:
    return f"{percent(rows[0].confidence if rows else CONFIDENCE)} interval"


def between(low: float | None, high: float | None, *, sign: bool = True) -> str:
    """Return an interval, or a dash if there is none."""
    shown = signed if sign else plain
    return "-" if low is None or high is None else f"{shown(low)} to {shown(high)}"

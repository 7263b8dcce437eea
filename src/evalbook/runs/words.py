"""The comparison in sentences that a careful statistician would sign."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from evalbook.runs.comparison import (
    BETTER,
    HINT,
    SAME,
    TOO_FEW,
    UNCLEAR,
    UNSCORED,
    WORSE,
    Comparison,
    MeanRow,
    MetricRow,
)
from evalbook.runs.statistics import SIGNIFICANT, most_that_may_differ
from evalbook.runs.store import Arm
from evalbook.runs.summaries import Figure, FigureRow

ROUGH_BELOW = 20
"""Records below which the interval deserves a word of caution."""

MOST_NAMED = 4
"""Metrics named with their intervals where nothing is claimed; of more, the table has them."""

VERDICTS = {
    BETTER: "better",
    WORSE: "worse",
    HINT: "could be chance, among so many metrics",
    UNCLEAR: "could be chance",
    SAME: "no record differs",
    TOO_FEW: "too few records to tell",
    UNSCORED: "no numbers to compare",
    "equal": "no difference",
    "untested": "not tested: no standard errors",
}

_OPEN = (UNCLEAR, HINT)


def headline(comparison: Comparison) -> str:
    """Say in one paragraph what the comparison shows and what it does not."""
    name, other = the(comparison.second.name), the(comparison.first.name)
    rows = comparison.rows
    if not comparison.paired:
        return _sentence(_nothing_paired(comparison))
    sentences = [
        *_claims(rows, name, other, f"Over {_count(comparison.paired, 'record')}, "),
        _open(rows, comparison),
        _listed("Not one record differs on", rows, SAME),
        _too_few(rows),
        _listed("There are no numbers to compare on", rows, UNSCORED),
        *_reservations(comparison),
    ]
    return " ".join(_sentence(sentence) for sentence in sentences if sentence)


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


def _claims(
    rows: Sequence[MetricRow | FigureRow], name: str, other: str, opening: str = ""
) -> Iterable[str]:
    """Yield what is claimed; the first claim names the models and what it rests on."""
    subject, against = f"{opening}{name}", f" than {other}"
    for verdict in (BETTER, WORSE):
        named = [f"{row.metric} ({_gain(row)})" for row in rows if row.verdict == verdict]
        if named:
            yield f"{subject} scores {verdict}{against} on {_and(named)}."
            subject, against = "It", ""


def _gain(row: MetricRow | FigureRow) -> str:
    if math.isnan(row.low):
        return f"{signed(row.gain)} on every record"
    return f"{signed(row.gain)}, 95 % interval {signed(row.low)} to {signed(row.high)}"


def _open(rows: Sequence[MetricRow], comparison: Comparison) -> str:
    unclear = [row for row in rows if row.verdict in _OPEN]
    if not unclear:
        return ""
    if any(row.verdict in (BETTER, WORSE) for row in rows):
        noun = "difference" if len(unclear) == 1 else "differences"
        return f"On {_and([row.metric for row in unclear])} the {noun} could be chance."
    models = f"{the(comparison.second.name)} and {the(comparison.first.name)}"
    few = len(unclear) <= MOST_NAMED
    named = [f"{row.metric} ({_gain(row)})" if few else row.metric for row in unclear]
    return (
        f"Over {_count(comparison.paired, 'record')}, no difference between {models} was found "
        f"that could not be chance: {_and(named)}."
    )


def _too_few(rows: Sequence[MetricRow]) -> str:
    counts = {row.records for row in rows if row.verdict == TOO_FEW}
    if not counts:
        return ""
    most = f"{max(counts)}" if len(counts) == 1 else f"{max(counts)} at most"
    return _listed(f"Too few records ({most}) to tell on", rows, TOO_FEW)


def _listed(opening: str, rows: Sequence[MetricRow | FigureRow], verdict: str) -> str:
    named = [row.metric for row in rows if row.verdict == verdict]
    return f"{opening} {_and(named)}." if named else ""


def _reservations(comparison: Comparison) -> Iterable[str]:
    """Yield what would change a reader's mind about the claims above."""
    first, second = comparison.first, comparison.second
    if _judges_differ(comparison):
        yield "But the judges differ: what differs may be theirs rather than the models'."
    redefined = [
        row.metric
        for row in comparison.rows
        if row.metric in first.definitions
        and second.definitions.get(row.metric, "") not in ("", first.definitions[row.metric])
    ]
    if redefined:
        yield (
            f"But the runs define {_and(redefined)} differently: what differs may be the metric "
            "rather than the models."
        )
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
            f"But of {_count(comparison.paired, 'record')} only {_and(thin)} have a score of both "
            "models."
        )
    one_sided = [row.metric for row in comparison.rows if row.records and _one_sided(row)]
    if one_sided:
        yield (
            f"But on {_and(one_sided)} one model lacks many more scores than the other: what is "
            "left may favour one of them."
        )
    repeated = max(first.repeated, second.repeated)
    if 10 * repeated > most:
        yield f"But {_repeat(repeated)} others: all this is less sure than it looks."


def _repeat(records: int) -> str:
    return f"{_count(records, 'record')} {'repeats' if records == 1 else 'repeat'}"


def _judges_differ(comparison: Comparison) -> bool:
    first, second = comparison.first.judges, comparison.second.judges
    return bool(first and second and first != second)


def _one_sided(row: MetricRow) -> bool:
    first, second = row.unscored
    return abs(first - second) > max(5, 0.05 * (row.records + row.left_out))


def basis(comparison: Comparison) -> list[str]:
    """Say what the claims rest on, how they are meant, and what was noticed on the way."""
    name = the(comparison.second.name)
    if not comparison.paired:
        return list(_remarks(comparison))
    compared = f"Compared on {_count(comparison.paired, 'record')} that both models answered. "
    meant = f"above zero, {name} is better, also where a low score is good."
    lines = [f"{compared}A gain is the mean difference per record; {meant}"]
    if comparison.tests:
        lines.append(_certainty(comparison))
        lines.append(_scope(comparison))
    lines += _remarks(comparison)
    return lines


def _certainty(comparison: Comparison) -> str:
    asked, together = comparison.tests, comparison.together
    correction = ""
    if asked > 1:
        among = f" of {together} comparisons" if together > 1 else ""
        correction = f", with Holm's correction for {asked} metrics{among}"
    return (
        'How sure "better" and "worse" are: the chance that even one metric on which the models do '
        f"not differ is called so is at most 5 % (sign-flip test over records{correction}). Each "
        "interval (bootstrap over records) is of its metric alone: it may leave out zero where the "
        'verdict is "could be chance". That a difference could be chance does not show that there '
        "is none: the interval tells how large it may be."
    )


def _scope(comparison: Comparison) -> str:
    judged = ""
    if comparison.first.judges or comparison.second.judges:
        judged = ", and for this judge: a judge's own leanings are not in the intervals"
    return f"It holds for records like these, each answered once by each model{judged}."


def categories_basis(comparison: Comparison) -> list[str]:
    """Say how the verdicts on categories are meant."""
    lines = []
    if comparison.category_tests:
        lines.append(
            f"The categories are a second look: {comparison.category_tests:,} more questions, "
            "corrected among themselves and not together with those above."
        )
    lines.append(
        "That a difference shows in one category and not in another does not show that the "
        "categories differ: the smaller one may only have too few records."
    )
    if comparison.categories_left:
        left = comparison.categories_left
        lines.append(f"{left:,} smaller categories are not shown.")
    return lines


def _remarks(comparison: Comparison) -> Iterable[str]:
    rows = comparison.rows
    if any(row.records < ROUGH_BELOW and not math.isnan(row.low) for row in rows):
        yield f"With fewer than {ROUGH_BELOW} records the intervals are rough."
    yield from _what_could_not_show(comparison)
    yield from _left_out(comparison)
    for arm in (comparison.first, comparison.second):
        yield from _about_arm(arm, comparison.paired)
    if _judges_differ(comparison):
        judges = [_and(sorted(arm.judges)) for arm in (comparison.first, comparison.second)]
        yield f"The judges were {judges[0]} for the one and {judges[1]} for the other."


def _what_could_not_show(comparison: Comparison) -> Iterable[str]:
    """Yield what these records could not have told, whatever the models."""
    tested = [row for row in comparison.rows if row.verdict in _OPEN]
    # Holm's factor is the number of questions as long as none of them was answered.
    none_passed = not any(row.verdict in (BETTER, WORSE) for row in comparison.rows)
    powerless = [
        row.metric for row in tested if 2.0 ** (1 - row.records) * comparison.tests >= SIGNIFICANT
    ]
    if powerless and none_passed and comparison.together == 1:
        yield (
            f"On {_and(powerless)} no difference, however large, could have passed the test: too "
            "few records for so many metrics."
        )
    same = [row.records for row in comparison.rows if row.verdict == SAME]
    if same:
        share = 100 * most_that_may_differ(min(same))
        yield (
            f"Where not one of {min(same):,} records differs, up to {share:.2g} % of all such "
            "records still may (95 % confidence)."
        )
    constant = [row.metric for row in comparison.rows if row.records > 1 and math.isnan(row.low)]
    constant = [it for it in constant if it not in _named(comparison.rows, SAME)]
    if constant:
        yield (
            f"On {_and(constant)} every record has the same gain; how sure its size is can't be "
            "told from that, so there is no interval."
        )


def _named(rows: Sequence[MetricRow], verdict: str) -> list[str]:
    return [row.metric for row in rows if row.verdict == verdict]


def _about_arm(arm: Arm, paired: int) -> Iterable[str]:
    alone = arm.records - paired
    if alone:
        yield f"{_count(alone, 'record')} of {the(arm.name)} had no counterpart: not compared."
    if arm.unreadable:
        yield f"{_count(arm.unreadable, 'line')} of {the(arm.name)} could not be read."
    if arm.repeated:
        yield (
            f"Of {the(arm.name)} {_repeat(arm.repeated)} an earlier prompt and reference; "
            "repeats were paired in their order and counted like others, which makes intervals "
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
            f"Records left out for want of a score of one model or both, not counted as 0: "
            f"{_and(named)}."
        )
    for metric in [row.metric for row in comparison.rows if _one_sided(row)]:
        yield (
            f"{metric}: one model lacks many more scores than the other: what is left may be "
            "one-sided."
        )


def alone_headline(arm: Arm, rows: Sequence[MeanRow]) -> str:
    """Say what is known of a model that there is nothing to compare with."""
    found = [row for row in rows if row.records]
    scored = [
        f"{row.metric} {plain(row.mean)}"
        + (
            ""
            if math.isnan(row.low) or len(found) > MOST_NAMED
            else f" (95 % interval {plain(row.low)} to {plain(row.high)})"
        )
        for row in found
    ]
    opening = f"{the(arm.name)} alone, over {_count(arm.records, 'record')}: "
    if not scored:
        return _sentence(f"{opening}no record has a score that is a number.")
    return _sentence(f"{opening}mean {_and(scored)}. {_NOTHING_TO_COMPARE}")


def alone_basis(arm: Arm, rows: Sequence[MeanRow]) -> list[str]:
    """Say what one model's means rest on."""
    judged = " and for this judge" if arm.judges else ""
    lines = [f"Each interval (bootstrap over records) holds for records like these{judged}."]
    if any(0 < row.records < ROUGH_BELOW for row in rows):
        lines.append(f"With fewer than {ROUGH_BELOW} records the intervals are rough.")
    same = [row.metric for row in rows if row.records > 1 and math.isnan(row.low)]
    if same:
        lines.append(
            f"On {_and(same)} every record has the same score; how sure the mean is can't be told "
            "from that, so there is no interval."
        )
    if any(row.left_out for row in rows):
        lines.append("Records without a score are left out, not counted as 0.")
    return [*lines, *_about_arm(arm, arm.records)]


_NOTHING_TO_COMPARE = "There is no other model's result to compare with."


def figures_headline(rows: Sequence[FigureRow], name: str, other: str) -> str:
    """Say what a comparison of figures shows."""
    name, other = the(name), the(other)
    claims = list(_claims(rows, name, other))
    unclear = [row for row in rows if row.verdict in _OPEN]
    if unclear and claims:
        noun = "difference" if len(unclear) == 1 else "differences"
        claims.append(f"On {_and([row.metric for row in unclear])} the {noun} could be chance.")
    elif unclear:
        named = _and([f"{row.metric} ({_gain(row)})" for row in unclear])
        claims.append(
            f"No difference between {name} and {other} was found that could not be chance: {named}."
        )
    equal = _listed("No difference on", rows, "equal")
    untested = [f"{row.metric} ({signed(row.gain)})" for row in rows if row.verdict == "untested"]
    if untested:
        claims.append(f"Not tested, because the files tell no standard error: {_and(untested)}.")
    sentences = [*claims, equal] if claims or equal else []
    sentences = sentences or [f"{name} and {other} have no metric in common."]
    return " ".join(_sentence(sentence) for sentence in sentences if sentence)


def figures_alone_headline(name: str, figures: dict[str, Figure]) -> str:
    """Say what is known of a model whose results are one figure per metric, and alone."""
    named = [
        f"{metric} {plain(it.value)}"
        + ("" if it.error is None else f" (standard error {plain(it.error)})")
        for metric, it in figures.items()
    ]
    return _sentence(f"{the(name)} alone: {_and(named)}. {_NOTHING_TO_COMPARE}")


_CAUTIOUS = """\
There is one figure per metric and no record's score: the models are compared by their standard \
errors, as if they had answered different questions. They answered the same ones, so as a rule a \
smaller difference may be real than this can show."""
_ERRORS = """\
How sure "better" and "worse" are: the chance that even one metric on which the models do not \
differ is called so is at most 5 % (normal approximation, Student's t where the number of records \
is told, Holm's correction for all metrics compared)."""
FIGURES_BASIS = (_CAUTIOUS, _ERRORS)
TASKS_BASIS = """\
The tasks are a second look, corrected among themselves and not together with the whole. That a \
difference shows in one task and not in another does not show that the tasks differ."""


def signed(number: float, decimals: int = 3) -> str:
    """Return a number with its sign, or a dash where there is none."""
    if math.isnan(number):
        return "-"
    text = f"{number:+.{decimals}f}"
    # Too small to show is no reason to show a sign.
    return text[1:] if float(text) == 0 else text


def plain(number: float | None, decimals: int = 3) -> str:
    """Return a number, or a dash where there is none."""
    return "-" if number is None or math.isnan(number) else f"{number:.{decimals}f}"


def between(low: float, high: float, *, sign: bool = True) -> str:
    """Return an interval, or a dash where there is none."""
    if math.isnan(low):
        return "-"
    return f"{signed(low)} to {signed(high)}" if sign else f"{plain(low)} to {plain(high)}"


def _and(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

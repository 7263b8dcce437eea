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
    WORSE,
    Comparison,
    MetricRow,
)
from evalbook.runs.summaries import FigureRow

ROUGH_BELOW = 20
"""Records below which the interval deserves a word of caution."""

VERDICTS = {
    BETTER: "better",
    WORSE: "worse",
    HINT: "could be chance, among so many metrics",
    UNCLEAR: "could be chance",
    SAME: "no record differs",
    TOO_FEW: "too few records to tell",
    "untested": "not tested: no standard errors",
}


def headline(comparison: Comparison) -> str:
    """Say in one paragraph what the comparison shows and what it does not."""
    name, other = the(comparison.second.name), the(comparison.first.name)
    rows = comparison.rows
    if not comparison.paired:
        return _sentence(f"{name} and {other} have no record in common: they can't be compared.")
    sentences = [
        _claim(f"{name} is better than {other} on", rows, BETTER),
        _claim(f"{name} is worse than {other} on", rows, WORSE),
        _uncertain(rows, name, other),
        _listed("Not one record differs on", rows, SAME),
        _listed("Too few records to tell on", rows, TOO_FEW),
    ]
    return " ".join(_sentence(sentence) for sentence in sentences if sentence)


def the(name: str) -> str:
    """Return how a model is called in a sentence."""
    return f"the {name} model" if name in ("base", "fine-tuned") else name


def _sentence(text: str) -> str:
    return "T" + text[1:] if text.startswith("the ") else text


def _claim(opening: str, rows: Sequence[MetricRow], verdict: str) -> str:
    named = [
        f"{row.metric} ({signed(row.gain)}, 95 % interval {signed(row.low)} to {signed(row.high)})"
        for row in rows
        if row.verdict == verdict
    ]
    return f"{opening} {_and(named)}." if named else ""


def _uncertain(rows: Sequence[MetricRow], name: str, other: str) -> str:
    unclear = [row.metric for row in rows if row.verdict in (UNCLEAR, HINT)]
    if not unclear:
        return ""
    if all(row.verdict in (UNCLEAR, HINT, SAME, TOO_FEW) for row in rows):
        opening = f"Between {name} and {other} there is no difference that could not be chance, on"
        return f"{opening} {_and(unclear)}."
    return f"No difference that could not be chance on {_and(unclear)}."


def _listed(opening: str, rows: Sequence[MetricRow], verdict: str) -> str:
    named = [row.metric for row in rows if row.verdict == verdict]
    return f"{opening} {_and(named)}." if named else ""


def basis(comparison: Comparison) -> list[str]:
    """Say what the claims rest on, how they are meant, and what was noticed on the way."""
    rows, name = comparison.rows, the(comparison.second.name)
    compared = f"Compared on {_count(comparison.paired, 'record')} that both models answered. "
    meant = f"above zero, {name} is better, also where a low score is good."
    lines = [f"{compared}A gain is the mean difference per record; {meant}"]
    if comparison.tests:
        questions = "one metric" if comparison.tests == 1 else f"{comparison.tests} metrics"
        lines.append(
            'How sure "better" and "worse" are: were the models equally good, the chance that any '
            f"of {questions} were called so is below 5 % (sign-flip test over records"
            f"{', Holm correction' if comparison.tests > 1 else ''}). Each interval (bootstrap "
            "over records) is of its metric alone. That a difference could be chance does not "
            "show that there is none: the interval tells how large it may be."
        )
        lines.append(
            "It holds for records like these and for this judge; a judge's own leanings are not "
            "in the intervals."
        )
    lines += _remarks(comparison, rows)
    return lines


def _remarks(comparison: Comparison, rows: Sequence[MetricRow]) -> Iterable[str]:
    few = [row for row in rows if 0 < row.records < ROUGH_BELOW]
    if few:
        yield f"With fewer than {ROUGH_BELOW} records the intervals are rough, mostly too narrow."
    for row in rows:
        if row.left_out:
            yield _left_out(row, comparison)
    for arm in (comparison.first, comparison.second):
        alone = arm.records - comparison.paired
        if alone:
            yield f"{_count(alone, 'record')} of {the(arm.name)} had no counterpart: not compared."
        if arm.unreadable:
            yield f"{_count(arm.unreadable, 'line')} of {the(arm.name)} could not be read."
        if arm.repeated:
            yield (
                f"{_count(arm.repeated, 'record')} of {the(arm.name)} repeat an earlier prompt and "
                "reference; repeats were paired in their order, and counted as independent."
            )
    judges = comparison.first.judges, comparison.second.judges
    if judges[0] and judges[1] and judges[0] != judges[1]:
        yield (
            f"The judges differ ({_and(sorted(judges[0]))}; {_and(sorted(judges[1]))}): a "
            "difference may be theirs rather than the models'."
        )


def _left_out(row: MetricRow, comparison: Comparison) -> str:
    first, second = row.unscored
    text = (
        f"{row.metric}: {_count(row.left_out, 'record')} left out, not counted as 0, for want of "
        f"a score ({comparison.first.name} {first}, {comparison.second.name} {second})."
    )
    if abs(first - second) > max(5, 0.05 * (row.records + row.left_out)):
        text += " One model lacks many more scores than the other: what is left may be one-sided."
    return text


def figures_headline(rows: Sequence[FigureRow], name: str, other: str) -> str:
    """Say what a comparison of figures shows."""
    sentences = []
    name, other = the(name), the(other)
    for verdict in ("better", "worse"):
        named = [
            f"{row.metric} ({signed(row.gain)}, 95 % interval {signed(row.low)} to "
            f"{signed(row.high)})"
            for row in rows
            if row.verdict == verdict
        ]
        if named:
            sentences.append(f"{name} is {verdict} than {other} on {_and(named)}.")
    unclear = [row.metric for row in rows if row.verdict in ("unclear", "hint")]
    if unclear:
        sentences.append(f"No difference that could not be chance on {_and(unclear)}.")
    same = [row.metric for row in rows if row.verdict == "same"]
    if same:
        sentences.append(f"No difference on {_and(same)}.")
    untested = [f"{row.metric} ({signed(row.gain)})" for row in rows if row.verdict == "untested"]
    if untested:
        sentences.append(f"Not tested, because the files tell no standard error: {_and(untested)}.")
    sentences = sentences or [f"{name} and {other} have no metric in common."]
    return " ".join(map(_sentence, sentences))


_CAUTIOUS = """\
The result files hold one figure per metric and no record's score: the models are compared by \
their standard errors, as if they had answered different questions. They answered the same ones, \
so a smaller difference may be real than this can show."""
_ERRORS = """\
How sure "better" and "worse" are: were the models equally good, the chance that any metric were \
called so is below 5 % (normal approximation, Holm correction)."""
FIGURES_BASIS = (_CAUTIOUS, _ERRORS)


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


def _and(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

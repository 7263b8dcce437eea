"""What two models' judged records say of each other, metric by metric and category by category."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from evalbook.runs.statistics import (
    DECIMALS,
    SIGNIFICANT,
    Tally,
    chance_of_no_difference,
    corrected,
    interval,
)
from evalbook.runs.store import Arm, Pair, Place, RecordStore

MOST_CATEGORIES = 100
FEWEST_IN_CATEGORY = 5
MOST_LOSSES = 10

BETTER, WORSE = "better", "worse"
HINT = "hint"
"""By itself the difference would pass, among so many metrics it does not."""
UNCLEAR = "unclear"
SAME = "same"
"""Not one record differs."""
TOO_FEW = "too few"
"""No sign-flip test of so few records could come out below 5 %."""
UNSCORED = "no scores"
"""No record has a number of both models."""

# Five records with all their differences on one side: 2 of 32 sign patterns are as far out.
_FEWEST = 6


@dataclass(frozen=True)
class MetricRow:
    """One metric's comparison; a gain above 0 means that the second model is better."""

    metric: str
    higher_is_better: bool
    first: float
    """Mean score of the model compared with; not a number without records."""
    second: float
    gain: float
    """Mean paired difference, with its sign turned where a low score is good."""
    low: float
    high: float
    """The 95 % interval of the gain, of this metric by itself; not a number where every record has
    the same gain."""
    wins: int
    ties: int
    losses: int
    records: int
    left_out: int
    """Records in which one of the two lacks a score."""
    unscored: tuple[int, int]
    """Paired records without a score, of the first and of the second model."""
    chance: float
    """Of a gain as large, were the models equally good, before correction."""
    corrected: float = 1.0
    verdict: str = UNCLEAR


@dataclass(frozen=True)
class MeanRow:
    """One metric's mean for one model, where there is nothing to compare it with."""

    metric: str
    higher_is_better: bool
    mean: float
    low: float
    high: float
    records: int
    left_out: int


@dataclass(frozen=True)
class Loss:
    """A record on which the second model did worse."""

    loss: float
    """Mean over the metrics, each on a scale from 0 to 1."""
    lines: tuple[Place, Place]


@dataclass(frozen=True)
class Comparison:
    """Everything that two models' records say of each other."""

    first: Arm
    second: Arm
    rows: tuple[MetricRow, ...]
    categories: dict[str, tuple[MetricRow, ...]]
    losses: tuple[Loss, ...]
    """The records on which the second model lost most, worst first."""
    paired: int
    tests: int = 0
    """How many questions the correction takes account of, those of other comparisons included."""
    together: int = 1
    """How many comparisons the verdicts were corrected together with, this one included."""
    category_tests: int = 0
    """The same for the categories, which are a family of their own."""
    categories_left: int = 0
    """Categories of their own size that were too many to show."""


@dataclass
class _Column:
    """One metric while the pairs go by."""

    sign: int
    gains: Tally = field(default_factory=Tally)
    sums: list[float] = field(default_factory=lambda: [0.0, 0.0])
    outcomes: list[int] = field(default_factory=lambda: [0, 0, 0])
    left_out: int = 0
    unscored: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, first: float, second: float) -> float | None:
        """Count one record; returns the gain where both models have a score."""
        if math.isnan(first) or math.isnan(second):
            self.left_out += 1
            self.unscored[0] += math.isnan(first)
            self.unscored[1] += math.isnan(second)
            return None
        gain = self.sign * round(second - first, DECIMALS)
        self.gains.add(gain)
        self.sums[0] += first
        self.sums[1] += second
        self.outcomes[(gain < 0) - (gain > 0) + 1] += 1
        return gain

    def row(self, metric: str) -> MetricRow:
        records = self.gains.records
        low, high = interval(self.gains)
        wins, ties, losses = self.outcomes
        return MetricRow(
            metric,
            self.sign > 0,
            self.sums[0] / records if records else math.nan,
            self.sums[1] / records if records else math.nan,
            self.gains.mean,
            low,
            high,
            wins,
            ties,
            losses,
            records,
            self.left_out,
            (self.unscored[0], self.unscored[1]),
            chance_of_no_difference(self.gains),
        )


def compare(
    store: RecordStore,
    pairings: Sequence[tuple[Arm, Arm]],
    lower_is_better: Iterable[str] = (),
) -> list[Comparison]:
    """Compare the second model of each pairing with the first, on the records both answered.

    The verdicts are corrected for all metrics of all pairings together.
    """
    lower = {name.removeprefix("Builtin.").lower() for name in lower_is_better}
    signs = [-1 if metric.lower() in lower else 1 for metric in store.metrics]
    found = [_compare(store, first, second, signs) for first, second in pairings]
    rows = iter(judge_rows([row for it in found for row in it.rows]))
    inside = iter(
        judge_rows([row for it in found for them in it.categories.values() for row in them])
    )
    tests = _tests(row for it in found for row in it.rows)
    more = _tests(row for it in found for them in it.categories.values() for row in them)
    return [
        replace(
            it,
            rows=tuple(next(rows) for _ in it.rows),
            categories={
                name: tuple(next(inside) for _ in them) for name, them in it.categories.items()
            },
            tests=tests,
            together=len(found),
            category_tests=more,
        )
        for it in found
    ]


def _tests(rows: Iterable[MetricRow]) -> int:
    return sum(row.records >= _FEWEST for row in rows)


def _compare(store: RecordStore, first: Arm, second: Arm, signs: Sequence[int]) -> Comparison:
    told = first.metrics | second.metrics
    columns = [_Column(sign) for sign in signs]
    sizes = store.categories(second, FEWEST_IN_CATEGORY)
    if len(sizes) == 1 and sizes[0][1] == second.records:
        sizes = []  # one category of all records is the whole once more
    named = {category: [_Column(sign) for sign in signs] for category, _ in sizes[:MOST_CATEGORIES]}
    worst: list[tuple[float, int, Pair]] = []
    paired = 0
    for pair in store.pairs(first, second):
        paired += 1
        loss = -(overall_gain(store, _add(columns, pair)) or 0.0)
        if pair.category in named:
            _add(named[pair.category], pair)
        if loss > 0:
            keep = heapq.heappush if len(worst) < MOST_LOSSES else heapq.heappushpop
            keep(worst, (loss, -pair.place, pair))
    return Comparison(
        first,
        second,
        tuple(_rows(store, columns, told)),
        {category: tuple(_rows(store, them, told)) for category, them in named.items()},
        tuple(Loss(loss, pair.lines) for loss, _, pair in sorted(worst, reverse=True)),
        paired,
        categories_left=max(0, len(sizes) - MOST_CATEGORIES),
    )


def _rows(store: RecordStore, columns: Sequence[_Column], told: set[str]) -> list[MetricRow]:
    """Return the rows of the metrics that either model was judged on; others are of other runs."""
    named = zip(store.metrics, columns, strict=True)
    return [column.row(metric) for metric, column in named if metric in told]


def signs_of(store: RecordStore, rows: Iterable[MetricRow | MeanRow]) -> list[int]:
    """Return for each metric of a store 1, or -1 where rows say that a low score is good."""
    lower = {row.metric for row in rows if not row.higher_is_better}
    return [-1 if metric in lower else 1 for metric in store.metrics]


def _add(columns: Sequence[_Column], pair: Pair) -> list[float | None]:
    return [column.add(a, b) for column, a, b in zip(columns, pair.first, pair.second, strict=True)]


def overall_gain(store: RecordStore, gains: Sequence[float | None]) -> float | None:
    """Return a record's mean gain over its metrics, each by its scale's width, if it has any."""
    shares = []
    for metric, gain in zip(store.metrics, gains, strict=True):
        if gain is not None:
            low, high = store.ranges[metric]
            # Scores from 0 to 1 are on that scale even where nobody got a 0 or a 1.
            width = 1.0 if low >= 0 and high <= 1 else high - low
            shares.append(gain / width if width else 0.0)
    return math.fsum(shares) / len(shares) if shares else None


def judge_rows(rows: Sequence[MetricRow]) -> list[MetricRow]:
    """Give rows their verdicts, corrected for how many questions they ask together (Holm).

    A row that no test could have found different is not counted among the questions.
    """
    asked = [place for place, row in enumerate(rows) if row.records >= _FEWEST]
    chances = dict(zip(asked, corrected([rows[place].chance for place in asked]), strict=True))
    return [_judged(row, chances.get(place, 1.0)) for place, row in enumerate(rows)]


def _judged(row: MetricRow, chance: float) -> MetricRow:
    return replace(row, corrected=chance, verdict=_verdict(row, chance))


def _verdict(row: MetricRow, chance: float) -> str:
    if not row.records:
        return UNSCORED
    if row.records < _FEWEST:
        return TOO_FEW
    if not row.wins and not row.losses:
        return SAME
    if chance < SIGNIFICANT and row.gain:
        return BETTER if row.gain > 0 else WORSE
    return HINT if row.chance < SIGNIFICANT else UNCLEAR


def means(store: RecordStore, arm: Arm, lower_is_better: Iterable[str] = ()) -> tuple[MeanRow, ...]:
    """Return one model's mean score on each metric, with its interval."""
    lower = {name.removeprefix("Builtin.").lower() for name in lower_is_better}
    tallies = [Tally() for _ in store.metrics]
    left_out = [0 for _ in store.metrics]
    for _, scores, _ in store.scores(arm):
        for place, score in enumerate(scores):
            if math.isnan(score):
                left_out[place] += 1
            else:
                tallies[place].add(score)
    return tuple(
        MeanRow(
            metric,
            metric.lower() not in lower,
            tally.mean,
            *interval(tally),
            tally.records,
            missing,
        )
        for metric, tally, missing in zip(store.metrics, tallies, left_out, strict=True)
        if metric in arm.metrics
    )


def lowest_records(store: RecordStore, arm: Arm, rows: Sequence[MeanRow], most: int) -> list[Place]:
    """Return where the records are on which a model alone scored lowest over its metrics."""
    signs = signs_of(store, rows)
    weighed = (
        (score, number, place)
        for number, (_, scores, place) in enumerate(store.scores(arm))
        if (score := overall_score(store, scores, signs)) is not None and score < 1
    )
    return [place for _, _, place in heapq.nsmallest(most, weighed)]


def overall_score(
    store: RecordStore, scores: Sequence[float], signs: Sequence[int]
) -> float | None:
    """Return a record's mean score, each on its scale from 0, worst, to 1; None without scores."""
    shares = []
    for metric, score, sign in zip(store.metrics, scores, signs, strict=True):
        if not math.isnan(score):
            low, high = store.ranges[metric]
            if low >= 0 and high <= 1:
                low, high = 0.0, 1.0
            share = (score - low) / (high - low) if high > low else 1.0
            shares.append(share if sign > 0 else 1 - share)
    return math.fsum(shares) / len(shares) if shares else None

"""What two models' judged records say of each other, metric by metric and category by category."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evalbook.runs.one_by_one import Judged, judge_pairs, widths_of
from evalbook.runs.statistics import (
    CONFIDENCE,
    DECIMALS,
    SIGNIFICANT,
    Floats,
    Tally,
    compute_chance_of_no_difference,
    interval,
)
from evalbook.runs.store import Arm, RecordStore
from evalbook.runs.verdicts import (
    SAME,
    TOO_FEW,
    UNCLEAR,
    UNSCORED,
    Verdict,
    by_chance,
    judge_rows,
    judge_tables,
    real,
)

MOST_CATEGORIES = 100
FEWEST_IN_CATEGORY = 5
MOST_LOSSES = 10

# Five records with all their differences on one side: 2 of 32 sign patterns are as far out.
FEWEST = 6


@dataclass(frozen=True)
class MetricRow:
    """One metric's comparison; a gain above 0 means that the second model is better."""

    metric: str
    higher_is_better: bool
    first: float | None
    """Mean score of the model compared with."""
    second: float | None
    gain: float | None
    """Mean paired difference, with its sign turned where a low score is good."""
    low: float | None
    high: float | None
    """The interval of the gain, of this metric by itself; None if every record has the same
    gain."""
    wins: int
    ties: int
    losses: int
    records: int
    left_out: int
    """Paired records in which one of the two lacks a score."""
    unscored: tuple[int, int]
    """Paired records without a score, of the first and of the second model."""
    deviation: float | None
    """Standard deviation of the gains."""
    width: float
    """Of the metric's scale, as far as its scores tell."""
    chance: float
    """Of a gain as large, were the models equally good, before correction."""
    corrected: float = 1.0
    verdict: Verdict = UNCLEAR
    by_itself: Verdict = UNCLEAR
    """The verdict, were this the only comparison."""
    confidence: float = CONFIDENCE
    """Of the interval."""

    @property
    def scores(self) -> tuple[float | None, float | None]:
        return self.first, self.second

    @property
    def tested(self) -> bool:
        return self.records >= FEWEST

    def judged(self, chance: float) -> MetricRow:
        verdict = by_chance(self.gain, chance) if self.wins or self.losses else SAME
        return replace(self, corrected=chance, verdict=verdict)


@dataclass(frozen=True)
class MeanRow:
    """One metric's mean for one model, if there is nothing to compare it with."""

    metric: str
    higher_is_better: bool
    mean: float | None
    low: float | None
    high: float | None
    records: int
    left_out: int
    confidence: float = CONFIDENCE
    """Of the interval."""


@dataclass(frozen=True)
class Comparison:
    """Everything that two models' records say of each other."""

    first: Arm
    second: Arm
    rows: tuple[MetricRow, ...]
    categories: dict[str, tuple[MetricRow, ...]]
    losses: tuple[Judged, ...]
    """The records on which the second model lost most, worst first."""
    paired: int
    tests: int = 0
    """How many questions the correction takes account of, those of other comparisons included."""
    together: int = 1
    """How many comparisons the verdicts were corrected together with, this one included."""
    category_tests: int = 0
    """The same for the categories, which are a family of their own."""
    level: float = SIGNIFICANT
    """How sure a difference must be."""
    categories_left: int = 0
    """Categories of their own size that were too many to show."""


class _Column:
    """One metric while the pairs go by."""

    def __init__(self, sign: int, width: float) -> None:
        self.sign, self.width, self.gains = sign, width, Tally()
        # Of the first and of the second model.
        self.sums, self.unscored = np.zeros(2), np.zeros(2, int)
        self.outcomes = np.zeros(3, int)
        self.left_out = 0

    def add(self, first: Floats, second: Floats) -> None:
        sides = np.array([first, second])
        missing = np.isnan(sides)
        self.unscored += missing.sum(axis=1)
        told = sides[:, ~missing.any(axis=0)]
        self.left_out += len(first) - told.shape[1]
        self.sums += told.sum(axis=1)
        gains = self.sign * np.round(told[1] - told[0], DECIMALS)
        self.outcomes += [(gains > 0).sum(), (gains == 0).sum(), (gains < 0).sum()]
        self.gains.add(gains)

    def row(self, metric: str, confidence: float) -> MetricRow:
        records = self.gains.records
        first, second = (self.sums / records).tolist() if records else (None, None)
        low, high = interval(self.gains, confidence)
        wins, ties, losses = self.outcomes.tolist()
        before, after = self.unscored.tolist()
        return MetricRow(
            metric,
            self.sign > 0,
            first,
            second,
            real(self.gains.mean),
            real(low),
            real(high),
            wins,
            ties,
            losses,
            records,
            self.left_out,
            (before, after),
            real(self.gains.deviation),
            self.width,
            compute_chance_of_no_difference(self.gains),
            verdict=UNCLEAR if records >= FEWEST else TOO_FEW if records else UNSCORED,
            confidence=confidence,
        )


def compare(store: RecordStore, pairings: Sequence[tuple[Arm, Arm]]) -> list[Comparison]:
    """Compare the second model of each pairing with the first, on the records both answered.

    The verdicts are corrected for all metrics of all pairings together.
    """
    found = [_compare(store, first, second) for first, second in pairings]
    wholes = {
        place: [replace(row, by_itself=row.verdict) for row in judge_rows(it.rows, store.level)]
        for place, it in enumerate(found)
    }
    parts = {
        (place, it): rows for place, one in enumerate(found) for it, rows in one.categories.items()
    }
    rows, within = judge_tables(wholes, store.level), judge_tables(parts, store.level)
    return [
        replace(
            it,
            rows=rows[place],
            categories={name: within[place, name] for name in it.categories},
            tests=_count_tests(rows.values()),
            together=len(found),
            category_tests=_count_tests(within.values()),
        )
        for place, it in enumerate(found)
    ]


def _count_tests(tables: Iterable[Sequence[MetricRow]]) -> int:
    return sum(row.tested for rows in tables for row in rows)


def _compare(store: RecordStore, first: Arm, second: Arm) -> Comparison:
    told = {*first.metrics, *second.metrics}
    scales = list(zip(store.signs, widths_of(store), strict=True))
    columns = [_Column(*scale) for scale in scales]
    sizes = store.categories(second, FEWEST_IN_CATEGORY)
    if len(sizes) == 1 and sizes[0][1] == second.records:
        sizes = []  # one category of all records is the whole again
    named = {
        category: [_Column(*scale) for scale in scales] for category, _ in sizes[:MOST_CATEGORIES]
    }
    worst: list[Judged] = []
    paired = 0
    for batch in store.paired_batches(first, second):
        paired += len(batch.places)
        _add(columns, batch.first, batch.second)
        categories = np.array(batch.categories, dtype=object)
        for category, parts in named.items():
            rows = categories == category
            _add(parts, batch.first[:, rows], batch.second[:, rows])
        judged = judge_pairs(store, first, second, batch)
        lost = [it for it in judged if it.overall is not None and it.overall < 0]
        worst = heapq.nsmallest(MOST_LOSSES, [*worst, *lost], key=lambda it: (it.overall, it.place))
    return Comparison(
        first,
        second,
        tuple(_rows(store, columns, told)),
        {category: tuple(_rows(store, them, told)) for category, them in named.items()},
        tuple(worst),
        paired,
        level=store.level,
        categories_left=max(0, len(sizes) - MOST_CATEGORIES),
    )


def _rows(store: RecordStore, columns: Sequence[_Column], told: set[str]) -> list[MetricRow]:
    """Return the rows of the metrics that either model was judged on; others are of other runs."""
    named = zip(store.metrics, columns, strict=True)
    return [column.row(metric, 1 - store.level) for metric, column in named if metric in told]


def _add(columns: Sequence[_Column], first: Floats, second: Floats) -> None:
    for column, before, after in zip(columns, first, second, strict=True):
        column.add(before, after)


def means(store: RecordStore, arm: Arm) -> tuple[MeanRow, ...]:
    tallies = [Tally() for _ in store.metrics]
    records, judged_on = 0, arm.metrics
    for batch in store.batches(arm):
        records += len(batch.places)
        for tally, column in zip(tallies, batch.second, strict=True):
            tally.add(column[~np.isnan(column)])
    rows = []
    for metric, sign, tally in zip(store.metrics, store.signs, tallies, strict=True):
        if metric in judged_on:
            confidence = 1 - store.level
            low, high = interval(tally, confidence)
            rows.append(
                MeanRow(
                    metric, sign > 0, real(tally.mean), real(low), real(high),
                    tally.records, records - tally.records, confidence,
                )
            )  # fmt: skip
    return tuple(rows)

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


class _Metrics:
    """What the pairs that went by say of each metric."""

    def __init__(self, store: RecordStore) -> None:
        self.store, number = store, len(store.metrics)
        self.gains = [Tally() for _ in store.metrics]
        # Of the first and of the second model.
        self.sums, self.unscored = np.zeros((2, number)), np.zeros((2, number), int)
        self.outcomes, self.left_out = np.zeros((3, number), int), np.zeros(number, int)

    def add(self, first: Floats, second: Floats) -> None:
        sides = np.array([first, second])
        missing = np.isnan(sides)
        left_out = missing.any(axis=0)
        self.unscored += missing.sum(axis=2)
        self.left_out += left_out.sum(axis=1)
        self.sums += np.where(left_out, 0, sides).sum(axis=2)
        gains = np.array(self.store.signs)[:, None] * np.round(second - first, DECIMALS)
        self.outcomes += [it.sum(axis=1) for it in (gains > 0, gains == 0, gains < 0)]
        for tally, of_metric, without in zip(self.gains, gains, left_out, strict=True):
            tally.add(of_metric[~without])

    def rows(self, told: set[str]) -> tuple[MetricRow, ...]:
        """Return the rows of some metrics."""
        return tuple(self._row(at, it) for at, it in enumerate(self.store.metrics) if it in told)

    def _row(self, at: int, metric: str) -> MetricRow:
        tally, confidence = self.gains[at], 1 - self.store.level
        records = tally.records
        first, second = (self.sums[:, at] / records).tolist() if records else (None, None)
        low, high = interval(tally, confidence)
        wins, ties, losses = self.outcomes[:, at].tolist()
        before, after = self.unscored[:, at].tolist()
        return MetricRow(
            metric,
            self.store.signs[at] > 0,
            first,
            second,
            real(tally.mean),
            real(low),
            real(high),
            wins,
            ties,
            losses,
            records,
            int(self.left_out[at]),
            (before, after),
            real(tally.deviation),
            widths_of(self.store)[at],
            compute_chance_of_no_difference(tally),
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
    whole = _Metrics(store)
    sizes = store.categories(second, FEWEST_IN_CATEGORY)
    if len(sizes) == 1 and sizes[0][1] == second.records:
        sizes = []  # one category of all records is the whole again
    named = {category: _Metrics(store) for category, _ in sizes[:MOST_CATEGORIES]}
    worst: list[Judged] = []
    paired = 0
    for batch in store.paired_batches(first, second):
        paired += len(batch.places)
        whole.add(batch.first, batch.second)
        categories = np.array(batch.categories, dtype=object)
        for category, part in named.items():
            rows = categories == category
            part.add(batch.first[:, rows], batch.second[:, rows])
        judged = judge_pairs(store, first, second, batch)
        lost = [it for it in judged if it.overall is not None and it.overall < 0]
        worst = heapq.nsmallest(MOST_LOSSES, [*worst, *lost], key=lambda it: (it.overall, it.place))
    # Other metrics are of other runs.
    told = {*first.metrics, *second.metrics}
    return Comparison(
        first,
        second,
        whole.rows(told),
        {category: part.rows(told) for category, part in named.items()},
        tuple(worst),
        paired,
        level=store.level,
        categories_left=max(0, len(sizes) - MOST_CATEGORIES),
    )


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

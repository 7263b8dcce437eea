"""Records one by one: what a model gained on each, or how it scored, over all metrics."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from evalbook.runs.store import NO_SCORE, Arm, Batch, Place, RecordStore


class Judged(NamedTuple):
    """A record of two models with what the second one gained, or of one model with its scores."""

    overall: float | None
    """Mean over the metrics that have scores, each on a scale from 0, worst, to 1."""
    lines: tuple[Place, ...]
    category: str | None
    shares: tuple[float, ...]
    """What it is the mean of, by the store's metrics; not finite where there is no score."""

    @property
    def place(self) -> int:
        return self.lines[-1].number


def read_pairs(store: RecordStore, first: Arm, second: Arm) -> Iterator[Judged]:
    """Yield the records that both models answered, in the order the second one has them."""
    for batch in store.paired_batches(first, second):
        yield from judge_pairs(store, first, second, batch)


def judge_pairs(store: RecordStore, first: Arm, second: Arm, batch: Batch) -> Iterator[Judged]:
    scales = zip(store.signs, widths_of(store), strict=True)
    shares = [
        [(after - before) * scale for before, after in zip(*sides, strict=True)]
        for scale, *sides in zip(
            [sign / (width or 1.0) for sign, width in scales],
            batch.first,
            batch.second,
            strict=True,
        )
    ]
    lines = (
        (Place(first.number, before), Place(second.number, place))
        for before, place in zip(batch.before, batch.places, strict=True)
    )
    return _judged(batch, shares, lines)


def read_records(store: RecordStore, arm: Arm) -> Iterator[Judged]:
    for batch in store.batches(arm):
        shares = []
        for metric, sign, column in zip(store.metrics, store.signs, batch.second, strict=True):
            low, high = scale_of(store, metric)
            if low == high:  # none is worse than another
                low, high = (low - 1, high) if sign > 0 else (low, high + 1)
            worst = low if sign > 0 else high
            shares.append([abs(it - worst) / (high - low) for it in column])
        yield from _judged(batch, shares, ((Place(arm.number, it),) for it in batch.places))


def _judged(
    batch: Batch, shares: Sequence[Sequence[float]], lines: Iterable[tuple[Place, ...]]
) -> Iterator[Judged]:
    # Without any metric, no record has a score.
    columns = shares or [[NO_SCORE] * len(batch.places)]
    for parts, them, category in zip(
        zip(*columns, strict=True), lines, batch.categories, strict=True
    ):
        yield Judged(_mean_of(parts), them, category, parts)


def _mean_of(parts: Sequence[float]) -> float | None:
    total = sum(parts)
    if math.isfinite(total):
        return total / len(parts)
    # Where a score is missing, its share is none.
    scored = [part for part in parts if math.isfinite(part)]
    return math.fsum(scored) / len(scored) if scored else None


def find_lowest_records(store: RecordStore, arm: Arm, most: int) -> list[Judged]:
    below = (it for it in read_records(store, arm) if it.overall is not None and it.overall < 1)
    return heapq.nsmallest(most, below, key=lambda it: (it.overall, it.place))


def scale_of(store: RecordStore, metric: str) -> tuple[float, float]:
    """Return the lowest and the highest score of a metric's scale, as far as its scores tell."""
    low, high = store.ranges.get(metric, (0.0, 1.0))
    # Scores from 0 to 1 are on that scale even where nobody got a 0 or a 1.
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)


def widths_of(store: RecordStore) -> list[float]:
    return [high - low for low, high in (scale_of(store, it) for it in store.metrics)]

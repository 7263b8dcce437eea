"""Records one by one: what a model gained on each, or how it scored, over all metrics."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from evalbook.runs.statistics import Floats
from evalbook.runs.store import Arm, Batch, Place, RecordStore
from evalbook.runs.verdicts import real


class Judged(NamedTuple):
    """A record of two models with what the second one gained, or of one model with its scores."""

    overall: float | None
    """Mean over the metrics that have scores, each on a scale from 0, worst, to 1."""
    lines: tuple[Place, ...]
    category: str | None
    shares: list[float]
    """What it is the mean of, by the store's metrics; not finite where there is no score."""

    @property
    def place(self) -> int:
        return self.lines[-1].number


def read_pairs(store: RecordStore, first: Arm, second: Arm) -> Iterator[Judged]:
    """Yield the records that both models answered, in the order the second one has them."""
    for batch in store.paired_batches(first, second):
        yield from judge_pairs(store, first, second, batch)


def judge_pairs(store: RecordStore, first: Arm, second: Arm, batch: Batch) -> Iterator[Judged]:
    scales = np.array(store.signs) / [width or 1.0 for width in widths_of(store)]
    shares = (batch.second - batch.first) * scales[:, None]
    lines = (
        (Place(first.number, before), Place(second.number, place))
        for before, place in zip(batch.before, batch.places, strict=True)
    )
    return _judged(batch, shares, lines)


def read_records(store: RecordStore, arm: Arm) -> Iterator[Judged]:
    worst, widths = [], []
    for metric, sign in zip(store.metrics, store.signs, strict=True):
        low, high = scale_of(store, metric)
        if low == high:  # none is worse than another
            low, high = (low - 1, high) if sign > 0 else (low, high + 1)
        worst.append(low if sign > 0 else high)
        widths.append(high - low)
    for batch in store.batches(arm):
        shares = np.abs(batch.second - np.array(worst)[:, None]) / np.array(widths)[:, None]
        yield from _judged(batch, shares, ((Place(arm.number, it),) for it in batch.places))


def _judged(batch: Batch, shares: Floats, lines: Iterable[tuple[Place, ...]]) -> Iterator[Judged]:
    scored = (~np.isnan(shares)).sum(axis=0)
    # Where a score is missing, its share is none.
    overall = np.nansum(shares, axis=0) / np.where(scored, scored, np.nan)
    for mean, them, category, parts in zip(
        overall.tolist(), lines, batch.categories, shares.T.tolist(), strict=True
    ):
        yield Judged(real(mean), them, category, parts)


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

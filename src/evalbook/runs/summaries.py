"""Results that are one figure per metric: benchmarks, custom scorers, and a judge's totals.

The files hold no record's score, so models can't be paired record by record. Where a figure comes
with its standard error, the difference of two is tested as if the models had answered different
questions; having answered the same ones, they can be distinguished better than that says.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from evalbook.numeric import is_finite_number
from evalbook.runs.comparison import MeanRow, MetricRow
from evalbook.runs.statistics import (
    CONFIDENCE,
    REACH_OF_MANY,
    compare_shares,
    difference_of_means,
    rated_share,
    reach_of,
)
from evalbook.runs.verdicts import UNTESTED, Verdict, by_chance, real

_STDERR = "_stderr"


@dataclass(frozen=True)
class Figure:
    """One metric's value for one model."""

    value: float
    error: float | None = None
    """Its standard error, where the file has one."""
    records: int | None = None
    share: bool = False
    """Whether it is a share between 0 and 1 of ``records``, or a mean of such."""


Figures = Mapping[str, Figure]
"""One model's figures by metric."""


@dataclass(frozen=True)
class FigureRow:
    """One metric of two models; a gain above 0 means that the second model is better."""

    metric: str
    higher_is_better: bool
    first: Figure
    second: Figure
    gain: float
    low: float | None
    high: float | None
    """95 % interval; None if the files tell no standard errors."""
    chance: float | None
    corrected: float | None = None
    verdict: Verdict = UNTESTED

    left_out: ClassVar[int] = 0
    width: ClassVar[float] = 1.0
    confidence: ClassVar[float] = CONFIDENCE

    @property
    def records(self) -> int | None:
        """Of the model that has fewer; None if the files don't tell."""
        counts = [it.records for it in (self.first, self.second) if it.records is not None]
        return min(counts, default=None)

    @property
    def deviation(self) -> float | None:
        """Standard deviation of a record's gain."""
        if self.first.error is None or self.second.error is None or not self.records:
            return None
        return math.hypot(self.first.error, self.second.error) * math.sqrt(self.records)

    @property
    def scores(self) -> tuple[float, float]:
        return self.first.value, self.second.value

    @property
    def tested(self) -> bool:
        return self.chance is not None

    def judged(self, chance: float) -> FigureRow:
        return replace(self, corrected=chance, verdict=by_chance(self.gain, chance))


PairRow = MetricRow | FigureRow


class TotalRow(MeanRow):
    """One model's figure as a row; its number of records may be unknown."""


def read_figures(document: Any) -> tuple[Figures, Mapping[str, Figures]]:
    """Read a summary file: its figures overall, and those of each task or subtask.

    Understands ``results.all``, task keys such as ``custom|mmlu:law|0``, and Bedrock's
    ``{metric: {"score", "std_deviation", "total_evaluations"}}``.
    """
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, dict):
        return {}, {}
    totals = {
        name.removeprefix("Builtin."): figure
        for name, entry in results.items()
        if (figure := _total(entry)) is not None
    }
    if totals:
        return totals, {}
    tasks = {
        task_name(name): figures
        for name, entry in results.items()
        if name != "all" and (figures := _figures(entry))
    }
    overall = _figures(results.get("all")) or (next(iter(tasks.values())) if tasks else {})
    return overall, tasks if len(tasks) > 1 else {}


def _total(entry: Any) -> Figure | None:
    if not isinstance(entry, dict) or not is_finite_number(entry.get("score")):
        return None
    count, deviation = entry.get("total_evaluations"), entry.get("std_deviation")
    records, error = int(count) if is_finite_number(count) else None, None
    if records and records > 1 and is_finite_number(deviation):
        error = float(deviation) / math.sqrt(records)
    return Figure(float(entry["score"]), error, records)


def _figures(entry: Any) -> Figures:
    told = entry.items() if isinstance(entry, dict) else ()
    numbers = {name: float(value) for name, value in told if is_finite_number(value)}
    return {
        name: Figure(value, numbers.get(name + _STDERR))
        for name, value in numbers.items()
        if not name.endswith(_STDERR)
    }


def task_name(key: str) -> str:
    """Return the part of ``suite|task:subtask|shots`` that people know."""
    parts = key.split("|")
    return parts[1] if len(parts) == 3 else key


def figure_rows(
    first: Figures, second: Figures, lower_is_better: Collection[str] = ()
) -> list[FigureRow]:
    """Compare two models' figures on the metrics that both have; `judge_rows` says the rest."""
    return [
        _row(metric, first[metric], second[metric], -1 if metric.lower() in lower_is_better else 1)
        for metric in second
        if metric in first
    ]


def _row(metric: str, first: Figure, second: Figure, sign: int) -> FigureRow:
    gain = sign * (second.value - first.value)
    low, high, chance = _difference(first, second)
    if sign < 0:
        low, high = -high, -low
    return FigureRow(metric, sign > 0, first, second, gain, real(low), real(high), real(chance))


def figure_ends(figure: Figure) -> tuple[float | None, float | None]:
    """Return the 95 % interval of one model's figure; None if the file tells no error."""
    if figure.error is None:
        return None, None
    if figure.share and figure.records:
        middle, error = rated_share(figure.value, figure.records)
        return max(0.0, middle - REACH_OF_MANY * error), min(1.0, middle + REACH_OF_MANY * error)
    if figure.records is not None and figure.records < 2:
        return None, None
    reach = reach_of(figure.records)
    return figure.value - reach * figure.error, figure.value + reach * figure.error


def total_rows(figures: Figures, lower_is_better: Collection[str] = ()) -> tuple[TotalRow, ...]:
    return tuple(
        TotalRow(
            metric,
            metric.lower() not in lower_is_better,
            it.value,
            *figure_ends(it),
            it.records or 0,
            0,
        )
        for metric, it in figures.items()
    )


def _difference(first: Figure, second: Figure) -> tuple[float, float, float]:
    if first.error is None or second.error is None:
        return math.nan, math.nan, math.nan
    if first.share and second.share and first.records and second.records:
        return compare_shares((first.value, first.records), (second.value, second.records))
    return difference_of_means(
        (first.value, first.error, first.records), (second.value, second.error, second.records)
    )

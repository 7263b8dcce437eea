"""What `evalbook results --json` prints, as types; what is not a number is null."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evalbook.runs.comparison import Comparison, MeanRow, MetricRow
from evalbook.runs.jobs import Prospect
from evalbook.runs.labels import Corrected
from evalbook.runs.leaderboard import Leaderboard
from evalbook.runs.one_by_one import Judged
from evalbook.runs.records import Score
from evalbook.runs.report import FiguresAloneDocument, FiguresDocument, Results, Unseen
from evalbook.runs.sources import RunFacts
from evalbook.runs.store import RecordStore
from evalbook.runs.words import (
    alone_basis,
    alone_reservations,
    alone_sentence,
    basis,
    headline,
    reservations,
)


@dataclass(frozen=True)
class LossDocument:
    """A record on which the second model did worse; pairs are of the first and second model."""

    loss: float
    prompt: str
    reference: str | None
    category: str | None
    responses: tuple[str, str]
    scores: dict[str, tuple[Score | None, Score | None]]


@dataclass(frozen=True)
class ComparisonDocument:
    first: str
    second: str
    headline: str
    reservations: tuple[str, ...]
    basis: tuple[str, ...]
    paired_records: int
    questions: int
    category_questions: int
    metrics: tuple[MetricRow, ...]
    categories: dict[str, tuple[MetricRow, ...]]
    lost_most: tuple[LossDocument, ...]


@dataclass(frozen=True)
class AloneDocument:
    name: str
    headline: str
    reservations: tuple[str, ...]
    basis: tuple[str, ...]
    records: int
    metrics: tuple[MeanRow, ...]


@dataclass(frozen=True)
class ResultsDocument:
    status: Literal["results"]
    runs: tuple[RunFacts, ...]
    comparisons: tuple[ComparisonDocument, ...]
    alone: tuple[AloneDocument, ...]
    leaderboard: Leaderboard | None
    corrected: Corrected | None
    unseen: Unseen | None
    pilot: Prospect | None
    figures: tuple[FiguresDocument, ...]
    figures_alone: tuple[FiguresAloneDocument, ...]
    labels: dict[str, dict[str, dict[str, int]]]
    answers: dict[str, dict[str, int]]
    notes: tuple[str, ...]
    written: tuple[str, ...]


def build_results_document(report: Results, written: Iterable[str] = ()) -> ResultsDocument:
    store = report.store
    return ResultsDocument(
        "results",
        tuple(report.runs),
        tuple(_comparison(store, it) for it in report.comparisons),
        tuple(
            AloneDocument(
                arm.name,
                alone_sentence(arm.name, arm.records, rows),
                tuple(alone_reservations(arm)),
                tuple(alone_basis(arm, rows)),
                arm.records,
                rows,
            )
            for arm, rows in report.alone
        ),
        report.leaderboard,
        report.corrected,
        report.unseen,
        report.prospect,
        tuple(report.figures),
        tuple(report.figures_alone),
        store.labels(),
        {arm.name: found for arm in store.arms if (found := arm.faults.found())},
        tuple(report.notes),
        tuple(written),
    )


def _comparison(store: RecordStore, comparison: Comparison) -> ComparisonDocument:
    return ComparisonDocument(
        comparison.first.name,
        comparison.second.name,
        headline(comparison),
        tuple(reservations(comparison)),
        tuple(basis(comparison)),
        comparison.paired,
        comparison.tests,
        comparison.category_tests,
        comparison.rows,
        comparison.categories,
        tuple(_loss(store, loss) for loss in comparison.losses),
    )


def _loss(store: RecordStore, loss: Judged) -> LossDocument:
    first, second = (store.record(place) for place in loss.lines)
    return LossDocument(
        -(loss.overall or 0.0),
        second.prompt,
        second.reference,
        second.category or first.category,
        (first.response, second.response),
        {
            metric: (first.scores.get(metric), second.scores.get(metric))
            for metric in dict.fromkeys([*first.scores, *second.scores])
        },
    )

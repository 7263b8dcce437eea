"""Several models on one matrix: which is best on each metric, and which can't be told apart.

Every model is compared with every other one, record by record or by their totals, and all those
questions are corrected together. Models that no test tells apart share a letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from evalbook.runs.comparison import MeanRow
from evalbook.runs.store import Arm
from evalbook.runs.summaries import PairRow
from evalbook.runs.verdicts import BETTER, WORSE
from evalbook.texts import joined, plural

FEWEST_MODELS = 3
MOST_MODELS = 20
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Cell:
    """One model on one metric."""

    mean: float | None
    low: float | None
    high: float | None
    """95 % interval of the mean."""
    records: int
    group: str
    """Letters; two models that share one can't be told apart. "a" is the best group."""


@dataclass(frozen=True)
class Standing:
    """One model, and how it stands against the others."""

    name: str
    cells: dict[str, Cell]
    better: int
    """Metrics and models that it is better than, of all comparisons."""
    worse: int


@dataclass(frozen=True)
class Leaderboard:
    """Models, the best first: by how often one is better than another, less how often worse."""

    headline: str
    metrics: tuple[str, ...]
    lower_is_better: tuple[str, ...]
    standings: tuple[Standing, ...]
    comparisons: int
    versions: tuple[str, ...]
    """Names of the fine-tuned models, in the order in which they were named."""
    basis: tuple[str, ...]


def pairs_of(arms: Sequence[Arm]) -> list[tuple[Arm, Arm]]:
    """Return all pairs of models that a leaderboard compares; none for fewer than three models."""
    return list(combinations(arms, 2)) if FEWEST_MODELS <= len(arms) <= MOST_MODELS else []


@dataclass(frozen=True)
class Entrant:
    name: str
    means: Sequence[MeanRow]
    base: bool = False

    @property
    def rows(self) -> Mapping[str, MeanRow]:
        return {row.metric: row for row in self.means}


def leaderboard(
    entrants: Sequence[Entrant],
    compared: Sequence[Sequence[PairRow]],
    questions: int,
    doubts: Sequence[str],
) -> Leaderboard:
    """Make the matrix of models that were all compared with each other.

    Args:
        entrants: the models.
        compared: what is said of each pair of them, in the order of `pairs_of` and corrected
            together: of the second against the first.
        questions: how many questions that correction takes account of.
        doubts: why they may not be comparable.
    """
    metrics = list(dict.fromkeys(metric for it in entrants for metric in it.rows))
    apart: set[tuple[str, int, int]] = set()
    won = [[0, 0] for _ in entrants]
    pairs = combinations(range(len(entrants)), 2)
    for (first, second), rows in zip(pairs, compared, strict=True):
        for row in rows:
            if row.verdict in (BETTER, WORSE):
                apart |= {(row.metric, first, second), (row.metric, second, first)}
                winner, loser = (second, first) if row.verdict == BETTER else (first, second)
                won[winner][0] += 1
                won[loser][1] += 1
    letters = {metric: _groups(metric, entrants, apart) for metric in metrics}
    ordered = sorted(range(len(entrants)), key=lambda place: won[place][1] - won[place][0])
    standings = tuple(
        Standing(
            entrants[place].name,
            {
                metric: Cell(it.mean, it.low, it.high, it.records, letters[metric][place])
                for metric, it in entrants[place].rows.items()
            },
            *won[place],
        )
        for place in ordered
    )
    low = {metric for it in entrants for metric, row in it.rows.items() if not row.higher_is_better}
    return Leaderboard(
        _headline(standings, metrics),
        tuple(metrics),
        tuple(it for it in metrics if it in low),
        standings,
        len(compared),
        tuple(it.name for it in entrants if not it.base),
        (*_basis(len(compared), questions), *doubts),
    )


def _groups(
    metric: str, entrants: Sequence[Entrant], apart: set[tuple[str, int, int]]
) -> dict[int, str]:
    """Return each model's letters, one per largest set of models that nothing tells apart."""
    scored = [
        (row.mean if row.higher_is_better else -row.mean, place)
        for place, it in enumerate(entrants)
        if (row := it.rows.get(metric)) is not None and row.mean is not None
    ]
    order = [number for _, number in sorted(scored, key=lambda it: -it[0])]
    groups = {frozenset(order)}
    for pair in combinations(order, 2):
        if (metric, *pair) in apart:
            parts = {it - {one} for it in groups for one in pair}
            # What is within another one says nothing more.
            groups = {it for it in parts if not any(it < other for other in parts)}
    sets = sorted(groups, key=lambda them: sorted(order.index(it) for it in them))
    return {
        place: "".join(
            _LETTERS[number % len(_LETTERS)] for number, them in enumerate(sets) if place in them
        )
        for place in range(len(entrants))
    }


def _headline(standings: Sequence[Standing], metrics: Sequence[str]) -> str:
    said: dict[str, list[str]] = {}
    for metric in metrics:
        scored = [it for it in standings if metric in it.cells and it.cells[metric].group]
        best = [it.name for it in scored if "a" in it.cells[metric].group]
        if len(best) == len(scored):
            words = "the models can't be told apart"
        else:
            alone = "is best" if len(best) == 1 else "lead, and can't be told apart,"
            words = f"{joined(best)} {alone}"
        said.setdefault(words, []).append(metric)
    sentence = "; ".join(f"{words} on {joined(named)}" for words, named in said.items())
    return f"Of {plural(len(standings), 'model')}, {sentence or 'no metric has scores'}."


def _basis(compared: int, questions: int) -> list[str]:
    pairs = plural(compared, "comparison")
    alike = (
        "Models that share a letter can't be told apart on that metric; that does not prove that "
        "they are alike. Each interval is for that mean alone."
    )
    stricter = f"Stricter: {pairs}, of every model with every other, corrected together"
    return [f"{stricter} (Holm, {plural(questions, 'question')}).", alike]

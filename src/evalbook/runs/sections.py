"""A report as its tables, each with its claim and what that rests on: all outputs show these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evalbook.runs.comparison import Comparison, MeanRow, MetricRow
from evalbook.runs.report import Results
from evalbook.runs.store import Arm
from evalbook.runs.summaries import PairRow, TotalRow, total_rows
from evalbook.runs.words import (
    TASKS_BASIS,
    alone_basis,
    alone_reservations,
    alone_sentence,
    basis,
    between,
    categories_basis,
    headline,
    interval_name,
    plain,
    reservations,
    signed,
)

Row = PairRow | MeanRow
Line = dict[str, str]
"""A line of a table: texts by their columns' titles."""


@dataclass(frozen=True)
class Section:
    """Two models compared, or one alone."""

    names: tuple[str, ...]
    title: str
    claim: str
    rows: Sequence[Row]
    basis: Sequence[str] = ()
    parts: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Rows of each category or task."""
    parts_are: str = "category"
    parts_basis: Sequence[str] = ()
    of: Comparison | Arm | None = None
    """Whose records there are to look at."""
    unseen: bool = False
    """Whether it is without the prompts of the model's training data."""

    @property
    def has_pairs(self) -> bool:
        return isinstance(self.of, Comparison)

    @property
    def lines(self) -> list[Line]:
        return lines_of(self.rows, *self.names)

    @property
    def part_lines(self) -> list[Line]:
        return [
            {self.parts_are.capitalize(): part, **line}
            for part, rows in self.parts.items()
            for line in lines_of(rows, *self.names)
        ]


def sections_of(report: Results) -> Iterator[Section]:
    said: set[str] = set()
    for it in report.comparisons:
        # What holds for all comparisons is said once.
        resting = [line for line in basis(it) if line not in said]
        said.update(resting)
        names = it.first.name, it.second.name
        yield Section(
            names, _against(names), " ".join([headline(it), *reservations(it)]), it.rows, resting,
            it.categories, parts_basis=categories_basis(it), of=it,
        )  # fmt: skip
    for arm, means in report.alone:
        yield Section(
            (arm.name,), f"{arm.name}, {arm.records:,} records",
            " ".join([alone_sentence(arm.name, arm.records, means), *alone_reservations(arm)]),
            means, alone_basis(arm, means), of=arm,
        )  # fmt: skip
    for table in report.figures:
        names, (whole, *tasks) = (table.first, table.second), table.tables
        yield Section(
            names, _against(names), table.headline, whole.rows, table.basis,
            {task.name: task.rows for task in tasks}, "task", [TASKS_BASIS],
        )  # fmt: skip
    for figures in report.figures_alone:
        rows = total_rows(figures.metrics, report.store.lower_is_better)
        yield Section((figures.name,), figures.name, figures.headline, rows)
    if report.unseen:
        title = "Without prompts from the training data"
        for two in report.unseen.comparisons:
            claim = report.unseen.said(two)
            yield Section((two.first, two.second), title, claim, two.metrics, unseen=True)
        for one in report.unseen.alone:
            claim = report.unseen.said(one)
            yield Section((one.name,), title, claim, one.metrics, unseen=True)


def _against(names: tuple[str, str]) -> str:
    return f"{names[1]} against {names[0]}"


def lines_of(rows: Sequence[Row], *names: str) -> list[Line]:
    """Return the lines of a table of rows of one kind, of the models of these names."""
    interval = interval_name(rows)
    return [{"Metric": named(row), **_cells(row, names, interval)} for row in rows]


def _cells(row: Row, names: Sequence[str], interval: str) -> Line:
    if isinstance(row, MeanRow):
        ends = between(row.low, row.high, sign=False)
        if isinstance(row, TotalRow):
            return {"Value": plain(row.mean), interval: ends}
        return {"Mean": plain(row.mean), interval: ends, **_counts(row)}
    first, second = row.scores
    cells = {
        titled(names[0]): plain(first),
        titled(names[1]): plain(second),
        "Gain": signed(row.gain),
        interval: between(row.low, row.high),
    }
    if isinstance(row, MetricRow):
        cells |= {"Better/same/worse": f"{row.wins}/{row.ties}/{row.losses}", **_counts(row)}
    return {**cells, "Verdict": row.verdict}


def _counts(row: MetricRow | MeanRow) -> Line:
    return {"Records": f"{row.records}", "Left out": f"{row.left_out}"}


def named(row: Row) -> str:
    return row.metric + ("" if row.higher_is_better else " (low is good)")


def titled(name: str) -> str:
    return name.capitalize() if name in ("base", "fine-tuned", "evaluated") else name

"""A report as text for a terminal, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evalbook import texts
from evalbook.aws.arns import short_name
from evalbook.runs.comparison import Comparison, Loss, MeanRow, MetricRow, lowest_records
from evalbook.runs.leaderboard import Leaderboard
from evalbook.runs.records import JudgedRecord
from evalbook.runs.report import FigureTable, Results
from evalbook.runs.sentences import Part, in_words
from evalbook.runs.store import Arm, RecordStore
from evalbook.runs.summaries import Figure, FigureRow, figure_ends
from evalbook.runs.versions import version_lines
from evalbook.runs.words import (
    FIGURES_BASIS,
    TASKS_BASIS,
    alone_basis,
    alone_headline,
    basis,
    between,
    categories_basis,
    figures_alone_headline,
    headline,
    interval_name,
    plain,
    signed,
    the,
    verdict_sentence,
)
from evalbook.texts import on_one_line

SHOWN_LOSSES = 3
SHOWN_ROWS = 40
"""Rows about categories or tasks in a terminal; the other outputs have all of them."""


def report_words(report: Results) -> str:
    """Return a report for people, in lines of any length."""
    return in_words(report_parts(report))


def report_parts(report: Results) -> list[Part]:
    parts: list[Part] = [_heads(report)]
    if report.leaderboard:
        board = report.leaderboard
        parts += [board.headline, board_lines(board), texts.lines(*board.basis)]
        if lines := version_lines(board):
            parts += ["From version to version", lines]
    if report.corrected:
        parts.append(report.corrected.sentence)
    said: set[str] = set()
    for comparison in report.comparisons:
        parts += _comparison_parts(report, comparison, said)
    for arm, means in report.alone:
        parts += _alone_parts(report.store, arm, means)
    for first, second, tables in report.figures:
        parts += _figures_parts(first, second, tables)
    for name, figures in report.figures_alone:
        parts += [figures_alone_headline(name, figures), lines_of_figures(figures)]
    for claim, lines in unseen_parts(report):
        parts += [claim, lines]
    if report.prospect:
        parts.append(report.prospect.sentence)
    parts += label_lines(report)
    return [part for part in (*parts, *report.notes) if part]


def unseen_parts(report: Results) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield what is said, and the table, of records without prompts of the training data."""
    unseen = report.unseen
    if unseen is None:
        return
    for it in unseen.comparisons:
        yield unseen.said(it), lines_of_rows(it.metrics, it.first, it.second)
    for alone in unseen.alone:
        yield unseen.said(alone), lines_of_means(alone.metrics)


def _heads(report: Results) -> str:
    lines = []
    for run in report.runs:
        about = [f"model {short_name(run.model)}" if run.model else "", f"judge {run.judge}"]
        about = [it for it in about if it and not it.endswith(" None")]
        lines.append(f"{run.name} ({', '.join([run.status, *about])})")
    return texts.lines(*lines)


def _comparison_parts(report: Results, comparison: Comparison, said: set[str]) -> Iterator[Part]:
    # What holds for all comparisons is said once.
    resting = [line for line in basis(comparison) if line not in said]
    said.update(resting)
    yield from (headline(comparison), comparison_lines(comparison), texts.lines(*resting))
    if comparison.categories:
        yield "By category"
        yield from _some_lines(category_lines(comparison))
        yield texts.lines(*categories_basis(comparison))
    if comparison.losses:
        yield f"Where {the(comparison.second.name)} lost most:"
        for loss in comparison.losses[:SHOWN_LOSSES]:
            yield _loss_words(report.store, loss, comparison)


def _alone_parts(store: RecordStore, arm: Arm, rows: Sequence[MeanRow]) -> Iterator[Part]:
    yield from (
        alone_headline(arm, rows),
        lines_of_means(rows),
        texts.lines(*alone_basis(arm, rows)),
    )
    lowest = lowest_records(store, arm, rows, SHOWN_LOSSES)
    if lowest:
        yield f"Where {the(arm.name)} scored lowest:"
        yield from (_low_words(store.record(place), rows) for place in lowest)


def _low_words(record: JudgedRecord, rows: Sequence[MeanRow]) -> str:
    higher = {row.metric for row in rows if row.higher_is_better}
    scored = [(name, it) for name, it in record.scores.items() if it.value is not None]
    scored.sort(key=lambda it: (it[1].value or 0.0) * (1 if it[0] in higher else -1))
    lines = [
        f"  Prompt: {on_one_line(record.prompt)}",
        f"    answer: {on_one_line(record.response)}",
    ]
    lines += [
        f"    {metric} {plain(score.value, 2)}: {on_one_line(score.explanation)}".rstrip(": ")
        for metric, score in scored[:SHOWN_LOSSES]
    ]
    return texts.lines(*lines)


def _some_lines(lines: Sequence[dict[str, str]]) -> Iterator[Part]:
    yield lines[:SHOWN_ROWS]
    if len(lines) > SHOWN_ROWS:
        yield f"… and {len(lines) - SHOWN_ROWS} more rows: --html FILE or --csv"


def category_lines(comparison: Comparison) -> list[dict[str, str]]:
    return [
        {"Category": category, **line}
        for category, rows in comparison.categories.items()
        for line in lines_of_rows(rows, comparison.first.name, comparison.second.name)
    ]


def comparison_lines(comparison: Comparison) -> list[dict[str, str]]:
    """Return the lines of a comparison's table: column titles and texts."""
    return lines_of_rows(comparison.rows, comparison.first.name, comparison.second.name)


def lines_of_rows(rows: Sequence[MetricRow], first: str, second: str) -> list[dict[str, str]]:
    """Return the lines of a table of some rows of a comparison."""
    return [
        {
            "Metric": named(row),
            titled(first): plain(row.first),
            titled(second): plain(row.second),
            "Gain": signed(row.gain),
            interval_name(rows): between(row.low, row.high),
            "Better/same/worse": f"{row.wins}/{row.ties}/{row.losses}",
            "Records": f"{row.records}",
            "Left out": f"{row.left_out}",
            "Verdict": row.verdict,
        }
        for row in rows
    ]


def named(row: MetricRow | MeanRow | FigureRow) -> str:
    """Return what a metric is called in a table."""
    return row.metric + ("" if row.higher_is_better else " (low is good)")


def titled(name: str) -> str:
    """Return what a model's column is called."""
    return name.capitalize() if name in ("base", "fine-tuned", "evaluated") else name


def lines_of_means(rows: Sequence[MeanRow]) -> list[dict[str, str]]:
    """Return the lines of a table of one model's means."""
    return [
        {
            "Metric": named(row),
            "Mean": plain(row.mean),
            interval_name(rows): between(row.low, row.high, sign=False),
            "Records": f"{row.records}",
            "Left out": f"{row.left_out}",
        }
        for row in rows
    ]


def _figures_parts(first: str, second: str, tables: Sequence[FigureTable]) -> Iterator[Part]:
    whole, *tasks = tables
    yield verdict_sentence(whole.rows, second, first)
    yield figure_lines(whole.rows, first, second)
    yield texts.lines(*FIGURES_BASIS)
    if tasks:
        yield "By task"
        yield from _some_lines(task_lines(tasks, first, second))
        yield TASKS_BASIS


def task_lines(tasks: Iterable[FigureTable], first: str, second: str) -> list[dict[str, str]]:
    return [
        {"Task": task.name, **line}
        for task in tasks
        for line in figure_lines(task.rows, first, second)
    ]


def lines_of_figures(figures: Mapping[str, Figure]) -> list[dict[str, str]]:
    """Return the lines of a table of one model's figures."""
    return [
        {
            "Metric": metric,
            "Value": plain(it.value),
            "95 % interval": between(*figure_ends(it), sign=False),
        }
        for metric, it in figures.items()
    ]


def figure_lines(rows: Iterable[FigureRow], first: str, second: str) -> list[dict[str, str]]:
    return [
        {
            "Metric": named(row),
            titled(first): plain(row.first.value),
            titled(second): plain(row.second.value),
            "Gain": signed(row.gain),
            "95 % interval": between(row.low, row.high),
            "Verdict": row.verdict,
        }
        for row in rows
    ]


def board_lines(board: Leaderboard) -> list[dict[str, str]]:
    """Return the lines of the matrix of models and metrics."""
    return [
        {
            "Model": titled(it.name),
            **{
                metric + (" (low is good)" if metric in board.lower_is_better else ""): (
                    f"{plain(cell.mean)} ({between(cell.low, cell.high, sign=False)}) {cell.group}"
                    if (cell := it.cells.get(metric)) and cell.mean is not None
                    else "-"
                )
                for metric in board.metrics
            },
            "Better/worse": f"{it.better}/{it.worse}",
        }
        for it in board.standings
    ]


def label_lines(report: Results) -> list[str]:
    """Return how often the judge gave each label, for scales that have labels for numbers."""
    lines = []
    for metric in report.store.metrics:
        for arm in report.store.arms:
            counts = arm.labels.get(metric)
            if counts:
                shares = ", ".join(f"{label} {count}" for label, count in counts.most_common())
                lines.append(f"{metric}, {arm.name}: {shares} (labels have no order to test)")
    return [texts.lines(*lines)] if lines else []


def _loss_words(store: RecordStore, loss: Loss, comparison: Comparison) -> str:
    first, second = (store.record(place) for place in loss.lines)
    lines = [
        f"  Prompt: {on_one_line(second.prompt)}",
        f"    {comparison.first.name}: {on_one_line(first.response)}",
        f"    {comparison.second.name}: {on_one_line(second.response)}",
    ]
    for metric, score in second.scores.items():
        before = first.scores.get(metric)
        if before is None or None in (before.value, score.value) or before.value == score.value:
            continue
        lines.append(
            f"    {metric} {plain(before.value, 2)} -> {plain(score.value, 2)}: "
            f"{on_one_line(score.explanation)}".rstrip(": ")
        )
    return texts.lines(*lines)


_CSV_COLUMNS = (
    "first", "second", "category", "metric", "higher_is_better", "first_mean", "second_mean",
    "gain", "low", "high", "wins", "ties", "losses", "records", "left_out", "chance",
    "corrected_chance", "verdict",
)  # fmt: skip


def report_csv(report: Results) -> str:
    """Return a report's figures as CSV, a row for each metric of each comparison."""
    file = io.StringIO()
    write = csv.writer(file, lineterminator="\n").writerow
    write(_CSV_COLUMNS)
    for comparison in report.comparisons:
        groups = {"": comparison.rows, **comparison.categories}
        for category, rows in groups.items():
            names = comparison.first.name, comparison.second.name, category
            for row in rows:
                write([*map(_cell, (*names, row.metric)), *_metric_cells(row)])
    for first, second, tables in report.figures:
        for table in tables:
            for it in table.rows:
                names = first, second, "" if table.name == "all" else table.name
                write([*map(_cell, (*names, it.metric)), *_figure_cells(it)])
    for cells in _rows_alone(report):
        write(cells)
    for left in report.unseen.comparisons if report.unseen else ():
        for row in left.metrics:
            names = left.first, left.second, UNSEEN_CATEGORY
            write([*map(_cell, (*names, row.metric)), *_metric_cells(row)])
    return file.getvalue()


UNSEEN_CATEGORY = "(not in the training data)"
"""What stands for a category where the prompts are left out that the model was trained on."""


def _rows_alone(report: Results) -> Iterator[list[object]]:
    for arm, means in report.alone:
        for it in means:
            head = ["", _cell(arm.name), "", _cell(it.metric), it.higher_is_better, ""]
            ends = it.low, it.high
            counts = ["", "", "", it.records, it.left_out, "", "", ""]
            yield [*head, it.mean, "", *ends, *counts]
    for name, figures in report.figures_alone:
        for metric, figure in figures.items():
            yield ["", _cell(name), "", _cell(metric), "", "", figure.value, *[""] * 11]


def _metric_cells(row: MetricRow) -> list[object]:
    numbers = (row.first, row.second, row.gain, row.low, row.high)
    return [
        row.higher_is_better, *numbers, row.wins, row.ties, row.losses, row.records,
        row.left_out, row.chance, row.corrected, row.verdict,
    ]  # fmt: skip


def _figure_cells(row: FigureRow) -> list[object]:
    numbers = (row.first.value, row.second.value, row.gain, row.low, row.high)
    chances = row.chance, row.corrected
    return [row.higher_is_better, *numbers, *[""] * 5, *chances, row.verdict]


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula, or for several lines."""
    line = " ".join(text.splitlines())
    return f"'{line}" if line[:1] in ("=", "+", "-", "@", "\t") else line

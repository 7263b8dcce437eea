"""A report as text for a terminal, as one JSON document, and as CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from evalbook.runs.comparison import Comparison, Loss, MeanRow, MetricRow, lowest_records
from evalbook.runs.records import JudgedRecord
from evalbook.runs.report import FigureTable, Report
from evalbook.runs.store import Arm, RecordStore
from evalbook.runs.summaries import Figure, FigureRow
from evalbook.runs.words import (
    FIGURES_BASIS,
    TASKS_BASIS,
    VERDICTS,
    alone_basis,
    alone_headline,
    basis,
    between,
    categories_basis,
    figures_alone_headline,
    figures_headline,
    headline,
    plain,
    signed,
)

_LONGEST_TEXT = 160
SHOWN_LOSSES = 3
SHOWN_ROWS = 40
"""Rows about categories or tasks in a terminal; the other outputs have all of them."""


def report_words(report: Report, width: int = 100) -> str:
    """Return a report for people."""
    parts: list[str] = [_heads(report)]
    said: set[str] = set()
    for comparison in report.comparisons:
        parts += _comparison_words(report, comparison, width, said)
    for arm, means in report.alone:
        parts += _alone_words(report.store, arm, means, width)
    for first, second, tables in report.figures:
        parts += _figures_words(first, second, tables, width)
    for name, figures in report.figures_alone:
        parts.append(wrapped(figures_alone_headline(name, figures), width))
        parts.append(text_table(lines_of_figures(figures)))
    parts += label_lines(report)
    parts += [wrapped(note, width) for note in report.notes]
    return "\n\n".join(part for part in parts if part)


def _heads(report: Report) -> str:
    lines = []
    for run in report.runs:
        about = [f"model {_short(run.model)}" if run.model else "", f"judge {run.judge}"]
        about = [it for it in about if it and not it.endswith(" None")]
        lines.append(f"{run.name} ({', '.join([run.status, *about])})")
    return "\n".join(lines)


def _comparison_words(
    report: Report, comparison: Comparison, width: int, said: set[str]
) -> list[str]:
    # What holds for all comparisons is said once.
    resting = [line for line in basis(comparison) if line not in said]
    said.update(resting)
    parts = [
        wrapped(headline(comparison), width),
        text_table(comparison_lines(comparison)),
        "\n".join(wrapped(line, width) for line in resting),
    ]
    if comparison.categories:
        parts.append("By category")
        parts.append(_some_lines(category_lines(comparison)))
        parts.append("\n".join(wrapped(line, width) for line in categories_basis(comparison)))
    if comparison.losses:
        parts.append(f"Where {comparison.second.name} lost most:")
        parts += [
            _loss_words(report.store, it, comparison) for it in comparison.losses[:SHOWN_LOSSES]
        ]
    return parts


def _alone_words(store: RecordStore, arm: Arm, rows: Sequence[MeanRow], width: int) -> list[str]:
    parts = [
        wrapped(alone_headline(arm, rows), width),
        text_table(lines_of_means(rows)),
        "\n".join(wrapped(line, width) for line in alone_basis(arm, rows)),
    ]
    lowest = lowest_records(store, arm, rows, SHOWN_LOSSES)
    if lowest:
        parts.append(f"Where {arm.name} scored lowest:")
        parts += [_low_words(store.record(place), rows) for place in lowest]
    return parts


def _low_words(record: JudgedRecord, rows: Sequence[MeanRow]) -> str:
    higher = {row.metric for row in rows if row.higher_is_better}
    scored = [(name, it) for name, it in record.scores.items() if it.value is not None]
    scored.sort(key=lambda it: (it[1].value or 0.0) * (1 if it[0] in higher else -1))
    lines = [f"  Prompt: {shortened(record.prompt)}", f"    answer: {shortened(record.response)}"]
    lines += [
        f"    {metric} {plain(score.value, 2)}: {shortened(score.explanation)}".rstrip(": ")
        for metric, score in scored[:SHOWN_LOSSES]
    ]
    return "\n".join(lines)


def _some_lines(lines: Sequence[dict[str, str]]) -> str:
    text = text_table(lines[:SHOWN_ROWS])
    left = len(lines) - SHOWN_ROWS
    return f"{text}\n… and {left} more rows: --html FILE or --csv" if left > 0 else text


def category_lines(comparison: Comparison) -> list[dict[str, str]]:
    """Return the lines of a table of all categories."""
    return [
        {"Category": category, **line}
        for category, rows in comparison.categories.items()
        for line in lines_of_rows(rows, comparison)
    ]


def comparison_lines(comparison: Comparison) -> list[dict[str, str]]:
    """Return the lines of a comparison's table: column titles and texts."""
    return lines_of_rows(comparison.rows, comparison)


def lines_of_rows(rows: Iterable[MetricRow], comparison: Comparison) -> list[dict[str, str]]:
    """Return the lines of a table of some rows of a comparison."""
    return [
        {
            "Metric": row.metric + ("" if row.higher_is_better else " (low is good)"),
            comparison.first.name: plain(row.first),
            comparison.second.name: plain(row.second),
            "Gain": signed(row.gain),
            "95 % interval": between(row.low, row.high),
            "Better/same/worse": f"{row.wins}/{row.ties}/{row.losses}",
            "Records": f"{row.records}",
            "In words": VERDICTS[row.verdict],
        }
        for row in rows
    ]


def lines_of_means(rows: Iterable[MeanRow]) -> list[dict[str, str]]:
    """Return the lines of a table of one model's means."""
    return [
        {
            "Metric": row.metric + ("" if row.higher_is_better else " (low is good)"),
            "Mean": plain(row.mean),
            "95 % interval": between(row.low, row.high, sign=False),
            "Records": f"{row.records}",
            "Left out": f"{row.left_out}",
        }
        for row in rows
    ]


def _figures_words(first: str, second: str, tables: Sequence[FigureTable], width: int) -> list[str]:
    whole, *tasks = tables
    parts = [
        wrapped(figures_headline(whole.rows, second, first), width),
        text_table(figure_lines(whole.rows, first, second)),
        "\n".join(wrapped(line, width) for line in FIGURES_BASIS),
    ]
    if tasks:
        parts += ["By task", _some_lines(task_lines(tasks, first, second))]
        parts.append(wrapped(TASKS_BASIS, width))
    return parts


def task_lines(tasks: Iterable[FigureTable], first: str, second: str) -> list[dict[str, str]]:
    """Return the lines of a table of all tasks' figures."""
    return [
        {"Task": task.name, **line}
        for task in tasks
        for line in figure_lines(task.rows, first, second)
    ]


def lines_of_figures(figures: Mapping[str, Figure]) -> list[dict[str, str]]:
    """Return the lines of a table of one model's figures."""
    return [
        {"Metric": metric, "Value": plain(it.value), "Standard error": plain(it.error)}
        for metric, it in figures.items()
    ]


def figure_lines(rows: Iterable[FigureRow], first: str, second: str) -> list[dict[str, str]]:
    """Return the lines of a table of figures."""
    return [
        {
            "Metric": row.metric + ("" if row.higher_is_better else " (low is good)"),
            first: plain(row.first.value),
            second: plain(row.second.value),
            "Gain": signed(row.gain),
            "95 % interval": between(row.low, row.high),
            "In words": VERDICTS[row.verdict],
        }
        for row in rows
    ]


def label_lines(report: Report) -> list[str]:
    """Return how often the judge gave each label, for scales that have labels for numbers."""
    lines = []
    for metric in report.store.metrics:
        for arm in report.store.arms:
            counts = arm.labels.get(metric)
            if counts:
                shares = ", ".join(f"{label} {count}" for label, count in counts.most_common())
                lines.append(f"{metric}, {arm.name}: {shares} (labels have no order to test)")
    return ["\n".join(lines)] if lines else []


def _loss_words(store: RecordStore, loss: Loss, comparison: Comparison) -> str:
    first, second = (store.record(place) for place in loss.lines)
    lines = [
        f"  Prompt: {shortened(second.prompt)}",
        f"    {comparison.first.name}: {shortened(first.response)}",
        f"    {comparison.second.name}: {shortened(second.response)}",
    ]
    for metric, score in second.scores.items():
        before = first.scores.get(metric)
        if before is None or None in (before.value, score.value) or before.value == score.value:
            continue
        lines.append(
            f"    {metric} {plain(before.value, 2)} -> {plain(score.value, 2)}: "
            f"{shortened(score.explanation)}".rstrip(": ")
        )
    return "\n".join(lines)


def shortened(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Return a text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _short(arn: str) -> str:
    if ":hub-content/" in arn:
        return arn.split("/")[-2]
    return arn.rpartition(":model-package/")[2] if ":model-package/" in arn else arn


def wrapped(text: str, width: int) -> str:
    """Return a text with line breaks."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def text_table(lines: Sequence[dict[str, str]]) -> str:
    """Return a table: columns of numbers to the right, of words to the left."""
    if not lines:
        return ""
    rows = [list(lines[0]), *(list(line.values()) for line in lines)]
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    right = [all(cell[:1] in "+-0123456789" for cell in column[1:]) for column in columns]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if numbers else cell.ljust(width)
            for cell, width, numbers in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    )


def report_document(report: Report) -> dict[str, Any]:
    """Return a report as JSON; what is not a number is null."""
    return {
        "status": "results",
        "runs": [asdict(run) for run in report.runs],
        "comparisons": [_comparison_json(report.store, it) for it in report.comparisons],
        "alone": [
            {
                "name": arm.name,
                "headline": alone_headline(arm, rows),
                "basis": alone_basis(arm, rows),
                "records": arm.records,
                "metrics": _clean([asdict(it) for it in rows]),
            }
            for arm, rows in report.alone
        ],
        "figures": [
            {
                "first": first,
                "second": second,
                "headline": figures_headline(tables[0].rows, second, first),
                "basis": list(FIGURES_BASIS),
                "tables": [_clean(asdict(table)) for table in tables],
            }
            for first, second, tables in report.figures
        ],
        "figures_alone": [
            {
                "name": name,
                "headline": figures_alone_headline(name, figures),
                "metrics": {metric: asdict(it) for metric, it in figures.items()},
            }
            for name, figures in report.figures_alone
        ],
        "labels": {
            metric: {
                arm.name: dict(arm.labels[metric])
                for arm in report.store.arms
                if metric in arm.labels
            }
            for metric in report.store.metrics
            if any(metric in arm.labels for arm in report.store.arms)
        },
        "notes": report.notes,
    }


def _comparison_json(store: RecordStore, comparison: Comparison) -> dict[str, Any]:
    return {
        "first": comparison.first.name,
        "second": comparison.second.name,
        "headline": headline(comparison),
        "basis": basis(comparison),
        "paired_records": comparison.paired,
        "questions": comparison.tests,
        "category_questions": comparison.category_tests,
        "metrics": [_clean(asdict(row)) for row in comparison.rows],
        "categories": {
            category: [_clean(asdict(row)) for row in rows]
            for category, rows in comparison.categories.items()
        },
        "lost_most": [_loss_json(store, loss) for loss in comparison.losses],
    }


def _loss_json(store: RecordStore, loss: Loss) -> dict[str, Any]:
    first, second = (store.record(place) for place in loss.lines)
    return {
        "loss": loss.loss,
        "prompt": second.prompt,
        "reference": second.reference,
        "category": second.category or first.category,
        "responses": [first.response, second.response],
        "scores": {
            metric: [
                asdict(it) if (it := record.scores.get(metric)) else None
                for record in (first, second)
            ]
            for metric in dict.fromkeys([*first.scores, *second.scores])
        },
    }


def _clean(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value


_CSV_COLUMNS = (
    "first", "second", "category", "metric", "higher_is_better", "first_mean", "second_mean",
    "gain", "low", "high", "wins", "ties", "losses", "records", "left_out", "chance",
    "corrected_chance", "verdict",
)  # fmt: skip


def report_csv(report: Report) -> str:
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
    return file.getvalue()


def _rows_alone(report: Report) -> Iterator[list[Any]]:
    for arm, means in report.alone:
        for it in means:
            head = ["", _cell(arm.name), "", _cell(it.metric), it.higher_is_better, ""]
            ends = map(_number, (it.low, it.high))
            counts = ["", "", "", it.records, it.left_out, "", "", ""]
            yield [*head, _number(it.mean), "", *ends, *counts]
    for name, figures in report.figures_alone:
        for metric, figure in figures.items():
            yield ["", _cell(name), "", _cell(metric), "", "", _number(figure.value), *[""] * 11]


def _metric_cells(row: MetricRow) -> list[Any]:
    numbers = (row.first, row.second, row.gain, row.low, row.high)
    return [
        row.higher_is_better, *map(_number, numbers), row.wins, row.ties, row.losses, row.records,
        row.left_out, _number(row.chance), _number(row.corrected), row.verdict,
    ]  # fmt: skip


def _figure_cells(row: FigureRow) -> list[Any]:
    numbers = (row.first.value, row.second.value, row.gain, row.low, row.high)
    chances = _number(row.chance), _number(row.corrected)
    return [row.higher_is_better, *map(_number, numbers), *[""] * 5, *chances, row.verdict]


def _number(value: Any) -> Any:
    return "" if isinstance(value, float) and not math.isfinite(value) else value


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula, or for several lines."""
    line = " ".join(text.splitlines())
    return f"'{line}" if line[:1] in ("=", "+", "-", "@", "\t") else line

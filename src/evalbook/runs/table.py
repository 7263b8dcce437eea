"""A report as text for a terminal, and as CSV."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evalbook.runs.comparison import Comparison, Loss, MeanRow, MetricRow, lowest_records
from evalbook.runs.leaderboard import Leaderboard
from evalbook.runs.records import JudgedRecord
from evalbook.runs.report import FigureTable, Report
from evalbook.runs.store import Arm, RecordStore
from evalbook.runs.summaries import Figure, FigureRow, figure_ends
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
    plain,
    signed,
    verdict_sentence,
)

_LONGEST_TEXT = 160
_WIDEST = 120
"""Columns of a line of text; where there is room for them, a table may take more."""
SHOWN_LOSSES = 3
SHOWN_ROWS = 40
"""Rows about categories or tasks in a terminal; the other outputs have all of them."""


def report_words(report: Report, width: int = 100) -> str:
    """Return a report for people."""
    parts: list[str] = [_heads(report)]
    if report.leaderboard:
        parts.append(wrapped(report.leaderboard.headline, width))
        parts.append(text_table(board_lines(report.leaderboard), width))
        parts.append("\n".join(wrapped(line, width) for line in report.leaderboard.basis))
    if report.corrected:
        parts.append(wrapped(report.corrected.sentence, width))
    said: set[str] = set()
    for comparison in report.comparisons:
        parts += _comparison_words(report, comparison, width, said)
    for arm, means in report.alone:
        parts += _alone_words(report.store, arm, means, width)
    for first, second, tables in report.figures:
        parts += _figures_words(first, second, tables, width)
    for name, figures in report.figures_alone:
        parts.append(wrapped(figures_alone_headline(name, figures), width))
        parts.append(text_table(lines_of_figures(figures), width))
    for claim, lines in unseen_parts(report):
        parts += [wrapped(claim, width), text_table(lines, width)]
    parts += label_lines(report)
    parts += [wrapped(note, width) for note in report.notes]
    return "\n\n".join(part for part in parts if part)


def unseen_parts(report: Report) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield what is said, and the table, of records without prompts of the training data."""
    unseen = report.unseen
    if unseen is None:
        return
    for it in unseen.comparisons:
        yield unseen.said(it), lines_of_rows(it.metrics, it.first, it.second)
    for alone in unseen.alone:
        yield unseen.said(alone), lines_of_means(alone.metrics)


def _heads(report: Report) -> str:
    lines = []
    for run in report.runs:
        about = [f"model {short_name(run.model)}" if run.model else "", f"judge {run.judge}"]
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
        text_table(comparison_lines(comparison), width),
        "\n".join(wrapped(line, width) for line in resting),
    ]
    if comparison.categories:
        parts.append("By category")
        parts.append(_some_lines(category_lines(comparison), width))
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
        text_table(lines_of_means(rows), width),
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


def _some_lines(lines: Sequence[dict[str, str]], width: int) -> str:
    text = text_table(lines[:SHOWN_ROWS], width)
    left = len(lines) - SHOWN_ROWS
    return f"{text}\n… and {left} more rows: --html FILE or --csv" if left > 0 else text


def category_lines(comparison: Comparison) -> list[dict[str, str]]:
    """Return the lines of a table of all categories."""
    return [
        {"Category": category, **line}
        for category, rows in comparison.categories.items()
        for line in lines_of_rows(rows, comparison.first.name, comparison.second.name)
    ]


def comparison_lines(comparison: Comparison) -> list[dict[str, str]]:
    """Return the lines of a comparison's table: column titles and texts."""
    return lines_of_rows(comparison.rows, comparison.first.name, comparison.second.name)


def lines_of_rows(rows: Iterable[MetricRow], first: str, second: str) -> list[dict[str, str]]:
    """Return the lines of a table of some rows of a comparison."""
    return [
        {
            "Metric": named(row),
            titled(first): plain(row.first),
            titled(second): plain(row.second),
            "Gain": signed(row.gain),
            "95 % interval": between(row.low, row.high),
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


def lines_of_means(rows: Iterable[MeanRow]) -> list[dict[str, str]]:
    """Return the lines of a table of one model's means."""
    return [
        {
            "Metric": named(row),
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
        wrapped(verdict_sentence(whole.rows, second, first), width),
        text_table(figure_lines(whole.rows, first, second), width),
        "\n".join(wrapped(line, width) for line in FIGURES_BASIS),
    ]
    if tasks:
        parts += ["By task", _some_lines(task_lines(tasks, first, second), width)]
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
        {
            "Metric": metric,
            "Value": plain(it.value),
            "95 % interval": between(*figure_ends(it), sign=False),
        }
        for metric, it in figures.items()
    ]


def figure_lines(rows: Iterable[FigureRow], first: str, second: str) -> list[dict[str, str]]:
    """Return the lines of a table of figures."""
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


def short_name(arn: str | None) -> str | None:
    """Return what people call a model: its group and version, or the base model's name."""
    if arn is None:
        return None
    if ":hub-content/" in arn:
        return arn.split("/")[-2]
    return arn.rpartition(":model-package/")[2] if ":model-package/" in arn else arn


def wrapped(text: str, width: int) -> str:
    """Return a text with line breaks."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def text_table(lines: Sequence[dict[str, str]], width: int | None = None) -> str:
    """Return a table: columns of numbers to the right, of words to the left.

    Where ``width`` is too narrow for it, each line becomes a sentence of its own.
    """
    if not lines:
        return ""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    lines = [
        {" ".join(title.split()): " ".join(cell.split()) for title, cell in line.items()}
        for line in lines
    ]
    for title in lines[0]:
        numbers = all(line[title][:1] in "+-0123456789" for line in lines)
        table.add_column(Text(title), justify="right" if numbers else "left", no_wrap=True)
    for line in lines:
        table.add_row(*map(Text, line.values()))
    page = Console(file=io.StringIO(), width=100_000, color_system=None)
    if width is not None and width < _WIDEST and page.measure(table).maximum > width:
        return "\n".join(_as_sentence(line, width) for line in lines)
    with page.capture() as drawn:
        page.print(table)
    return "\n".join(line.rstrip() for line in drawn.get().rstrip().splitlines())


def _as_sentence(line: dict[str, str], width: int) -> str:
    (_, name), *middle, (_, last) = line.items()
    told = ", ".join(f"{title.lower()} {cell}" for title, cell in middle)
    return f"{name}: {last}\n" + textwrap.indent(wrapped(told, width - 2), "  ")


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


def _rows_alone(report: Report) -> Iterator[list[object]]:
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

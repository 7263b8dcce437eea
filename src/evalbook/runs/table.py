"""A report as text for a terminal, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from evalbook import texts
from evalbook.aws.arns import short_name
from evalbook.runs.comparison import Comparison, MeanRow
from evalbook.runs.leaderboard import Leaderboard
from evalbook.runs.one_by_one import Judged, find_lowest_records
from evalbook.runs.report import Results
from evalbook.runs.sections import Line, Row, Section, sections_of, titled
from evalbook.runs.store import Arm, RecordStore
from evalbook.runs.summaries import TotalRow
from evalbook.runs.words import between, plain, the
from evalbook.texts import Part, on_one_line

SHOWN_LOSSES = 3
SHOWN_ROWS = 40
"""Rows about categories or tasks in a terminal; the other outputs have all of them."""


def report_parts(report: Results) -> list[Part]:
    parts: list[Part] = [_heads(report)]
    if report.leaderboard:
        board = report.leaderboard
        parts += [board.headline, board_lines(board), texts.lines(*board.basis)]
        if lines := version_lines(board):
            parts += ["From version to version", lines]
    if report.corrected:
        parts.append(report.corrected.sentence)
    for section in sections_of(report):
        parts += _section_parts(report.store, section)
    if report.prospect:
        parts.append(report.prospect.sentence)
    parts += label_lines(report)
    return [part for part in (*parts, *report.notes) if part]


def _heads(report: Results) -> str:
    lines = []
    for run in report.runs:
        named = {"model": short_name(run.model), "judge": run.judge}
        about = [run.status, *(f"{name} {it}" for name, it in named.items() if it)]
        lines.append(f"{run.name} ({', '.join(about)})")
    return texts.lines(*lines)


def _section_parts(store: RecordStore, it: Section) -> Iterator[Part]:
    yield from (it.claim, it.lines, texts.lines(*it.basis))
    if lines := it.part_lines:
        yield from (f"By {it.parts_are}", lines[:SHOWN_ROWS])
        if len(lines) > SHOWN_ROWS:
            yield f"… and {len(lines) - SHOWN_ROWS} more rows: --html FILE or --csv"
        yield texts.lines(*it.parts_basis)
    if isinstance(it.of, Comparison) and it.of.losses:
        yield f"Where {the(it.of.second.name)} lost most:"
        yield from (_loss_words(store, loss, it.of) for loss in it.of.losses[:SHOWN_LOSSES])
    if isinstance(it.of, Arm) and (lowest := find_lowest_records(store, it.of, SHOWN_LOSSES)):
        yield f"Where {the(it.of.name)} scored lowest:"
        yield from (_low_words(store, low) for low in lowest)


def _low_words(store: RecordStore, low: Judged) -> str:
    record, signs = store.record(low.lines[0]), dict(zip(store.metrics, store.signs, strict=True))
    scored = [(name, it) for name, it in record.scores.items() if it.value is not None]
    scored.sort(key=lambda it: (it[1].value or 0.0) * signs[it[0]])
    lowest = [(f"{name} {plain(it.value, 2)}", it.explanation) for name, it in scored]
    return _record_words(record.prompt, {"answer": record.response}, lowest[:SHOWN_LOSSES])


def _loss_words(store: RecordStore, loss: Judged, comparison: Comparison) -> str:
    first, second = (store.record(place) for place in loss.lines)
    answers = {comparison.first.name: first.response, comparison.second.name: second.response}
    changed = [
        (f"{metric} {plain(before.value, 2)} -> {plain(score.value, 2)}", score.explanation)
        for metric, score in second.scores.items()
        if (before := first.scores.get(metric)) is not None
        and None not in (before.value, score.value)
        and before.value != score.value
    ]
    return _record_words(second.prompt, answers, changed)


def _record_words(
    prompt: str, answers: Mapping[str, str], scores: Iterable[tuple[str, str]]
) -> str:
    lines = [f"  Prompt: {on_one_line(prompt)}"]
    lines += [f"    {name}: {on_one_line(answer)}" for name, answer in answers.items()]
    lines += [f"    {score}: {on_one_line(why)}".rstrip(": ") for score, why in scores]
    return texts.lines(*lines)


def board_lines(board: Leaderboard) -> list[Line]:
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


def version_lines(board: Leaderboard) -> list[dict[str, str]]:
    """Return the rows of a table: a metric's mean for each version; none for fewer than two."""
    if len(board.versions) < 2:
        return []
    cells = {it.name: it.cells for it in board.standings}
    return [
        {
            "Metric": metric + (" (low is good)" if metric in board.lower_is_better else ""),
            **{
                name: f"{plain(cell.mean)} {cell.group}".strip()
                if (cell := cells[name].get(metric))
                else "-"
                for name in board.versions
            },
        }
        for metric in board.metrics
    ]


def label_lines(report: Results) -> list[str]:
    """Return how often the judge gave each label, for scales that have labels for numbers."""
    lines = []
    for metric, by_model in report.store.labels().items():
        for name, counts in by_model.items():
            shares = ", ".join(f"{label} {count}" for label, count in counts.items())
            lines.append(f"{metric}, {name}: {shares} (labels have no order to test)")
    return [texts.lines(*lines)] if lines else []


_CSV_COLUMNS = (
    "first", "second", "category", "metric", "higher_is_better", "first_mean", "second_mean",
    "gain", "low", "high", "wins", "ties", "losses", "records", "left_out", "chance",
    "corrected_chance", "verdict",
)  # fmt: skip


def report_csv(report: Results) -> str:
    file = io.StringIO()
    table = csv.DictWriter(file, _CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for it in sections_of(report):
        for category, rows in {"": it.rows, **it.parts}.items():
            if it.unseen and len(it.names) == 1:
                continue  # a mean without some prompts would be taken for the mean
            first, second = ("", *it.names)[-2:]
            part = UNSEEN_CATEGORY if it.unseen else category
            for row in rows:
                words = {"first": first, "second": second, "category": part, "metric": row.metric}
                table.writerow(_numbers(row) | {name: _cell(text) for name, text in words.items()})
    return file.getvalue()


UNSEEN_CATEGORY = "(not in the training data)"
"""What stands for a category where the prompts are left out that the model was trained on."""


def _numbers(row: Row) -> dict[str, object]:
    """Return a row's numbers, those that have a column by its name."""
    if isinstance(row, TotalRow):
        return {"second_mean": row.mean, "low": row.low, "high": row.high}
    first, second = (None, row.mean) if isinstance(row, MeanRow) else row.scores
    chance = vars(row).get("corrected")
    return {**vars(row), "first_mean": first, "second_mean": second, "corrected_chance": chance}


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula, or for several lines."""
    line = " ".join(text.splitlines())
    return f"'{line}" if line[:1] in ("=", "+", "-", "@", "\t") else line

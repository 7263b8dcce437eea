"""A report as one self-contained page to send to a colleague: pictures, tables, records.

Prompts, responses and explanations are hostile until shown otherwise. In the page's own markup they
are escaped; the records travel as JSON in which no ``<`` is left, and the script puts them in as
text. The content security policy lets this page's own script and style run, by their hashes, and
nothing be fetched from anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from evalbook.runs.comparison import overall_gains, overall_scores, signs_of
from evalbook.runs.forest import forest, panels_of, svg
from evalbook.runs.store import NO_SCORE, Arm, Place, RecordStore
from evalbook.runs.table import (
    board_lines,
    category_lines,
    comparison_lines,
    figure_lines,
    label_lines,
    lines_of_figures,
    lines_of_means,
    task_lines,
)
from evalbook.runs.verdicts import BETTER, WORSE
from evalbook.runs.words import (
    FIGURES_BASIS,
    TASKS_BASIS,
    alone_basis,
    alone_headline,
    basis,
    categories_basis,
    figures_alone_headline,
    headline,
    verdict_sentence,
)
from evalbook.whole_files import replacing, unwritable

if TYPE_CHECKING:
    from jinja2 import Template

    from evalbook.runs.comparison import Comparison
    from evalbook.runs.report import Report

MOST_RECORDS = 1000
"""Records on a page, as many as Bedrock judges in a job; of more, where the models differ most."""
LONGEST_TEXT = 8000
"""Characters of a text on a page."""

_NARROW = 343
"""Pixels of a small phone without its margins."""
_HALVES = re.compile("[\ud800-\udfff]")


def write_page(report: Report, path: Path) -> None:
    """Write a report as one HTML file; record by record, so that memory stays constant.

    Raises:
        AnswerRejected: the file can't be written.
    """
    try:
        with replacing(path) as page:
            text = io.TextIOWrapper(page, "utf-8", errors="replace", newline="\n")
            _write(report, text)
            text.detach()
    except OSError as error:
        raise unwritable("results.unwritable", path, error) from error


def _write(report: Report, file: TextIO) -> None:
    style, script = page_asset("page.css"), page_asset("page.js")
    policy = (
        f"default-src 'none'; style-src {page_hash(style)}; script-src {page_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    title = "Evaluation: " + ", ".join(run.name for run in report.runs)
    file.write(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{html_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
    )
    for part in _sections(report, title):
        file.write(part + "\n")
    file.write(page_asset("page_records.html"))
    file.write('<script type="application/json" id="data">[')
    for part in _data(report):
        file.write(part)
    file.write(f"]</script>\n<script>{script}</script>\n")
    file.write("</main>\n</body>\n</html>\n")


def _sections(report: Report, title: str) -> Iterator[str]:
    yield f"<h1>{html_text(title)}</h1>"
    for run in report.runs:
        named = {"model": run.model, "judge": run.judge, "dataset": run.dataset}
        facts = [run.status, run.created, *(f"{name} {it}" for name, it in named.items() if it)]
        yield f'<p class="facts">{html_text(run.name)}: {html_text(" · ".join(facts))}</p>'
    for claim in _claims(report):
        yield f'<p class="headline">{html_text(claim)}</p>'
    if report.leaderboard:
        yield "<h2>Leaderboard</h2>" + _table(board_lines(report.leaderboard))
        yield _list("", report.leaderboard.basis)
    yield _pictures(report)
    said: set[str] = set()
    for comparison in report.comparisons:
        yield from _comparison(comparison, said)
    for arm, means in report.alone:
        yield f"<h2>{html_text(arm.name)}, {arm.records:,} records</h2>"
        yield _table(lines_of_means(means))
        yield _list("What this rests on", alone_basis(arm, means))
    yield from _figures(report)
    notes = [*label_lines(report), *report.notes]
    if notes:
        yield _list("Notes", notes)


def _claims(report: Report) -> Iterator[str]:
    if report.leaderboard:
        yield report.leaderboard.headline
    for comparison in report.comparisons:
        yield headline(comparison)
    if report.corrected:
        yield report.corrected.sentence
    for first, second, tables in report.figures:
        yield verdict_sentence(tables[0].rows, second, first)
    for arm, means in report.alone:
        yield alone_headline(arm, means)
    for name, figures in report.figures_alone:
        yield figures_alone_headline(name, figures)


def _pictures(report: Report) -> str:
    panels = panels_of(report)
    if not panels:
        return ""
    wide, narrow = (svg(forest(panels, width), "Gains by metric") for width in (760, _NARROW))
    return (
        f'<div class="picture"><div class="wide">{wide}</div>'
        f'<div class="narrow">{narrow}</div></div>'
    )


def _comparison(comparison: Comparison, said: set[str]) -> Iterator[str]:
    # What holds for all comparisons is said once.
    resting = [line for line in basis(comparison) if line not in said]
    said.update(resting)
    title = f"{comparison.second.name} against {comparison.first.name}"
    yield f"<h2>{html_text(title)}</h2>"
    yield _table(comparison_lines(comparison), [row.verdict for row in comparison.rows])
    yield _list("What this rests on", resting)
    if comparison.categories:
        verdicts = [row.verdict for rows in comparison.categories.values() for row in rows]
        yield f"<details><summary>By category ({len(comparison.categories)})</summary>"
        yield _list("", categories_basis(comparison))
        yield _table(category_lines(comparison), verdicts) + "</details>"


def _figures(report: Report) -> Iterator[str]:
    for first, second, tables in report.figures:
        whole, *tasks = tables
        yield f"<h2>{html_text(f'{second} against {first}')}</h2>"
        yield _table(figure_lines(whole.rows, first, second), [it.verdict for it in whole.rows])
        yield _list("What this rests on", FIGURES_BASIS)
        if tasks:
            verdicts = [row.verdict for task in tasks for row in task.rows]
            yield f"<details><summary>By task ({len(tasks)})</summary>"
            yield _list("", [TASKS_BASIS])
            yield _table(task_lines(tasks, first, second), verdicts) + "</details>"
    for name, figures in report.figures_alone:
        yield f"<h2>{html_text(name)}</h2>"
        yield _table(lines_of_figures(figures))


def _table(lines: Sequence[dict[str, str]], verdicts: Sequence[str] = ()) -> str:
    """Return a table that the script lets be sorted, and a phone shows row by row."""
    if not lines:
        return ""
    heads = "".join(
        f'<th scope="col"{_look(title, place)}>{html_text(title)}</th>'
        for place, title in enumerate(lines[0])
    )
    rows = [f"<tr>{heads}</tr>"]
    for number, line in enumerate(lines):
        verdict = verdicts[number] if number < len(verdicts) else ""
        cells = (
            f'<td data-title="{html_text(title)}"{_look(title, place, verdict)}>'
            f"{html_text(text)}</td>"
            for place, (title, text) in enumerate(line.items())
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    body = "\n".join(rows[1:])
    return (
        f'<div class="scroll"><table><thead>{rows[0]}</thead>\n<tbody>{body}</tbody></table></div>'
    )


def _look(title: str, place: int, verdict: str = "") -> str:
    if title == "Verdict":
        return f' class="words {verdict}"' if verdict in (BETTER, WORSE) else ' class="words"'
    return ' class="name"' if place == 0 or title == "Metric" else ""


def _list(title: str, lines: Iterable[str]) -> str:
    items = "\n".join(f"<li>{html_text(line)}</li>" for line in lines)
    notes = f'<ul class="notes">\n{items}\n</ul>'
    return f"<details open><summary>{title}</summary>{notes}</details>" if title else notes


# --- the records ------------------------------------------------------------------------------


def _data(report: Report) -> Iterator[str]:
    """Yield the records of each comparison, and of each model alone, as JSON."""
    store, comma = report.store, ""
    for comparison in report.comparisons:
        signs = signs_of(store, comparison.rows)
        names = [comparison.first.name, comparison.second.name]
        chosen, left = _differing_most(store, comparison, signs)
        yield comma + _opening(f"{names[1]} against {names[0]}", names, store.metrics, left)
        yield from _joined(_record_json(store, it) for it in chosen)
        yield "]}"
        comma = ","
    for arm, means in report.alone:
        left = max(0, arm.records - MOST_RECORDS)
        signs = signs_of(store, means)
        yield comma + _opening(arm.name, [arm.name], store.metrics, left, signs)
        yield from _joined(_record_json(store, it) for it in _first_ones(store, arm, signs))
        yield "]}"
        comma = ","


def _opening(
    title: str,
    names: list[str],
    metrics: Sequence[str],
    left: int,
    signs: Sequence[int] = (),
) -> str:
    """Return the head of a comparison's data, or of a model's alone, which has signs.

    A gain above 0 is better; of one model's scores, those below 0 of a sign are where low is good.
    """
    head = {"title": title, "names": names, "metrics": list(metrics), "left": left}
    if len(names) == 1:
        head["signs"] = list(signs)
    return json_text(head)[:-1] + ', "records": ['


def _joined(documents: Iterable[dict[str, Any]]) -> Iterator[str]:
    for place, document in enumerate(documents):
        yield (",\n" if place else "\n") + json_text(document)


@dataclass(frozen=True)
class _Shown:
    """A record to show, and what its scores come to."""

    lines: tuple[Place, ...]
    category: str | None
    overall: float | None
    each: list[float | None]
    """Gain on each metric, or score of a model alone."""


def _differing_most(
    store: RecordStore, comparison: Comparison, signs: Sequence[int]
) -> tuple[list[_Shown], int]:
    """Return the records to show, in their order, and how many are left out."""
    first, second = comparison.first.number, comparison.second.number

    def weighed() -> Iterator[tuple[float, int, _Shown]]:
        for batch in store.paired_batches(comparison.first, comparison.second):
            gains = overall_gains(store, batch, signs)
            for row, (gain, place) in enumerate(zip(gains, batch.places, strict=True)):
                lines = Place(first, batch.before[row]), Place(second, place)
                sides = zip(batch.first, batch.second, signs, strict=True)
                each = [_gain(before[row], after[row], sign) for before, after, sign in sides]
                yield abs(gain or 0.0), -place, _Shown(lines, batch.categories[row], gain, each)

    chosen = heapq.nlargest(MOST_RECORDS, weighed(), key=lambda it: it[:2])
    chosen.sort(key=lambda it: -it[1])
    return [it for *_, it in chosen], comparison.paired - len(chosen)


def _gain(before: float, after: float, sign: int) -> float | None:
    return None if NO_SCORE in (before, after) else round(sign * (after - before), 9)


def _first_ones(store: RecordStore, arm: Arm, signs: Sequence[int]) -> Iterator[_Shown]:
    for batch in store.batches(arm):
        overall = overall_scores(store, batch, signs)
        for row, place in enumerate(batch.places):
            if place > MOST_RECORDS:
                return
            each = [None if column[row] == NO_SCORE else column[row] for column in batch.second]
            yield _Shown((Place(arm.number, place),), batch.categories[row], overall[row], each)


def _record_json(store: RecordStore, shown: _Shown) -> dict[str, Any]:
    records = [store.record(line) for line in shown.lines]
    return {
        "place": shown.lines[-1].number,
        "prompt": _cut(records[-1].prompt),
        "reference": None if records[-1].reference is None else _cut(records[-1].reference),
        "category": shown.category,
        "responses": [_cut(record.response) for record in records],
        "gain": shown.overall,
        "gains": shown.each,
        "scores": [
            [
                [it.label if it.value is None else it.value, _cut(it.explanation)]
                if (it := record.scores.get(metric))
                else None
                for record in records
            ]
            for metric in store.metrics
        ],
    }


def _cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}\n[… {len(text) - LONGEST_TEXT:,} more characters]"


# --- keeping data from being anything else ----------------------------------------------------


def json_text(value: Any) -> str:
    """Return JSON that can stand in a page: no ``<`` that could end the script it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Half a character, which JSON can write: not every program that reads the page would live on.
    text = _HALVES.sub("\ufffd", text)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def html_text(text: str) -> str:
    """Return text as markup that shows it: escaped, without control characters and surrogates."""
    legal = "".join(
        character if character.isprintable() or character in " \n\t\u00a0" else "\ufffd"
        for character in text
    )
    return escape(legal, quote=True)


def page_asset(name: str) -> str:
    return (files("evalbook.runs") / name).read_text(encoding="utf-8")


def page_template(name: str) -> Template:
    """Return a page's template; what is put in is escaped where it does not say that it is safe."""
    from jinja2 import DictLoader, Environment, StrictUndefined

    loader = DictLoader({name: page_asset(name)})
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(name)


def page_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"

"""A report as one self-contained page to send to a colleague: pictures, tables, records.

Prompts, responses and explanations are hostile until shown otherwise. In the page's own markup they
are escaped; the records travel as JSON in which no ``<`` is left, and the script puts them in as
text. The content security policy lets this page's own script and style run, by their hashes, and
nothing be fetched from anywhere.
"""

from __future__ import annotations

import heapq
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from evalbook.aws.arns import short_name
from evalbook.console import PAGES
from evalbook.runs.comparison import (
    Comparison,
    compute_overall_gains,
    compute_overall_scores,
    signs_of,
)
from evalbook.runs.forest import Drawing, forest, panels_of, svg, version_drawing
from evalbook.runs.report import Results
from evalbook.runs.sections import Section, sections_of
from evalbook.runs.store import NO_SCORE, Arm, Place, RecordStore
from evalbook.runs.table import board_lines, label_lines
from evalbook.runs.templates import page_asset, page_policy, page_template
from evalbook.runs.words import signed
from evalbook.whole_files import rejecting_unwritable, replacing

MOST_RECORDS = 1000
"""Records on a page, as many as Bedrock judges in a job; of more, where the models differ most."""
LONGEST_TEXT = 8000
"""Characters of a text on a page."""

_LONGEST_EXAMPLE = 2000
_NARROW = 343
"""Pixels of a small phone without its margins."""
_HALVES = re.compile("[\ud800-\udfff]")


def page_text(report: Results) -> str:
    return page_template("page.html").render(_contents(report))


def write_page(report: Results, path: Path) -> None:
    """Write a report as one HTML file; record by record, so that memory stays constant.

    Raises:
        AnswerRejected: the file can't be written.
    """
    with rejecting_unwritable("results.unwritable", path), replacing(path) as page:
        text = io.TextIOWrapper(page, "utf-8", errors="replace", newline="\n")
        text.writelines(page_template("page.html").generate(_contents(report)))
        text.detach()


def _contents(report: Results) -> dict[str, object]:
    style, script = page_asset("page.css"), page_asset("page.js")
    board, sections, panels = report.leaderboard, list(sections_of(report)), panels_of(report)
    versions = board if board and len(board.versions) > 1 else None
    means = "Each metric's mean from version to version"
    return {
        "policy": page_policy(style, script),
        "style": style,
        "script": script,
        "records": page_asset("page_records.html"),
        "data": _data(report),
        "title": "Evaluation: " + ", ".join(run.name for run in report.runs),
        "task": report.task,
        "claims": list(_claims(report, sections)),
        "facts": list(_facts(report)),
        "links": list(_links(report)),
        "board": board_lines(board) if board else [],
        "board_basis": board.basis if board else (),
        "versions": _draw_twice(partial(version_drawing, versions), means) if versions else [],
        "pictures": _draw_twice(partial(forest, panels), "Gains by metric") if panels else [],
        "sections": sections,
        "examples": list(_examples(report)),
        "notes": [*label_lines(report), *report.notes],
    }


def _facts(report: Results) -> Iterator[str]:
    for run in report.runs:
        named = {
            "model": short_name(run.model),
            "base model": short_name(run.base_model),
            "judge": run.judge,
            "dataset": run.dataset,
        }
        about = [run.status, run.created[:10], *(f"{it} {of}" for it, of in named.items() if of)]
        yield f"{run.name}: {' · '.join(about)}"
    if report.cost:
        cost = "{:,.2f} to {:,.2f}".format(*report.cost)
        yield f"The judging cost about {cost} US dollars, by its tokens and AWS's Price List."


def _links(report: Results) -> Iterator[tuple[str, str]]:
    """Yield what the AWS console shows of the runs, in words, and where."""
    for run in report.runs:
        whose = f" of {run.name}" if len(report.runs) > 1 else ""
        for kind, urls in run.console.items():
            for number, url in enumerate(urls, start=1):
                yield f"{PAGES[kind]}{f' {number}' if len(urls) > 1 else ''}{whose}", url


def _claims(report: Results, sections: Sequence[Section]) -> Iterator[str]:
    if report.leaderboard:
        # What it comes to; each comparison's own claim stands with its table.
        yield report.leaderboard.headline
    for it in sections:
        if not (report.leaderboard and it.has_pairs):
            yield it.claim
    if report.corrected:
        yield report.corrected.sentence
    if report.prospect:
        yield report.prospect.sentence


def _draw_twice(draw: Callable[[int], Drawing], described: str) -> list[str]:
    """Draw something as wide as a page, and as wide as a phone."""
    return [svg(draw(width), described) for width in (760, _NARROW)]


# --- three examples -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Example:
    title: str
    gain: str
    prompt: str
    sides: Iterable[tuple[str, Sequence[tuple[str, bool]]]]
    """Each model's name, and its texts, with whether the other one says something else there."""


def _examples(report: Results) -> Iterator[_Example]:
    """Yield the record with the largest gain, one with the usual gain, and the largest loss."""
    if not report.comparisons:
        return
    it, store = report.comparisons[0], report.store
    signs = signs_of(store, it.rows)

    def known() -> Iterator[tuple[float, int, int]]:
        for batch in store.paired_batches(it.first, it.second):
            gains = compute_overall_gains(store, batch, signs)
            told = zip(gains, batch.before, batch.places, strict=True)
            yield from ((gain, *places) for gain, *places in told if gain is not None)  # type: ignore[misc]

    best = max(known(), key=lambda them: (them[0], -them[2]), default=None)
    worst = min(known(), default=None)
    if best is None or worst is None:
        return
    middle = fmean(gain for gain, *_ in known())
    usual = min(known(), key=lambda them: (abs(them[0] - middle), them in (best, worst), them[2]))
    for title, found in (("Largest gain", best), ("Typical", usual), ("Largest loss", worst)):
        gain, *places = found
        if title != "Typical" and (gain > 0) != (title == "Largest gain"):
            continue
        arms = (it.first, it.second)
        records = [
            store.record(Place(arm.number, place)) for arm, place in zip(arms, places, strict=True)
        ]
        marked = _marked(*(_cut(record.response, _LONGEST_EXAMPLE) for record in records))
        sides = zip((arm.name for arm in arms), marked, strict=True)
        prompt = _cut(records[1].prompt, _LONGEST_EXAMPLE)
        yield _Example(title, f"gain {signed(gain)}", prompt, sides)


def _marked(first: str, second: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Return two texts in pieces, those marked that the other one does not have."""
    from difflib import SequenceMatcher

    words = [re.findall(r"\S+\s*|\s+", text) for text in (first, second)]
    plain = [[word.strip() for word in them] for them in words]
    found: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    for tag, *ends in SequenceMatcher(None, plain[0], plain[1], autojunk=False).get_opcodes():
        for side, (start, end) in enumerate((ends[:2], ends[2:])):
            if end > start:
                found[side].append(("".join(words[side][start:end]), tag != "equal"))
    return found


# --- the records ------------------------------------------------------------------------------


def _data(report: Results) -> Iterator[str]:
    """Yield the records of each comparison, and of each model alone, as JSON."""
    for number, (head, records) in enumerate(_groups(report)):
        head |= {"metrics": report.store.metrics}
        yield ("," if number else "") + json_text(head)[:-1] + ', "records": ['
        for place, it in enumerate(records):
            yield (",\n" if place else "\n") + json_text(_record_json(report.store, it))
        yield "]}"


def _groups(report: Results) -> Iterator[tuple[dict[str, Any], Iterable[_Shown]]]:
    """Yield what is said of each group of records, and those to show of it.

    A gain above 0 is better; of one model's scores, those below 0 of a sign are where low is good.
    """
    for it in report.comparisons:
        names, chosen = [it.first.name, it.second.name], _differing_most(report.store, it)
        title, left = f"{names[1]} against {names[0]}", it.paired - len(chosen)
        yield {"title": title, "names": names, "left": left}, chosen
    for arm, rows in report.alone:
        signs, left = signs_of(report.store, rows), max(0, arm.records - MOST_RECORDS)
        head = {"title": arm.name, "names": [arm.name], "left": left, "signs": signs}
        yield head, _first_ones(report.store, arm, signs)


@dataclass(frozen=True)
class _Shown:
    """A record to show, and what its scores come to."""

    lines: tuple[Place, ...]
    category: str | None
    overall: float | None
    each: list[float | None]
    """Gain on each metric, or score of a model alone."""


def _differing_most(store: RecordStore, comparison: Comparison) -> list[_Shown]:
    """Return the records on which two models differ most, in the order they were read."""
    signs = signs_of(store, comparison.rows)
    first, second = comparison.first.number, comparison.second.number

    def weighed() -> Iterator[tuple[float, int, _Shown]]:
        for batch in store.paired_batches(comparison.first, comparison.second):
            gains = compute_overall_gains(store, batch, signs)
            for row, (gain, place) in enumerate(zip(gains, batch.places, strict=True)):
                lines = Place(first, batch.before[row]), Place(second, place)
                shown = _Shown(lines, batch.categories[row], gain, batch.gains(row, signs))
                yield abs(gain or 0.0), -place, shown

    chosen = heapq.nlargest(MOST_RECORDS, weighed(), key=lambda it: it[:2])
    chosen.sort(key=lambda it: -it[1])
    return [it for *_, it in chosen]


def _first_ones(store: RecordStore, arm: Arm, signs: Sequence[int]) -> Iterator[_Shown]:
    for batch in store.batches(arm):
        overall = compute_overall_scores(store, batch, signs)
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


def _cut(text: str, longest: int = LONGEST_TEXT) -> str:
    if len(text) <= longest:
        return text
    return f"{text[:longest]}\n[… {len(text) - longest:,} more characters]"


# --- keeping data from being anything else ----------------------------------------------------


def json_text(value: Any) -> str:
    """Return JSON that can stand in a page: no ``<`` that could end the script it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Half a character, which JSON can write: not every program that reads the page would live on.
    text = _HALVES.sub("\ufffd", text)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

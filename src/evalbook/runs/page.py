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
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

from evalbook.aws.arns import short_name
from evalbook.console import PAGES
from evalbook.runs.forest import Drawing, forest, panels_of, svg, version_drawing
from evalbook.runs.one_by_one import Judged, read_pairs, read_records
from evalbook.runs.report import Results
from evalbook.runs.sections import Section, sections_of
from evalbook.runs.statistics import DECIMALS
from evalbook.runs.store import RecordStore
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
        date, told = f"{run.created:%Y-%m-%d}", [f"{it} {of}" for it, of in named.items() if of]
        yield f"{run.name}: {' · '.join([run.status, date, *told])}"
    if report.cost:
        cost = "{:,.2f} to {:,.2f}".format(*report.cost)
        yield f"The judging cost about {cost} US dollars, by its tokens and AWS's Price List."


def _links(report: Results) -> Iterator[tuple[str, str]]:
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
    store, first, second = report.store, report.comparisons[0].first, report.comparisons[0].second

    def known() -> Iterator[tuple[float, Judged]]:
        for it in read_pairs(store, first, second):
            if it.overall is not None:
                yield it.overall, it

    best = max(known(), key=lambda them: (them[0], -them[1].place), default=None)
    worst = min(known(), key=lambda them: (them[0], them[1].place), default=None)
    if best is None or worst is None:
        return
    middle = fmean(gain for gain, _ in known())
    usual = min(
        known(), key=lambda them: (abs(them[0] - middle), them in (best, worst), them[1].place)
    )
    for title, (gain, it) in (("Largest gain", best), ("Typical", usual), ("Largest loss", worst)):
        if title != "Typical" and (gain > 0) != (title == "Largest gain"):
            continue
        records = [store.record(line) for line in it.lines]
        marked = _marked(*(_cut(record.response, _LONGEST_EXAMPLE) for record in records))
        sides = zip((first.name, second.name), marked, strict=True)
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
    for number, (head, records) in enumerate(_groups(report)):
        head |= {"metrics": report.store.metrics}
        yield ("," if number else "") + json_text(head)[:-1] + ', "records": ['
        for place, it in enumerate(records):
            yield (",\n" if place else "\n") + json_text(_record_json(report.store, it))
        yield "]}"


def _groups(report: Results) -> Iterator[tuple[dict[str, Any], Iterable[Judged]]]:
    """Yield what is said of each group of records, and those to show of it.

    A gain above 0 is better; of one model's scores, those below 0 of a sign are where low is good.
    """
    store = report.store
    for it in report.comparisons:
        names, left = [it.first.name, it.second.name], max(0, it.paired - MOST_RECORDS)
        pairs = read_pairs(store, it.first, it.second)
        # Those on which the models differ most, in the order they were read.
        chosen = heapq.nlargest(
            MOST_RECORDS, pairs, key=lambda it: (abs(it.overall or 0.0), -it.place)
        )
        chosen.sort(key=lambda it: it.place)
        yield {"title": f"{names[1]} against {names[0]}", "names": names, "left": left}, chosen
    for arm, _ in report.alone:
        left = max(0, arm.records - MOST_RECORDS)
        head = {"title": arm.name, "names": [arm.name], "left": left, "signs": store.signs}
        yield head, islice(read_records(store, arm), MOST_RECORDS)


def _record_json(store: RecordStore, shown: Judged) -> dict[str, Any]:
    records = [store.record(line) for line in shown.lines]
    values = [
        [it.value if (it := record.scores.get(metric)) else None for record in records]
        for metric in store.metrics
    ]
    return {
        "place": shown.place,
        "prompt": _cut(records[-1].prompt),
        "reference": None if records[-1].reference is None else _cut(records[-1].reference),
        "category": shown.category,
        "responses": [_cut(record.response) for record in records],
        "gain": shown.overall,
        "gains": [_gain(sign, *them) for sign, them in zip(store.signs, values, strict=True)],
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


def _gain(sign: int, *scores: float | None) -> float | None:
    """Return what was gained on a metric; of one model, its score."""
    before, after = scores[0], scores[-1]
    if before is None or after is None:
        return None
    return round(sign * (after - before), DECIMALS) if len(scores) == 2 else after


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

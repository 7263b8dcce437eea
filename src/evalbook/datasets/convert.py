"""What can be saved of a dataset, written as JSON Lines of which a job reads all that is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evalbook.datasets.formats import SAGEMAKER, format_named
from evalbook.datasets.invalid import MAX_LINE
from evalbook.datasets.reading import Reading, Row
from evalbook.datasets.report import Report
from evalbook.datasets.rules import Judged, Rules, write_sagemaker
from evalbook.datasets.strictjson import dump
from evalbook.datasets.understanding import Understood
from evalbook.datasets.uses import counted
from evalbook.texts import Notice, plural

Target = Literal["sagemaker", "prompt_only"]
"""A format that records can be rewritten to, by its stable name."""

_BATCH = 256 * 1024


@dataclass(frozen=True)
class Changes:
    """What a conversion changes on purpose, as the person chose."""

    system_into_query: bool = False
    """Whether the system prompt is put before the query, for models that are given none."""
    first_question: bool = False
    """Whether of records with several questions the first one is taken."""
    without: frozenset[int] = frozenset()
    """Rows to leave out, counted from 0 among all rows, such as those a model was trained on."""


AS_THEY_ARE = Changes()


def convert(
    chunks: Iterable[bytes],
    *,
    report: Report,
    target_format: Target | None = None,
    changes: Changes = AS_THEY_ARE,
) -> Iterator[bytes]:
    """Yield a dataset's valid records as JSON Lines.

    Records keep their bytes where a job reads all of them as they are; else all are rewritten to
    the SageMaker evaluation format. They keep their order.

    Args:
        chunks: the bytes the report was made from.
        report: what ``validate`` found in them.
        target_format: rewrite to this format, also where records could keep their own.
        changes: what to change on purpose.
    """
    target = _target(report, target_format, changes)
    rules = Rules(None, report.require_reference, report.scorer, changes.first_question)
    batch: list[bytes] = []
    size = 0
    for at, row in enumerate(Reading(chunks).rows()):
        line = None if at in changes.without else _line(row, rules, target, changes)
        if line is None or len(line) > MAX_LINE:
            continue
        batch.append(line + b"\n")
        size += len(line)
        if size >= _BATCH:  # one write for each line would be slow
            yield b"".join(batch)
            batch, size = [], 0
    if batch:
        yield b"".join(batch)


def _line(row: Row, rules: Rules, target: Target | None, changes: Changes) -> bytes | None:
    """Return how a row is written; None for one that can't be used."""
    judged = rules.judge(row)
    if not isinstance(judged, Judged):
        return None
    if target is None:
        return row.raw
    meant = judged.meant
    if changes.system_into_query and meant.system:
        meant = meant._replace(prompt=f"{meant.system}\n\n{meant.prompt}", system=None)
    return dump(_WRITERS[target](meant)).encode()


def _write_prompt(meant: Understood) -> dict[str, Any]:
    """Return a record of a prompt alone, as messages where there is a system prompt."""
    if not meant.system:
        return {"prompt": meant.prompt}
    said = (("system", meant.system), ("user", meant.prompt))
    return {"prompt": [{"role": role, "content": text} for role, text in said]}


_WRITERS: dict[Target, Callable[[Understood], dict[str, Any]]] = {
    "sagemaker": write_sagemaker,
    "prompt_only": _write_prompt,
}


@dataclass(frozen=True)
class Plan:
    """What a conversion would write, for people to agree to."""

    summary: str
    """How many records become what, and how many are left out."""
    details: tuple[str, ...]
    """What each used field becomes, what is left out and why (fields, then records), and the first
    records before and after: a line each."""


def plan_of(
    report: Report, *, target_format: Target | None = None, changes: Changes = AS_THEY_ARE
) -> Plan | None:
    """Return what ``convert`` would write; None if no record can be saved."""
    target = _target(report, target_format, changes)
    several = report.several_questions if changes.first_question else 0
    kept = report.valid + several - len(changes.without)
    if kept <= 0:
        return None
    details: list[str] = []
    if target is not None:
        becomes = _becomes(target, changes)
        for it in report.fields:
            if it.use in becomes:
                meaning = f" ({it.meaning})" if it.meaning else ""
                records = counted(it.records, report.records)
                details.append(f"{it.field} becomes {becomes[it.use]}{meaning}, in {records}")
        details += [
            f"Left out: {it.sentence(report.records)}"
            for it in report.fields
            if it.use not in becomes and it.records and it.meaning != "empty"
        ]
    details += list_rows_left_out(report, changes)
    if target == "sagemaker":
        for number, example in enumerate(report.examples, start=1):
            details.append(Notice(f"Record {number} before: {example.before}"))
            details.append(Notice(f"Record {number} after: {example.after}"))
    return Plan(_summary(report, target, changes, kept), tuple(details))


def _becomes(target: Target, changes: Changes) -> Mapping[str, str]:
    """Return what each use of a field becomes."""
    if target == "prompt_only":
        return {"prompt": "prompt", "system": "prompt"}
    return {
        "prompt": "query",
        "system": "the beginning of query" if changes.system_into_query else "system",
        "reference": "response",
        "category": "category",
        "metadata": "metadata",
    }


def list_rows_left_out(report: Report, changes: Changes) -> tuple[str, ...]:
    """Say which records a conversion leaves out and why, a line for each of the first."""
    if changes.first_question and report.several_questions == report.invalid:
        return ()
    shown = [
        f"Left out: {report.place} {it.line:,}: {it.reason}" for it in report.invalid_shown[:5]
    ]
    more = report.invalid - len(shown)
    return (*shown, *([f"Left out: {plural(more, 'more record')} like these"] if more > 0 else []))


def _summary(report: Report, target: Target | None, changes: Changes, kept: int) -> str:
    """Say in a sentence or two what is written and left out."""
    left_out = report.records - kept - len(changes.without)
    parts = [f"{plural(kept, 'record')} {'is' if kept == 1 else 'are'} written as JSON Lines"]
    if target == "prompt_only":
        parts.append(", each with only its prompt")
    elif target:
        parts.append(f" in the {SAGEMAKER.label} format (query, response, system, category)")
    elif report.format:
        parts.append(f" in the dataset's own format ({format_named(report.format).label})")
    parts.append(", in their order" if kept > 1 else "")
    if changes.without:
        parts.append(f"; {plural(len(changes.without), 'record')} in the training data left out")
    if left_out:
        verb = "is" if left_out == 1 else "are"
        parts.append(f"; {plural(left_out, 'record')} that can't be used {verb} left out")
    parts.append(".")
    if target and report.multi_turn:
        turns = f"Earlier turns of {plural(report.multi_turn, 'conversation')}"
        parts.append(f" {turns} become part of the query's text.")
    return "".join(parts)


def _target(report: Report, wanted: Target | None, changes: Changes) -> Target | None:
    """Return the format to rewrite to; None to keep the dataset's own."""
    keeps = report.as_it_is == report.valid and not report.container_problem
    if wanted or (keeps and not (changes.system_into_query or changes.first_question)):
        return wanted
    return "sagemaker"

"""What can be saved of a dataset, written as JSON Lines of which a job reads all that is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from evalbook.datasets.formats import PROMPT_ONLY, SAGEMAKER, DatasetFormat, format_named
from evalbook.datasets.invalid import MAX_LINE
from evalbook.datasets.reading import Reading, Row
from evalbook.datasets.report import Report
from evalbook.datasets.rules import Judged, Rules, written
from evalbook.datasets.strictjson import dump
from evalbook.datasets.understanding import Understood
from evalbook.datasets.uses import FieldUse, counted
from evalbook.texts import Notice, plural

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


def convert(
    chunks: Iterable[bytes],
    *,
    report: Report,
    target_format: DatasetFormat | str | None = None,
    changes: Changes | None = None,
) -> Iterator[bytes]:
    """Yield a dataset's valid records as JSON Lines.

    Records keep their bytes where a job reads all of them as they are; else all are rewritten to
    the SageMaker evaluation format. They keep their order.

    Args:
        chunks: the bytes the report was made from.
        report: what ``validate`` found in them.
        target_format: rewrite to this format, also where records could keep their own (the
            SageMaker evaluation format is the one that can be written).
        changes: what to change on purpose.

    Raises:
        ValueError: the format is unknown or can't be written.
    """
    changes = changes or Changes()
    target = _target(report, target_format, changes)
    rules = Rules(None, report.require_reference, report.scorer, changes.first_question)
    save = _save(rules, target, changes)
    rows = (row for at, row in enumerate(Reading(chunks).rows()) if at not in changes.without)
    return _batches(_picked(rows, save))


@dataclass(frozen=True)
class Plan:
    """What a conversion would write, for people to agree to."""

    summary: str
    """How many records become what, and how many are left out."""
    becomes: tuple[str, ...]
    """What each used field becomes, a line each."""
    left_out: tuple[str, ...]
    """What is left out and why, a line each: fields, then records."""
    examples: tuple[str, ...]
    """The first records before and after, a line each."""

    def lines(self) -> tuple[str, ...]:
        """Return the plan as lines for people."""
        return (self.summary, *self.becomes, *self.left_out, *self.examples)


def plan_of(
    report: Report,
    *,
    target_format: DatasetFormat | str | None = None,
    changes: Changes | None = None,
) -> Plan | None:
    """Return what ``convert`` would write; None if no record can be saved."""
    changes = changes or Changes()
    summary = plan_conversion(report, target_format=target_format, changes=changes)
    if summary is None:
        return None
    target = _target(report, target_format, changes)
    if target is None:
        return Plan(summary, (), list_rows_left_out(report, changes), ())
    alone = target is PROMPT_ONLY
    used = [it for it in report.fields if it.use in (("prompt", "system") if alone else _BECOMES)]
    unused = [it for it in report.fields if it not in used and it.records and it.meaning != "empty"]
    return Plan(
        summary,
        tuple(_becomes(it, report, changes, alone=alone) for it in used),
        (
            *(f"Left out: {it.sentence(report.records)}" for it in unused),
            *list_rows_left_out(report, changes),
        ),
        tuple(
            Notice(f"Record {number} {when}: {text}")
            for number, it in enumerate(() if alone else report.examples, start=1)
            for when, text in (("before", it.before), ("after", it.after))
        ),
    )


_BECOMES = {
    "prompt": "query",
    "system": "system",
    "reference": "response",
    "category": "category",
    "metadata": "metadata",
}


def _becomes(it: FieldUse, report: Report, changes: Changes, *, alone: bool) -> str:
    target = "prompt" if alone else _BECOMES[it.use]
    if it.use == "system" and changes.system_into_query:
        target = "the beginning of query"
    meaning = f" ({it.meaning})" if it.meaning else ""
    return f"{it.field} becomes {target}{meaning}, in {counted(it.records, report.records)}"


def list_rows_left_out(report: Report, changes: Changes) -> tuple[str, ...]:
    """Say which records a conversion leaves out and why, a line for each of the first."""
    if changes.first_question and report.several_questions == report.invalid:
        return ()
    shown = [
        f"Left out: {report.place} {it.line:,}: {it.reason}" for it in report.invalid_shown[:5]
    ]
    more = report.invalid - len(shown)
    return (*shown, *([f"Left out: {plural(more, 'more record')} like these"] if more > 0 else []))


def plan_conversion(
    report: Report,
    *,
    target_format: DatasetFormat | str | None = None,
    changes: Changes | None = None,
) -> str | None:
    """Say in a sentence or two what ``convert`` would write and leave out; None for nothing."""
    changes = changes or Changes()
    target = _target(report, target_format, changes)
    kept = _savable(report, changes)
    if kept <= 0:
        return None
    left_out = report.records - kept - len(changes.without)
    parts = [f"{plural(kept, 'record')} {'is' if kept == 1 else 'are'} written"]
    parts.append(f" as JSON Lines{_in_format(report, target)}")
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


def _target(
    report: Report, wanted: DatasetFormat | str | None, changes: Changes
) -> DatasetFormat | None:
    """Return the format to rewrite to; None to keep the dataset's own."""
    if wanted is not None:
        target = _named(wanted) if isinstance(wanted, str) else wanted
        if target.writer is None:
            known = f"{SAGEMAKER.label} or {PROMPT_ONLY.label}"
            raise ValueError(f"{target.label} can't be written; expected {known}.")
        return target
    keeps = report.as_it_is == report.valid and not report.container_problem
    as_chosen = changes.system_into_query or changes.first_question
    return None if keeps and not as_chosen else SAGEMAKER


def _savable(report: Report, changes: Changes) -> int:
    several = report.several_questions if changes.first_question else 0
    return report.valid + several - len(changes.without)


def _named(name: str) -> DatasetFormat:
    try:
        return format_named(name)
    except KeyError:
        raise ValueError(f"There is no format {name!r}; expected {SAGEMAKER.name!r}.") from None


_Save = Callable[[Row], bytes | None]


def _save(rules: Rules, target: DatasetFormat | None, changes: Changes) -> _Save:
    """Return how a row is written; None is returned for one that can't be used."""

    def save(row: Row) -> bytes | None:
        judged = rules.judge(row)
        if not isinstance(judged, Judged) or row.record is None:
            return None
        if target is None or target.writer is None:
            return row.raw
        meant = judged.meant
        if changes.system_into_query:
            meant = _with_system_in_query(meant)
        return dump(written(meant, target.writer)).encode()

    return save


def _with_system_in_query(meant: Understood) -> Understood:
    if not meant.system:
        return meant
    return meant._replace(prompt=f"{meant.system}\n\n{meant.prompt}", system=None)


def _picked(rows: Iterable[Row], save: _Save) -> Iterator[bytes]:
    for row in rows:
        line = save(row)
        if line is not None and len(line) <= MAX_LINE:
            yield line


def _batches(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines with their line feeds, many at a time: one write each would be slow."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        batch.append(line + b"\n")
        size += len(line)
        if size >= _BATCH:
            yield b"".join(batch)
            batch, size = [], 0
    if batch:
        yield b"".join(batch)


def _in_format(report: Report, target: DatasetFormat | None) -> str:
    if target:
        if target is PROMPT_ONLY:
            return ", each with only its prompt"
        return f" in the {target.label} format (query, response, system, category)"
    return (
        f" in the dataset's own format ({format_named(report.format).label})"
        if report.format
        else ""
    )

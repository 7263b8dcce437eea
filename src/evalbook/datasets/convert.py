"""What can be saved of a dataset, written as JSON Lines that validate."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

from evalbook.datasets.formats import SAGEMAKER, DatasetFormat, format_named
from evalbook.datasets.invalid import plural
from evalbook.datasets.reading import MAX_LINE, Reading, Row
from evalbook.datasets.report import Report
from evalbook.datasets.strictjson import dump
from evalbook.datasets.validate import Rules

SEED = 20250101
"""The seed where none is chosen: the same dataset gives the same sample."""

_BATCH = 256 * 1024


def convert(
    chunks: Iterable[bytes],
    *,
    report: Report,
    limit: int | None = None,
    target_format: DatasetFormat | str | None = None,
    seed: int = SEED,
) -> Iterator[bytes]:
    """Yield a dataset's valid records, and the near-misses made valid, as JSON Lines.

    Valid records keep their bytes unless they are rewritten. They keep their order; with a limit
    each has the same chance to be among those written, and the same seed gives the same ones.

    Args:
        chunks: the bytes the report was made from.
        report: what ``validate`` found in them.
        limit: the most records to write.
        target_format: rewrite to this format (the SageMaker evaluation format is the one that can
            be written). Where not given the dataset keeps its own format, unless AWS does not
            document it, or records can be saved by rewriting only and that would make no
            conversation one text.
        seed: of the sample.

    Raises:
        ValueError: the format is unknown or can't be written, or the limit is below 1.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"The limit is {limit}; expected at least 1.")
    rules = Rules.of(report)
    target = _target(report, target_format)
    save = _rewritten(rules) if target else _kept(rules)
    return _batches(_picked(Reading(chunks).rows(), save, _sample(report, target, limit, seed)))


def conversion_plan(
    report: Report,
    *,
    limit: int | None = None,
    target_format: DatasetFormat | str | None = None,
) -> str | None:
    """Say in a sentence or two what ``convert`` would write and leave out; None for nothing."""
    target = _target(report, target_format)
    kept = _savable(report, target)
    if not kept:
        return None
    written = min(kept, limit) if limit else kept
    left_out = report.records - kept
    if written < kept:
        parts = [f"A random sample of {written:,} of {plural(kept, 'usable record')} is written"]
    else:
        parts = [f"{plural(kept, 'record')} {'is' if kept == 1 else 'are'} written"]
    parts.append(f" as JSON Lines{_in_format(report, target)}")
    parts.append(", in their order" if written > 1 else "")
    if left_out:
        verb = "is" if left_out == 1 else "are"
        parts.append(f"; {plural(left_out, 'record')} that can't be used {verb} left out")
    parts.append(".")
    if target and report.multi_turn:
        turns = f"Earlier turns of {plural(report.multi_turn, 'conversation')}"
        parts.append(f" {turns} become part of the query's text.")
    if target and report.rewriting:
        parts.append(f" {report.rewriting}")
    return "".join(parts) + _more_by_rewriting(report, target)


def _target(report: Report, wanted: DatasetFormat | str | None) -> DatasetFormat | None:
    """Return the format to rewrite to; None to keep the dataset's own."""
    if wanted is not None:
        target = _named(wanted) if isinstance(wanted, str) else wanted
        if target.writer is None:
            raise ValueError(f"{target.label} can't be written; expected {SAGEMAKER.label}.")
        return target
    if report.format is None or not format_named(report.format).documented:
        return SAGEMAKER
    return SAGEMAKER if report.rewritable and not report.multi_turn else None


def _named(name: str) -> DatasetFormat:
    try:
        return format_named(name)
    except KeyError:
        raise ValueError(f"There is no format {name!r}; expected {SAGEMAKER.name!r}.") from None


def _savable(report: Report, target: DatasetFormat | None) -> int:
    return report.savable if target else report.valid + report.mendable


def _sample(
    report: Report, target: DatasetFormat | None, limit: int | None, seed: int
) -> frozenset[int] | None:
    """Return which of the savable records to write, counted from 0; None for all."""
    savable = _savable(report, target)
    if limit is None or limit >= savable:
        return None
    return frozenset(random.Random(seed).sample(range(savable), limit))  # noqa: S311 - no secret


_Save = Callable[[Row], bytes | None]


def _kept(rules: Rules) -> _Save:
    """Return how a row is written in the dataset's own format: its own bytes where it is valid."""

    def save(row: Row) -> bytes | None:
        if row.record is None:
            return None
        fields = rules.mend(row.record)
        if fields is None:
            return None
        return row.raw if row.raw and fields == row.record else dump(fields).encode()

    return save


def _rewritten(rules: Rules) -> _Save:
    def save(row: Row) -> bytes | None:
        fields = rules.rewrite(row.record) if row.record is not None else None
        return None if fields is None else dump(fields).encode()

    return save


def _picked(rows: Iterable[Row], save: _Save, chosen: frozenset[int] | None) -> Iterator[bytes]:
    place = -1
    for row in rows:
        line = save(row)
        if line is None or len(line) > MAX_LINE:
            continue
        place += 1
        if chosen is None or place in chosen:
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
        return f" in the {target.label} format (query, response, system, category)"
    return (
        f" in the dataset's own format ({format_named(report.format).label})"
        if report.format
        else ""
    )


def _more_by_rewriting(report: Report, target: DatasetFormat | None) -> str:
    if target or not report.rewritable:
        return ""
    return (
        f" Rewriting all to the {SAGEMAKER.label} format would save"
        f" {plural(report.rewritable, 'more record')}."
    )

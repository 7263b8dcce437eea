"""Every record of a dataset checked in one pass, at constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from evalbook.datasets.bulk import Bulk
from evalbook.datasets.formats import detect_format
from evalbook.datasets.invalid import harmless
from evalbook.datasets.reading import Progress, Reading, Row
from evalbook.datasets.report import Report
from evalbook.datasets.rules import Rules
from evalbook.datasets.scorers import RULES
from evalbook.datasets.survey import Survey
from evalbook.datasets.uses import UNUSED, FieldUse

# By how many records, and bytes of them, the format of a dataset is told.
_FIRST_RECORDS = 50
_FIRST_BYTES = 4 * 1024 * 1024


def validate(
    chunks: Iterable[bytes],
    *,
    max_records: int | None = None,
    require_reference: bool = False,
    scorer: str | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Read a whole dataset once and return what it holds.

    Memory does not grow with the object: lines are bounded (8 MiB), and of prompts and references
    only hashes are remembered, of at most ``REMEMBERED`` different ones.

    Args:
        chunks: the object's bytes in order, in pieces of any size.
        max_records: how many records the evaluation takes.
        require_reference: whether a record without a reference answer is invalid.
        scorer: a preset scorer, whose rules for records hold too.
        on_progress: called once a piece, and at the end, with bytes and records read so far.
    """
    reading = Reading(chunks, on_progress)
    first, rows = _first_rows(reading.rows())
    found = detect_format([row.record for row in first if row.record is not None])
    rules = Rules(found, require_reference, scorer, readable=reading.container.is_lines)
    survey = Survey()
    if scorer not in RULES:
        reading.take_alike = Bulk(rules, survey.add_alike).take
    for row in chain(first, rows):
        survey.add(row, rules.judge(row))
    return Report(
        format=found.name if found else None,
        fields=(*survey.account.table(), *_beside(reading)),
        require_reference=require_reference,
        scorer=scorer,
        max_records=max_records,
        over_limit=max_records is not None and reading.records > max_records,
        **_file_findings(reading),
        **survey.findings(),
    )


def _first_rows(rows: Iterator[Row]) -> tuple[list[Row], Iterator[Row]]:
    first: list[Row] = []
    size = 0
    for row in rows:
        first.append(row)
        size += len(row.raw or b"")
        if len(first) >= _FIRST_RECORDS or size > _FIRST_BYTES:
            break
    return first, rows


def _file_findings(reading: Reading) -> dict[str, Any]:
    return {
        "container": reading.container.label,
        "container_problem": reading.container.problem,
        "container_remedy": reading.container.remedy,
        "bytes": reading.bytes,
        "records": reading.records,
        "blank_lines": reading.blank_lines,
        "crlf": reading.crlf,
        "byte_order_mark": reading.bom,
        "final_newline": reading.final_newline,
    }


def _beside(reading: Reading) -> tuple[FieldUse, ...]:
    """Return what stands beside the list of records, where one object holds it."""
    meaning = "it is outside the records"
    return tuple(
        FieldUse(harmless(name, 80), UNUSED, reading.records, meaning, "")
        for name in reading.outside
    )

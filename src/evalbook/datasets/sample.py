"""What the first few KB of a dataset show: format, fields, two records, and what looks wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evalbook.datasets.containers import members
from evalbook.datasets.formats import DatasetFormat, detect_format
from evalbook.datasets.invalid import named, shown
from evalbook.datasets.reading import Row, read_head
from evalbook.datasets.rules import Judged, Rules
from evalbook.datasets.uses import FieldUse, table_lines
from evalbook.texts import Notice, plural

_RECORDS = 2
_PROBLEMS = 3


@dataclass(frozen=True)
class Sample:
    """What the start of a dataset shows."""

    format: DatasetFormat | None
    records: tuple[dict[str, Any], ...]
    """The first two whole records, as they are: print them by ``shown``."""
    problems: tuple[str, ...]
    """What would keep the dataset from being used, as sentences."""
    container: str = "JSON Lines"
    """What the object is."""
    table: tuple[FieldUse, ...] = ()
    """What every field is taken for, once all records were read."""
    counted: int = 0
    """How many records that were."""

    @property
    def label(self) -> str:
        """Return the format's name for people."""
        if self.format is None:
            return "not one that AWS documents"
        more = "" if self.format.documented else ", which AWS does not document for evaluation"
        return f"{self.format.label}{more}"

    def record_lines(self) -> tuple[str, ...]:
        """Return the records, each on a line."""
        records = enumerate(self.records, start=1)
        return tuple(Notice(f"Record {number}: {shown(it, 300)}") for number, it in records)

    def lines(self) -> tuple[str, ...]:
        """Return the sample in words."""
        table = table_lines(self.table, self.counted)
        return (f"Format: {self.label}", *table, *self.record_lines(), *self.problems)


def read_sample(head: bytes, *, complete: bool) -> Sample:
    """Return what the first bytes of an object show.

    Args:
        head: the first bytes; the last record may be cut.
        complete: whether they are all there is.
    """
    container, rows = read_head(head, complete=complete)
    records = [row.record for row in rows if row.record is not None]
    known = detect_format(records)
    problems = [container.problem] if container.problem else []
    problems += _record_problems(rows, known, "record" if container.kind == "json" else "line")
    if not rows and container.kind in ("jsonl", "csv") and not (complete or container.gzipped):
        problems.append(_start_of_record(head))
    return Sample(known, tuple(records[:_RECORDS]), tuple(problems), container.label)


def _record_problems(rows: list[Row], known: DatasetFormat | None, place: str) -> list[str]:
    rules = Rules(known)
    judged = [(row, rules.judge(row)) for row in rows]
    at = "" if place == "record" else "at line "
    found: list[str] = [
        Notice(f"Record {at}{row.place:,}: {it.reason}.")
        for row, it in judged
        if not isinstance(it, Judged)
    ]
    more = len(found) - _PROBLEMS
    if more > 0:
        return [*found[:_PROBLEMS], f"{plural(more, 'more record')} in the sample can't be used."]
    return found


def _start_of_record(head: bytes) -> str:
    """Say with which fields a record begins that is longer than the head."""
    text = head.decode("utf-8-sig", errors="replace")
    fields = [name for name, _, _ in members(text, text.find("{"))]
    problem = f"The first record is longer than the {len(head):,} bytes that were read"
    if fields:
        problem += f"; its first fields are {named(fields)}"
    return problem + ". Its format will be known once the whole object is validated."

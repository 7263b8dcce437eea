"""Every record of a dataset checked in one pass, at constant memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from evalbook.datasets.findings import report_checks
from evalbook.datasets.formats import (
    SAGEMAKER,
    DatasetFormat,
    Record,
    detect_format,
    explain_unknown,
    format_named,
)
from evalbook.datasets.invalid import InvalidRecord, harmless, named
from evalbook.datasets.reading import Progress, Reading, Row
from evalbook.datasets.repair import mended, rewritten, what_becomes
from evalbook.datasets.report import REMEMBERED, SHOWN, VERY_LONG, Report
from evalbook.datasets.scorer_rules import RULES, parsed_metadata

__all__ = ["Report", "Rules", "report_checks", "validate"]

# By how many records, and bytes of them, the format of a dataset is told.
_FIRST_RECORDS = 50
_FIRST_BYTES = 4 * 1024 * 1024
_CATEGORIES = 1000
_TOP_CATEGORIES = 5
# Of a kind that is the same for each record of a file, one is shown.
_SHOWN_ONCE = frozenset({"not_json_lines"})


@dataclass(frozen=True)
class Rules:
    """What a record has to meet, shared by validation and conversion."""

    format: DatasetFormat | None
    need_fields: Sequence[str] = ()
    require_reference: bool = False
    scorer: str | None = None
    """Preset scorer whose rules hold too; see `evalbook.datasets.scorer_rules`."""

    def read(self, record: Mapping[str, Any]) -> Record:
        """Return what the evaluation takes from the record.

        Raises:
            InvalidRecord: it can't take anything.
        """
        if self.format is None:
            found = f"the fields are {named(record)}" if record else "the record has no fields"
            raise InvalidRecord("unknown_format", f"no known format; {found}")
        read = self.format.read(record)
        missing = [name for name in self.need_fields if record.get(name) is None]
        if missing:
            raise InvalidRecord(
                "missing_field", f"no {' and no '.join(missing)}, needed for this evaluation"
            )
        if self.require_reference and not (read.reference and read.reference.strip()):
            raise InvalidRecord("no_reference", "no reference answer, needed for this evaluation")
        if self.scorer in RULES:
            RULES[self.scorer](record, read)
        return read

    def judge(self, row: Row) -> Record | InvalidRecord:
        """Return what the evaluation takes from a row, or why it can't."""
        if row.problem is not None:
            return row.problem
        try:
            return self.read(row.record or {})
        except InvalidRecord as error:
            return error

    def mend(self, record: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the record made valid in the dataset's own format, or None."""
        try:
            fields = mended(parsed_metadata(record) if self.scorer else record)
            self.read(fields)
        except InvalidRecord:
            return None
        return fields

    def rewrite(self, record: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the record in the SageMaker evaluation format, or None."""
        try:
            fields = rewritten(record, SAGEMAKER, self.need_fields)
            Rules(SAGEMAKER, self.need_fields, self.require_reference, self.scorer).read(fields)
        except InvalidRecord:
            return None
        return fields

    @classmethod
    def of(cls, report: Report) -> Rules:
        """Return the rules a report was made by."""
        known = format_named(report.format) if report.format else None
        return cls(known, tuple(report.need_fields), report.require_reference, report.scorer)


def validate(
    chunks: Iterable[bytes],
    *,
    format: DatasetFormat | None = None,  # noqa: A002 - what a dataset's format is called
    max_records: int | None = None,
    need_fields: tuple[str, ...] | None = None,
    require_reference: bool = False,
    scorer: str | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Read a whole dataset once and return what it holds.

    Memory does not grow with the object: lines are bounded (8 MiB), and of prompts and references
    only hashes are remembered, of at most ``REMEMBERED`` different ones.

    Args:
        chunks: the object's bytes in order, in pieces of any size.
        format: the format to hold the records against; told by the first ones where not given.
        max_records: how many records the evaluation takes.
        need_fields: top-level fields each record must have beyond those of its format.
        require_reference: whether a record without a reference answer is invalid.
        scorer: a preset scorer, whose rules for records hold too.
        on_progress: called once a piece, and at the end, with bytes and records read so far.
    """
    reading = Reading(chunks, on_progress)
    first, rows = _first_rows(reading.rows())
    records = [row.record for row in first if row.record is not None]
    rules = Rules(format or detect_format(records), need_fields or (), require_reference, scorer)
    faults, survey = _Faults(), _Survey()
    for row in chain(first, rows):
        found = rules.judge(row)
        if isinstance(found, Record):
            survey.add(found)
        else:
            faults.add(row, found, rules)
    container = reading.container
    unknown = rules.format is None and records
    return Report(
        container=container.label,
        container_problem=container.problem,
        container_remedy=container.remedy,
        format=rules.format.name if rules.format else None,
        bytes=reading.bytes,
        records=reading.records,
        unknown_fields=explain_unknown(records) if unknown else None,
        rewriting=what_becomes(records) if unknown else None,
        require_reference=require_reference,
        scorer=scorer,
        need_fields=list(need_fields or ()),
        max_records=max_records,
        over_limit=max_records is not None and reading.records > max_records,
        blank_lines=reading.blank_lines,
        crlf=reading.crlf,
        byte_order_mark=reading.bom,
        final_newline=reading.final_newline,
        **faults.findings(),
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


class _Faults:
    """Invalid records: counted by kind, the first ones kept, and what can be made of them."""

    def __init__(self) -> None:
        self._shown: list[dict[str, Any]] = []
        self._kinds: Counter[str] = Counter()
        self._mendable = 0
        self._rewritable = 0

    def add(self, row: Row, error: InvalidRecord, rules: Rules) -> None:
        once = error.kind in _SHOWN_ONCE and error.kind in self._kinds
        self._kinds[error.kind] += 1
        if len(self._shown) < SHOWN and not once:
            self._shown.append({"line": row.place, "reason": error.reason})
        if row.record is None:
            return
        if rules.mend(row.record) is not None:
            self._mendable += 1
        elif rules.rewrite(row.record) is not None:
            self._rewritable += 1

    def findings(self) -> dict[str, Any]:
        return {
            "invalid": self._kinds.total(),
            "invalid_shown": self._shown,
            "reasons": dict(self._kinds.most_common()),
            "mendable": self._mendable,
            "rewritable": self._rewritable,
        }


class _Seen:
    """How often texts occur, by their hashes; the number of different ones is bounded."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.repeated = 0
        self.bounded = False

    def add(self, *text: str | None) -> None:
        key = hash(text)
        if key in self.counts:
            self.counts[key] += 1
            self.repeated += 1
        elif len(self.counts) < REMEMBERED:
            self.counts[key] = 1
        else:
            self.bounded = True


class _Survey:
    """What the valid records are like."""

    def __init__(self) -> None:
        self._valid = self._with_reference = self._multi_turn = 0
        self._prompts, self._references = _Seen(), _Seen()
        self._empty_prompts = self._empty_references = 0
        self._very_long = self._longest = 0
        self._prompt_characters = self._reference_characters = 0
        self._categories: Counter[str] = Counter()

    def add(self, record: Record) -> None:
        self._valid += 1
        prompt = record.prompt.strip()
        self._prompts.add(prompt, record.system)
        self._prompt_characters += len(record.prompt)
        self._empty_prompts += not prompt
        self._multi_turn += record.turns > 1
        longest = len(record.prompt)
        if record.reference is not None:
            longest = max(longest, len(record.reference))
            self._add_reference(record.reference)
        self._very_long += longest > VERY_LONG
        self._longest = max(self._longest, longest)
        category = record.category
        if category and (category in self._categories or len(self._categories) < _CATEGORIES):
            self._categories[category] += 1

    def _add_reference(self, reference: str) -> None:
        self._with_reference += 1
        self._reference_characters += len(reference)
        stripped = reference.strip()
        self._empty_references += not stripped
        self._references.add(stripped)

    def findings(self) -> dict[str, Any]:
        references = self._references.counts
        top = self._categories.most_common(_TOP_CATEGORIES)
        return {
            "valid": self._valid,
            "with_reference": self._with_reference,
            "repeated_prompts": self._prompts.repeated,
            "repeats_bounded": self._prompts.bounded,
            "distinct_references": len(references),
            "commonest_reference": max(references.values(), default=0),
            "empty_prompts": self._empty_prompts,
            "empty_references": self._empty_references,
            "very_long": self._very_long,
            "longest": self._longest,
            "average_prompt": _average(self._prompt_characters, self._valid),
            "average_reference": _average(self._reference_characters, self._with_reference),
            "multi_turn": self._multi_turn,
            "categories": [[harmless(name, 60), count] for name, count in top],
        }


def _average(total: int, count: int) -> float:
    return round(total / count, 1) if count else 0.0

"""What a record has to meet, and whether a job reads of it, as it is, all that is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from evalbook.datasets.formats import (
    DatasetFormat,
    Record,
    format_named,
    write_sagemaker,
)
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.reading import Row
from evalbook.datasets.record_fields import SEVERAL
from evalbook.datasets.report import Report
from evalbook.datasets.scorer_rules import RULES
from evalbook.datasets.shapes import NoPlan, Plan, shape_of
from evalbook.datasets.understanding import Understood, understand
from evalbook.datasets.uses import CATEGORY, UNUSED, Use

_MOST_SHAPES = 500


class Judged(NamedTuple):
    """A record that can be used, and what a job would not read of it as it is."""

    meant: Understood
    lost: str
    """Nothing, or words as in ``Report.lost``, parted by blanks."""
    why: str = ""
    """Why a job would not read the record at all."""


class Known(NamedTuple):
    """What is known of all records of one shape."""

    plan: Plan
    judged: Judged
    """One with other texts."""


@dataclass
class Rules:
    """What a record has to meet, shared by validation and conversion."""

    format: DatasetFormat | None
    """The documented format that a job would read the records in; None if it reads none."""
    require_reference: bool = False
    scorer: str | None = None
    """Preset scorer whose rules hold too; see `evalbook.datasets.scorer_rules`."""
    first_question: bool = False
    """Whether of records with several questions the first one is taken."""
    _known: dict[tuple[Any, ...], Known | None] = field(default_factory=dict, repr=False)

    def judge(self, row: Row) -> Judged | InvalidRecord:
        """Return what was meant by a row, or why it can't be used."""
        record = row.record
        if record is None:
            return row.problem or InvalidRecord("not_json", "no record")
        try:
            judged = self._quickly(record) or self.whole(record)
            self._want(judged.meant)
        except InvalidRecord as error:
            several = error.kind == SEVERAL and not self.first_question
            if several and not isinstance(replace(self, first_question=True).judge(row), Judged):
                return InvalidRecord("no_prompt", error.reason)
            return error
        if row.problem is None:
            return judged
        return judged._replace(lost="record", why=row.problem.reason)

    def whole(self, record: Mapping[str, Any]) -> Judged:
        """Return what was meant by a record, in whatever shape.

        Raises:
            InvalidRecord: there is no telling.
        """
        meant = understand(record, first_question=self.first_question)
        lost, why = self._lost(record, meant)
        # A category alone is not worth a copy; without one it is not read.
        if lost == "category":
            return Judged(_without_category(meant), "")
        return Judged(meant, lost, why)

    def _want(self, meant: Understood) -> None:
        if meant.left_out:
            raise InvalidRecord("left_out", meant.left_out)
        if self.require_reference and not (meant.reference and meant.reference.strip()):
            raise InvalidRecord("no_reference", "no reference answer, needed for this evaluation")
        if self.scorer in RULES:
            RULES[self.scorer](meant)

    def _lost(self, record: Mapping[str, Any], meant: Understood) -> tuple[str, str]:
        """Return what a job would not read, or read wrong, of a record as it is, and why."""
        if self.format is None:
            return "record", "AWS does not document its format"
        try:
            read = self.format.read(record)
        except InvalidRecord as error:
            return "record", error.reason
        lost = []
        if read.reference != meant.reference:
            lost.append("reference" if read.reference is None else "reference_wrong")
        if read.system != meant.system:
            lost.append("system")
        if read.prompt != meant.prompt:
            lost.append("prompt")
        if read.category != meant.category:
            lost.append("category")
        if self.scorer in RULES and meant.metadata and record.get("metadata") != meant.metadata:
            lost.append("metadata")
        return " ".join(lost), ""

    def _quickly(self, record: dict[str, Any]) -> Judged | None:
        """Return what is meant where records of this shape were understood before."""
        known = None if self.scorer in RULES else self.known(record)
        if known is None:
            return None
        found, odd = known.plan.read([known.plan.convert(record)])
        if odd:
            return None
        prompt, reference, system, category, other = (next(iter(it), None) for it in found)
        meant = known.judged.meant._replace(
            prompt=prompt or "",
            reference=reference,
            system=system,
            category=known.judged.meant.category and category,
            metadata=None,
        )
        lost = without_wrong(known.judged.lost) if reference == other else known.judged.lost
        return known.judged._replace(meant=meant, lost=lost)

    def _reference_read(self, record: Mapping[str, Any]) -> str | None:
        """Return what a job takes for the reference."""
        try:
            return self.format.read(record).reference if self.format else None
        except InvalidRecord:
            return None

    def uses_of(self, record: dict[str, Any]) -> tuple[Use, ...]:
        """Return what the fields of a record are taken for; nothing where there is no telling."""
        known = self.known(record)
        if known is not None and known.judged.meant.left_out:
            return known.judged.meant.uses
        try:
            return understand(record, first_question=True).uses
        except InvalidRecord:
            return ()

    def known(self, record: dict[str, Any]) -> Known | None:
        """Return what is known about records of this one's shape; None if there is no telling."""
        try:
            shape = shape_of(record)
            if shape not in self._known and len(self._known) < _MOST_SHAPES:
                self._known[shape] = None
                plan = Plan(record, shape, self._reference_read)
                self._known[shape] = Known(plan, self.whole(plan.probe))
        except (NoPlan, TypeError):
            return None
        return self._known.get(shape)

    @classmethod
    def of(cls, report: Report) -> Rules:
        """Return the rules a report was made by."""
        return cls(
            job_format(format_named(report.format) if report.format else None),
            report.require_reference,
            report.scorer,
        )


def _without_category(meant: Understood) -> Understood:
    uses = tuple(
        Use(use.field, UNUSED, _NO_CATEGORY) if use.use == CATEGORY else use for use in meant.uses
    )
    return meant._replace(category=None, uses=uses)


_NO_CATEGORY = "a job reads categories from a field named category"


def without_wrong(lost: str) -> str:
    """Return what a job would not read, where what it takes for the reference says the same."""
    return lost.replace("reference_wrong", "").strip()


def job_format(found: DatasetFormat | None) -> DatasetFormat | None:
    """Return the format if AWS documents that a job reads it."""
    return found if found is not None and found.documented else None


def written(
    meant: Understood, write: Callable[[Record], dict[str, Any]] = write_sagemaker
) -> dict[str, Any]:
    """Return a record in the SageMaker evaluation format, with ``metadata`` that scorers read.

    With another way to write it, it is written so.
    """
    fields = write(Record(meant.prompt, meant.reference, meant.system, meant.category, meant.turns))
    if write is not write_sagemaker or not meant.metadata:
        return fields
    return fields | {"metadata": meant.metadata}

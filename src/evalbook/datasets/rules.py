"""What a record has to meet, and whether a job reads of it, as it is, all that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from evalbook.datasets.formats import DatasetFormat
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.reading import Row
from evalbook.datasets.record_fields import SEVERAL
from evalbook.datasets.report import Lost
from evalbook.datasets.scorers import RULES
from evalbook.datasets.understanding import Understood, understand
from evalbook.datasets.uses import CATEGORY, UNUSED, Use


class Judged(NamedTuple):
    """A record that can be used, and what a job would not read of it as it is."""

    meant: Understood
    lost: tuple[Lost, ...]
    taken: str | None = None
    """What a job takes for the reference."""
    why: str = ""
    """Why a job would not read the record at all."""


@dataclass(frozen=True)
class Rules:
    """What a record has to meet, shared by validation and conversion."""

    format: DatasetFormat | None
    """The format that the records are in."""
    require_reference: bool = False
    scorer: str | None = None
    """Preset scorer whose rules hold too; see `evalbook.datasets.scorers`."""
    first_question: bool = False
    """Whether of records with several questions the first one is taken."""
    readable: bool = True
    """Whether a job can read records where they stand: in JSON Lines."""

    def judge(self, row: Row) -> Judged | InvalidRecord:
        """Return what was meant by a row, or why it can't be used."""
        if row.record is None:
            return row.problem or InvalidRecord("not_json", "no record")
        try:
            judged = self.judge_record(row.record)
            self._want(judged.meant)
        except InvalidRecord as error:
            several = error.kind == SEVERAL and not self.first_question
            if several and not isinstance(replace(self, first_question=True).judge(row), Judged):
                return InvalidRecord("no_prompt", error.reason)
            return error
        if row.problem is None and self.readable:
            return judged
        return judged._replace(lost=("record",), why=row.problem.reason if row.problem else "")

    def judge_record(self, record: Mapping[str, Any]) -> Judged:
        """Return what was meant by a record, in whatever shape.

        Raises:
            InvalidRecord: there is no telling.
        """
        meant = understand(record, first_question=self.first_question)
        if self.format is None or not self.format.documented:
            return Judged(meant, ("record",), why="AWS does not document its format")
        try:
            read = self.format.read(record)
        except InvalidRecord as error:
            return Judged(meant, ("record",), why=error.reason)
        lost: list[Lost] = []
        if read.reference != meant.reference:
            lost.append("reference" if read.reference is None else "reference_wrong")
        lost += [it for it in _READ if getattr(read, it) != getattr(meant, it)]
        if self.scorer in RULES and meant.metadata and record.get("metadata") != meant.metadata:
            lost.append("metadata")
        if lost == ["category"]:
            # It alone is not worth a copy; without one it is not read.
            return Judged(_without_category(meant), (), read.reference)
        return Judged(meant, tuple(lost), read.reference)

    def _want(self, meant: Understood) -> None:
        if meant.left_out:
            raise InvalidRecord("left_out", meant.left_out)
        if self.require_reference and not (meant.reference and meant.reference.strip()):
            raise InvalidRecord("no_reference", "no reference answer, needed for this evaluation")
        if self.scorer in RULES:
            RULES[self.scorer](meant)


_READ: tuple[Lost, ...] = ("system", "prompt", "category")


def uses_of(record: Mapping[str, Any]) -> tuple[Use, ...]:
    """Return what the fields of a record are taken for; nothing where there is no telling."""
    try:
        return understand(record, first_question=True).uses
    except InvalidRecord:
        return ()


def _without_category(meant: Understood) -> Understood:
    uses = tuple(
        Use(use.field, UNUSED, _NO_CATEGORY) if use.use == CATEGORY else use for use in meant.uses
    )
    return meant._replace(category=None, uses=uses)


_NO_CATEGORY = "a job reads categories from a field named category"


def write_sagemaker(meant: Understood) -> dict[str, Any]:
    """Return a record in the SageMaker evaluation format, with ``metadata`` that scorers read."""
    fields = {
        "query": meant.prompt,
        "response": meant.reference,
        "system": meant.system,
        "category": meant.category,
        "metadata": meant.metadata,
    }
    return {name: value for name, value in fields.items() if value is not None}

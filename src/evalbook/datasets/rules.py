"""What a record has to meet, and whether a job reads of it, as it is, all that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from evalbook.datasets import fields
from evalbook.datasets.fields import plain_name
from evalbook.datasets.formats import (
    DatasetFormat,
    Record,
    format_named,
    write_sagemaker,
)
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.reading import Row
from evalbook.datasets.report import Report
from evalbook.datasets.scorer_rules import RULES
from evalbook.datasets.understanding import Understood, understand
from evalbook.datasets.uses import CATEGORY, UNUSED, Use

_MOST_SHAPES = 1000


class Judged(NamedTuple):
    """A record that can be used, and what a job would not read of it as it is."""

    meant: Understood
    lost: str
    """Nothing, or words as in ``Report.lost``, parted by blanks."""
    why: str = ""
    """Why a job would not read the record at all."""


class Shape(NamedTuple):
    """How records of the same fields, all of them texts, are read."""

    prompt: str
    reference: str | None
    system: str | None
    category: str | None
    uses: tuple[Use, ...]
    lost: str
    why: str


@dataclass
class Rules:
    """What a record has to meet, shared by validation and conversion."""

    format: DatasetFormat | None
    """The documented format that a job would read the records in; None where it reads none."""
    require_reference: bool = False
    scorer: str | None = None
    """Preset scorer whose rules hold too; see `evalbook.datasets.scorer_rules`."""
    first_question: bool = False
    """Whether of records with several questions the first one is taken."""
    _shapes: dict[tuple[str, ...], Shape | None] = field(default_factory=dict, repr=False)

    def judge(self, row: Row) -> Judged | InvalidRecord:
        """Return what was meant by a row, or why it can't be used."""
        record = row.record
        if record is None:
            return row.problem or InvalidRecord("not_json", "no record")
        try:
            judged = self._quickly(record) or self.whole(record)
            self._want(judged.meant)
        except InvalidRecord as error:
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
            return "record", "its format is none that AWS documents"
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
        """Return what is meant where records of these fields were understood before."""
        key = tuple(record)
        shape = self._shapes.get(key, _UNKNOWN)
        if shape is _UNKNOWN:
            shape = self.shape_of(key)
        if shape is None:
            return None
        for value in record.values():
            if type(value) is not str:
                return None
        if record[shape.prompt][:1] in OPENS_OTHERWISE:
            return None
        if shape.system and record[shape.system][:1] == "[":
            return None
        return Judged(
            Understood(
                record[shape.prompt],
                record[shape.reference] if shape.reference else None,
                (record[shape.system] or None) if shape.system else None,
                (record[shape.category] or None) if shape.category else None,
                None,
                1,
                shape.uses,
            ),
            shape.lost,
            shape.why,
        )

    def shape_of(self, names: tuple[str, ...]) -> Shape | None:
        """Return how texts of these fields are read, where what they say makes no difference."""
        shape = None
        if _told_by_names(names):
            probe = {name: f"the {name}" for name in names}
            try:
                meant = understand(probe)
            except InvalidRecord:
                return None
            named = {f"the {name}": name for name in names}
            parts = [meant.prompt, meant.reference, meant.system, meant.category]
            if all(part is None or part in named for part in parts):
                shape = Shape(
                    named[meant.prompt],
                    named[meant.reference] if meant.reference else None,
                    named[meant.system] if meant.system else None,
                    named[meant.category] if meant.category else None,
                    meant.uses,
                    *self._lost(probe, meant),
                )
        if len(self._shapes) < _MOST_SHAPES:
            self._shapes[names] = shape
        return shape

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
_UNKNOWN: Any = object()
OPENS_OTHERWISE = frozenset("[\n ")
"""How a text opens that may be more than a text: a list of messages, or a transcript."""

# What these hold, where it is text, changes nothing about what they are taken for.
_BY_NAME_ALONE = frozenset(
    "query question prompt instruction problem userinput userquery response completion output"
    " solution answer reference referenceanswer referenceresponse groundtruth expected"
    " expectedoutput expectedresponse target gold ideal chosen system systemprompt category".split()
)
# And of these it may; what has another name is not used, whatever it holds.
_BY_CONTENT = frozenset(
    (
        *fields.PROMPT, *fields.CONTEXT, *fields.REFERENCE, *fields.CHOSEN, *fields.ANSWERED,
        *fields.LABEL, *fields.GOOD, *fields.ANSWER_KEY, *fields.CHOICES, *fields.SYSTEM,
        *fields.CATEGORY, *fields.CONVERSATION, *fields.HISTORY, *fields.METADATA,
        *fields.WRAPPERS, "assert", "replies", "role", "subject", "conversationturns",
    )
)  # fmt: skip
_ANSWERS = frozenset((*fields.REFERENCE, *fields.CHOSEN, *fields.ANSWERED))


def _told_by_names(names: tuple[str, ...]) -> bool:
    """Tell whether records of these fields, all of them texts, mean the same whatever they say."""
    plain = [plain_name(name) for name in names]
    sure = all(name in _BY_NAME_ALONE or name not in _BY_CONTENT for name in plain)
    choices = any(len(name) == 1 or name[-1:].isdigit() or name[:-1] in _LETTERED for name in plain)
    prompts = sum(name in fields.PROMPT for name in plain)
    answers = sum(name in _ANSWERS for name in plain)
    # Where a query stands beside a question it may be the answer, in SQL.
    one = prompts == 1 or (prompts > 1 and "query" not in plain)
    return sure and not choices and one and answers < 2


_LETTERED = ("op", "option", "choice")


def job_format(found: DatasetFormat | None) -> DatasetFormat | None:
    """Return the format if AWS documents that a job reads it."""
    return found if found is not None and found.documented else None


def written(meant: Understood) -> dict[str, Any]:
    """Return a record in the SageMaker evaluation format; ``metadata`` is what scorers read."""
    fields = write_sagemaker(
        Record(meant.prompt, meant.reference, meant.system, meant.category, meant.turns)
    )
    return fields | ({"metadata": meant.metadata} if meant.metadata else {})

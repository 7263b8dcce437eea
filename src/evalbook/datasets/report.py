"""What one pass over a dataset found, in a form that can be saved and read again."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from evalbook.datasets.uses import FieldUse
from evalbook.records import dataclass

VERY_LONG = 30_000
"""Characters of a prompt or reference above which it is counted as very long.

Some 7,500 tokens of English: with the model's answer and the judge's instructions more than a
judge with a small context window takes. An estimate, not a limit of AWS.
"""
Lost = Literal["reference", "reference_wrong", "system", "prompt", "category", "metadata", "record"]
"""What of a record a job may not read; a wrong reference, or nothing of the record at all."""
REMEMBERED = 20_000
"""Different prompts, and references, remembered to count repetitions; later ones are not."""
SHOWN = 20
"""Invalid records kept with line and reason; all are counted."""


@dataclass(frozen=True)
class InvalidRow:
    """A record that can't be used."""

    line: int
    """Its line; in a JSON array or Parquet file its number. Both count from 1."""
    reason: str


@dataclass(frozen=True)
class Rewritten:
    """One record as it is and as a conversion writes it, each short and safe to print."""

    before: str
    after: str


@dataclass(frozen=True)
class Report:
    """What a dataset holds; lengths are in characters and over the valid records."""

    container: str
    """What the object is: ``JSON Lines``, or ``a JSON array``, ``CSV``, ``a Parquet file``…"""
    container_problem: str | None = None
    """Why the object can't be used as it is, whatever its records say."""
    container_remedy: str | None = None
    """What helps where no records can be read from it."""
    format: str | None = None
    """Stable name of the records' format, as in ``formats``; None if no format is known."""
    bytes: int = 0
    records: int = 0
    """Records found, valid or not; blank lines are none."""
    valid: int = 0
    """Records that are understood and meet what the evaluation wants, as they are or rewritten."""
    as_it_is: int = 0
    """Those of them of which a job reads, as they are, all that is meant."""
    lost: tuple[tuple[Lost, int], ...] = ()
    """What a job would not read of the others, each with its records."""
    unread: InvalidRow | None = None
    """The first of those of which it would read nothing, and why."""
    fields: tuple[FieldUse, ...] = ()
    """What every field of the records is taken for, those last that are not used."""
    examples: tuple[Rewritten, ...] = ()
    """The first valid records."""
    invalid: int = 0
    invalid_shown: tuple[InvalidRow, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    """Invalid records by kind of reason, most frequent first."""
    require_reference: bool = False
    scorer: str | None = None
    """Preset scorer whose rules for records held too."""
    with_reference: int = 0
    with_system: int = 0
    repeated_prompts: int = 0
    """Valid records whose prompt (with its system prompt) an earlier one has."""
    repeats_bounded: bool = False
    """Whether there were more different prompts than are remembered to compare with."""
    distinct_references: int = 0
    """At most ``REMEMBERED``."""
    commonest_reference: int = 0
    """How many records have the reference that most of them have."""
    empty_prompts: int = 0
    empty_references: int = 0
    thinking_prompts: int = 0
    """Prompts with a switch or tag of a thinking model, such as ``/no_think``."""
    thinking_references: int = 0
    very_long: int = 0
    """Records with a prompt or reference of more than ``VERY_LONG`` characters."""
    longest: int = 0
    """Characters of the longest prompt or reference."""
    longest_prompt: int = 0
    """Tokens of the longest prompt with its system prompt, estimated from its characters."""
    prompt_lengths: tuple[tuple[int, int], ...] = ()
    """Those tokens, in steps of ``lengths.BUCKET``, each with its records."""
    average_prompt: float = 0.0
    average_reference: float = 0.0
    """Over the records that have one."""
    multi_turn: int = 0
    """Records in which the user has more than one turn."""
    categories: tuple[tuple[str, int], ...] = ()
    """The most frequent categories, each with its records."""
    max_records: int | None = None
    over_limit: bool = False
    """Whether there are more records than ``max_records``."""
    blank_lines: int = 0
    crlf: bool = False
    byte_order_mark: bool = False
    final_newline: bool = True

    @property
    def usable(self) -> bool:
        """Whether a job reads of every record all that is meant, and there is one."""
        return self.records > 0 and self.as_it_is == self.records and not self.container_problem

    def losing(self, what: Lost) -> int:
        """Return of how many records a job would not read this."""
        return dict(self.lost).get(what, 0)

    @property
    def keepable(self) -> bool:
        """Whether a job can read it as it is, though not all that is meant; nothing wrong."""
        unread = self.losing("record") + self.losing("reference_wrong")
        return not (self.container_problem or self.invalid or unread) and self.records > 0

    @property
    def as_read(self) -> Report:
        """Return the report with only what a job reads of the dataset as it is."""
        if not self.lost:
            return self
        return replace(
            self,
            with_reference=max(0, self.with_reference - self.losing("reference")),
            with_system=max(0, self.with_system - self.losing("system")),
        )

    @property
    def unused(self) -> tuple[FieldUse, ...]:
        return tuple(it for it in self.fields if it.use == "not used" and it.meaning != "empty")

    @property
    def several_questions(self) -> int:
        """Return how many records are refused only because they ask several questions."""
        return dict(self.reasons).get("several_turns", 0)

    @property
    def place(self) -> str:
        """Return what ``InvalidRow.line`` counts."""
        return "line" if self.container.startswith(("JSON Lines", "CSV", "TSV")) else "record"

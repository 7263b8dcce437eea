"""What one pass over a dataset found, in a form that can be saved and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

VERY_LONG = 30_000
"""Characters of a prompt or reference above which it is counted as very long.

Some 7,500 tokens of English: with the model's answer and the judge's instructions more than a
judge with a small context window takes. An estimate, not a limit of AWS.
"""
REMEMBERED = 20_000
"""Different prompts, and references, remembered to count repetitions; later ones are not."""
SHOWN = 20
"""Invalid records kept with line and reason; all are counted."""


@dataclass(frozen=True)
class Report:
    """What a dataset holds; lengths are in characters and over the valid records."""

    container: str
    """What the object is: ``JSON Lines``, or ``a JSON array``, ``CSV``, ``a Parquet file``…"""
    container_problem: str | None = None
    """Why the object can't be used as it is, whatever its records say."""
    container_remedy: str | None = None
    format: str | None = None
    """Stable name of the records' format, as in ``formats``; None where no format is known."""
    bytes: int = 0
    records: int = 0
    """Records found, valid or not; blank lines are none."""
    valid: int = 0
    invalid: int = 0
    invalid_shown: list[dict[str, Any]] = field(default_factory=list)
    """The first invalid records: ``line`` (in a JSON array: which element) and ``reason``."""
    reasons: dict[str, int] = field(default_factory=dict)
    """Invalid records by kind of reason, most frequent first."""
    unknown_fields: str | None = None
    """Where no format is known: which fields were seen, and which renaming would do."""
    rewriting: str | None = None
    """Where no format is known: what becomes of the fields when the dataset is rewritten."""
    mendable: int = 0
    """Invalid records that can be written validly in the dataset's own format."""
    rewritable: int = 0
    """Further ones that can be saved only by rewriting to the SageMaker evaluation format."""
    require_reference: bool = False
    scorer: str | None = None
    """Preset scorer whose rules for records held too."""
    need_fields: list[str] = field(default_factory=list)
    with_reference: int = 0
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
    very_long: int = 0
    """Records with a prompt or reference of more than ``VERY_LONG`` characters."""
    longest: int = 0
    """Characters of the longest prompt or reference."""
    average_prompt: float = 0.0
    average_reference: float = 0.0
    """Over the records that have one."""
    multi_turn: int = 0
    """Records in which the user has more than one turn."""
    categories: list[list[Any]] = field(default_factory=list)
    """The most frequent categories, each ``[name, records]``."""
    max_records: int | None = None
    over_limit: bool = False
    """Whether there are more records than ``max_records``."""
    blank_lines: int = 0
    crlf: bool = False
    byte_order_mark: bool = False
    final_newline: bool = True

    @property
    def usable(self) -> bool:
        """Whether every record is valid, and there is one."""
        return self.records > 0 and self.invalid == 0 and self.container_problem is None

    @property
    def savable(self) -> int:
        """Records that a conversion can keep, valid ones included."""
        return self.valid + self.mendable + self.rewritable

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Report:
        """Return a saved report; keys of a newer version are passed over."""
        known = {item.name for item in fields(cls)}
        return cls(**{name: value for name, value in saved.items() if name in known})

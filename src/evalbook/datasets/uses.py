"""What fields are taken for: of one record, and counted over all of them."""

from __future__ import annotations

from typing import NamedTuple

from evalbook.records import dataclass
from evalbook.texts import plural

PROMPT = "prompt"
SYSTEM = "system"
REFERENCE = "reference"
CATEGORY = "category"
METADATA = "metadata"
UNUSED = "not used"


class Use(NamedTuple):
    """What one field, role of a message or part of its content is taken for."""

    field: str
    """Its name; inside of others with dots, a message's with the role in brackets."""
    use: str
    """``prompt``, ``system``, ``reference``, ``category``, ``metadata`` or ``not used``."""
    meaning: str = ""
    """What is to be said of it, such as what it means that it is not used."""


_TAKEN_FOR = {"system": "system prompt", "metadata": "scorer metadata"}


@dataclass(frozen=True)
class FieldUse:
    """One field, role of a message or part of its content: what it is taken for, and how often."""

    field: str
    use: str
    """``prompt``, ``system``, ``reference``, ``category``, ``metadata`` or ``not used``."""
    records: int
    meaning: str
    """What is to be said of it, such as what it means that it is not used."""
    example: str
    """The first value, harmless and short."""

    @property
    def taken_for(self) -> str:
        return _TAKEN_FOR.get(self.use, self.use)

    def sentence(self, records: int) -> str:
        """Return it as a line for people: ``images (8 of 8): not used: …``."""
        meaning = f": {self.meaning}" if self.meaning else ""
        return f"{self.field} ({self.records:,} of {records:,}): {self.taken_for}{meaning}"


def table_lines(table: tuple[FieldUse, ...], records: int) -> list[str]:
    """Return the whole table as lines for people."""
    return [
        it.sentence(records) + (f". For example: {it.example}" if it.example else "")
        for it in table
    ]


def counted(records: int, of: int) -> str:
    """Return how many of the records, in words."""
    return f"all {plural(of, 'record')}" if records == of else f"{records:,} of {of:,} records"

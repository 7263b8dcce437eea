"""JSON that AWS hands through as a text without looking at it: job settings, hub documents, prices.

Whoever wrote it may have written anything, so that looking into it raises nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ForeignJson:
    """A value of such JSON."""

    value: Any

    def __getitem__(self, name: str) -> ForeignJson:
        """Return a member; one that is null if there is none."""
        return ForeignJson(self.value.get(name) if isinstance(self.value, dict) else None)

    def __contains__(self, name: str) -> bool:
        return isinstance(self.value, dict) and name in self.value

    @property
    def text(self) -> str | None:
        """The text that it is; None if it is empty or something else."""
        return self.value if isinstance(self.value, str) and self.value else None

    @property
    def items(self) -> list[ForeignJson]:
        """The items of a list, or the members of an object; none where it is something else."""
        values = self.value.values() if isinstance(self.value, dict) else self.value
        return [ForeignJson(it) for it in values] if isinstance(self.value, list | dict) else []

    @property
    def inner(self) -> ForeignJson:
        """The JSON in the text that it is."""
        return read_document(self.text)


def read_document(text: str | bytes | None) -> ForeignJson:
    """Read JSON; null where it is none."""
    try:
        return ForeignJson(json.loads(text or "null"))
    except (ValueError, RecursionError):
        return ForeignJson(None)

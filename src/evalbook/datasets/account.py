"""What becomes of every field of a dataset's records, as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evalbook.datasets.conversations import role_named
from evalbook.datasets.fields import UNKNOWN
from evalbook.datasets.invalid import harmless
from evalbook.datasets.uses import UNUSED, FieldUse, Use

_EXAMPLE = 60
_MOST_FIELDS = 60
_MOST_KINDS = 2000


class Account:
    """The uses of all records' fields, added up."""

    def __init__(self) -> None:
        self._counts: dict[Use, int] = {}
        self._examples: dict[str, str] = {}

    def add(self, uses: Sequence[Use], record: Mapping[str, Any]) -> None:
        """Count one record's fields."""
        for use in uses:
            if use.field not in self._examples and len(self._examples) < _MOST_FIELDS:
                self._examples[use.field] = example_of(record, use.field)
        self.add_many(uses, 1)

    def add_many(self, uses: Sequence[Use], records: int) -> None:
        """Count the fields of records that are alike, without an example."""
        for use in uses:
            if use in self._counts or len(self._counts) < _MOST_KINDS:
                self._counts[use] = self._counts.get(use, 0) + records

    def table(self) -> tuple[FieldUse, ...]:
        """Return the uses, those that are not used last."""
        found = [
            FieldUse(
                harmless(use.field, 80), use.use, count, use.meaning,
                self._examples.get(use.field, ""),
            )
            for use, count in self._counts.items()
        ]  # fmt: skip
        found.sort(key=lambda it: it.use == UNUSED)
        others = found[_MOST_FIELDS:]
        if others:
            most = max(it.records for it in others)
            found[_MOST_FIELDS:] = [FieldUse(f"{len(others)} more", UNUSED, most, UNKNOWN, "")]
        return tuple(found)


def example_of(record: Mapping[str, Any], field: str) -> str:
    """Return what a record has under a field's name, harmless and short."""
    path = field.partition("[")[0]
    value: Any = record
    for part in [path] if path in record else path.split("."):
        if isinstance(value, list) and value:
            value = value[0]
        value = value.get(part) if isinstance(value, Mapping) else None
    if "[" in field and isinstance(value, list):
        value = _said_by(value, field) or value
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return harmless(" ".join(text.split()), _EXAMPLE)


def _said_by(messages: list[Any], field: str) -> Any:
    """Return what a role says first, or the part of a message that the field names."""
    role, _, part = field.partition("[")[2].partition("]")
    inner = part.lstrip(".").split(" ")[0]
    keys = [inner] if inner and not inner.startswith("(") else ["content", "value"]
    for message in messages:
        if isinstance(message, dict):
            speaker = role_named(str(message.get("role", message.get("from"))))
            said = [message[key] for key in keys if message.get(key) is not None]
            if said and speaker == role:
                return said[0]
    return None

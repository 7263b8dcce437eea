"""What becomes of every field of a dataset's records, as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evalbook.datasets.fields import UNKNOWN
from evalbook.datasets.invalid import harmless
from evalbook.datasets.uses import UNUSED, FieldUse, Use

_EXAMPLE = 60
_MOST_FIELDS = 60
_MOST_KINDS = 2000


class Account:
    """The uses of all records' fields, added up."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Use, ...], int] = {}
        self._examples: dict[str, str] = {}
        self._more: dict[Use, int] = {}

    def add(self, uses: tuple[Use, ...], record: Mapping[str, Any]) -> None:
        """Count one record's fields."""
        counts = self._counts
        if uses in counts:
            counts[uses] += 1
            return
        for use in uses:
            if use.field not in self._examples and len(self._examples) < _MOST_FIELDS:
                self._examples[use.field] = example_of(record, use.field)
        if len(counts) < _MOST_KINDS:
            counts[uses] = 1
            return
        for use in uses:
            if use in self._more or len(self._more) < _MOST_KINDS:
                self._more[use] = self._more.get(use, 0) + 1

    def add_many(self, uses: tuple[Use, ...], records: int) -> None:
        """Count the fields of records of a kind that was added before, or without an example."""
        self._counts[uses] = self._counts.get(uses, 0) + records

    def table(self) -> tuple[FieldUse, ...]:
        """Return the uses, those that are not used last."""
        total: dict[Use, int] = dict(self._more)
        for uses, count in self._counts.items():
            for use in uses:
                total[use] = total.get(use, 0) + count
        # What one field of a record was taken for twice is one line.
        found = [
            FieldUse(
                harmless(use.field, 80), use.use, count, use.meaning,
                self._examples.get(use.field, ""),
            )
            for use, count in total.items()
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
    role, _, part = field.partition("[")[2].partition("]")
    inner = part.lstrip(".").split(" ")[0]
    same = {"user": ("user", "human"), "assistant": ("assistant", "gpt", "model")}
    for message in messages:
        if not isinstance(message, dict):
            continue
        said = message.get("role", message.get("from"))
        if said != role and said not in same.get(role, ()):
            continue
        if not inner or inner.startswith("("):
            text = message.get("content", message.get("value"))
            if text is not None:
                return text
            continue
        if inner in message:
            return message[inner]
    return None

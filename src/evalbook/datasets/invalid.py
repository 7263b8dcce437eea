"""What is shown of a record, and said of one that can't be used, safe to print."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from evalbook.texts import plural, printable, shortened

_NAME_WIDTH = 40
_VALUE_WIDTH = 60
# Deeper or longer than this nothing is shown of a record.
_SHOWN_DEPTH = 3
_SHOWN_ITEMS = 4
_SHOWN_TEXT = 200

MAX_LINE = 8 * 1024 * 1024
"""Bytes of a line, or characters of a value in a JSON array; a longer one is invalid."""


class InvalidRecord(ValueError):
    """A record that an evaluation job could not use.

    ``kind`` is a stable word to count by, such as ``missing_field``; ``reason`` says field, found
    and expected.
    """

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


def harmless(text: str, width: int) -> str:
    """Return text cut to ``width`` characters, with control characters written as escapes."""
    return printable(shortened(text, width))


def quoted(text: str, width: int = _VALUE_WIDTH) -> str:
    """Return text in quotes, harmless and short."""
    mark = "'" if '"' in text else '"'
    return f"{mark}{harmless(text, width)}{mark}"


def named(fields: Iterable[str], most: int = 8) -> str:
    """Return field names as a list for a sentence; past ``most`` only their number."""
    names = [harmless(str(field), _NAME_WIDTH) for field in fields]
    if len(names) > most:
        return ", ".join(names[:most]) + f" and {len(names) - most} more"
    return ", ".join(names)


def list_fields(record: Collection[str], what: str = "the record") -> str:
    """Say which fields there are."""
    return f"the fields are {named(record)}" if record else f"{what} has no fields"


def described(value: Any) -> str:
    """Say what a JSON value is, with a short value itself: ``a number (42)``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return f"a number ({harmless(str(value), _NAME_WIDTH)})"
    if isinstance(value, str):
        return f"the text {quoted(value)}" if value else "an empty text"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    return "an object"


def wrong_type(field: str, value: Any, expected: str) -> InvalidRecord:
    """Return the error for a field that holds another kind of value than it should."""
    return InvalidRecord(
        "wrong_type", f"{harmless(field, _NAME_WIDTH)} is {described(value)}; expected {expected}"
    )


def invalid_of(invalid: int, records: int) -> str:
    """Return how many records are invalid: ``1 of 12 records is invalid``."""
    return f"{invalid:,} of {plural(records, 'record')} {'is' if invalid == 1 else 'are'} invalid"


def too_long(what: str) -> InvalidRecord:
    """Return the error for what is longer than ``MAX_LINE``."""
    return InvalidRecord(
        "too_long", f"{what} is too long; expected at most {MAX_LINE // 1024 // 1024} MiB"
    )


def shown(record: Mapping[str, Any], width: int) -> str:
    """Return a record on one line of at most ``width`` characters, safe to print."""
    pairs = (f"{harmless(name, 40)}: {_brief(value)}" for name, value in record.items())
    line = ""
    for pair in pairs:
        line += (", " if line else "") + pair
        if len(line) > width:
            break
    return harmless(line or "(no fields)", width)


def _brief(value: Any, depth: int = 0) -> str:
    """Return a value as JSON, with long texts, long lists and deep levels left out."""
    if isinstance(value, str):
        return json.dumps(harmless(value, _SHOWN_TEXT), ensure_ascii=False).replace("\\\\", "\\")
    if isinstance(value, (dict, list)) and value and depth >= _SHOWN_DEPTH:
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, dict):
        items = [
            f"{harmless(name, 40)}: {_brief(inner, depth + 1)}"
            for name, inner in list(value.items())[:_SHOWN_ITEMS]
        ]
        return "{" + ", ".join(items + ["…"] * (len(value) > _SHOWN_ITEMS)) + "}"
    if isinstance(value, list):
        items = [_brief(inner, depth + 1) for inner in value[:_SHOWN_ITEMS]]
        return "[" + ", ".join(items + ["…"] * (len(value) > _SHOWN_ITEMS)) + "]"
    return json.dumps(value)[:40]

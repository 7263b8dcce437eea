"""What is said about a record that can't be used, in words that are safe to print."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

from evalbook.texts import plural

# What a terminal obeys instead of showing: control characters, bidirectional overrides,
# characters without width, halves of surrogate pairs. The joiners that scripts and emoji need
# (U+200C, U+200D) stay.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NAME_WIDTH = 40
_VALUE_WIDTH = 60


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


def harmless(text: str, width: int | None = None) -> str:
    """Return text with control characters written as escapes, cut to ``width`` characters."""
    if width is not None and len(text) > width:
        text = text[: max(width - 1, 0)] + "…"
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return _SHORT.get(match.group()) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


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

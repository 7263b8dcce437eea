"""Python values as source code: the one way by which what a user typed enters a notebook."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

# One line of code holds this much of a value: with the longest name before it, 100 columns.
_ONE_LINE = 70
# The pieces of a long text stand indented in parentheses.
_PIECE = 78


def literal(value: object, indent: int = 0) -> str:
    """Return Python source that evaluates to exactly the value, and does nothing else.

    The source is a literal on one line where it is short. Long texts become pieces joined in
    parentheses, broken after a newline or a space; long lists and dictionaries have an item a line.

    Args:
        value: None, bool, int, float (nan and the infinities too), str, or lists, tuples and
            dictionaries of such.
        indent: columns before continuation lines.

    Raises:
        TypeError: the value is of another kind, which has no literal.
    """
    one_line = _one_line(value)
    if len(one_line) + indent <= _ONE_LINE or not value:
        return one_line
    inner, outer = "\n" + " " * (indent + 4), "\n" + " " * indent
    if isinstance(value, str) and len(pieces := _pieces(value)) > 1:
        return "(" + "".join(inner + _text(piece) for piece in pieces) + outer + ")"
    if isinstance(value, Mapping | list | tuple):
        opening, items, closing = _contents(value)
        lines = (f"{inner}{key}{literal(item, indent + 4)}," for key, item in items)
        return opening + "".join(lines) + outer + closing
    return one_line


def _one_line(value: object) -> str:
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        number = float.__repr__(value)
        return number if math.isfinite(value) else f'float("{number}")'
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping | list | tuple):
        opening, items, closing = _contents(value)
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        return opening + ", ".join(key + _one_line(item) for key, item in items) + comma + closing
    raise TypeError(f"{type(value).__name__} has no Python literal")


def _contents(
    value: Mapping[Any, object] | list[object] | tuple[object, ...],
) -> tuple[str, list[tuple[str, object]], str]:
    """Return the brackets and what stands between them: items, each with what is before it."""
    if isinstance(value, Mapping):
        return "{", [(f"{_one_line(key)}: ", item) for key, item in value.items()], "}"
    opening, closing = "()" if isinstance(value, tuple) else "[]"
    return opening, [("", item) for item in value], closing


def _text(text: str) -> str:
    # Double quotes, unless that takes more backslashes: what code formatters do.
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_character(character, quote) for character in text) + quote


def _character(character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return "\\" + character
    if character == "=":
        return "\\x3d"  # papermill does not read a line with a second one
    # Line ends, control characters, direction marks and lone surrogates are not printable.
    return character if character.isprintable() else repr(character)[1:-1]


def _pieces(text: str) -> list[str]:
    """Split a text after newlines, and after spaces where a line would be too long."""
    pieces: list[str] = []
    for word in re.findall(r"[^ \n]*(?: +|\n+|$)", text):
        starts_line = not pieces or pieces[-1].endswith("\n")
        if starts_line or len(_text(pieces[-1] + word)) > _PIECE:
            pieces.append(word)
        else:
            pieces[-1] += word
    return [piece for piece in pieces if piece]

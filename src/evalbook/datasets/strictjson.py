"""One JSON text to one record, refusing what some reader downstream would refuse or read otherwise.

Python's parser takes NaN, keeps the last of two equal keys, turns 1e999 into infinity and accepts
half of a surrogate pair; other parsers stop there.
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from evalbook.datasets.invalid import InvalidRecord, described, harmless, quoted

MAX_DEPTH = 100
"""Levels of nesting accepted; the parser's own limit depends on who calls it."""
MAX_DIGITS = 1000
"""Digits of an integer accepted; Python refuses above 4,300, and takes quadratic time below."""
_MOST_COMMAS = 1000

# An escape that starts with one of the 2,048 code points that are no characters by themselves.
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_record(text: str) -> dict[str, Any]:
    """Return the one JSON object that is all of the text.

    Raises:
        InvalidRecord: it is not JSON, not an object, or one that parsers disagree about.
    """
    record, end = parse_value(text)
    rest = text[end:].strip(" \t\r\n")
    if rest:
        found = "a comma" if rest == "," else quoted(rest, 20)
        where = "" if rest == "," else f" (character {end + 1:,})"
        message = f"not JSON: {found} after the record{where}; expected nothing"
        raise InvalidRecord("not_json", message)
    if not isinstance(record, dict):
        raise InvalidRecord("not_object", f"{described(record)}; expected a JSON object")
    return record


def parse_value(text: str) -> tuple[Any, int]:
    """Return the JSON value that a text begins with, and the offset behind it.

    Raises:
        InvalidRecord: as for ``parse_record``; its cause is the JSONDecodeError if there is one.
    """
    try:
        value, end = _STRICT.raw_decode(text)
    except json.JSONDecodeError as error:
        raise InvalidRecord("not_json", _syntax(text, error)) from error
    except RecursionError:
        raise _too_deep() from None
    # Each level opens a bracket, so that few values must be looked through.
    openings = text.count("{", 0, end) + text.count("[", 0, end)
    if openings > MAX_DEPTH and _deeper_than(value, MAX_DEPTH):
        raise _too_deep()
    if _SURROGATE_ESCAPE.search(text, 0, end):
        _refuse_lone_surrogates(value)
    return value, end


def peek_value(text: str, start: int = 0) -> tuple[Any, int] | None:
    """Return any JSON value at an offset, and the offset behind it; None if it is not whole."""
    try:
        return _ANY.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None


def mended_record(text: str) -> dict[str, Any] | None:
    """Return the record of a line that is no JSON, where it is plain what was meant.

    Python writes dictionaries in its own way; exports have commas too many.
    """
    text = text.removesuffix(",")
    found = parsed(text)
    if isinstance(found, dict):
        return found
    for _ in range(_MOST_COMMAS):
        try:
            return parse_record(text)
        except InvalidRecord as error:
            wrong = error.__cause__
        at = wrong.pos if isinstance(wrong, json.JSONDecodeError) else len(text)
        before = text[:at].rstrip()
        # Newer parsers point at the comma, older ones at what follows it.
        comma = len(before) - 1 if before.endswith(",") and text[at : at + 1] in ("}", "]") else at
        if text[comma : comma + 1] != "," or text[comma + 1 :].lstrip()[:1] not in ("}", "]"):
            return None
        text = text[:comma] + text[comma + 1 :]
    return None


def parsed(value: Any) -> Any:
    """Return a list or object that is written as text, as cells of tables are, in JSON or Python.

    NaN, which Python writes for no value, is none.
    """
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    for read in (_WITHOUT_NAN.decode, ast.literal_eval):
        try:
            # Python may write what JSON does not hold, such as sets and infinities.
            found = json.loads(json.dumps(read(value), allow_nan=False))
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        if isinstance(found, (list, dict)):
            return found
    return value


def dump(record: dict[str, Any]) -> str:
    """Return a record as one line of JSON; reading it back gives an equal record."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    # Line breaks to some readers, though not to JSON Lines.
    for char in "\x85\u2028\u2029":
        if char in text:
            text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise InvalidRecord("duplicate_key", f"the key {quoted(twice)} appears twice in one object")
    return fields


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise InvalidRecord(
            "number", f"a number of {len(text):,} digits; expected at most {MAX_DIGITS:,}"
        )
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise InvalidRecord(
            "number", f"the number {harmless(text, 40)} is too large; expected one up to 1.8e308"
        )
    return value


def _constant(text: str) -> NoReturn:
    raise InvalidRecord("number", f"{text} is not JSON; expected a number or null")


_STRICT = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
_ANY = json.JSONDecoder()
_WITHOUT_NAN = json.JSONDecoder(parse_float=_float, parse_constant=lambda _: None)


def _too_deep() -> InvalidRecord:
    return InvalidRecord("too_deep", f"nested too deeply; expected at most {MAX_DEPTH} levels")


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit + 1):
        level = [it for it in level if isinstance(it, (dict, list))]
        if not level:
            return False
        level = [inner for it in level for inner in (it.values() if isinstance(it, dict) else it)]
    return True


def _refuse_lone_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        found = f"\\u{ord(error.object[error.start]):04x}"
        raise InvalidRecord(
            "surrogate", f"{found} is half of a surrogate pair; expected whole characters"
        ) from None


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    near = text[error.pos : error.pos + 20]
    where = f"before {quoted(near)}" if near.strip() else "at its end"
    what = f"{error.msg[0].lower()}{error.msg[1:]}"
    quotes = "; JSON needs double quotes" if text.startswith(("{'", "['")) else ""
    return f"not JSON: {what} {where} (character {error.pos + 1:,}){quotes}"

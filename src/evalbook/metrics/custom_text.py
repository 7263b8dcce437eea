"""Custom metrics as text: read from a file, taken out of what was pasted, and parsed as JSON."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypedDict

from evalbook.checks import Check, warning
from evalbook.errors import AnswerRejected
from evalbook.packaged import DataFile
from evalbook.texts import did_you_mean, lines, nearest, read_integer
from evalbook.whole_files import read_whole, reason

# The remedy wherever the form itself was missed.
FORMAT = (
    "Bedrock's format is an array: "
    '[{"customMetricDefinition": {"name": "…", "instructions": "…", "ratingScale": […]}}].'
)
# Curly double quotes, then single ones, high and low; by code point, as fonts hardly tell.
_CURLY_QUOTES = "\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b"


Sized = Literal["customMetrics", "name", "instructions", "ratingScale", "definition", "stringValue"]
"""What has a least and a most number of characters or entries."""


class _Range(TypedDict):
    min: int
    max: int


class _Variables(TypedDict):
    prompt: str
    response: str
    reference: str
    written_instead: dict[str, str]


class _Limits(TypedDict):
    sizes: dict[Sized, _Range]
    name_pattern: str
    largest_float: float
    variables: _Variables
    text_bytes: int


LIMITS = DataFile("metrics/custom_metric_limits.json", _Limits)


class JsonObject(dict[str, Any]):
    """A JSON object that remembers which keys were given more than once."""

    repeated: tuple[str, ...] = ()


def read_custom_metrics_file(path: Path) -> str:
    """Return the text of a custom metrics file; a relative path starts at the current folder.

    Raises:
        AnswerRejected: ``custom_metrics.file``: missing, a folder, unreadable, too large, or not
            UTF-8.
    """
    try:
        content = read_whole(path, LIMITS.facts["text_bytes"])
        return content.decode("utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _missing(path) from error
    except OSError as error:
        raise _unusable(f'"{_shown(path)}" can\'t be read: {reason(error)}.') from error
    except UnicodeDecodeError as error:
        kind = "UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "another encoding"
        raise _unusable(
            f'"{_shown(path)}" is not UTF-8 text (byte {error.start + 1} is invalid); '
            f"it looks like {kind}.",
            "Save the file as UTF-8 and give it again.",
        ) from error


def parse_json(text: str) -> tuple[Any, list[Check]]:
    """Parse what was given or pasted; the checks say what was tolerated.

    Tolerated are a byte order mark and code fences with prose around them. Objects come back as
    `JsonObject`, numbers as float where they don't fit an integer of ordinary size.

    Raises:
        AnswerRejected: ``custom_metrics.json``, naming line and column and showing the spot.
    """
    limit = LIMITS.facts["text_bytes"]
    if len(text) > limit:
        raise _not_json(f"The custom metrics have over {limit:,} characters.")
    tolerated: list[Check] = []
    if text.startswith("\ufeff"):
        text = text[1:]
        tolerated.append(_tolerated("The byte order mark at the start was left out."))
    body = _without_fences(text)
    if body != text:
        tolerated.append(_tolerated("Only the JSON inside the code fence was read."))
    if not body.strip():
        raise _not_json("No custom metrics were given.")
    try:
        return json.loads(body, object_pairs_hook=_object, parse_int=read_integer), tolerated
    except json.JSONDecodeError as error:
        raise _not_json(_syntax(body, error), _syntax_remedy(body)) from error
    except RecursionError as error:
        raise _not_json("The JSON is nested too deeply to be custom metrics.") from error


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    result = JsonObject(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        result.repeated = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
    return result


def _without_fences(text: str) -> str:
    """Return what stands inside a Markdown code fence, at its place; other text as it is."""
    fences = list(re.finditer(r"```[\w.+-]*", text))
    if text.lstrip()[:1] in ("[", "{") or len(fences) < 2:
        return text
    begin, end = fences[0].end(), fences[-1].start()
    body = text[begin:end]
    if re.search(r"^\s*```", body, re.MULTILINE):
        raise _not_json(
            "You gave several code blocks, and evalbook can't tell which one you mean.",
            "Give one JSON array with all metrics.",
        )
    # Blanks instead of what was dropped keep line and column as in the text that was given.
    return re.sub(r"[^\n]", " ", text[:begin]) + body


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    place = _place(text, error.pos)
    line = text.count("\n", 0, place) + 1
    column = place - text.rfind("\n", 0, place)
    return lines(
        f"The custom metrics are not valid JSON: line {line}, column {column}: "
        f"{_reason(text[place:], error.msg)}.",
        *_spot(text, place),
    )


def _place(text: str, place: int) -> int:
    """Return the place of a syntax error; a comma too many is at fault, not the bracket after it.

    Python points at the one or the other, depending on its version.
    """
    before = len(text[:place].rstrip()) - 1
    if text[place : place + 1] in ("]", "}") and text[before : before + 1] == ",":
        return before
    return place


def _reason(rest: str, message: str) -> str:
    """Say what is wrong where a syntax error is; Python's own words vary with its version."""
    for start, here, why in _REASONS:
        found = re.match(here, rest)
        if found and message.startswith(start):
            return why.format(found[0])
    return "a JSON value is needed"


# How Python's message begins, what stands at the place of the error, and what that means.
_REASONS = (
    ("Unterminated string", "", "a string begins here and is never closed"),
    ("Invalid control", "", "a string contains a line break or tab; write \\n or \\t"),
    ("Invalid \\", "", "a backslash sequence that JSON does not know; write \\\\ for a backslash"),
    ("Extra data", "", "the JSON ends before this; put several metrics into one array"),
    ("", r"\Z", "the text ends here, but something was not closed"),
    ("", f"[{_CURLY_QUOTES}]", 'there is a curly quote {} instead of a straight "'),
    ("", "'", "there is a single quote instead of a double quote"),
    ("", r",\s*[\]}]", "there is an extra comma before the closing bracket"),
    ("", r"(None|True|False)\b", "{} is Python; JSON writes null, true and false"),
    ("", r"//|/\*|#", "JSON has no comments"),
    ("Expecting ',' delimiter", "", "',' is missing before this"),
    ("Expecting ':' delimiter", "", "':' is missing before this"),
    ("Expecting property name", "", "a key in double quotes is needed"),
)


def _syntax_remedy(text: str) -> str:
    first = next((place for place, char in enumerate(text) if char in _CURLY_QUOTES[:4]), None)
    if first is None:
        return f"Correct it and give it again. {FORMAT}"
    line = text.count("\n", 0, first) + 1
    return (
        f"Replace curly quotes with straight ones, the first in line {line}: word processors and "
        "chats insert them."
    )


def _spot(text: str, place: int) -> tuple[str, str]:
    """Return the line of a syntax error, cut to what surrounds it, with a mark beneath."""
    start = max(text.rfind("\n", 0, place) + 1, place - 40)
    shown = text[start : place + 30].split("\n")[0].replace("\t", " ").replace("\r", " ")
    return f"    {shown}", f"    {' ' * (place - start)}^"


def _tolerated(message: str) -> Check:
    return warning("custom_metrics.format", message)


def _not_json(message: str, remedy: str = FORMAT) -> AnswerRejected:
    return AnswerRejected("custom_metrics.json", message, remedy)


def _shown(path: Path) -> str:
    # What was taken for a path may be a whole text.
    text = " ".join(str(path).split())
    return text if len(text) <= 200 else f"{text[:100]} … {text[-99:]}"


def _missing(path: Path) -> AnswerRejected:
    folder, where = path.absolute().parent, ""
    if not path.is_absolute():
        where, path = f" in {folder}", Path(path.name)
    names: list[str] = []
    with suppress(OSError):
        names = [entry.name for entry in folder.iterdir()]
    meant = did_you_mean(nearest(path.name, names, 1))
    remedy = meant or "Give the path of a JSON file, or its content."
    return _unusable(f'There is no file "{_shown(path)}"{where}.', remedy)


def _unusable(message: str, remedy: str = "Give another file.") -> AnswerRejected:
    return AnswerRejected("custom_metrics.file", message, remedy)

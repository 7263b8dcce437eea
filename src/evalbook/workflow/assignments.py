"""Answers that give values to names: ``name=value, name=value``, or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from evalbook.errors import AnswerRejected
from evalbook.texts import shortened

# A comma separates assignments only if a name and a sign follow: values can hold commas too.
_BETWEEN = re.compile(r"(?:[;\n]+|,\s*(?=[^,=;\n]+=)|\s+and\s+(?=[\w.:/-]+\s*=))\s*")


def read_assignments(text: str, subject: str, example: str) -> dict[str, str]:
    """Return values by name, in the order given.

    Accepts ``name=value`` after ``name=value``, a JSON object of texts, numbers and truth values,
    or a JSON array of ``{"Key": …, "Value": …}`` as AWS writes tags.

    Args:
        text: what was said.
        subject: what begins the code of a rejection.
        example: a good answer, for the remedy.

    Raises:
        AnswerRejected: ``SUBJECT.form``, it is not one of these; or ``SUBJECT.twice``.
    """
    in_json = text.lstrip().startswith(("{", "["))
    try:
        pairs = _from_json(text) if in_json else _from_words(text)
    except ValueError as error:
        raise AnswerRejected(
            f"{subject}.form", str(error), f"Write it like this: {example}."
        ) from error
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise AnswerRejected(
                f"{subject}.twice", f"{name!r} is given twice.", "Give each name once."
            )
        values[name] = value
    return values


def describe_assignments(values: Mapping[str, object] | None, otherwise: str) -> str:
    return ", ".join(f"{name}={it}" for name, it in values.items()) if values else otherwise


def _from_words(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in filter(None, _BETWEEN.split(text.strip().strip(",; "))):
        name, sign, value = part.partition("=")
        if not sign:
            raise ValueError(f"{shortened(part)!r} has no = between name and value.")
        if not name.strip():
            raise ValueError(f"{shortened(part)!r} has a value but no name.")
        pairs.append((name.strip(), value.strip().strip(",").strip()))
    return pairs


def _from_json(text: str) -> list[tuple[str, str]]:
    try:
        document: Any = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"This is not valid JSON: {error}.") from error
    if isinstance(document, _Pairs):
        found = list(document)
    elif isinstance(document, list) and all(isinstance(item, _Pairs) for item in document):
        found = [_as_aws_writes(item) for item in document]
    else:
        raise ValueError("The JSON is neither an object nor an array of objects.")
    for name, value in found:
        if isinstance(value, _Pairs) or value is None:
            raise ValueError(
                f"In the JSON, {shortened(str(name))!r} is neither a string nor a number."
            )
    return [(str(name), _plain(value)) for name, value in found]


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its members, repeated ones included."""


def _as_aws_writes(item: _Pairs) -> tuple[str, Any]:
    members = {name.casefold(): value for name, value in item}
    if len(item) != 2 or set(members) != {"key", "value"}:
        raise ValueError("An object in the JSON array has members other than Key and Value.")
    return members["key"], members["value"]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_plain, value))
    return value if isinstance(value, str) else json.dumps(value)

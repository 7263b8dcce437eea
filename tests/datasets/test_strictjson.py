from __future__ import annotations

import json
from typing import Any

import pytest

from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.strictjson import MAX_DEPTH, dump, parse_record

HALF = " is half of a surrogate pair; expected whole characters"
REFUSED = [
    ('{"a": NaN}', "number", "NaN is not JSON; expected a number or null"),
    ('{"a": -Infinity}', "number", "-Infinity is not JSON; expected a number or null"),
    ('{"a": 1e999}', "number", "the number 1e999 is too large; expected one up to 1.8e308"),
    ('{"a": ' + "9" * 5000 + "}", "number", "a number of 5,000 digits; expected at most 1,000"),
    ('{"a": 1, "a": 2}', "duplicate_key", 'the key "a" appears twice in one object'),
    ('{"x": {"a": 1, "a": 2}}', "duplicate_key", 'the key "a" appears twice in one object'),
    ('{"a": "\\ud83d"}', "surrogate", "\\ud83d" + HALF),
    ('{"\\udc00": 1}', "surrogate", "\\udc00" + HALF),
    ("[1, 2]", "not_object", "a list of 2; expected a JSON object"),
    ('"text"', "not_object", 'the text "text"; expected a JSON object'),
    ("null", "not_object", "null; expected a JSON object"),
    ('{"a": 1},', "not_json", "not JSON: a comma after the record; expected nothing"),
    (
        '{"a": 1}{"b": 2}',
        "not_json",
        "not JSON: '{\"b\": 2}' after the record (character 9); expected nothing",
    ),
    ('{"a": 1', "not_json", "not JSON: expecting ',' delimiter at its end (character 8)"),
    (
        "{'a': 1}",
        "not_json",
        ("not JSON: expecting property name enclosed in double quotes before \"'a': 1}\""
        " (character 2); JSON needs double quotes"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "reason"), REFUSED)
def test_what_parsers_disagree_about_is_refused(text: str, kind: str, reason: str) -> None:
    with pytest.raises(InvalidRecord) as refused:
        parse_record(text)

    assert (refused.value.kind, refused.value.reason) == (kind, reason)


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 900, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_is_bounded_wherever_python_would_stop(
    levels: int, opening: str, closing: str
) -> None:
    text = '{"a":' + opening * (levels - 1) + "1" + closing * (levels - 1) + "}"

    with pytest.raises(InvalidRecord, match="nested too deeply; expected at most 100 levels"):
        parse_record(text)


def test_nesting_up_to_the_bound_is_read() -> None:
    text = '{"a":' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}"

    assert json.dumps(parse_record(text), separators=(",", ":")) == text


def test_brackets_in_a_text_are_no_nesting() -> None:
    assert parse_record('{"a": "' + "[" * 5000 + '"}') == {"a": "[" * 5000}


@pytest.mark.parametrize(
    "record",
    [
        {"emoji": "\U0001f600", "zero": "\x00", "line": "a\nb\u2028c\u0085d"},
        {"": [], "deep": {"x": [None, True, 1.5, 10**300]}},
    ],
)
def test_a_record_is_the_same_after_writing_and_reading(record: dict[str, Any]) -> None:
    text = dump(record)

    assert parse_record(text) == record
    assert len(text.splitlines()) == 1

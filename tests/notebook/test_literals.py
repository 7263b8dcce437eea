from __future__ import annotations

import ast
import math
from typing import Any

import pytest

from evalbook.notebook.literals import literal


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "None"),
        (True, "True"),
        (7, "7"),
        (-0.5, "-0.5"),
        (1e300, "1e+300"),
        (float("nan"), 'float("nan")'),
        (float("-inf"), 'float("-inf")'),
        ("plain", '"plain"'),
        ("", '""'),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"),
        ('"\'"', "'\"\\'\"'"),
        ("back\\slash", '"back\\\\slash"'),
        ("line\nend", '"line\\nend"'),
        ("\r\t\x00\x1b", '"\\r\\t\\x00\\x1b"'),
        ("é 漢 😀", '"é 漢 😀"'),
        ("{{ 7*7 }} {% x %} {# y #}", '"{{ 7*7 }} {% x %} {# y #}"'),
        ("a\u2028b\u2029c\x85d", '"a\\u2028b\\u2029c\\x85d"'),
        ("\ud800", '"\\ud800"'),
        ("\u202eturned", '"\\u202eturned"'),
        ('"""', '\'"""\''),
        ("# %%", '"# %%"'),
        ([], "[]"),
        (["a", 1], '["a", 1]'),
        (("a",), '("a",)'),
        ((), "()"),
        ({"a": [None]}, '{"a": [None]}'),
    ],
)
def test_value_becomes_this_literal(value: Any, expected: str) -> None:
    assert literal(value) == expected


def test_long_text_is_joined_from_its_lines_and_words() -> None:
    text = "First line of it.\n" + "word " * 20 + "end"

    assert literal(text) == (
        "(\n"
        '    "First line of it.\\n"\n'
        '    "word word word word word word word word word word word word word word word "\n'
        '    "word word word word word end"\n'
        ")"
    )


def test_long_list_has_an_item_a_line() -> None:
    assert literal({"names": ["a" * 40, "b" * 40]}) == (
        f'{{\n    "names": [\n        "{"a" * 40}",\n        "{"b" * 40}",\n    ],\n}}'
    )


@pytest.mark.parametrize(
    "value",
    [
        "x" * 500,
        " " * 300,
        "\n" * 300,
        " a\n b  c\n" * 40,
        "'\"\\" * 90,
        ["\n\n a" * 50, {"k\u2028": ("v " * 60,)}],
        {"nested": {"deep": ["w " * 50] * 3}},
        10**80,
    ],
)
def test_literal_evaluates_to_the_same_value(value: Any) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_infinity_evaluates_to_infinity() -> None:
    assert math.isinf(eval(literal(float("inf")), {"float": float}))  # noqa: S307


def test_value_without_a_literal_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^object has no Python literal$"):
        literal(object())

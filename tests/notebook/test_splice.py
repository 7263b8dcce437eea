from __future__ import annotations

import json
from typing import Any

import pytest

from evalbook.notebook.splice import splice

NEW = {"cell_type": "markdown", "metadata": {}, "source": ["é\n", "b"]}

# What a library would write differently: key order, numbers, escapes, blanks, a repeated key.
ODD = (
    '{ "nbformat":4,\n\t"cells": [ {"b":1.10, "a":1E2,"s":"\\u00e9"} ,{"n": NaN}\r\n],'
    ' "z":-0,"z":[[]] }'
)


def test_everything_around_an_inserted_cell_keeps_its_bytes() -> None:
    assert splice(ODD, {}, {2: [{}]}) == ODD.replace('{"n": NaN}', '{"n": NaN},\n{}')
    assert splice(ODD, {}, {0: [{}]}) == ODD.replace('{"b"', '{},\n{"b"')


def test_everything_around_a_replaced_cell_keeps_its_bytes() -> None:
    assert splice(ODD, {1: {}}, {}) == ODD.replace('{"n": NaN}', "{}")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_cells_are_put_in_before_the_place_named(place: int) -> None:
    text = splice('{"cells": [\n  {"a": 1},\n  {"a": 2}\n ]}', {}, {place: [NEW, {"a": 3}]})

    cells: list[Any] = [{"a": 1}, {"a": 2}]
    cells[place:place] = [NEW, {"a": 3}]
    assert json.loads(text)["cells"] == cells


def test_inserted_cell_takes_over_the_indentation() -> None:
    text = splice('{\n "cells": [\n  {\n   "a": 1\n  }\n ]\n}', {}, {1: [{"a": 2}]})

    assert text == '{\n "cells": [\n  {\n   "a": 1\n  },\n  {\n   "a": 2\n  }\n ]\n}'


@pytest.mark.parametrize("text", ['{"cells": []}', '{"cells":[\n ], "x": 1}'])
def test_list_without_cells_takes_the_first(text: str) -> None:
    assert json.loads(splice(text, {}, {0: [NEW]}))["cells"] == [NEW]

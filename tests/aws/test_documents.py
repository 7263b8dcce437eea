from __future__ import annotations

import pytest

from evalbook.aws.documents import read_document


@pytest.mark.parametrize("text", [None, "", "null", "[1", "{" * 10, '{"a":' * 100_000, b"\xff"])
def test_looking_into_what_is_no_json_finds_nothing(text: str | bytes | None) -> None:
    found = read_document(text)

    assert found["a"]["b"].text is None
    assert found["a"].items == []
    assert "a" not in found


@pytest.mark.parametrize("text", ["7", '"a"', "[]", '{"a": 7}', '{"a": ["b"]}', '{"a": {"b": 1}}'])
def test_looking_for_what_is_of_another_kind_finds_nothing(text: str) -> None:
    assert read_document(text)["a"]["b"]["c"].text is None
    assert read_document(text)["a"].inner.value is None


def test_json_within_json_is_read() -> None:
    assert read_document('{"a": "{\\"b\\": [1, \\"c\\"]}"}')["a"].inner["b"].items[1].text == "c"

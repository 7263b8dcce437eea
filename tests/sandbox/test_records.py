from __future__ import annotations

import json

import pytest

from evalbook.sandbox.records import read_inspect_inputs, read_records


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_separator_inside_a_text_ends_no_line(separator: str) -> None:
    text = f"Where is{separator}my parcel?"
    record = json.dumps({"query": text, "response": "On its way."}, ensure_ascii=False)
    inspected = json.dumps({"input": text, "target": "On its way."}, ensure_ascii=False)

    read = read_records(f"{record}\r\n{record}\n".encode())

    assert [one.prompt for one in read] == [text, text]
    assert [one.prompt for one in read_inspect_inputs(f"{inspected}\n".encode())] == [text]

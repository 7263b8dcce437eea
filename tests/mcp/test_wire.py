from __future__ import annotations

import json

import pytest

from evalbook.mcp.wire import mended


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        (r'"a\ud800b"', "a\ufffdb"),
        (r'"\udc00\ud800"', "\ufffd\ufffd"),
        (r'"\ud83d\ude00 \uD83D\uDE00"', "😀 😀"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd😀"),
        (r'"\\ud800 \\\ud800"', "\\ud800 \\\ufffd"),
        (r'"\n\"\u00e9é"', '\n"éé'),
    ],
)
def test_half_a_surrogate_pair_is_replaced_and_nothing_else(sent, passed_on):
    assert json.loads(mended(sent.encode())) == passed_on


def test_what_cannot_be_read_is_a_request_that_is_refused():
    deep = b'{"params":' + b"[" * 999 + b"]" * 999 + b',"id": 7,"method":"tools/call"}'

    assert json.loads(mended(deep)) == {"jsonrpc": "2.0", "id": 7, "method": "unreadable"}
    assert mended(b"no JSON") == b"no JSON"

from __future__ import annotations

import codecs
import gzip
import json
from collections.abc import Iterator

import pytest

from evalbook.runs.unpacking import lines_of

ROWS = [{"a": 1, "b": "é"}, {"a": 2, "b": "x" * 70_000}]
LINES = "\n".join(map(json.dumps, ROWS)).encode()
ARRAY = b"\n " + json.dumps(ROWS, indent=1).encode()


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize(
    "content",
    [
        LINES,
        ARRAY,
        codecs.BOM_UTF8 + ARRAY,
        gzip.compress(LINES, mtime=0),
        gzip.compress(ARRAY, mtime=0),
        gzip.compress(LINES[:40], mtime=0) + gzip.compress(LINES[40:], mtime=0),
    ],
    ids=["lines", "array", "marked", "lines.gz", "array.gz", "two members"],
)
def test_the_same_rows_come_out_whatever_they_are_packed_in(content: bytes, size: int) -> None:
    assert [json.loads(line) for line in lines_of(pieces(content, size))] == ROWS


def test_nothing_has_no_lines() -> None:
    assert list(lines_of([])) == list(lines_of([b""])) == []


def test_what_is_read_before_a_gzip_file_breaks_off_is_yielded() -> None:
    lines = lines_of(pieces(gzip.compress(LINES)[:-20], 64))

    assert json.loads(next(lines)) == ROWS[0]
    with pytest.raises(EOFError, match="cut off"):
        list(lines)

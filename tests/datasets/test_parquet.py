"""A Parquet file's footer, whole and broken."""

import contextlib
import io
from decimal import Decimal
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from evalbook.datasets.convert import convert
from evalbook.datasets.parquet import Footer, NotParquet, read_footer, read_footer_length
from evalbook.datasets.validate import validate
from evalbook.sandbox.datasets import DATASETS

FILE = next(it for it in DATASETS if it.key.endswith(".parquet")).make()
FOOTER = FILE[4:-8]


def footer_of(columns: dict[str, list[Any]], column: str) -> Footer:
    written = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), written)
    footer = written.getvalue()[:-8][-read_footer_length(written.getvalue()[-8:]) :]
    return read_footer(footer, column)


def test_columns_and_rows_are_told_by_the_footer():
    footer = read_footer(FOOTER, "prompt")

    assert (footer.columns, footer.rows) == (("prompt",), 40)


@pytest.mark.parametrize(
    ("column", "values", "holds", "nulls"),
    [
        ("prompt", ["a", None, None], None, 2),
        ("score", [1, 2, 3], "numbers, dates or truth values", 0),
        ("turns", [[{"role": "user"}]] * 3, None, 0),
        ("tokens", [["a", "b"]] * 3, "lists of plain values", 0),
        ("chat", [{"messages": [{"role": "user"}]}] * 3, "objects", 0),
    ],
)
def test_what_a_column_holds_is_told_by_the_footer(column, values, holds, nulls):
    footer = footer_of({"other": [1, 2, 3], column: values}, column)

    assert footer.columns == ("other", column)
    assert (footer.holds, footer.nulls) == (holds, nulls)
    assert 1 < footer.largest < 300


def test_the_tail_tells_how_long_the_footer_is():
    assert read_footer_length(FILE[-8:]) == len(FOOTER)


@pytest.mark.parametrize(
    "tail", [b"", b"PAR1", b"\x00" * 8, b"\x00\x00\x00\x00PAR1", b"\xff\xff\xff\xffPAR1"]
)
def test_another_end_is_no_parquet_file(tail):
    with pytest.raises(NotParquet):
        read_footer_length(tail)


@pytest.mark.parametrize("length", range(len(FOOTER)))
def test_a_footer_that_is_cut_off_is_refused(length):
    with pytest.raises(NotParquet):
        read_footer(FOOTER[:length], "prompt")


@pytest.mark.parametrize("place", range(len(FOOTER)))
def test_no_changed_byte_does_worse_than_be_refused(place):
    for value in (0x00, 0x1C, 0xFC, 0xFF):
        changed = FOOTER[:place] + bytes([value]) + FOOTER[place + 1 :]
        with contextlib.suppress(NotParquet):
            assert read_footer(changed, "prompt").rows is not None


def test_numbers_that_are_none_are_no_values_in_a_copy_and_large_ones_are_kept():
    nan, large = float("nan"), Decimal(10**20)
    file = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table({"prompt": ["Why?"], "answer": [nan], "metadata": [{"n": nan, "m": large}]}),
        file,
    )
    data = [file.getvalue()]

    copy = b"".join(convert(data, report=validate(data)))

    assert copy == b'{"query": "Why?", "metadata": {"n": null, "m": 100000000000000000000}}\n'

"""A Parquet file's footer, whole and broken."""

import contextlib
import io

import pyarrow
import pyarrow.parquet
import pytest

from evalbook.datasets.convert import convert
from evalbook.datasets.parquet import NotParquet, read_footer, read_footer_length
from evalbook.datasets.validate import validate
from evalbook.sandbox.datasets import DATASETS

FILE = next(it for it in DATASETS if it.key.endswith(".parquet")).make()
FOOTER = FILE[4:-8]


def test_columns_and_rows_are_told_by_the_footer():
    footer = read_footer(FOOTER)

    assert (footer.columns, footer.rows) == (("prompt",), 40)


def test_numbers_and_nulls_are_told_by_the_footer():
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {"prompt": ["a", None, None], "score": [1, 2, 3], "turns": [[{"role": "user"}]] * 3}
    written = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), written)

    footer = read_footer(written.getvalue()[4:-8][-read_footer_length(written.getvalue()[-8:]) :])

    assert footer.numeric == {"score"}
    assert footer.nulls == {"prompt": 2, "score": 0}
    assert set(footer.largest) == set(columns)
    assert 1 < footer.largest["prompt"] < 100


def test_nested_columns_that_are_no_lists_of_objects_are_told_by_the_footer():
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {
        "text": ["a"],
        "messages": [[{"role": "user", "content": "a"}]],
        "tokens": [["a", "b"]],
        "chat": [{"messages": [{"role": "user", "content": "a"}]}],
    }
    written = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), written)

    footer = read_footer(written.getvalue()[4:-8][-read_footer_length(written.getvalue()[-8:]) :])

    assert footer.nested == {"tokens": "lists of plain values", "chat": "objects"}


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
        read_footer(FOOTER[:length])


@pytest.mark.parametrize("place", range(len(FOOTER)))
def test_no_changed_byte_does_worse_than_be_refused(place):
    for value in (0x00, 0x1C, 0xFC, 0xFF):
        changed = FOOTER[:place] + bytes([value]) + FOOTER[place + 1 :]
        with contextlib.suppress(NotParquet):
            assert read_footer(changed).rows is not None


def test_numbers_that_are_none_are_no_values_in_a_copy():
    nan = float("nan")
    file = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.table({"prompt": ["Why?"], "answer": [nan], "metadata": [{"n": nan}]}), file
    )
    data = [file.getvalue()]

    copy = b"".join(convert(data, report=validate(data)))

    assert copy == b'{"query": "Why?", "metadata": {"n": null}}\n'

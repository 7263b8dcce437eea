"""Parquet files: what the footer alone tells, and the records, which pyarrow reads.

The footer is Thrift's compact protocol. Read by hand, as it takes a page: pyarrow would be 100 MB
to install for two facts, and the columns' data, which may be gigabytes, is not needed.
Format: https://github.com/apache/parquet-format, src/main/thrift/parquet.thrift, read 2026-11-21.
"""

from __future__ import annotations

import base64
import io
import math
import struct
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from evalbook.errors import AnswerRejected

MAGIC = b"PAR1"
TAIL_BYTES = 8
"""The footer's length and the magic number, at the very end."""
LARGEST_FOOTER = 16 << 20
_REPEATED = 2
_NUMERIC = (0, 1, 2, 3, 4, 5)
"""BOOLEAN, INT32, INT64, INT96, FLOAT and DOUBLE; a nested column has no type of its own."""
_TOGETHER = 500
"""Rows that are read at once."""
_IN_MEMORY = 8 << 20


class NotParquet(ValueError):
    """The bytes are no Parquet file's end."""


@dataclass(frozen=True)
class Footer:
    """What a Parquet file says of itself, and of one column."""

    columns: tuple[str, ...]
    """Top-level columns."""
    rows: int
    holds: str | None
    """What the column holds if it is neither text nor lists of objects."""
    nulls: int
    """How many of its values are null, where the statistics tell it throughout; else 0."""
    largest: int
    """Bytes of the column in the row group where it takes most, before they are compressed: no
    value of it has more."""


def read_footer_length(tail: bytes) -> int:
    """Return how many bytes before the tail the footer takes.

    Raises:
        NotParquet: the file does not end as Parquet files do.
    """
    if len(tail) < TAIL_BYTES or tail[-4:] != MAGIC:
        raise NotParquet("it does not end in PAR1")
    length: int = struct.unpack("<I", tail[-8:-4])[0]
    if not 0 < length <= LARGEST_FOOTER:
        raise NotParquet(f"its footer would have {length:,} bytes")
    return length


def read_footer(footer: bytes, column: str) -> Footer:
    """Return what a footer tells.

    Raises:
        NotParquet: it can't be read.
    """
    try:
        metadata = _Reader(footer).struct()
        # FileMetaData: 2 is the schema, flattened depth first, 3 the number of rows, 4 row groups.
        # SchemaElement: 1 is the type, 3 whether it is repeated, 4 the name, 5 how
        # many children.
        root, *elements = metadata[2]
        columns: list[str] = []
        holds, place = None, 0
        while place < len(elements) and len(columns) < root[5]:
            columns.append(_text(elements[place][4]))
            if columns[-1] == column:
                holds = _held_at(elements, place)
            place = _behind(elements, place)
        found = _count_values(metadata.get(4, []), column)
        return Footer(tuple(columns), int(metadata[3]), holds, *found)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise NotParquet(f"its footer can't be read ({type(error).__name__})") from error


def _held_at(elements: list[dict[int, Any]], place: int) -> str | None:
    """Return what a column holds if it is neither text nor a list of objects.

    A list is a group around a repeated group around the element; old writers repeat the element.
    """
    if elements[place].get(1) in _NUMERIC:
        return "numbers, dates or truth values"
    if not elements[place].get(5):
        return None
    inner = elements[place + 1]
    if inner.get(3) != _REPEATED:
        return "objects"
    element = elements[place + 2] if inner.get(5) == 1 else inner
    return None if element.get(5) else "lists of plain values"


def _count_values(groups: list[dict[int, Any]], column: str) -> tuple[int, int]:
    """Return how many values of a column are null, and its largest size."""
    # RowGroup: 1 is its columns. ColumnChunk: 3 is its metadata, of which 3 is the path, 6 the size
    # before it is compressed, and 12 the statistics, of which 3 is the number of nulls.
    nulls: list[int | None] = []
    largest = 0
    for group in groups:
        found = [chunk.get(3, {}) for chunk in group[1]]
        mine = [it for it in found if it.get(3) and _text(it[3][0]) == column]
        largest = max(largest, sum(int(it.get(6, 0)) for it in mine))
        nulls += [it.get(12, {}).get(3) for it in mine if len(it[3]) == 1]
    told = [int(it) for it in nulls if it is not None]
    return sum(told) if len(told) == len(nulls) else 0, largest


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def _behind(elements: list[dict[int, Any]], place: int) -> int:
    """Return the place behind an element and its children."""
    waiting = 1
    while waiting and place < len(elements):
        waiting += elements[place].get(5, 0) - 1
        place += 1
    return place


class _Reader(io.BytesIO):
    """Thrift's compact protocol, as far as Parquet uses it."""

    def struct(self) -> dict[int, Any]:
        """Return a struct's fields by their numbers."""
        found: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) != 0:
            delta, kind = head >> 4, head & 0x0F
            number = number + delta if delta else self._zigzag()
            found[number] = self._value(kind)
        return found

    def _value(self, kind: int) -> Any:
        if kind in (1, 2):  # A boolean field holds its value in its type.
            return kind == 1
        if kind == 3:
            return self._byte()
        if kind in (4, 5, 6):
            return self._zigzag()
        if kind in (7, 8):
            return self._bytes(8 if kind == 7 else self._varint())
        if kind in (9, 10):
            return self._list()
        if kind == 12:
            return self.struct()
        raise ValueError(f"unknown type {kind}")

    def _list(self) -> list[Any]:
        head = self._byte()
        size, kind = head >> 4, head & 0x0F
        if size == 15:
            size = self._varint()
        if size > len(self.getbuffer()):
            raise ValueError("a list longer than the footer")
        if kind in (1, 2):
            return [self._byte() == 1 for _ in range(size)]
        return [self._value(kind) for _ in range(size)]

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 64, 7):
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise ValueError("a number too long")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, size: int) -> bytes:
        found = self.read(size)
        if len(found) != size:
            raise ValueError("cut off")
        return found


def read_parquet_records(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield a Parquet file's rows, without the values that are null.

    The format's index stands at its end, so that the file is kept on disk while it is read.

    Raises:
        AnswerRejected: ``parquet.reader``, pyarrow is not installed; ``parquet.damaged``.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise AnswerRejected(
            "parquet.reader",
            "The dataset is a Parquet file, which evalbook reads with pyarrow; it is not"
            " installed.",
            "Install pyarrow in evalbook's environment (its extra `parquet`), for example"
            " with `pip install 'pyarrow>=15'`, or give the dataset as JSON Lines.",
        ) from None
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        for chunk in chunks:
            file.write(chunk)
        file.seek(0)
        try:
            source = pyarrow.parquet.ParquetFile(file)
            for batch in source.iter_batches(batch_size=_TOGETHER):
                for row in batch.to_pylist():
                    yield {name: _plain(value) for name, value in row.items() if value is not None}
        except pyarrow.ArrowException as error:
            raise AnswerRejected(
                "parquet.damaged",
                f"The dataset can't be read as a Parquet file: {error}",
                "Give the complete object, or another dataset.",
            ) from error


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, float) and not math.isfinite(value):
        return None  # as many tools write that there is no number
    return value

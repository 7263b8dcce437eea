"""What kind of file an object is, told by its first bytes."""

from __future__ import annotations

import codecs
import csv
import json
from dataclasses import dataclass
from typing import Literal

from evalbook.datasets.formats import renamings
from evalbook.datasets.invalid import named

Kind = Literal["jsonl", "json", "csv", "unreadable", "empty"]

EMPTY = "an empty object"
DELIMITERS = ",\t;|"

_LINES = "JSON Lines is expected: one JSON object on each line, in UTF-8."
_OTHER_OBJECT = "Give the object that holds the records as JSON Lines."
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PAR1", "a Parquet file", "Export it as JSON Lines, for example with pandas' to_json."),
    (b"\x1f\x8b", "compressed with gzip", "Decompress it with gunzip."),
    (b"BZh", "compressed with bzip2", "Decompress it with bunzip2."),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Decompress it with unzstd."),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "Export what is inside as JSON Lines."),
    (b"ARROW1", "an Arrow file", "Export it as JSON Lines, for example with datasets' to_json."),
    (b"Obj\x01", "an Avro file", "Export it as JSON Lines."),
    (b"%PDF", "a PDF document", "Give the object that holds the records."),
)


@dataclass(frozen=True)
class Container:
    """What an object is, and what to do where it is not JSON Lines in UTF-8."""

    kind: Kind
    label: str
    """For people, such as ``JSON Lines`` or ``a Parquet file``."""
    problem: str | None = None
    """What is wrong with it, as a sentence; None for JSON Lines in UTF-8."""
    remedy: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    """Between the columns of a CSV file."""

    @property
    def is_lines(self) -> bool:
        """Whether an evaluation job can read it as it is, as far as the file goes."""
        return self.problem is None

    @property
    def has_records(self) -> bool:
        """Whether records can be read from it."""
        return self.kind in ("jsonl", "json", "csv")


def recognise(head: bytes, *, complete: bool) -> Container:
    """Return what an object is.

    Args:
        head: the first bytes, some KB of them where there are so many.
        complete: whether that is all of the object.
    """
    for magic, label, remedy in _MAGIC:
        if head.startswith(magic):
            return _unreadable(label, remedy)
    encoding = _wide_encoding(head)
    if encoding:
        return _in_utf16(head, encoding, complete=complete)
    if b"\0" in head:
        return _unreadable("binary data", _OTHER_OBJECT)
    text = head.decode("utf-8-sig", errors="replace")
    return _text_container(text, complete=complete)


def _unreadable(label: str, remedy: str) -> Container:
    return Container("unreadable", label, f"The object is {label}. {_LINES}", remedy)


def _wide_encoding(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark: Latin text in UTF-16 has a zero in every second byte.
    start = head[:64]
    if len(start) >= 4 and start[1::2].count(0) > len(start) // 3 and 0 not in start[::2]:
        return "utf-16-le"
    if len(start) >= 4 and start[::2].count(0) > len(start) // 3 and 0 not in start[1::2]:
        return "utf-16-be"
    return None


def _in_utf16(head: bytes, encoding: str, *, complete: bool) -> Container:
    inner = _text_container(head.decode(encoding, errors="replace"), complete=complete)
    problem = f"The object is text in UTF-16. {_LINES}"
    return Container(
        inner.kind, f"{inner.label} in UTF-16", problem, inner.remedy, encoding, inner.delimiter
    )


def _text_container(text: str, *, complete: bool) -> Container:
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        problem = f"The object {'holds nothing but blank space' if text else 'is empty'}."
        return Container("empty", EMPTY, f"{problem} {_LINES}", "Give another dataset.")
    whole = lines if complete or text.endswith("\n") else lines[:-1]
    first = lines[0].strip()
    # A quoted name alone is JSON too.
    if first[0] == '"' and (table := _table_container(whole)).has_records:
        return table
    if _is_json(first) and not _is_only_array(first, lines):
        return Container("jsonl", "JSON Lines")
    if first[0] == "[":
        return Container("json", "a JSON array", f"The object is one JSON array. {_LINES}")
    if first[0] == "{":
        return _object_container(first, lines)
    if any(line.lstrip().startswith("{") and _is_json(line) for line in whole[1:]):
        return Container("jsonl", "JSON Lines")
    return _table_container(whole)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_only_array(first: str, lines: list[str]) -> bool:
    """Tell an array on one line, the whole file, from lines that are arrays."""
    return first[0] == "[" and len(lines) == 1


def _object_container(first: str, lines: list[str]) -> Container:
    """Tell an object that goes on over several lines from a broken line of JSON Lines."""
    second = lines[1] if len(lines) > 1 else "{"
    if first == "{" or (first.endswith((",", "{", "[")) and not second.startswith("{")):
        problem = f"The records are spread over several lines. {_LINES}"
        return Container("json", "pretty-printed JSON", problem)
    return Container("jsonl", "JSON Lines")


def _table_container(lines: list[str]) -> Container:
    if lines:
        rows = {mark: _cells(lines[:2], mark) for mark in DELIMITERS}
        for mark, cells in rows.items():
            if _is_header(cells):
                columns = named(filter(None, cells[0]))
                problem = f"The object looks like CSV with the columns {columns}. {_LINES}"
                return Container("csv", "CSV", problem, delimiter=mark)
    return _unreadable("text that is no JSON", _OTHER_OBJECT)


def _cells(lines: list[str], mark: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(lines, delimiter=mark) if row]
    except csv.Error:
        return []


def _is_header(rows: list[list[str]]) -> bool:
    # The index that pandas writes along has no name.
    names = rows[0][1:] if rows and not rows[0][0].strip() else rows[0] if rows else []
    if not names or not all(name.strip() and len(name) <= 64 for name in names):
        return False
    if renamings(names):
        return True
    return len(rows) > 1 and len(rows[0]) > 1 and len(rows[0]) == len(rows[1])

"""What kind of file an object is, told by its first bytes."""

from __future__ import annotations

import codecs
import csv
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal

from evalbook.datasets.fields import (
    ANSWERED,
    CHOSEN,
    CONVERSATION,
    PROMPT,
    REFERENCE,
    WRAPPERS,
    plain_name,
)
from evalbook.datasets.invalid import named
from evalbook.datasets.strictjson import peek_value

Layout = Literal["records", "columns", "split", "keyed", "headed"]
"""Records as such; columns by their names, each a list or an object; the columns' names and beside
them the rows; each record under a name of its own; arrays of which the first one names the columns,
within another or one behind the other."""
Kind = Literal["jsonl", "json", "csv", "parquet", "unreadable", "empty"]

EMPTY = "an empty object"
DELIMITERS = ",\t;|"
GZIP_MAGIC = b"\x1f\x8b"

_LINES = "JSON Lines is expected: one JSON object on each line, in UTF-8."
_OTHER_OBJECT = (
    "Save the records as JSON Lines or CSV (`evalbook example dataset` writes a file to imitate),"
    " and give that."
)
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"BZh", "compressed with bzip2", "Decompress it with bunzip2."),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Decompress it with unzstd."),
    (b"\xfd7zXZ", "compressed with xz", "Decompress it with unxz."),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "Export what is inside as CSV."),
    (b"ARROW1", "an Arrow file", "Export it as JSON Lines, for example with datasets' to_json."),
    (b"Obj\x01", "an Avro file", "Export it as JSON Lines."),
    (b"%PDF", "a PDF document", "Give the object that holds the records."),
)
_LISTS = frozenset(
    "data dataset records rows examples items samples instances questions entries train test"
    " validation dev eval prompts tests testcases goldens results conversations".split()
)
"""Names of the list that holds the records, where one object holds it."""
_TRAINED_ON = ("train", "training")


@dataclass(frozen=True)
class Container:
    """What an object is, and what to do where it is not JSON Lines in UTF-8."""

    kind: Kind
    label: str
    """For people, such as ``JSON Lines`` or ``a Parquet file``."""
    problem: str | None = None
    """What is wrong with it, as a sentence; None for JSON Lines in UTF-8."""
    remedy: str | None = None
    """What helps, where records can't be read from it."""
    encoding: str = "utf-8"
    delimiter: str = ","
    """Between the columns of a CSV file."""
    within: tuple[str, ...] = ()
    """The names that lead to the list that holds the records, where one object holds it."""
    layout: Layout = "records"
    """How one object holds records that stand in no list of objects."""
    gzipped: bool = False
    carriage_returns: bool = False
    """Whether lines end in a carriage return alone."""

    @property
    def is_lines(self) -> bool:
        """Whether an evaluation job can read it as it is, as far as the file goes."""
        return self.problem is None

    @property
    def has_records(self) -> bool:
        """Whether records can be read from it."""
        return self.kind in ("jsonl", "json", "csv", "parquet")


def recognise(head: bytes, *, complete: bool) -> Container:
    """Return what an object is.

    Args:
        head: the first bytes, some KB of them where there are so many.
        complete: whether that is all of the object.
    """
    if head.startswith(GZIP_MAGIC):
        return _gzipped(head, complete=complete)
    if head.startswith(b"PAR1"):
        label = "a Parquet file"
        return Container("parquet", label, f"The object is {label}. {_LINES}")
    for magic, label, remedy in _MAGIC:
        if head.startswith(magic):
            return _unreadable(label, remedy)
    encoding = _wide_encoding(head)
    if encoding:
        return _in_encoding(head, encoding, "UTF-16" if "16" in encoding else "UTF-32", complete)
    if b"\0" in head:
        return _unreadable("binary data", _OTHER_OBJECT)
    if _is_windows_1252(head, complete=complete):
        return _in_encoding(head, "cp1252", "Windows-1252", complete)
    return _text_container(head.decode("utf-8-sig", errors="replace"), complete=complete)


def _json(label: str, what: str, **more: Any) -> Container:
    return Container("json", label, f"{what}. {_LINES}", **more)


def _unreadable(label: str, remedy: str) -> Container:
    return Container("unreadable", label, f"The object is {label}. {_LINES}", remedy)


def _gzipped(head: bytes, *, complete: bool) -> Container:
    try:
        inside = zlib.decompressobj(wbits=31).decompress(head, 1 << 20)
    except zlib.error:
        return _unreadable("damaged gzip data", "Give the complete object.")
    inner = recognise(inside, complete=complete and len(inside) < 1 << 20)
    if inner.gzipped:
        return _unreadable("compressed with gzip twice", "Decompress it once.")
    problem = f"The object is {inner.label}, compressed with gzip. {_LINES}"
    return replace(
        inner, label=f"{inner.label}, compressed with gzip", problem=problem, gzipped=True
    )


def _wide_encoding(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark: Latin text in UTF-16 has a zero in every second byte.
    start = head[:64]
    for encoding, letters, zeros in (
        ("utf-16-le", start[::2], start[1::2]),
        ("utf-16-be", start[1::2], start[::2]),
    ):
        if len(start) >= 4 and zeros.count(0) > len(start) // 3 and 0 not in letters:
            return encoding
    return None


def _is_windows_1252(head: bytes, *, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, complete)
    except UnicodeDecodeError:
        return windows_1252(head) is not None
    return False


def windows_1252(data: bytes) -> str | None:
    """Return the text of bytes that are no UTF-8, where they plainly are Windows-1252.

    They are not where some of them are UTF-8 after all (then something else is wrong), where the
    encoding has no such character, or where so many are no ASCII that it is no Latin text.
    """
    high = len(data) - len(data.translate(None, _HIGH))
    if high * 3 > len(data) or _UTF8_CHARACTER.search(data):
        return None
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return None


_HIGH = bytes(range(128, 256))
_UTF8_CHARACTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf](?![\x80-\xbf])|[\xe2-\xef][\x80-\xbf]{2}")


def _in_encoding(head: bytes, encoding: str, name: str, complete: bool) -> Container:
    inner = _text_container(head.decode(encoding, errors="replace"), complete=complete)
    problem = f"The object is text in {name}. {_LINES}"
    label = f"{inner.label} in {name}"
    return replace(inner, label=label, problem=problem, encoding=encoding)


def _text_container(text: str, *, complete: bool) -> Container:
    if "\r\n" not in text and text.count("\r") > text.count("\n"):
        inner = _text_container(text.replace("\r", "\n"), complete=complete)
        problem = inner.problem or f"Its lines end in bare carriage returns. {_LINES}"
        return replace(inner, problem=problem, carriage_returns=True)
    if text[:1] == "\x1e":
        label = "a JSON text sequence"
        return _json(label, f"The object is {label} (RFC 7464)")
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        problem = f"The object {'contains only white space' if text else 'is empty'}."
        return Container("empty", EMPTY, f"{problem} {_LINES}", "Give another dataset.")
    whole = lines if complete or text.endswith("\n") else lines[:-1]
    first = lines[0].strip()
    # A quoted name alone is JSON too.
    if first[0] == '"' and (table := _table_container(whole)).has_records:
        return table
    if first[0] == "{":
        return _object_container(text, first, lines)
    array = _array_container(text, first, lines) if first[0] == "[" else None
    if array is not None:
        return array
    records = (line for line in whole[1:] if line.lstrip().startswith("{"))
    return _JSON_LINES if any(map(_is_json, (first, *records))) else _table_container(whole)


_JSON_LINES = Container("jsonl", "JSON Lines")


def _array_container(text: str, first: str, lines: list[str]) -> Container | None:
    inner = re.match(r"\s*\[\s*(?=\[)", text)
    header = peek_value(text, inner.end() if inner else text.index("["))
    if header and _names_columns(header[0]):
        label = "JSON arrays under a header"
        return _json(label, f"The object is {label}", layout="headed")
    if not _is_json(first) or len(lines) == 1:
        return _json("a JSON array", "The object is one JSON array")
    return None


def _is_json(text: str) -> bool:
    text = text.strip(" \t\r\n")
    found = peek_value(text)
    return found is not None and found[1] == len(text)


def _object_container(text: str, first: str, lines: list[str]) -> Container:
    """Tell JSON Lines from objects over several lines, and from one object that holds a list."""
    second = lines[1].strip() if len(lines) > 1 else "{"
    if len(lines) == 1 or not second.startswith("{"):
        if within := _list_within(text):
            what = f'The object is one JSON object whose "{".".join(within)}" holds the records'
            return _json("a JSON object with a list", what, within=within)
        layout = _layout_of(text)
        if layout != "records":
            holds = _LAYOUTS[layout]
            what = f"The object is one JSON object that holds {holds}"
            return _json(f"a JSON object of {holds}", what, layout=layout)
    if _is_json(first):
        return _JSON_LINES
    found = peek_value(first)
    if found and first[found[1] :].lstrip(" ,").startswith("{"):
        what = "There are several records on one line"
        return _json("JSON objects one after another", what)
    if first == "{" or (first.endswith((",", "{", "[")) and not second.startswith("{")):
        return _json("pretty-printed JSON", "The records are spread over several lines")
    return _JSON_LINES


NAME = r'[\s,{]*("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")\s*:\s*'
"""A key of an object, and what stands around it up to its value."""
_NAME = re.compile(NAME)


def members(text: str, at: int) -> Iterator[tuple[str, int, tuple[Any, int] | None]]:
    """Yield the members of an object, as far as they are whole.

    Each is a name, where the value begins, and the value with the offset behind it; the last one's
    is None if it goes on behind the text.
    """
    while match := _NAME.match(text, at):
        found = peek_value(text, match.end())
        yield json.loads(match[1]), match.end(), found
        if found is None:
            return
        at = found[1]


def _names_columns(header: Any) -> bool:
    names = header if isinstance(header, list) else []
    return all(isinstance(name, str) for name in names) and _names_fields(names)


def _names_fields(names: Iterable[str]) -> bool:
    """Tell whether one of these is a name that fields of records have."""
    return not _FIELDS.isdisjoint(map(plain_name, names))


def _list_within(text: str, start: int = 0, outer: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return under which name an object holds a list of records, or one that it holds does."""
    names = [*outer]
    trained_on: tuple[str, ...] = ()
    for name, at, _ in members(text, text.find("{", start)):
        rest = text[at : at + 200].replace("\n", "").replace(" ", "").replace("\r", "")
        asked = rest.startswith("[{") and _asks(text, at, names)
        if asked or (rest.startswith("[{") and not outer and plain_name(name) in _LISTS):
            if rest.startswith(('[{"role"', '[{"from"')):
                return ()
            if plain_name(name) not in _TRAINED_ON:
                return (name,)
            trained_on = (name,)  # for an evaluation, a list behind it is the better one
        elif rest.startswith("{") and not outer:
            inner = _list_within(text, at, (*names, plain_name(name)))
            if inner:
                return (name, *inner)
        names.append(plain_name(name))
    return trained_on


def _asks(text: str, at: int, beside: list[str]) -> bool:
    """Tell whether a list of any name holds records: none of its own stands beside it."""
    first = peek_value(text, text.index("{", at))
    asks = first is not None and not _ASKING.isdisjoint(map(plain_name, first[0]))
    return asks and _FIELDS.isdisjoint(beside)


_ASKING = frozenset("question prompt query instruction messages conversations row vars".split())


_LAYOUTS = {
    "columns": "columns",
    "split": "columns and their data",
    "keyed": "records by their names",
}


def _layout_of(text: str) -> Layout:
    """Tell by its first values how one object holds records."""
    values: dict[str, Any] = {}
    cut = None
    for name, at, found in islice(members(text, text.find("{")), _FEW):
        if found:
            values[name] = found[0]
            continue
        # Of a value that goes on behind the head its opening has to do.
        opening = text[at : at + 400]
        if re.match(r'\{\s*"0"\s*:', opening):
            return "columns"
        if re.match(r'\[\s*"[^"]*"\s*,', opening) and len(text) > _LONG:
            values[name] = cut = ["", ""]
    if not values:
        return "records"
    plain = {plain_name(name) for name in values}
    columns = list(values.values())
    named = _names_fields(values)
    if "columns" in values and plain <= {"columns", "index", "data"}:
        return "split"
    if not named and any(_names_columns(values.get(name)) for name in HEADERS):
        return "split"
    if all(isinstance(it, dict) and list(it)[:2] in (["0"], ["0", "1"]) for it in columns):
        return "columns"
    if named and all(isinstance(it, list) and len(it) > 1 for it in columns):
        cells = [it[0] for it in columns]
        alike = len({len(it) for it in columns if it is not cut}) <= 1
        several = len(columns) > 1 or cut or isinstance(cells[0], list)
        objects = any(isinstance(cell, dict) for cell in cells)
        return "columns" if alike and several and not objects else "records"
    keyed = len(columns) > 1 and all(isinstance(it, dict) and _names_fields(it) for it in columns)
    return "keyed" if keyed and plain.isdisjoint(WRAPPERS) else "records"


HEADERS = ("columns", "header", "headers", "fields")
"""Names under which the names of columns stand beside their rows."""
_FEW = 8
_LONG = 60_000
_FIELDS = frozenset((*PROMPT, *REFERENCE, *ANSWERED, *CONVERSATION, *CHOSEN))


def _table_container(lines: list[str]) -> Container:
    marks = DELIMITERS
    if lines and (named_mark := re.match(r"^sep=(.)\s*$", lines[0])):
        lines, marks = lines[1:], named_mark[1]
    rows = {mark: _cells(lines[:2], mark) for mark in marks}
    # The mark that parts the first line most often, where several would do.
    for mark in sorted(rows, key=lambda it: -len(rows[it][0]) if rows[it] else 0):
        if _is_header(rows[mark]):
            columns = named(filter(None, rows[mark][0]))
            label = "TSV" if mark == "\t" else "CSV"
            problem = f"The object looks like {label} with the columns {columns}. {_LINES}"
            return Container("csv", label, problem, delimiter=mark)
    return _unreadable("text that is not JSON", _OTHER_OBJECT)


def _cells(lines: list[str], mark: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(lines, delimiter=mark) if row]
    except csv.Error:
        return []


def _is_header(rows: list[list[str]]) -> bool:
    # The index that pandas writes along has no name.
    names = rows[0][not rows[0][0].strip() :] if rows else []
    if not names or not all(name.strip() and len(name) <= 64 for name in names):
        return False
    alike = len(rows) > 1 and len(rows[0]) > 1 and len(rows[0]) == len(rows[1])
    return _names_fields(names) or alike

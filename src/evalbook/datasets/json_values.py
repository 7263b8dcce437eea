"""A JSON file's values as a stream: an array's, an object's, or those that follow each other.

Each is handed on as one line of JSON Lines, so that all are read, and mended, in one way.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

import msgspec

from evalbook.datasets.containers import HEADERS, NAME, Container, members
from evalbook.datasets.invalid import MAX_LINE, InvalidRecord, too_long
from evalbook.datasets.strictjson import parse_value
from evalbook.texts import plural

_HEAD = 64 * 1024
_BETWEEN = re.compile(rb"[\s,\]\x1e]*")
_NAME = re.compile(NAME.encode())
_MARK = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{\]}]', re.DOTALL)
"""A text, or what opens or closes a list or an object."""
_BARE = re.compile(rb"[^\s,\]}\x1e]+")
_MOST_COLUMNS = 64 * 1024 * 1024
_ROWS = ("data", "rows", "values")

Line = bytes | InvalidRecord


def json_lines(chunks: Iterable[bytes], container: Container, outside: list[str]) -> Iterator[Line]:
    """Yield a file's records, each as one JSON text, in whatever layout they are.

    Args:
        chunks: the file.
        container: what it is.
        outside: is told the names of what stands beside the list of records.
    """
    source = _Source(chunks)
    if container.layout in ("columns", "split"):
        return _rows_of_columns(source)
    if container.layout == "keyed":
        source.skip_opening(b"{")
        return (_keyed(name[1], value) for name, value in source.values(_NAME))
    if container.within:
        values = _values_within(source, container.within, outside)
    else:
        source.skip_opening(b"[")
        headed = container.layout == "headed"
        if headed and not source.text[source.at :].lstrip().startswith(b"["):
            source.at = 0  # the arrays stand one behind the other
        values = (value for _, value in source.values(_BETWEEN))
        if headed:
            return _under_header(map(_parsed, values))
    return (question for value in values for question in _questions_in(value))


class _Source:
    """The bytes of a file, of which as much is held as a value needs."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.text = b""
        self.at = 0
        """Where the text begins that is not read yet."""
        self.ended = False
        while not self.ended and len(self.text) < _HEAD:
            self.read_on()
        self.text = self.text.removeprefix(BOM_UTF8)

    def read_on(self) -> None:
        """Add at least as much as is not read yet: so, a long value is not looked at too often."""
        parts = [self.text[self.at :]]
        wanted = size = len(parts[0])
        for chunk in self._chunks:
            parts.append(chunk)
            size += len(chunk)
            if size > 2 * wanted:
                break
        else:
            self.ended = True
        self.text, self.at = b"".join(parts), 0

    def skip_opening(self, bracket: bytes) -> None:
        """Go behind white space and a bracket."""
        self.at = len(self.text) - len(self.text.lstrip().removeprefix(bracket))

    def values(self, between: re.Pattern[bytes]) -> Iterator[tuple[re.Match[bytes], Line]]:
        """Yield values, each with what stands before it, up to the end or a closing brace."""
        while True:
            match = between.match(self.text, self.at)
            if not match or match.end() == len(self.text):
                if self.ended or self.text[self.at :].lstrip().startswith(b"}"):
                    return
                self.read_on()
                continue
            end = _end_of_value(self.text, match.end())
            if end is None and not self.ended:
                if len(self.text) - self.at > MAX_LINE:
                    yield match, _as_last(too_long("the value"))
                    return
                self.read_on()
                continue
            # JSON takes both, and so a value is one line.
            value = self.text[match.end() : end].replace(b"\n", b"\r")
            yield match, _checked(value, whole=end is not None)
            self.at = len(self.text) if end is None else end


def _checked(value: bytes, *, whole: bool) -> Line:
    """Return a value, or what is wrong with it if it is too long, or the file ends in it."""
    if len(value) > MAX_LINE:
        return too_long("the value")
    try:
        if not whole:
            parse_value(value.decode("utf-8", "surrogateescape"))
    except InvalidRecord as error:
        return _as_last(error)
    return value


def _as_last(error: InvalidRecord) -> InvalidRecord:
    return InvalidRecord(error.kind, f"{error.reason}; nothing after it could be read")


def _end_of_value(text: bytes, at: int) -> int | None:
    """Return the offset behind a value; None if it goes on, or may go on, behind the text."""
    if text[at] not in b'"[{':
        bare = _BARE.match(text, at)
        end = bare.end() if bare else at + 1
        return end if end < len(text) else None
    depth = 0
    for mark in _MARK.finditer(text, at):
        if mark[0] in (b"[", b"{"):
            depth += 1
        elif mark[0] in (b"]", b"}"):
            depth -= 1
        elif mark.end() == len(text):
            return None
        if depth <= 0:
            return mark.end()
    return None


def _parsed(value: Line) -> Any:
    """Return a value; as it stands if it is to be said what is wrong with it."""
    try:
        return value if isinstance(value, InvalidRecord) else msgspec.json.decode(value)
    except (ValueError, RecursionError):
        return value


def _line(record: Any) -> bytes:
    return json.dumps(record).encode()


def _keyed(name: bytes, value: Line) -> Line:
    """Return a value of one object with its name in it."""
    record = _parsed(value)
    return _line({"key": json.loads(name), **record}) if isinstance(record, dict) else value


def _questions_in(value: Line) -> Iterator[Line]:
    """Yield the questions of an article of SQuAD, each with its paragraph; else the value."""
    article = _parsed(value) if isinstance(value, bytes) and b'"paragraphs"' in value else None
    article = article if isinstance(article, dict) else {}
    paragraphs = article.get("paragraphs")
    if not isinstance(paragraphs, list) or not all(
        isinstance(it, dict) and isinstance(it.get("qas"), list) for it in paragraphs
    ):
        yield value
        return
    outer = {name: item for name, item in article.items() if name != "paragraphs"}
    for paragraph in paragraphs:
        beside = {name: item for name, item in paragraph.items() if name != "qas"}
        for question in paragraph["qas"]:
            whole = {**outer, **beside, **question} if isinstance(question, dict) else question
            yield _line(whole)


def _values_within(source: _Source, within: tuple[str, ...], outside: list[str]) -> Iterator[Line]:
    """Yield the elements of the list that these names lead to."""
    for name in within:
        source.at = _note_names(source.text, source.at, outside, name)
    source.at += 1
    for match, value in source.values(_BETWEEN):
        if b"]" in match[0]:
            _note_names(source.text, match.end(), outside)
            return
        yield value


def _note_names(text: bytes, at: int, names: list[str], until: str | None = None) -> int:
    """Note the names of an object's values up to one of them; return where that one begins."""
    rest = text[at:].decode("utf-8", "surrogateescape")
    for name, begin, _ in members(rest, 0):
        if name == until:
            return at + len(rest[:begin].encode("utf-8", "surrogateescape"))
        names.append(name)
    return at


def _rows_of_columns(source: _Source) -> Iterator[Line]:
    """Yield the rows of a table that is written column by column; it is read whole."""
    while not source.ended and len(source.text) <= _MOST_COLUMNS:
        source.read_on()
    if not source.ended:
        yield InvalidRecord(
            "too_long",
            "the table is stored column by column, which can't be read as a stream; expected"
            " one record after another (pandas: to_json(orient='records', lines=True))",
        )
        return
    try:
        table, _ = parse_value(source.text.decode("utf-8", "surrogateescape").lstrip())
    except InvalidRecord as error:
        yield error
        return
    header = next((table[name] for name in HEADERS if isinstance(table.get(name), list)), None)
    rows = next((table[name] for name in _ROWS if isinstance(table.get(name), list)), None)
    if header and rows is not None:
        yield from _under_header(iter([header, *rows]))
        return
    columns = {
        name: list(column.values()) if isinstance(column, dict) else column
        for name, column in table.items()
        if isinstance(column, (dict, list))
    }
    for cells in zip_longest(*columns.values()):
        cells_of = zip(columns, cells, strict=True)
        yield _line({name: cell for name, cell in cells_of if cell is not None})


def _under_header(rows: Iterator[Any]) -> Iterator[Line]:
    """Yield the rows behind the names of their columns as records."""
    header: list[Any] = next(rows, [])
    for row in rows:
        if not isinstance(row, list):
            yield row if isinstance(row, (bytes, InvalidRecord)) else _line(row)
        elif len(row) != len(header):
            found = f"{plural(len(row), 'value')}; expected {len(header)} as in the header"
            yield InvalidRecord("columns", found)
        else:
            cells = zip(header, row, strict=True)
            yield _line({str(name): cell for name, cell in cells if cell is not None})

"""A JSON file's values as a stream: an array's, an object's, or those that follow each other."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from evalbook.datasets.containers import HEADERS, NAME, Container, members
from evalbook.datasets.invalid import MAX_LINE, InvalidRecord, too_long
from evalbook.datasets.strictjson import (
    parse_value,
    value_end,
    without_trailing_commas,
)
from evalbook.texts import plural

_HEAD = 64 * 1024
_BETWEEN = re.compile(r"[\s,\]\x1e]*")
_NAME = re.compile(NAME)
_MOST_COLUMNS = 64 * 1024 * 1024
_ROWS = ("data", "rows", "values")


def json_values(chunks: Iterable[bytes], container: Container, outside: list[str]) -> Iterator[Any]:
    """Yield a file's records as values, in whatever layout; errors as values, at the end.

    Args:
        chunks: the file.
        container: what it is.
        outside: is told the names of what stands beside the list of records.
    """
    source = _Source(chunks)
    if container.layout in ("columns", "split"):
        return _rows_of_columns(source)
    if container.layout == "keyed":
        return _keyed_values(source)
    if container.within:
        return _values_within(source, container.within, outside)
    source.skip_opening("[")
    values = (value for _, value in source.values(_BETWEEN))
    if container.layout == "records":
        return values
    if not source.text[source.at :].lstrip().startswith("["):
        source.at = 0  # the arrays stand one behind the other
    return _under_header(values)


class _Source:
    """The text of a file, of which as much is held as a value needs."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self.text = ""
        self.at = 0
        """Where the text begins that is not read yet."""
        self.ended = False

    def read_on(self) -> None:
        """Add at least as much as is not read yet: so, a long value is not parsed too often."""
        parts = [self.text[self.at :]]
        wanted = size = len(parts[0])
        for chunk in self._chunks:
            parts.append(self._decoder.decode(chunk))
            size += len(parts[-1])
            if size > 2 * wanted:
                break
        else:
            self.ended = True
            parts.append(self._decoder.decode(b"", final=True))
        self.text, self.at = "".join(parts), 0

    def skip_opening(self, bracket: str) -> None:
        """Go behind white space and a bracket."""
        while not self.ended and len(self.text.strip()) < 2:
            self.read_on()
        self.at = len(self.text) - len(self.text.lstrip())
        self.at += len(bracket) if self.text.startswith(bracket, self.at) else 0

    def values(self, between: re.Pattern[str]) -> Iterator[tuple[re.Match[str], Any]]:
        """Yield values, each with what stands before it, up to the end or a closing brace.

        Errors are values too. Behind what is not JSON nothing more is known, so that such an error
        is the last.
        """
        while True:
            match = between.match(self.text, self.at)
            found = None
            if match and match.end() < len(self.text):
                found = _next_value(self.text, match.end(), self.ended)
            if match and found:
                yield match, found[0]
                if found[1] is None:
                    return
                self.at = found[1]
            elif self.ended or (not match and self.text[self.at :].lstrip().startswith("}")):
                return
            else:
                self.read_on()


def _values_within(source: _Source, within: tuple[str, ...], outside: list[str]) -> Iterator[Any]:
    """Yield the elements of the list that these names lead to."""
    while not source.ended and len(source.text) < _HEAD:
        source.read_on()
    for name in within:
        source.at = _note_names(source.text, source.at, outside, name)
    source.at += 1
    for match, value in source.values(_BETWEEN):
        if "]" in match[0]:
            _note_names(source.text, match.end(), outside)
            return
        yield value


def _note_names(text: str, at: int, names: list[str], until: str | None = None) -> int:
    """Note the names of an object's values up to one of them; return where that one begins."""
    for name, begin, _ in members(text, at):
        if name == until:
            return begin
        names.append(name)
    return at


def _keyed_values(source: _Source) -> Iterator[Any]:
    """Yield the values of one object, each with its name."""
    source.skip_opening("{")
    for name, value in source.values(_NAME):
        yield {"key": json.loads(name[1]), **value} if isinstance(value, dict) else value


def _rows_of_columns(source: _Source) -> Iterator[Any]:
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
        table, _ = parse_value(source.text.lstrip(), 0)
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
        yield {name: cell for name, cell in zip(columns, cells, strict=True) if cell is not None}


def _under_header(values: Iterator[Any]) -> Iterator[Any]:
    """Yield the rows behind the names of their columns as records."""
    header: list[Any] = next(values, [])
    for row in values:
        if not isinstance(row, list):
            yield row
        elif len(row) != len(header):
            found = f"{plural(len(row), 'value')}; expected {len(header)} as in the header"
            yield InvalidRecord("columns", found)
        else:
            cells = zip(header, row, strict=True)
            yield {str(name): cell for name, cell in cells if cell is not None}


def _next_value(text: str, at: int, ended: bool) -> tuple[Any, int | None] | None:
    """Return a value or an error, and where it ends if anything follows; None means: read on."""
    try:
        value, end = parse_value(text, at)
    except InvalidRecord as error:
        mended = _mended_value(text[at:]) if error.kind == "not_json" else None
        return (mended[0], at + mended[1]) if mended else _failed_value(text, at, ended, error)
    if end - at > MAX_LINE:
        return too_long("the value"), end
    # A number at the end of the text may go on.
    return (value, end) if ended or end < len(text) else None


def _mended_value(text: str) -> tuple[Any, int] | None:
    """Return the first value without its trailing commas, and where it ends in the text."""
    mended = without_trailing_commas(text)
    if mended is None:
        return None
    try:
        value, end = parse_value(mended, 0)
    except InvalidRecord:
        return None
    return value, end + len(text) - len(mended)


def _failed_value(
    text: str, at: int, ended: bool, error: InvalidRecord
) -> tuple[InvalidRecord, int | None] | None:
    cause = error.__cause__
    if cause is None:
        try:
            return error, value_end(text, at)
        except json.JSONDecodeError as unfinished:
            cause = unfinished
        except RecursionError:
            return error, None
    if not ended:
        if len(text) - at > MAX_LINE:
            error = too_long("the value")
        # What is cut off fails at the end of the text, or as a string without an end.
        elif isinstance(cause, json.JSONDecodeError) and (
            cause.pos >= len(text) - 32 or cause.msg.startswith("Unterminated string")
        ):
            return None
    return InvalidRecord(error.kind, f"{error.reason}; nothing after it could be read"), None

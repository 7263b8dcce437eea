"""A JSON file's values as a stream: an array's, an object's, or those that follow each other."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from evalbook.datasets.containers import HEADERS, NAME, Container
from evalbook.datasets.invalid import MAX_LINE, InvalidRecord, too_long
from evalbook.datasets.strictjson import parse_value, value_end, without_trailing_commas
from evalbook.texts import plural

_HEAD = 64 * 1024
_BETWEEN = re.compile(r"[\s,\]\x1e]*")


def json_values(chunks: Iterable[bytes], container: Container, outside: list[str]) -> Iterator[Any]:
    """Yield a file's records as values, in whatever layout; errors as values, at the end.

    Args:
        chunks: the file.
        container: what it is.
        outside: is told the names of what stands beside the list of records.
    """
    texts = _texts(chunks)
    if container.layout in ("columns", "split"):
        return _rows_of_columns(texts)
    if container.layout == "keyed":
        return _keyed_values(texts)
    if container.layout in ("headed", "headed lines"):
        return _under_header(_listed_values(texts, opened=container.layout == "headed lines"))
    return _listed_values(texts, container.within, outside)


def _texts(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _listed_values(
    texts: Iterator[str],
    within: tuple[str, ...] = (),
    outside: list[str] | None = None,
    *,
    opened: bool = False,
) -> Iterator[Any]:
    """Yield the elements of a JSON array, or values that follow each other; errors as values.

    Behind what is not JSON nothing more is known, so that such an error is the last.

    Args:
        texts: the file.
        within: the names that lead to the list, where an object holds it.
        outside: is told the names of what stands before it.
        opened: whether an array at the start is a value, not what holds them.
    """
    buffer, at, ended = "", 0, False
    if within:
        buffer = _behind_name(texts, within, [] if outside is None else outside)
        opened = True
    while True:
        start = at
        at = _BETWEEN.match(buffer, at).end()  # type: ignore[union-attr]  # it matches nothing too
        if within and "]" in buffer[start:at]:
            _names_in(buffer, at, [] if outside is None else outside)
            return
        if not opened and buffer[at : at + 1]:
            opened = True
            at += buffer[at] == "["
            continue
        value, end = _next_value(buffer, at, ended) if at < len(buffer) else (None, None)
        if isinstance(value, InvalidRecord) and end is None:
            yield value
            return
        if end is not None:
            yield value
            at = end
        elif ended:
            return
        else:
            buffer, ended = _more(buffer[at:], texts)
            at = 0


def _keyed_values(texts: Iterator[str]) -> Iterator[Any]:
    """Yield the values of one object, each with its name; errors as values, at the end."""
    buffer, ended = _more("", texts)
    at = buffer.find("{") + 1
    while True:
        name = _NAME.match(buffer, at)
        value, end = _next_value(buffer, name.end(), ended) if name else (None, None)
        if name and end is not None:
            yield {"key": json.loads(name[1]), **value} if isinstance(value, dict) else value
            at = end
        elif isinstance(value, InvalidRecord):
            yield value
            return
        elif ended or buffer[at:].lstrip().startswith("}"):
            return
        else:
            buffer, ended = _more(buffer[at:], texts)
            at = 0


def _rows_of_columns(texts: Iterator[str]) -> Iterator[Any]:
    """Yield the rows of a table that is written column by column; it is read whole."""
    parts: list[str] = []
    for text in texts:
        parts.append(text)
        if sum(map(len, parts)) > _MOST_COLUMNS:
            yield InvalidRecord(
                "too_long",
                "the table is stored column by column, which can't be read as a stream; expected"
                " one record after another (pandas: to_json(orient='records', lines=True))",
            )
            return
    try:
        table, _ = parse_value("".join(parts).lstrip(), 0)
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


_MOST_COLUMNS = 64 * 1024 * 1024
_ROWS = ("data", "rows", "values")


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


_NAME = re.compile(r"[\s,{]*" + NAME)


def _behind_name(texts: Iterator[str], within: tuple[str, ...], outside: list[str]) -> str:
    """Return what follows the bracket that opens the list that these names lead to."""
    buffer = ""
    for text in texts:
        buffer += text
        if len(buffer) >= _HEAD:
            break
    at = 0
    for name in within:
        at = _names_in(buffer, at, outside, name)
    return buffer[at + 1 :]


def _names_in(buffer: str, at: int, names: list[str], until: str | None = None) -> int:
    """Note the names of an object's values up to one of them; return where that one begins."""
    while match := _NAME.match(buffer, at):
        name = json.loads(match[1])
        at = match.end()
        if name == until:
            return at
        names.append(name)
        try:
            _, at = json.JSONDecoder().raw_decode(buffer, at)
        except ValueError:
            break
    return at


def _more(kept: str, texts: Iterator[str]) -> tuple[str, bool]:
    """Return the text with at least as much again, so that a long value is not parsed too often."""
    parts = [kept]
    size = 0
    for text in texts:
        parts.append(text)
        size += len(text)
        if size > len(kept):
            return "".join(parts), False
    return "".join(parts), True


def _next_value(buffer: str, at: int, ended: bool) -> tuple[Any, int | None]:
    """Return a value or an error and where it ends; no end without a value means: read on."""
    try:
        value, end = parse_value(buffer, at)
    except InvalidRecord as error:
        mended = _mended_value(buffer[at:]) if error.kind == "not_json" else None
        if mended is not None:
            return mended[0], at + mended[1]
        return _failed_value(buffer, at, ended, error)
    if end - at > MAX_LINE:
        return too_long("the value"), end
    # A number at the end of the buffer may go on.
    return (value, end) if ended or end < len(buffer) else (None, None)


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
    buffer: str, at: int, ended: bool, error: InvalidRecord
) -> tuple[InvalidRecord | None, int | None]:
    cause = error.__cause__
    if cause is None:
        try:
            return error, value_end(buffer, at)
        except json.JSONDecodeError as unfinished:
            cause = unfinished
        except RecursionError:
            return error, None
    if ended:
        return _stop(error), None
    if len(buffer) - at > MAX_LINE:
        return _stop(too_long("the value")), None
    assert isinstance(cause, json.JSONDecodeError)  # noqa: S101 - the only cause there is
    # What is cut off fails at the end of the buffer, or as a string without an end.
    cut_off = cause.pos >= len(buffer) - 32 or cause.msg.startswith("Unterminated string")
    return (None, None) if cut_off else (_stop(error), None)


def _stop(error: InvalidRecord) -> InvalidRecord:
    return InvalidRecord(error.kind, f"{error.reason}; nothing after it could be read")

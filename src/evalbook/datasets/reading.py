"""One pass over an object's bytes: its records in order, at constant memory."""

from __future__ import annotations

import codecs
import csv
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

import msgspec

from evalbook.datasets.containers import GZIP_MAGIC, Container, recognise, windows_1252
from evalbook.datasets.conversations import is_conversation
from evalbook.datasets.fields import MAY_WRAP, WRAPPERS, plain_name
from evalbook.datasets.invalid import MAX_LINE, InvalidRecord, too_long
from evalbook.datasets.json_values import Line, json_lines
from evalbook.datasets.parquet import read_parquet_records
from evalbook.datasets.strictjson import mended_record, parse_record, parsed
from evalbook.texts import plural

_PIECE = 256 * 1024
"""Bytes taken at a time: the lines of more would not stay in the processor's cache."""
_HEAD = 64 * 1024
_TOGETHER = 64
"""Records that are taken at once."""
_BOM = codecs.BOM_UTF8


TakeAlike = Callable[[Sequence[Line], Sequence[int]], list[int]]
"""Takes the records it knows; see `evalbook.datasets.bulk`, ``Bulk.take``."""
Progress = Callable[[int, int], None]
"""Told the bytes and the records read so far."""


class Row(NamedTuple):
    """One record as it was found.

    With a record and a problem, it is plain what the record says, but an evaluation job can't read
    it, such as behind a byte-order mark.
    """

    place: int
    """Its line in JSON Lines and CSV, its number in a JSON array; both count from 1."""
    record: dict[str, Any] | None
    problem: InvalidRecord | None = None
    raw: bytes | None = None
    """The line itself; of other files, the record as one."""


class Reading:
    """The records of an object, and what was noticed while reading them."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        on_progress: Progress | None = None,
        *,
        complete: bool = True,
    ) -> None:
        self.bytes = 0
        self.records = 0
        self.blank_lines = 0
        self.crlf = False
        self.bom = False
        self.final_newline = True
        self.outside: list[str] = []
        """What stands beside the list of records, where one object holds it."""
        self.header: list[str] = []
        """Of CSV: the columns' names as they stand, once a row was read."""
        self.take_alike: TakeAlike | None = None
        """Takes the records it knows, so that they are no rows; the others are rows as before."""
        self._cut = False
        self._complete = complete
        self._on_progress = on_progress
        head, self._chunks = _with_head(self._metered(chunks))
        self.bom = head.startswith(_BOM)
        self.container: Container = recognise(head, complete=complete and len(head) < _HEAD)

    def rows(self) -> Iterator[Row]:
        """Yield each record once, in order; blank lines are counted instead."""
        if not self.container.has_records:
            return
        chunks = self._chunks
        if self.container.gzipped:
            chunks = self._decompressed(chunks)
        if self.container.encoding != "utf-8":
            chunks = _as_utf8(chunks, self.container.encoding)
        if self.container.carriage_returns:
            chunks = (chunk.replace(b"\r", b"\n") for chunk in chunks)
        for places, lines in self._batches(chunks):
            left = self.take_alike(lines, places) if self.take_alike else range(len(lines))
            self.records += len(lines) - len(left)
            for at in left:
                row = self._row(places[at], lines[at])
                if row is not None:
                    self.records += 1
                    yield row
        if self._cut:
            self.records += 1
            yield Row(self.records, None, _CUT_OFF)
        if self._on_progress:
            self._on_progress(self.bytes, self.records)

    def _metered(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        last = b""
        for chunk in chunks:
            # An object given in one piece is cut, so that its lines are not all held twice. The
            # records of the first piece are understood each, as nothing is known of them.
            start = 0
            while start < len(chunk):
                piece = chunk[start : start + (_PIECE if self.bytes else _HEAD)]
                start += len(piece)
                split_here = last == b"\r" and piece.startswith(b"\n")
                last = piece[-1:]
                self.bytes += len(piece)
                self.crlf = self.crlf or split_here or (b"\r" in piece and b"\r\n" in piece)
                self.final_newline = piece.endswith(b"\n")
                yield piece
                if self._on_progress:
                    self._on_progress(self.bytes, self.records)

    def _decompressed(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        try:
            yield from unzipped(chunks)
        except EOFError:
            self._cut = self._complete
        except zlib.error:
            self._cut = True

    def _batches(self, chunks: Iterator[bytes]) -> Iterator[tuple[Sequence[int], Sequence[Line]]]:
        """Yield records as lines of JSON, some at a time, with the places where they stand."""
        if self.container.kind == "jsonl":
            first = 1
            for lines in _line_batches(chunks):
                yield range(first, first + len(lines)), lines
                first += len(lines)
            return
        numbered: Iterator[tuple[int, Line]]
        if self.container.kind == "csv":
            numbered = self._table(chunks)
        elif self.container.kind == "json":
            numbered = enumerate(json_lines(chunks, self.container, self.outside), start=1)
        else:
            numbered = enumerate(map(_as_line, read_parquet_records(chunks)), start=1)
        while together := list(islice(numbered, _TOGETHER)):
            yield [place for place, _ in together], [line for _, line in together]

    def _row(self, place: int, line: Line) -> Row | None:
        """Return a line as a row; None if it is blank."""
        if isinstance(line, InvalidRecord):
            return Row(place, None, line)
        problem = None
        if place == 1 and line.startswith(_BOM):
            line, problem = line[len(_BOM) :], _BYTE_ORDER_MARK
        line = line.strip(b" \t\r\n")
        if not line:
            self.blank_lines += 1
            return None
        return _line_row(place, line, problem)

    def _table(self, chunks: Iterator[bytes]) -> Iterator[tuple[int, Line]]:
        # The default of 131,072 would refuse long texts.
        csv.field_size_limit(MAX_LINE)
        cut: list[bool] = []
        lines = _table_lines(chunks, cut)
        # Else what stands behind a quote that is never closed would be taken for one long cell.
        reader = csv.reader(lines, delimiter=self.container.delimiter, strict=True)
        header: list[str] = []
        while True:
            begin = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield begin, _not_csv(error)
                continue
            if not any(cell.strip() for cell in cells) or (
                not header and len(cells) <= 2 and cells[0][:4] == "sep="
            ):
                self.blank_lines += 1
            elif not header:
                self.header = cells
                header = [cell.strip() for cell in cells]
            else:
                yield reader.line_num, _table_row(header, cells, cut=any(cut))
            cut.clear()


def read_head(head: bytes, *, complete: bool) -> tuple[Container, list[Row]]:
    """Return what an object is, and the whole records that its first bytes hold.

    Args:
        head: the first bytes; the last record may be cut.
        complete: whether they are all there is.
    """
    reading = Reading([head], complete=complete)
    container = reading.container
    if complete:
        return container, list(reading.rows())
    if container.kind == "parquet":  # its index stands at its end
        return container, []
    rows = list(reading.rows())
    last = rows[-1].problem.kind if rows and rows[-1].problem else ""
    # In UTF-16 a zero byte stands behind or before the line feed; a cell of CSV may go on over
    # lines.
    in_line = not head.rstrip(b"\0").endswith(b"\n") or last == "not_csv"
    cut = last == "not_json" if container.kind == "json" else in_line
    return container, rows[:-1] if cut else rows


def _line_batches(chunks: Iterable[bytes]) -> Iterator[list[Line]]:
    """Yield the lines of a piece at a time, without line feeds."""
    pending: list[bytes] = []
    size = 0
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        size += len(first)
        # Of a line that is too long already, what is known is its size.
        pending = [*pending, first] if size <= MAX_LINE else []
        if others:
            *whole, rest = others
            yield [_whole_line(pending, size), *whole]
            pending, size = [rest], len(rest)
    if size:
        yield [_whole_line(pending, size)]


def _whole_line(parts: list[bytes], size: int) -> Line:
    return b"".join(parts) if size <= MAX_LINE else too_long("the line")


def _with_head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    taken: list[bytes] = []
    size = 0
    for chunk in chunks:
        taken.append(chunk)
        size += len(chunk)
        if size >= _HEAD:
            break
    return b"".join(taken)[:_HEAD], chain(taken, chunks)


def unzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what was compressed with gzip, in pieces of bounded size; members may follow.

    Raises:
        EOFError, zlib.error: it is cut off or broken.
    """
    unpacker, rest = zlib.decompressobj(wbits=31), b""
    for chunk in chunks:
        rest += chunk
        while rest:
            if unpacker.eof:
                if len(rest) < len(GZIP_MAGIC):
                    break
                if not rest.startswith(GZIP_MAGIC):
                    return  # padding
                unpacker = zlib.decompressobj(wbits=31)
            yield unpacker.decompress(rest, _PIECE)
            rest = unpacker.unconsumed_tail or unpacker.unused_data
    if not unpacker.eof:
        raise EOFError("the gzip file is cut off")


def _as_utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    # Halves of surrogate pairs go through, and make their own record invalid, not the rest.
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")


def _line_row(place: int, line: bytes, problem: InvalidRecord | None) -> Row:
    try:
        return Row(place, parse_record(line.decode("utf-8")), problem, line)
    except UnicodeDecodeError as error:
        found = _not_utf8(f"byte 0x{line[error.start]:02x} at {error.start + 1:,}")
        text = windows_1252(line)
        return Row(place, mended_record(text) if text else None, found, line)
    except InvalidRecord as error:
        record = None
        if error.kind == "not_object":
            record = _messages_alone(json.loads(line))
        elif error.kind in ("not_json", "number"):
            record = mended_record(line.decode("utf-8"))
        return Row(place, record, error, line)


def _messages_alone(value: Any) -> dict[str, Any] | None:
    """Return a conversation without an object around it as a record."""
    return {"messages": value} if is_conversation(value) else None


def _not_utf8(where: str) -> InvalidRecord:
    return InvalidRecord("not_utf8", f"not UTF-8 ({where}); expected text in UTF-8")


_CUT_OFF = InvalidRecord(
    "cut_off", "the compressed file is damaged or cut off here; what follows could not be read"
)
_BYTE_ORDER_MARK = InvalidRecord(
    "byte_order_mark", "begins with a byte-order mark, which JSON parsers refuse; expected {"
)


def _not_csv(error: csv.Error) -> InvalidRecord:
    words = str(error)
    if words == "unexpected end of data":
        words = "a quotation mark is never closed"
    elif "expected after" in words:
        words = (
            "text follows a closing quotation mark; inside a cell, quotation marks must be doubled"
        )
    return InvalidRecord("not_csv", f"not CSV: {words}")


def _table_lines(chunks: Iterator[bytes], cut: list[bool]) -> Iterator[str]:
    """Yield a CSV file's lines for Python's reader, and note of each whether it was too long."""
    for number, line in enumerate(chain.from_iterable(_line_batches(chunks))):
        cut.append(isinstance(line, InvalidRecord))
        text = b"-" if isinstance(line, InvalidRecord) else line
        text = text if number else text.removeprefix(_BOM)
        yield text.decode("utf-8", "surrogateescape") + "\n"


def _cell(name: str, cell: str) -> Any:
    """Return what a cell holds: an object where other containers have one."""
    plain = plain_name(name)
    if cell[0] != "{" or plain not in (*WRAPPERS, *MAY_WRAP, "expectedoutput"):
        return cell
    found = parsed(cell)
    return found if plain != "expectedoutput" or len(found) == 1 else cell


def _table_row(header: list[str], cells: list[str], *, cut: bool) -> Line:
    if cut:
        return too_long("a line of the row")
    if len(cells) != len(header):
        found = f"{plural(len(cells), 'column')}; expected {len(header)} as in the header"
        return InvalidRecord("columns", found)
    if len(set(header)) != len(header):
        return InvalidRecord("columns", "two columns have the same name")
    # An empty cell is how CSV says that there is no value.
    # A column without a name is the index of a table.
    pairs = zip(header, cells, strict=True)
    return _as_line({name: _cell(name, cell) for name, cell in pairs if name and cell})


def _as_line(record: dict[str, Any]) -> Line:
    try:
        return msgspec.json.encode(record)
    except UnicodeEncodeError:
        return _not_utf8("some of its bytes")
    except OverflowError:  # an integer of more than 64 bits
        return json.dumps(record).encode()

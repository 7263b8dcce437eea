"""Result files as lines, whatever they were packed in: gzip, or one JSON array of records."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from evalbook.datasets.containers import GZIP_MAGIC
from evalbook.datasets.reading import Reading, unzipped


def lines_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines with their ends; of a JSON array a line for each of its items.

    Raises:
        EOFError, zlib.error: it is gzip that is cut off or broken.
    """
    head, rest = _begin(chunks, lambda head: len(head) >= len(GZIP_MAGIC))
    whole = chain([head], rest)
    pieces = unzipped(whole) if head.startswith(GZIP_MAGIC) else whole
    head, rest = _begin(pieces, lambda head: head.strip(BOM_UTF8 + b" \t\r\n"))
    head = head.removeprefix(BOM_UTF8)
    whole = chain([head], rest)
    if head.lstrip()[:1] != b"[":
        yield from _split(whole)
        return
    for row in Reading(whole).rows():
        yield b"null" if row.record is None else json.dumps(row.record).encode()


def _begin(
    chunks: Iterable[bytes], enough: Callable[[bytes], object]
) -> tuple[bytes, Iterator[bytes]]:
    """Return as much of the beginning as is enough, and the rest."""
    head, rest = b"", iter(chunks)
    for chunk in rest:
        head += chunk
        if enough(head):
            break
    return head, rest


def _split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if rest:
        yield rest

"""Result files as lines, whatever they were packed in: gzip, or one JSON array of records."""

from __future__ import annotations

import json
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from itertools import chain

from evalbook.datasets.reading import Reading

_GZIP = b"\x1f\x8b"
_PIECE = 1 << 20


def lines_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines with their ends; of a JSON array a line for each of its items.

    Raises:
        EOFError, zlib.error: it is gzip that is cut off or broken.
    """
    pieces = unpacked(chunks)
    head = b""
    for piece in pieces:
        head += piece
        if head.removeprefix(BOM_UTF8).strip() and len(head) > len(BOM_UTF8):
            break
    whole = chain([head.removeprefix(BOM_UTF8)], pieces)
    if head.removeprefix(BOM_UTF8).lstrip()[:1] != b"[":
        yield from _split(whole)
        return
    for row in Reading(whole).rows():
        yield b"null" if row.record is None else json.dumps(row.record).encode()


def unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what gzip had packed, or the bytes as they are.

    Raises:
        EOFError, zlib.error: it is cut off or broken.
    """
    source = iter(chunks)
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= len(_GZIP):
            break
    whole = chain([head], source)
    return _unzipped(whole) if head.startswith(_GZIP) else whole


def _unzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    unpack, rest = zlib.decompressobj(wbits=31), b""
    for chunk in chunks:
        rest += chunk
        while rest:
            if unpack.eof:
                # Members follow each other; what else follows is padding.
                if len(rest) < len(_GZIP):
                    break
                if not rest.startswith(_GZIP):
                    return
                unpack = zlib.decompressobj(wbits=31)
            yield unpack.decompress(rest, _PIECE)
            rest = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
    if not unpack.eof:
        raise EOFError("the gzip file is cut off")


def _split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if rest:
        yield rest

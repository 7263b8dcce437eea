"""What assistants send, mended where the library mcp would drop it without a reply."""

from __future__ import annotations

import os
import re
import threading
from typing import BinaryIO

from pydantic_core import from_json

# An escape of JSON's: a whole surrogate pair, half of one, or any other, such as a backslash's.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
_ID = re.compile(rb'"id"\s*:\s*(\d+|"[^"\\]*")')


def mend_standard_input() -> None:
    """Put between standard input and this process what mends each line of it."""
    source = os.fdopen(os.dup(0), "rb")
    read, write = os.pipe()
    os.dup2(read, 0)
    os.close(read)
    threading.Thread(target=_pass_on, args=(source, os.fdopen(write, "wb")), daemon=True).start()


def mended(line: bytes) -> bytes:
    """Return a line of JSON as the library can read it, so that it is answered.

    Half of a surrogate pair, which no text holds, becomes U+FFFD. Where it can't be read all the
    same, such as for lists within lists by the hundred, the request is one for what there is not.
    """
    whole = _ESCAPE.sub(lambda it: rb"\ufffd" if it["half"] else it[0], line)
    try:
        from_json(whole)
    except ValueError:
        request = _ID.search(whole)
        if request:
            return b'{"jsonrpc":"2.0","id":%s,"method":"unreadable"}\n' % request[1]
    return whole


def _pass_on(source: BinaryIO, sink: BinaryIO) -> None:
    with source, sink:
        for line in source:
            sink.write(mended(line))
            sink.flush()

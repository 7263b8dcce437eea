"""What assistants send, mended where the library mcp would drop it without a reply."""

from __future__ import annotations

import os
import re
import threading
from typing import BinaryIO

# An escape of JSON's: a whole surrogate pair, half of one, or any other, such as a backslash's.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


def mend_standard_input() -> None:
    """Put between standard input and this process what replaces half surrogate pairs in it."""
    source = os.fdopen(os.dup(0), "rb")
    read, write = os.pipe()
    os.dup2(read, 0)
    os.close(read)
    threading.Thread(target=_pass_on, args=(source, os.fdopen(write, "wb")), daemon=True).start()


def mended(line: bytes) -> bytes:
    """Return a line of JSON with U+FFFD for each half of a surrogate pair, which no text holds."""
    return _ESCAPE.sub(lambda it: rb"\ufffd" if it["half"] else it[0], line)


def _pass_on(source: BinaryIO, sink: BinaryIO) -> None:
    with source, sink:
        for line in source:
            sink.write(mended(line))
            sink.flush()

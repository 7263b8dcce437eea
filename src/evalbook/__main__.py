"""Where the command starts: what can be interrupted, from its first import to its last thread."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

_STATUS = 130


def main() -> None:
    """Run the command; Ctrl-C ends it at any instant, in words."""
    # Importing takes a while, and an interrupted import would show a traceback. Where the shell
    # has interrupts ignored, as for what runs in the background, they stay ignored.
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heard:
        signal.signal(signal.SIGINT, _leave)
    from evalbook.cli.main import main as run

    try:
        if heard:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:
        _leave()
    except SystemExit as end:
        if end.code == _STATUS:
            _end(_STATUS)
        if heard:
            # All is said; what still waits for a thread is given up without a word.
            signal.signal(signal.SIGINT, lambda *_, status=end.code or 0: _end(status))
        raise


def _leave(_number: int = 0, _frame: FrameType | None = None) -> None:
    said = "Interrupted; every accepted answer is saved."
    os.write(2, f"{said}\n".encode())
    if "--json" in sys.argv:
        problem = f'{{"code": "interrupted", "message": "{said}", "remedy": null}}'
        os.write(1, f'{{"protocol": 1, "status": "error", "error": {problem}}}\n'.encode())
    _end(_STATUS)


def _end(status: int) -> None:
    # At once: Python would wait for threads that still ask AWS.
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main()

"""``python -m evalbook.sandbox``: the server alone; the first line it prints is JSON."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from contextlib import suppress


def main() -> None:
    """Serve until interrupted, or until standard input closes where that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m evalbook.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the parent")
    options = parser.parse_args()

    from evalbook.errors import EvalbookError
    from evalbook.sandbox.server import make_server

    try:
        server = make_server(options.port)
    except EvalbookError as error:
        parser.error(f"{error.message} {error.remedy or ''}".strip())
    ready = {"endpoint": f"http://127.0.0.1:{server.server_port}", "pid": os.getpid()}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    if options.until_stdin_closes:
        threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    # Whoever ends the sandbox waits until it next looks up.
    with suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.05)
    server.server_close()
    # Nothing is left to be written. Taking moto's objects apart first takes a third of a second.
    os._exit(0)


def _end_with(server: object) -> None:
    sys.stdin.buffer.read()
    server.shutdown()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()

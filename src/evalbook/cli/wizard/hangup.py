"""A terminal that is closed, or a request to end, leaves the wizard as Ctrl-C does."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def leaving_on_hangup() -> Iterator[None]:
    """Turn SIGHUP and SIGTERM into KeyboardInterrupt, in a prompt too."""
    signals = [getattr(signal, name) for name in ("SIGHUP", "SIGTERM") if hasattr(signal, name)]
    before = {number: signal.signal(number, _leave) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    if number == getattr(signal, "SIGHUP", None):
        _lose_the_terminal()
    if not _leave_prompt():
        raise KeyboardInterrupt


def _leave_prompt() -> bool:
    """End the prompt that is waiting, if one is: an exception would break its event loop."""
    if "prompt_toolkit" not in sys.modules:
        return False
    from prompt_toolkit.application.current import get_app_or_none

    app = get_app_or_none()
    if app is None or app.loop is None or not app.is_running:
        return False

    def leave() -> None:
        if app.future is not None and not app.future.done():
            app.exit(exception=KeyboardInterrupt())

    app.loop.call_soon_threadsafe(leave)
    return True


def _lose_the_terminal() -> None:
    """Let what is still printed go nowhere: writing to a closed terminal fails."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)

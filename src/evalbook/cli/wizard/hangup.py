"""Ctrl-C, a terminal that is closed, and a request to end all leave the wizard, at any instant."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

_asked = threading.Event()


@contextlib.contextmanager
def leaving_on_hangup() -> Iterator[None]:
    """Turn SIGINT, SIGHUP and SIGTERM into KeyboardInterrupt, in a prompt too."""
    names = ("SIGINT", "SIGHUP", "SIGTERM")
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    _asked.clear()
    before = {number: signal.signal(number, _leave) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def asked_to_leave() -> bool:
    """Tell whether a signal came whose KeyboardInterrupt may have got lost.

    Python drops an exception that is raised while it runs a finaliser or a callback of the garbage
    collector, which a module being imported gives it much occasion for.
    """
    return _asked.is_set()


def _leave(number: int, _frame: FrameType | None) -> None:
    _asked.set()
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

"""What is being done, while it is done: a spinner, or a bar where the amount is known."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from evalbook.texts import printable
from evalbook.workflow.interview import Progress as ShowProgress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import ProgressColumn

# Seconds; what is done sooner needs no showing.
_PATIENCE = 0.3


@contextmanager
def shown_working(console: Console) -> Iterator[ShowProgress]:
    """Show work until it is over; what is typed meanwhile is neither shown nor taken.

    Yields:
        What shows what is being done, with rate and remaining time where the total is known.
        Without a word to it, it is shown that something is checked.
    """
    from rich.progress import Progress

    words, amounts = _columns()
    bar = Progress(console=console, transient=True, expand=True)
    lock = threading.Lock()
    over = threading.Event()

    def show(doing: str, done: int | None, total: int | None) -> None:
        with lock:
            if over.is_set():
                return
            said = printable(doing.replace("\n", " "))
            bar.columns = (*words, *(amounts if total else ()))
            if not bar.tasks or bar.tasks[-1].description != said:
                for task in bar.task_ids:
                    bar.remove_task(task)
                bar.add_task(said, total=total)
                bar.start()
            bar.update(bar.task_ids[-1], completed=done or 0, total=total)

    def show_silence() -> None:
        if not bar.tasks:
            show("Checking", None, None)

    silence = threading.Timer(_PATIENCE, show_silence)
    silence.daemon = True
    silence.start()
    try:
        with keyboard_at_rest():
            yield show
    finally:
        silence.cancel()
        with lock:
            over.set()
            bar.stop()


def _columns() -> tuple[tuple[ProgressColumn, ...], tuple[ProgressColumn, ...]]:
    """Return the columns that say what is done, and those that say how much of it."""
    from rich import progress
    from rich.table import Column

    column = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    words = (
        # Plain ASCII: a terminal's font may lack the dots that spin elsewhere.
        progress.SpinnerColumn("line", style=""),
        progress.TextColumn("{task.description}", markup=False, table_column=column),
    )
    amounts = (
        progress.BarColumn(bar_width=14, style="dim", complete_style="", finished_style=""),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(compact=True),
    )
    return words, amounts


@contextmanager
def keyboard_at_rest() -> Iterator[None]:
    """Keep what is typed during a check from showing, and from answering a question unseen."""
    with without_echo():
        try:
            yield
        finally:
            with suppress(ImportError, OSError, ValueError):
                import termios

                with suppress(termios.error):
                    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


@contextmanager
def without_echo() -> Iterator[None]:
    """Keep the terminal from showing keys by itself, as prompts show what they take."""
    try:
        import termios

        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
    except (ImportError, OSError, ValueError):
        # No terminal to quieten: Windows, or a hung-up line.
        yield
        return
    quiet = [*before]
    quiet[3] &= ~termios.ECHO
    try:
        termios.tcsetattr(terminal, termios.TCSANOW, quiet)
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSANOW, before)

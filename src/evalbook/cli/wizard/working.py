"""What is being done, while it is done: a spinner, or a bar where the amount is known."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from evalbook.texts import printable_lines

if TYPE_CHECKING:
    from rich.console import Console

# Seconds; what is done sooner needs no showing.
_PATIENCE = 0.3


class Working:
    """Shows what the machine says it is doing; without a word from it, that it is checking."""

    def __init__(self, console: Console) -> None:
        self._progress = _columns(console)
        self._task: Any = None
        self._lock = threading.Lock()
        self._over = False

    def __call__(self, doing: str, done: int | None, total: int | None) -> None:
        """Show what is being done, with rate and remaining time where the total is known."""
        with self._lock:
            if self._over:
                return
            words = printable_lines(doing).replace("\n", " ")
            if self._task is None or self._progress.tasks[-1].description != words:
                if self._task is not None:
                    self._progress.remove_task(self._task)
                self._task = self._progress.add_task(words, total=total)
                self._progress.start()
            self._progress.update(self._task, completed=done or 0, total=total)

    def while_silent(self) -> None:
        """Show that a check is running if nothing else is shown."""
        if self._task is None:
            self("Checking", None, None)

    def stop(self) -> None:
        """Take the display away."""
        with self._lock:
            self._over = True
            self._progress.stop()


def _columns(console: Console) -> Any:
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.table import Column
    from rich.text import Text

    class WithTotal(ProgressColumn):
        """Another column, shown only where the amount is known."""

        def __init__(self, column: ProgressColumn) -> None:
            super().__init__()
            self._column = column

        def render(self, task: Any) -> Any:
            return self._column.render(task) if task.total else Text("")

    return Progress(
        # Plain ASCII: a terminal's font may lack the dots that spin elsewhere.
        SpinnerColumn("line", style=""),
        TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1),
        ),
        *(
            WithTotal(column)
            for column in (
                BarColumn(bar_width=14, style="dim", complete_style="", finished_style=""),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(compact=True),
            )
        ),
        console=console,
        transient=True,
        expand=True,
    )


@contextmanager
def shown_working(console: Console) -> Iterator[Working]:
    """Show work until it is over; what is typed meanwhile is neither shown nor taken."""
    working = Working(console)
    silence = threading.Timer(_PATIENCE, working.while_silent)
    silence.daemon = True
    silence.start()
    try:
        with keyboard_at_rest():
            yield working
    finally:
        silence.cancel()
        working.stop()


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

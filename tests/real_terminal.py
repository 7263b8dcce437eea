"""A person at a real pseudo-terminal: types keys, and reads the screen as it looks."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pexpect
import pyte

COMMAND = [sys.executable, "-c", "from evalbook.cli.main import main; main()"]
PATIENCE = 20.0
"""Seconds until something that should appear has failed to."""

ENTER, CTRL_C, CTRL_U, CTRL_B = "\r", "\x03", "\x15", "\x02"
UP, DOWN = "\x1b[A", "\x1b[B"


class RealTerminal:
    """The real `evalbook` in a real pseudo-terminal."""

    def __init__(
        self,
        *arguments: str,
        folder: Path,
        size: tuple[int, int] = (80, 24),
        command: Sequence[str] = tuple(COMMAND),
        **environment: str,
    ) -> None:
        columns, lines = size
        # HistoryScreen keeps what scrolled away, so that the beginning can be read too.
        self._screen = pyte.HistoryScreen(columns, lines, history=2000)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""
        settings = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
        self.process = pexpect.spawn(
            command[0],
            [*command[1:], *arguments],
            cwd=str(folder),
            env={**_without_terminal(), **settings, **environment},
            dimensions=(lines, columns),
            timeout=PATIENCE,
        )
        self.process.delaybeforesend = None
        self.process.delayafterclose = self.process.ptyproc.delayafterclose = 0

    def __enter__(self) -> RealTerminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.close(force=True)

    @property
    def screen(self) -> str:
        """What is on the screen now."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    @property
    def cells(self) -> list[list[Any]]:
        """The screen's characters with their colours, line by line."""
        lines = self._screen.buffer
        return [
            [lines[line][column] for column in range(self._screen.columns)]
            for line in range(self._screen.lines)
        ]

    @property
    def everything(self) -> str:
        """What is on the screen and what has scrolled off it, words unwrapped."""
        gone = (
            "".join(line[column].data for column in range(self._screen.columns)).rstrip()
            for line in self._screen.history.top
        )
        return "\n".join([*gone, self.screen])

    def waits_for(
        self, text: str, patience: float = PATIENCE, *, scrolled: bool = False
    ) -> RealTerminal:
        """Wait until the screen shows a text, however its words are wrapped, or has shown it."""
        wanted = _squeezed(text)
        end = time.monotonic() + patience
        while wanted not in _squeezed(self.everything if scrolled else self.screen):
            if not self._read() or time.monotonic() > end:
                raise AssertionError(f"{text!r} did not appear:\n{self.screen}")
        return self

    def settles(self) -> RealTerminal:
        """Wait until nothing more is written for a tenth of a second.

        Python's readline overlooks a signal that comes after it wrote the prompt and before it
        waits for keys, which takes it microseconds where nothing else runs.
        """
        before = -1
        while len(self.raw) != before:
            before = len(self.raw)
            self._read()
        return self

    def types(self, *keys: str) -> RealTerminal:
        """Type keys."""
        for key in keys:
            self.process.send(key)
        return self

    def resized(self, columns: int, lines: int) -> RealTerminal:
        """Make the window another size."""
        self._screen.resize(lines, columns)
        self.process.setwinsize(lines, columns)
        return self

    def ends(self) -> int:
        """Wait for the end; return the exit status."""
        end = time.monotonic() + PATIENCE
        while self._read():
            if time.monotonic() > end:
                raise AssertionError(f"It did not end:\n{self.screen}")
        self.process.wait()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -1)

    def _read(self) -> bool:
        try:
            data = self.process.read_nonblocking(65536, timeout=0.1)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        self._answer_position_requests(data)
        return True

    def _answer_position_requests(self, data: bytes) -> None:
        # Prompts ask where the cursor is, as any terminal can tell.
        for _ in range(data.count(b"\x1b[6n")):
            cursor = self._screen.cursor
            self.process.send(f"\x1b[{cursor.y + 1};{cursor.x + 1}R")


def _without_terminal() -> dict[str, str]:
    """Return the environment without what tells which terminal the tests run in."""
    words = ("COLORTERM", "NO_COLOR", "COLUMNS", "LINES", "VTE_VERSION", "TERM_PROGRAM", "LC_")
    return {name: text for name, text in os.environ.items() if not name.startswith(words)}


def _squeezed(text: str) -> str:
    # Wrapped text stands in several lines, between borders where it is framed.
    return re.sub(r"[\s│]+", "", text)

"""A whole interview of every type, kept as it stood before each of its questions."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from interviews import ANSWERS_BY_TYPE, GOOD_ANSWERS

from evalbook.workflow.turn import Turn
from evalbook.workflow.workflow import Workflow

STATE = Path("workflow_state.json")
TRIES = int(os.environ.get("EVALBOOK_FUZZ", "100"))
"""How often each test tries; `make fuzz` tries more."""
SECONDS = 20


def seeded() -> random.Random:
    """Return chance that is the same each time, unless another seed is set."""
    return random.Random(os.environ.get("EVALBOOK_FUZZ_SEED", "12"))


@dataclass(frozen=True)
class Moment:
    """A question, the state before it, and an answer that is taken."""

    kind: str
    step: str
    state: bytes | None
    good: str

    def restore(self) -> None:
        """Put the state back as it was."""
        if self.state is None:
            STATE.unlink(missing_ok=True)
        else:
            STATE.write_bytes(self.state)


@cache
def moments() -> tuple[Moment, ...]:
    """Hold an interview of every type, with all its settings, in the current folder."""
    return tuple(moment for kind in ANSWERS_BY_TYPE for moment in _held(kind))


@cache
def finished(kind: str) -> bytes:
    """Return the state of a finished interview with all settings."""
    last = [moment for moment in moments() if moment.kind == kind][-1]
    last.restore()
    assert Workflow.load(STATE).answer(last.good).status == "complete"
    return STATE.read_bytes()


def _held(kind: str) -> list[Moment]:
    STATE.unlink(missing_ok=True)
    answers = {**ANSWERS_BY_TYPE[kind], "advanced": "yes"}
    workflow, found = Workflow.load(STATE), []
    turn = workflow.turn()
    while turn.status == "question":
        step = turn.step or ""
        said = answers.get(step, turn.default if turn.default is not None else "none")
        found.append(Moment(kind, step, STATE.read_bytes() if STATE.exists() else None, said))
        turn = workflow.answer(said)
        assert turn.status != "rejected", (kind, step, said, turn.error)
    return found


def good_answers() -> list[str]:
    """Return every good answer of every type."""
    return [*{moment.good for moment in moments()}, *GOOD_ANSWERS.values()]


def what_is_here() -> dict[str, tuple[int, int]]:
    """Return each file in the folder above this one, with its size and when it was changed."""
    found = {}
    for folder, _, names in os.walk(Path.cwd().parent):
        for name in names:
            info = (Path(folder) / name).lstat()
            found[str(Path(folder) / name)] = (info.st_size, info.st_mtime_ns)
    return found


def words_of(turn: Turn) -> str:
    """Return all that a turn says of what was wrong."""
    return "" if turn.error is None else f"{turn.error.message}\n{turn.error.remedy or ''}"


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in what takes longer."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"took over {seconds} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

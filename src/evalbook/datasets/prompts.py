"""Datasets of prompts only: JSON Lines, a JSON array or CSV, streamed, each row with a prompt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from evalbook.datasets.invalid import described
from evalbook.datasets.reading import Progress, Reading, Row

COLUMN = "prompt"
SHOWN = 3


@dataclass
class Prompts:
    """What a dataset of prompts holds."""

    container: str
    rows: int = 0
    invalid: int = 0
    shown: list[str] = field(default_factory=list)
    """The first invalid rows, each with its place and what is wrong."""

    def to_json(self) -> dict[str, Any]:
        """Return this as plain JSON values."""
        return asdict(self)


def read_prompts(chunks: Iterable[bytes], on_progress: Progress | None = None) -> Prompts:
    """Read a dataset once, at constant memory, and return what it holds."""
    reading = Reading(chunks, on_progress)
    found = Prompts("")
    for row in reading.rows():
        found.rows += 1
        problem = _problem(row)
        if problem is not None:
            found.invalid += 1
            if len(found.shown) < SHOWN:
                found.shown.append(f"{row.place}: {problem}")
    found.container = reading.container.label
    return found


def _problem(row: Row) -> str | None:
    # That an array or CSV is not JSON Lines is no fault here.
    if row.problem is not None and row.problem.kind != "not_json_lines":
        return row.problem.reason
    if row.record is None:
        return "not an object"
    prompt = row.record.get(COLUMN)
    if isinstance(prompt, str) and prompt.strip():
        return None
    if isinstance(prompt, list) and prompt and all(isinstance(turn, dict) for turn in prompt):
        return None
    if COLUMN not in row.record:
        return f"no {COLUMN}"
    return f"{COLUMN} is {described(prompt)}; expected text, or a list of messages"

"""Datasets of prompts only: JSON Lines, a JSON array or CSV, streamed, each row with a prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from evalbook.datasets.containers import Container
from evalbook.datasets.invalid import described, named
from evalbook.datasets.lengths import estimate_tokens
from evalbook.datasets.reading import Progress, Reading, Row

COLUMN = "prompt"
SHOWN = 3

_LABELS = {"jsonl": "JSON Lines", "json": "JSON", "csv": "CSV"}
"""What a name's ending says, which is called as the kind of file is."""


@dataclass
class Prompts:
    """What a dataset of prompts holds."""

    rows: int = 0
    invalid: int = 0
    longest: int = 0
    """Tokens of the longest prompt, by estimate."""
    shown: list[str] = field(default_factory=list)
    """The first invalid rows, each with its place and what is wrong."""
    unusable: str | None = None
    """What is wrong with the file as a whole; nothing more was looked at then."""


def read_prompts(
    chunks: Iterable[bytes], name: str = "", on_progress: Progress | None = None
) -> Prompts:
    """Read a dataset once, at constant memory, and return what it holds.

    Args:
        chunks: the object's bytes.
        name: the object's key, whose ending says what reads it; an unknown one says nothing.
        on_progress: is told the bytes and the rows read so far.
    """
    reading = Reading(chunks, on_progress)
    container = reading.container
    found = Prompts(unusable=_file_problem(container, name))
    if found.unusable is not None or not container.has_records:
        return found
    where = "record" if container.kind == "json" else "line"
    for row in reading.rows():
        if container.kind == "csv" and COLUMN not in reading.header:
            found.unusable = _no_column(reading.header)
            return found
        found.rows += 1
        found.longest = max(found.longest, _tokens(row.record))
        problem = _problem(row, container)
        if problem is not None:
            found.invalid += 1
            if len(found.shown) < SHOWN:
                found.shown.append(f"{where} {row.place:,}: {problem}")
    return found


def _tokens(record: Mapping[str, Any] | None) -> int:
    prompt = (record or {}).get(COLUMN)
    turns = prompt if isinstance(prompt, list) else [prompt]
    texts = (turn.get("content") if isinstance(turn, dict) else turn for turn in turns)
    return sum(estimate_tokens(text) for text in texts if isinstance(text, str))


def _file_problem(container: Container, name: str) -> str | None:
    """Return why a reader that goes by the file's ending could not make anything of it."""
    ending = PurePosixPath(name).suffix.lower()
    named_for = _LABELS.get(ending.removeprefix("."))
    if container.kind == "empty":
        return None
    if not container.has_records or container.gzipped:
        return f"it is {container.label}; expected {named_for or 'JSON Lines, an array or CSV'}"
    if container.encoding != "utf-8":
        return f"it is {container.label}; expected UTF-8"
    if container.kind == "csv" and container.delimiter != ",":
        return f"its columns are separated by {container.delimiter!r}; expected commas"
    # Readers of .json take an array or lines alike.
    taken = {container.kind, "json"} if container.kind == "jsonl" else {container.kind}
    if named_for and ending.removeprefix(".") not in taken:
        return f"it is {container.label}, though its name says {named_for}"
    return None


def _no_column(header: list[str]) -> str:
    """Return what is there instead; readers of CSV take a space beside a name for a part of it."""
    spaced = next((name for name in header if name.strip() == COLUMN), None)
    if spaced is not None:
        return f"its column is named {spaced!r}, with a space; expected {COLUMN!r}"
    return f"it has no column {COLUMN}; its columns: {named(filter(None, header))}"


def _problem(row: Row, container: Container) -> str | None:
    if row.problem is not None:
        return row.problem.reason
    record = row.record or {}
    prompt = record.get(COLUMN)
    if isinstance(prompt, str) and prompt.strip():
        return None
    if isinstance(prompt, list) and prompt and all(isinstance(turn, dict) for turn in prompt):
        return None
    if COLUMN not in record and container.kind == "csv":
        return f"{COLUMN} is empty; expected text"
    if COLUMN not in record:
        return f"no {COLUMN} among its fields {named(record)}"
    return f"{COLUMN} is {described(prompt)}; expected text, or a list of messages"

"""The state file: read with care, written whole or not at all, foreign keys kept."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evalbook.errors import StateFileError
from evalbook.whole_files import replace_whole

SCHEMA_VERSION = 1

Document = dict[str, Any]

# From a version to the next one: what `load` applies, in order, to files that an older evalbook
# wrote. Version 1 is the first.
MIGRATIONS: dict[int, Callable[[Document], Document]] = {}

OWN_KEY = "evalbook"
"""The key under which evalbook keeps what is its own; all other keys belong to other tools."""
ANSWERS = "answers"
ANSWERED = "answered"
"""The names of the answers once more: an answer that has gone leaves its name behind."""


def load(path: Path) -> Document:
    """Return the document in the state file, or a new one where there is no file.

    Raises:
        StateFileError: it can't be read, is not a JSON object, or is of an unknown version.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {"schema_version": SCHEMA_VERSION, OWN_KEY: nothing_saved()}
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(path, f"it can't be read ({error})") from error
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise unusable(path, f"it is not valid JSON ({error})") from error
    if not isinstance(document, dict):
        raise unusable(path, f"it holds a JSON {type(document).__name__}, not an object")
    return _current(path, document)


def _current(path: Path, document: Document) -> Document:
    if "schema_version" not in document:
        if OWN_KEY in document:
            raise unusable(path, f"it has {OWN_KEY!r} answers but no schema_version")
        # Written by another tool: what it knows is context, confirmed when its turn comes.
        return {**document, "schema_version": SCHEMA_VERSION, OWN_KEY: nothing_saved()}
    version = document["schema_version"]
    if not isinstance(version, int) or isinstance(version, bool):
        raise unusable(path, f"its schema_version is {version!r}, not a whole number")
    while version in MIGRATIONS:
        document = MIGRATIONS[version](document)
        version = document["schema_version"]
    if version != SCHEMA_VERSION:
        raise unusable(
            path,
            f"its schema_version is {version}; this evalbook knows {SCHEMA_VERSION}",
            "Update evalbook, or name another file with --state.",
        )
    if not isinstance(document.get(OWN_KEY), dict):
        problem = "not an object" if OWN_KEY in document else "missing"
        raise unusable(path, f"{OWN_KEY}: {problem}")
    return document


def nothing_saved() -> Document:
    """Return what evalbook keeps of an interview that has not begun."""
    return {ANSWERS: {}, ANSWERED: [], "pending": None, "dismissed": [], "volunteered": {}}


def save(path: Path, document: Document) -> None:
    """Replace the state file by the document: afterwards it holds all of it, or is as it was.

    Raises:
        StateFileError: the folder can't be written.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"
    try:
        # A half surrogate pair, which UTF-8 can't hold, is written as JSON's own escape.
        replace_whole(path, text.encode("utf-8", errors="backslashreplace"))
    except OSError as error:
        raise StateFileError(
            "state.unwritable",
            f"The state file {path} can't be written: {error}",
            "Free the disk or fix the folder's permissions, or name another file with --state.",
        ) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes from changing the state file.

    Raises:
        StateFileError: another process is changing it now.
    """
    from filelock import FileLock, Timeout

    target = Path(os.path.realpath(path))
    lock = FileLock(target.with_name(f".{target.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise StateFileError(
            "state.locked",
            f"Another evalbook is working on {path} right now.",
            "Let it finish, or name another file with --state.",
        ) from error
    except OSError as error:
        raise StateFileError(
            "state.unwritable",
            f"The state file {path} can't be locked: {error}",
            "Fix the folder's permissions, or name another file with --state.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def found_by_other_tools(document: Document, key: str) -> str | None:
    """Return the text that another tool left under a key, the least nested one first."""
    level: list[Any] = [{k: v for k, v in document.items() if k != OWN_KEY}]
    while level:
        nested: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                text = item.get(key)
                if isinstance(text, str) and text.strip():
                    return text.strip()
                nested.extend(item.values())
            elif isinstance(item, list):
                nested.extend(item)
        level = [item for item in nested if isinstance(item, dict | list)]
    return None


def unusable(
    path: Path,
    why: str,
    remedy: str = "Mend or move the file, or name another one with --state.",
) -> StateFileError:
    """Return the error that says why a state file can't be used."""
    return StateFileError(
        "state.unusable",
        f"The state file {path} can't be used: {why}. It was left as it is.",
        remedy,
    )

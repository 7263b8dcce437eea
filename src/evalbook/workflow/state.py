"""The state file: read strictly, written whole or not at all, foreign keys kept."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evalbook.errors import StateFileError
from evalbook.texts import read_integer
from evalbook.whole_files import read_whole, reason, replace_whole

SCHEMA_VERSION = 1
_SPACE = re.compile(r"[ \t\r\n]*")

LARGEST_FILE = 16 << 20
"""Bytes; a finished interview has some twenty thousand."""
_DEEPEST = 100
"""Levels of objects and arrays in what is evalbook's own, which has a dozen."""


class StateDocument(dict[str, Any]):
    """What a state file holds, and how it wrote what is not evalbook's."""

    def __init__(self, *values: Any, written: Mapping[str, str] | None = None) -> None:
        super().__init__(*values)
        self.written = dict(written or {})
        """Each value of another tool as it was written: no number loses a digit by being read."""


# From a version to the next one: what `load` applies, in order, to files that an older evalbook
# wrote. Version 1 is the first.
MIGRATIONS: dict[int, Callable[[StateDocument], StateDocument]] = {}

OWN_KEY = "evalbook"
"""The key under which evalbook keeps what is its own; all other keys belong to other tools."""
ANSWERS = "answers"
ANSWERED = "answered"
"""The names of the answers, a second time: an answer that has gone leaves its name behind."""


def load(path: Path) -> StateDocument:
    """Return the document in the state file, or a new one where there is no file.

    Raises:
        StateFileError: it can't be read, is not a JSON object, or is of an unknown version.
    """
    try:
        text = read_whole(path, LARGEST_FILE).decode("utf-8-sig")
    except FileNotFoundError:
        return StateDocument({"schema_version": SCHEMA_VERSION, OWN_KEY: nothing_saved()})
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(path, f"it can't be read: {reason(error)}") from error
    try:
        if not text.lstrip().startswith("{"):
            kind = type(json.loads(text)).__name__
            raise unusable(path, f"it holds a JSON {kind}, not an object")
        document = _read(text)
    except RecursionError as error:
        raise unusable(path, "it is nested too deeply") from error
    except ValueError as error:
        raise unusable(path, f"it is not valid JSON ({error})") from error
    return _current(path, document)


def _read(text: str) -> StateDocument:
    """Read an object of JSON member by member, to keep how each was written.

    Raises:
        ValueError: it is not valid JSON.
        RecursionError: it is nested more deeply than Python reads.
    """
    values = json.JSONDecoder(parse_int=read_integer)
    document = StateDocument()
    at = _after_space(text, text.index("{") + 1)
    while text[at : at + 1] != "}":
        if document:
            if text[at : at + 1] != ",":
                raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
            at = _after_space(text, at + 1)
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting a key in double quotes", text, at)
        key, at = values.raw_decode(text, at)
        at = _after_space(text, at)
        if text[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
        start = _after_space(text, at + 1)
        document[key], end = values.raw_decode(text, start)
        document.written[key] = text[start:end]
        at = _after_space(text, end)
    if text[at + 1 :].strip():
        raise json.JSONDecodeError("Extra data", text, at + 1)
    return document


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _current(path: Path, document: StateDocument) -> StateDocument:
    if "schema_version" not in document:
        if OWN_KEY in document:
            raise unusable(path, f"it has {OWN_KEY!r} answers but no schema_version")
        # Written by another tool: what it knows is context, confirmed when its turn comes.
        document.update({"schema_version": SCHEMA_VERSION, OWN_KEY: nothing_saved()})
        return document
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
    if _is_deep(document[OWN_KEY]):
        raise unusable(path, f"{OWN_KEY} is nested too deeply")
    return document


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for item in level:
            inner.extend(item.values() if isinstance(item, dict) else item)
        level = [item for item in inner if isinstance(item, dict | list)]
    return bool(level)


def nothing_saved() -> dict[str, Any]:
    """Return what evalbook keeps of an interview that has not begun."""
    return {
        ANSWERS: {},
        ANSWERED: [],
        "pending": None,
        "dismissed": [],
        "volunteered": {},
        "asked_back": {},
        "unsettled": {},
        "confirmed": [],
    }


def save(path: Path, document: Mapping[str, Any]) -> None:
    """Replace the state file by the document: afterwards it holds all of it, or is as it was.

    Raises:
        StateFileError: the folder can't be written.
    """
    written = getattr(document, "written", {})
    members = (f"  {_json(key)}: {_as_written(key, it, written)}" for key, it in document.items())
    text = "{\n" + ",\n".join(members) + "\n}\n"
    try:
        # A half surrogate pair, which UTF-8 can't hold, is written as JSON's own escape.
        replace_whole(path, text.encode("utf-8", errors="backslashreplace"))
    except OSError as error:
        raise StateFileError(
            "state.unwritable",
            f"The state file {path} can't be written: {reason(error)}.",
            "Free up disk space or fix the folder's permissions, or name another file with "
            "--state.",
        ) from error


def _as_written(key: str, value: Any, written: Mapping[str, str]) -> str:
    own = key in (OWN_KEY, "schema_version") or key not in written
    return _json(value).replace("\n", "\n  ") if own else written[key]


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


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
            f"The state file {path} can't be locked: {reason(error)}.",
            "Fix the folder's permissions, or name another file with --state.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def find_in_other_tools(document: StateDocument, key: str) -> str | None:
    """Return the text that another tool left under a key, least nested first."""
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
    remedy: str = "Fix or move the file, or name another one with --state.",
) -> StateFileError:
    return StateFileError(
        "state.unusable",
        f"The state file {path} can't be used: {why}. It was left as it is.",
        remedy,
    )

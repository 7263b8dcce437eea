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
_KEY = re.compile(r'[\s,]*("(?:[^"\\]|\\.)*")\s*:\s*')

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
        values = json.loads(text, parse_int=read_integer)
    except RecursionError as error:
        raise unusable(path, "it is nested too deeply") from error
    except ValueError as error:
        raise unusable(path, f"it is not valid JSON ({error})") from error
    if not isinstance(values, dict):
        raise unusable(path, f"it holds a JSON {type(values).__name__}, not an object")
    return _current(path, _read(text, values))


def _read(text: str, values: dict[str, Any]) -> StateDocument:
    """Return an object of JSON that was read, with each member's value as its text has it."""
    decoder = json.JSONDecoder(parse_int=read_integer)
    document = StateDocument(values)
    at = text.index("{") + 1
    while key := _KEY.match(text, at):
        _, at = decoder.raw_decode(text, key.end())
        document.written[json.loads(key[1])] = text[key.end() : at]
    return document


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
        level = _inside(level)
    return bool(level)


def _inside(level: list[Any]) -> list[Any]:
    """Return the objects and arrays that are members or items of these."""
    inner = (it for each in level for it in (each.values() if isinstance(each, dict) else each))
    return [item for item in inner if isinstance(item, dict | list)]


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
    kept = getattr(document, "written", {}).items()
    written = {key: text for key, text in kept if key not in (OWN_KEY, "schema_version")}
    members = (
        f"  {_json(key)}: {written[key] if key in written else _json(it, deeper='  ')}"
        for key, it in document.items()
    )
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


def _json(value: Any, deeper: str = "") -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return text.replace("\n", f"\n{deeper}")


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
        for item in level:
            text = item.get(key) if isinstance(item, dict) else None
            if isinstance(text, str) and text.strip():
                return text.strip()
        level = _inside(level)
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

"""A notebook file that exists: read, and refused with a reason where it can't be used."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalbook import texts
from evalbook.errors import AnswerRejected
from evalbook.whole_files import read_whole, reason

OWN = "evalbook"
"""The key in a cell's metadata by which a cell of ours is known."""
LARGEST_NOTEBOOK = 256 << 20
"""Bytes; pictures among its outputs make a notebook large."""


@dataclass(frozen=True)
class ExistingNotebook:
    """A valid notebook of nbformat 4 whose cells are Python, as text and as what it says."""

    text: str
    cells: list[dict[str, Any]]
    minor: int
    """``nbformat_minor``."""


def own_places(cells: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return where our cells stand among others, by name.

    A cell copied in Jupyter keeps its metadata: the first counts, copies are the user's.
    """
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        mark = cell["metadata"].get(OWN)
        if isinstance(mark, dict) and isinstance(mark.get("cell"), str):
            places.setdefault(mark["cell"], place)
    return places


def fingerprint(source: str) -> str:
    """Return by what a cell that nobody edited is known: its source, whatever its line ends."""
    return texts.fingerprint("\n".join(source.splitlines()), 12)


def is_edited(cell: Mapping[str, Any]) -> bool:
    """Tell whether a cell of ours reads otherwise than it was written.

    One without a fingerprint may have been edited, and counts as such.
    """
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    return bool(cell["metadata"][OWN].get("fingerprint") != fingerprint(source))


def read_notebook(path: Path) -> ExistingNotebook:
    """Return a notebook that cells can be put into.

    Raises:
        AnswerRejected: it can't be read or written, is not JSON, of an old or unknown format, not
            valid, or runs another language than Python.
    """
    text = read_text(path)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        found = f"is not a notebook: it is not valid JSON ({error})"
        raise _refusal(path, "not_json", found, "Name a file that Jupyter opens") from error
    minor = _minor_version(path, document)
    if problem := explain_invalidity(document):
        remedy = "Open and save it in Jupyter, which fixes most of this"
        raise _refusal(path, "invalid", f"is not a valid notebook: {problem}", remedy)
    if other := _other_language(document["metadata"]):
        found = f"runs {other}, but the evaluation's cells are Python"
        raise _refusal(path, "language", found, "Name a notebook with a Python kernel")
    return ExistingNotebook(text, document["cells"], minor)


def read_text(path: Path) -> str:
    """Return the text of a file that may also be written.

    Raises:
        AnswerRejected: it can't be read or written.
    """
    try:
        text = read_whole(path, LARGEST_NOTEBOOK).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        found = f"can't be read: {reason(error)}"
        raise _refusal(path, "unreadable", found, "Check the file and its permissions") from error
    if not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
        raise _refusal(path, "read_only", "is read-only", "Make it writable")
    return text


def _refusal(path: Path, code: str, found: str, remedy: str) -> AnswerRejected:
    instead = f"{remedy}, or let evalbook write a new notebook."
    return AnswerRejected(f"notebook.{code}", f'"{path}" {found}.', instead)


def explain_invalidity(document: Any) -> str | None:
    """Return what nbformat finds wrong first in a notebook of format 4, or None."""
    import nbformat.validator

    validator: Any = nbformat.validator
    error = next(iter(validator.iter_validate(document)), None)
    if error is None:
        return None
    found = " ".join(str(error.message).split())
    place = [*error.absolute_path]
    where = "in the notebook"
    if len(place) > 1 and place[0] == "cells":
        where = f"in cell {place[1] + 1}"
    return f"{where}, {found[:200]}"


def _minor_version(path: Path, document: Any) -> int:
    major = document.get("nbformat") if isinstance(document, dict) else None
    minor = document.get("nbformat_minor", 0) if isinstance(document, dict) else None
    if not isinstance(major, int) or not isinstance(minor, int):
        found = "is JSON, but not a notebook: it has no nbformat"
        raise _refusal(path, "no_format", found, "Name a file that Jupyter can open")
    if major != 4:
        raise AnswerRejected(
            "notebook.format",
            f'"{path}" has nbformat {major}. evalbook can append only to nbformat 4.',
            f"Convert it with: jupyter nbconvert --to notebook --inplace {path.name}"
            if major < 4
            else "Let evalbook write a new notebook, or update evalbook.",
        )
    return minor


def _other_language(metadata: dict[str, Any]) -> str | None:
    """Return the language of a notebook that is not Python's."""
    kernel, info = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    named = (kernel.get("language"), info.get("name"))
    return next((str(name) for name in named if name and str(name).lower() != "python"), None)

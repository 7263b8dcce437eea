"""Write the cells into a notebook file: a new one, or one that exists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evalbook.errors import AnswerRejected
from evalbook.notebook.existing import (
    LARGEST_NOTEBOOK,
    ExistingNotebook,
    explain_invalidity,
    is_edited,
    own_places,
    read_notebook,
    read_text,
)
from evalbook.notebook.render import POLL_SECONDS, Cell, percent_text, render_cells, render_script
from evalbook.notebook.settings import EvaluationSettings
from evalbook.notebook.splice import splice
from evalbook.whole_files import is_there, read_whole, rejecting_unwritable, replace_whole

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

# Cells have ids since nbformat 4.5; before, an id makes a notebook invalid.
_MINOR_WITH_IDS = 5

_SCRIPT_MARK = "# Cell 1 — Configuration"

Json = dict[str, Any]


def write_notebook(
    path: Path, settings: EvaluationSettings, *, poll_seconds: float = POLL_SECONDS
) -> Path:
    """Write the evaluation's header and four cells, and return the file written.

    A new notebook is of nbformat 4.5. In a notebook that exists, our own cells are replaced where
    they stand, and put at the end if there are none. All other cells with their outputs, and
    the notebook's metadata, keep every byte; so does the format's minor version, and in a notebook
    older than 4.5 our cells have no ids. Outputs of our own cells are kept where the cell did not
    change, and cleared where it did. The file is replaced in one step, after nbformat found the
    result valid.

    Raises:
        AnswerRejected: the file can't be used or written; it is left as it was.
    """
    cells = render_cells(settings, run_record=_run_record(path), poll_seconds=poll_seconds)
    notebook = read_notebook(path) if is_there(path) else _new_notebook()
    _write(path, _with_cells(notebook, cells))
    return path


def _new_notebook() -> ExistingNotebook:
    document = {
        "cells": [],
        "metadata": {"kernelspec": _KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": _MINOR_WITH_IDS,
    }
    return ExistingNotebook(json.dumps(document, indent=1) + "\n", [], _MINOR_WITH_IDS)


def write_script(path: Path, settings: EvaluationSettings) -> Path:
    """Write the same cells as a Python file, and return it.

    Raises:
        AnswerRejected: the file exists and is not a script of ours, or can't be written.
    """
    text = render_script(settings, run_record=_run_record(path))
    if is_there(path) and _SCRIPT_MARK not in read_text(path):
        raise AnswerRejected(
            "notebook.exists",
            f'"{path}" exists, and evalbook did not write it.',
            "Name another file, or move that one away.",
        )
    _write(path, text)
    return path


_TITLES = {  # of our cells, in a sentence
    "header": "the header",
    "configuration": "cell 1 (configuration)",
    "start": "cell 2 (start)",
    "poll": "cell 3 (poll)",
    "results": "cell 4 (results)",
}


def find_edited_cells(path: Path) -> list[str]:
    """Return which of our cells in a notebook or a script a person has changed, as titles.

    Writing there would lose the changes: `keep_copy` first, or write to `copy_of`. Nothing where
    there is no file, or none of our cells in it.

    Raises:
        AnswerRejected: the notebook can't be used.
    """
    if not is_there(path):
        return []
    cells = _script_cells(path) if path.suffix == ".py" else read_notebook(path).cells
    own = own_places(cells)
    return [title for name, title in _TITLES.items() if name in own and is_edited(cells[own[name]])]


def copy_of(path: Path) -> Path:
    """Return the first free name beside a file: ``bot-2.ipynb`` for ``bot.ipynb``."""
    number = 2
    while is_there(free := path.with_name(f"{path.stem}-{number}{path.suffix}")):
        number += 1
    return free


def keep_copy(path: Path) -> Path:
    """Copy a file to a free name beside it, with its mode, and return the copy.

    Raises:
        AnswerRejected: it can't be read, or its folder not be written.
    """
    copy = copy_of(path)
    with rejecting_unwritable("notebook.unwritable", copy):
        replace_whole(copy, read_whole(path, LARGEST_NOTEBOOK))
        copy.chmod(path.stat().st_mode & 0o7777)
    return copy


def _script_cells(path: Path) -> list[Any]:
    import jupytext

    # As they stand in the file: Jupyter opens a magic that is a comment there as the magic.
    as_written = {"extension": ".py", "format_name": "percent", "comment_magics": False}
    cells: list[Any] = jupytext.reads(read_text(path), fmt=as_written).cells
    return cells


def _run_record(path: Path) -> str:
    return f"{path.stem}.run.json"


def _write(path: Path, text: str) -> None:
    with rejecting_unwritable("notebook.unwritable", path):
        replace_whole(path, text.encode("utf-8"))


def _cells_json(cells: list[Cell], minor: int) -> list[Json]:
    """Return the cells as jupytext makes them from the script, as they stand in a notebook."""
    import jupytext

    notebook = jupytext.reads(percent_text(cells), fmt="py:percent")
    return [
        _cell_json(cell.name, made, minor) for cell, made in zip(cells, notebook.cells, strict=True)
    ]


def _cell_json(name: str, made: Any, minor: int) -> Json:
    is_code = made.cell_type == "code"
    cell: Json = {"cell_type": made.cell_type}
    if is_code:
        cell["execution_count"] = None
    if minor >= _MINOR_WITH_IDS:
        cell["id"] = f"evalbook-{name}"
    cell["metadata"] = dict(made.metadata)
    if is_code:
        cell["outputs"] = []
    lines = str(made.source).split("\n")
    cell["source"] = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
    return cell


def _with_cells(notebook: ExistingNotebook, cells: list[Cell]) -> str:
    own = own_places(notebook.cells)
    replaced: dict[int, Json] = {}
    inserted: dict[int, list[Json]] = {}
    # A cell of ours that was deleted comes back after the one it used to follow.
    after = min(own.values(), default=len(notebook.cells))
    taken = {cell.get("id") for cell in notebook.cells}
    for cell, made in zip(cells, _cells_json(cells, notebook.minor), strict=True):
        if cell.name in own:
            place = own[cell.name]
            after = place + 1
            if not _same(notebook.cells[place], made):
                replaced[place] = _in_place_of(notebook.cells[place], made)
        else:
            inserted.setdefault(after, []).append(_with_free_id(made, taken))
    if not replaced and not inserted:
        return notebook.text
    text = splice(notebook.text, replaced, inserted)
    if problem := explain_invalidity(json.loads(text)):
        raise ValueError(f"the notebook to be written is not valid: {problem}")
    return text


def _same(old: Json, new: Json) -> bool:
    return (
        old["cell_type"] == new["cell_type"]
        and "".join(old["source"]) == "".join(new["source"])
        and new["metadata"].items() <= old["metadata"].items()
    )


def _in_place_of(old: Json, new: Json) -> Json:
    """Return the new cell with the old one's id and with what else its metadata says."""
    tags = [*old["metadata"].get("tags", []), *new["metadata"].get("tags", [])]
    metadata = {**old["metadata"], **new["metadata"]}
    if tags:
        metadata["tags"] = list(dict.fromkeys(tags))
    kept = {"id": old["id"]} if "id" in old else {}
    return {**new, **kept, "metadata": metadata}


def _with_free_id(cell: Json, taken: set[str | None]) -> Json:
    if "id" not in cell:
        return cell
    wanted, number = cell["id"], 1
    while cell["id"] in taken:
        number += 1
        cell["id"] = f"{wanted}-{number}"
    return cell

"""Where the notebook goes: a new file, or appended to an existing one. Answering writes it."""

from __future__ import annotations

import os
from pathlib import Path

from evalbook.checks import Remedy, passed, remedy_in_commands, warning
from evalbook.errors import AnswerRejected
from evalbook.texts import Notice, joined, put_in_a_row, shortened
from evalbook.whole_files import end_of_links, is_a_file, is_a_folder, is_there
from evalbook.workflow import hearing, slots
from evalbook.workflow.estimate import estimate
from evalbook.workflow.facts import NotebookFacts
from evalbook.workflow.interview import Accepted, Interview, Narrowed, Outcome, Step, Wants
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.settings import settings_of
from evalbook.workflow.steps.scope import BASE_ONLY, BOTH, FINE_TUNED_ONLY, scope_of
from evalbook.workflow.turn import Choice, Question

NEW = "new"
_KEEP_COPY = "copy of "
"""Prefix of an answer that keeps a copy of an edited notebook; the path follows."""


def _ask(interview: Interview) -> Question:
    own = locate_own_notebook(interview)
    here = sorted(own.parent.glob("*.ipynb")) if is_a_folder(own.parent) else []
    replaced = "Already exists: evalbook replaces its own cells and keeps all others."
    return Question(
        f"Write a new notebook {_shown(own, interview)}, or append to an existing one?",
        kind="choice",
        choices=(
            Choice(NEW, own.name, replaced if is_there(own) else "A new notebook."),
            *(
                Choice(str(_shown(path, interview)), path.name, "Adds the cells at its end.")
                for path in here
                if path != own
            ),
        ),
        default=NEW,
        help="new, a number, or the path of a notebook to append to.",
    )


def _read(text: str, question: Question, interview: Interview) -> str:
    try:
        return read_choice(text, question.choices)
    except AnswerRejected as rejection:
        if not text.strip("'\" ").endswith(".ipynb"):
            or_a_path = "Or give the path of a notebook, ending in .ipynb."
            raise AnswerRejected(
                rejection.code,
                rejection.message,
                put_in_a_row(remedy_in_commands(rejection.remedy), or_a_path),
            ) from rejection
    path = interview.file_named(text)
    if not is_a_file(path):
        raise AnswerRejected(
            "notebook.missing",
            f"There is no notebook {shortened(str(path))}.",
            "Give the path of an existing one, or new.",
        )
    return str(_shown(path, interview))


def _do(value: str, interview: Interview) -> Outcome[str, NotebookFacts]:
    """Write the notebook; if a person edited its cells, first ask what to do with the edits."""
    from evalbook.notebook.write import find_edited_cells, keep_copy, write_notebook

    named = value.removeprefix(_KEEP_COPY)
    path = locate_own_notebook(interview) if named == NEW else interview.folder / named
    _need_inside(path, interview)
    edited = find_edited_cells(path)
    if edited and named == value:
        return Narrowed(_what_becomes_of_edits(value, path, edited, interview))
    interview.progress(f"Writing {path}", None, None)
    notices = (f"Kept your edits in {_shown(keep_copy(path), interview)}.",) if edited else ()
    write_notebook(path, settings_of(interview))
    # Relative to the state's folder, so that the two can move together.
    folder = end_of_links(interview.state_path).parent
    return Accepted(named, NotebookFacts(str(_seen_from(folder, path))), notices=notices)


def _what_becomes_of_edits(
    value: str, path: Path, edited: list[str], interview: Interview
) -> Question:
    from evalbook.notebook.write import copy_of

    shown, another = _shown(path, interview), _shown(copy_of(path), interview)
    return Question(
        f"You have edited {joined(edited)} of {shown}. What should happen to your edits?",
        kind="choice",
        choices=(
            Choice(
                f"{_KEEP_COPY}{value}",
                "Keep a copy",
                f"Copies it to {another.name}, then rewrites {path.name}.",
            ),
            Choice(str(another), "Write another file", f"Writes only {another.name}."),
        ),
        help="Either way, your edits are kept.",
    )


def _check(value: str, interview: Interview) -> Outcome[str, NotebookFacts]:
    """Say whether the notebook still is as it was written."""
    from evalbook.notebook.write import find_edited_cells

    path = locate_notebook(interview)
    if not is_there(path):
        remedy = Remedy("To write it again:", command="generate")
        check = warning("notebook.missing", f"The notebook {path} is gone.", remedy)
    elif edited := find_edited_cells(path):
        check = warning("notebook.edited", f"You have edited {joined(edited)} of {path}.")
    else:
        check = passed("notebook", f"{path} is unchanged.")
    return Accepted(value, interview.answer(slots.NOTEBOOK).facts, (check,))


def write_again(interview: Interview, *, script: bool, keep_edits: bool, to: Path | None) -> Path:
    """Rewrite the notebook of a completed interview, or write its cells as a script; return which.

    Args:
        interview: a completed interview.
        script: write a plain Python file, beside the notebook unless ``to`` is given.
        keep_edits: keep a copy of a file with edited cells.
        to: another file to write.

    Raises:
        AnswerRejected: ``notebook.edited``, a person's edits would be lost.
    """
    from evalbook.notebook.write import find_edited_cells, keep_copy, write_notebook, write_script

    path = to or locate_notebook(interview).with_suffix(".py" if script else ".ipynb")
    if to is None:
        _need_inside(path, interview)
    if edited := find_edited_cells(path):
        if not keep_edits:
            raise AnswerRejected(
                "notebook.edited",
                f"You have edited {joined(edited)} of {path}; nothing was written.",
                "Keep a copy of it with --keep-copy, or name another file with --to.",
            )
        keep_copy(path)
    write = write_script if script else write_notebook
    return write(path, settings_of(interview))


def _need_inside(path: Path, interview: Interview) -> None:
    """Refuse paths that lead elsewhere: a state or answers file may come from anybody."""
    folders = (end_of_links(interview.folder), end_of_links(interview.state_path).parent)
    if not any(end_of_links(path).is_relative_to(folder) for folder in folders):
        raise AnswerRejected(
            "notebook.outside",
            f"{shortened(str(path))} is outside {folders[0]}; evalbook writes nothing there.",
            "Name a notebook in this folder, or start evalbook in the other folder.",
        )


def locate_own_notebook(interview: Interview) -> Path:
    project = interview.answer(slots.PROJECT).value
    return interview.folder / project / "notebooks" / f"{project}_model-evaluation.ipynb"


def locate_notebook(interview: Interview) -> Path:
    """Return the path of the written notebook, relative to the current folder."""
    path = end_of_links(interview.state_path).parent / interview.answer(slots.NOTEBOOK).facts.path
    return _shown(path, interview)


_CELL_4 = {
    BOTH: "compares the base model with the fine-tuned one",
    FINE_TUNED_ONLY: "shows the fine-tuned model's scores",
    BASE_ONLY: "shows the base model's scores",
}


def run_instructions(interview: Interview) -> tuple[str, ...]:
    minutes = estimate(interview).minutes
    how_long = ", about {} to {} minutes".format(*minutes) if minutes else ""
    # The SDK has no dry run for the person's own instances.
    dry_run = "" if interview.value(slots.COMPUTE) else ", after a dry run"
    path = locate_notebook(interview)
    return (
        f"Written: {path}",
        "Open it in JupyterLab, VS Code or SageMaker Studio and run its cells in order:",
        Notice("Cell 1: configuration; installs the SageMaker SDK if it is missing."),
        f"Cell 2: starts the evaluation{dry_run}. Run it again, and it finds the same run.",
        Notice(f"Cell 3: shows progress until the run ends{how_long}."),
        Notice(f"Cell 4: {_CELL_4[scope_of(interview)]}."),
    )


def _shown(path: Path, interview: Interview) -> Path:
    return _seen_from(end_of_links(interview.folder), path)


def _seen_from(folder: Path, path: Path) -> Path:
    """Return a file's path relative to a folder, or absolute if on another Windows drive."""
    try:
        return Path(os.path.relpath(end_of_links(path), folder))
    except ValueError:
        return end_of_links(path)


STEP = Step(
    slots.NOTEBOOK,
    "Notebook",
    ask=_ask,
    hears=hearing.notebook,
    read=_read,
    check=_check,
    do=_do,
    depends_on_all=True,
    asked_again=True,
    example="new",
    example_meaning="Or the path of a notebook: its own cells stay as they are, and the four are "
    "put behind them.",
    wants=Wants(files=(".ipynb",)),
)

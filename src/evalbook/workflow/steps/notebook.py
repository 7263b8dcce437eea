"""Where the notebook goes: a new one, or added to one that exists. Answering writes it."""

from __future__ import annotations

import os
from pathlib import Path

from evalbook.errors import AnswerRejected
from evalbook.workflow.answers import read_choice, shortened
from evalbook.workflow.estimate import estimate
from evalbook.workflow.interview import Interview, is_a_file
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.steps.scope import BASE_ONLY, BOTH, FINE_TUNED_ONLY
from evalbook.workflow.turn import Choice, Question

NEW = "new"


def _ask(interview: Interview) -> Question:
    own = own_notebook(interview)
    exists = own.exists()
    choices = [
        Choice(
            NEW,
            f"{own.name}",
            "Exists already: evalbook's cells in it are replaced, all others kept."
            if exists
            else "A new notebook.",
        )
    ]
    choices.extend(
        Choice(str(_shown(path, interview)), path.name, "Adds the cells at its end.")
        for path in sorted(own.parent.glob("*.ipynb"))
        if path != own
    )
    return Question(
        f"Write a new notebook {_shown(own, interview)}, or append to one that exists?",
        kind="choice",
        choices=tuple(choices),
        default=NEW,
        help="new, a number, or the path of a notebook to append to.",
        reference="references/notebook-structure.md",
    )


def _read(text: str, question: Question, interview: Interview) -> str:
    try:
        return read_choice(text, question.choices)
    except AnswerRejected:
        if not text.strip("'\" ").endswith(".ipynb"):
            raise
    path = interview.file_named(text)
    if not is_a_file(path):
        raise AnswerRejected(
            "notebook.missing",
            f"There is no notebook {shortened(str(path))}.",
            "Give the path of one that exists, or new.",
        )
    return str(_shown(path, interview))


def _check(value: str, interview: Interview) -> Outcome:
    from evalbook.notebook.write import write_notebook
    from evalbook.workflow.settings import settings_of

    path = own_notebook(interview) if value == NEW else interview.folder / value
    interview.progress(f"Writing {path}", None, None)
    write_notebook(path, settings_of(interview), append_to=path if path.exists() else None)
    # Named from the state's folder, so that the two can move together.
    folder = interview.state_path.resolve().parent
    return Accepted(value, {"path": str(_seen_from(folder, path))})


def write_again(interview: Interview, *, script: bool) -> Path:
    """Write the notebook of a completed interview again, or a script of the same cells beside it.

    Returns:
        The path of what was written, from the current folder.
    """
    from evalbook.notebook.write import write_notebook, write_script
    from evalbook.workflow.settings import settings_of

    path = written_notebook(interview)
    settings = settings_of(interview)
    if script:
        path = path.with_suffix(".py")
        write_script(path, settings)
    else:
        write_notebook(path, settings, append_to=path if path.exists() else None)
    return path


def own_notebook(interview: Interview) -> Path:
    """Return the path of the project's own notebook."""
    project = str(interview.value("project"))
    return interview.folder / project / "notebooks" / f"{project}_model-evaluation.ipynb"


def written_notebook(interview: Interview) -> Path:
    """Return the path of the notebook that was written, from the current folder."""
    path = interview.state_path.resolve().parent / interview.facts("notebook")["path"]
    return _shown(path, interview)


_CELL_4 = {
    BOTH: "compares the base model with the fine-tuned one",
    FINE_TUNED_ONLY: "shows the fine-tuned model's scores",
    BASE_ONLY: "shows the base model's scores",
}


def run_instructions(interview: Interview) -> tuple[str, ...]:
    """Return how to run the notebook that was written."""
    expected = estimate(interview)
    minutes = expected.minutes
    how_long = ", about {} to {} minutes".format(*minutes) if minutes else ""
    # The SDK has none for instances of one's own.
    dry_run = "" if expected.instances else ", after a dry run"
    path = written_notebook(interview)
    return (
        f"Written: {path}",
        "Open it in JupyterLab, VS Code or SageMaker Studio and run its cells in order:",
        "Cell 1: configuration; installs the SageMaker SDK where it is missing.",
        f"Cell 2: starts the evaluation{dry_run}. Run again, it finds the same run.",
        f"Cell 3: shows progress until it is done{how_long}.",
        f"Cell 4: {_CELL_4[expected.scope]}.",
    )


def _shown(path: Path, interview: Interview) -> Path:
    return _seen_from(interview.folder.resolve(), path)


def _seen_from(folder: Path, path: Path) -> Path:
    """Return the way from a folder to a file; on another drive of Windows there is none."""
    try:
        return Path(os.path.relpath(path.resolve(), folder))
    except ValueError:
        return path.resolve()


STEP = Step(
    "notebook",
    "Notebook",
    ask=_ask,
    read=_read,
    check=_check,
    depends_on_all=True,
)

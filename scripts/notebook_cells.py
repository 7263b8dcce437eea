# /// script
# requires-python = ">=3.10"
# dependencies = ["evalbook"]
# ///
"""Print the notebook's cells: of a completed interview, or the bare templates.

    uv run notebook_cells.py
    uv run notebook_cells.py --state path/to/workflow_state.json
    uv run notebook_cells.py --templates

Nothing is written. The exit status is 3 where the interview is not complete, 5 where its state
can't be used.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evalbook.errors import AnswerRejected, EvalbookError


def main(arguments: list[str] | None = None) -> int:
    """Print the cells; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--state", type=Path, default=Path("workflow_state.json"))
    parser.add_argument("--templates", action="store_true", help="the templates, without values")
    options = parser.parse_args(arguments)
    try:
        print(templates() if options.templates else cells_of(options.state))
    except EvalbookError as error:
        print(error.message, error.remedy or "", file=sys.stderr)
        return error.exit_status
    return 0


def cells_of(state: Path) -> str:
    """Return the cells of the interview kept in a state file, marked as jupytext marks them.

    Raises:
        AnswerRejected: a question is still open.
        StateFileError: the file can't be used.
    """
    from evalbook.notebook.render import render_script
    from evalbook.workflow.settings import settings_of
    from evalbook.workflow.steps.notebook import locate_notebook
    from evalbook.workflow.workflow import Workflow

    workflow = Workflow.load(state)
    turn = workflow.turn()
    if turn.status != "complete":
        raise AnswerRejected(
            "not_ready",
            f"There are no cells yet: {turn.step} is not answered.",
            "Go on with `evalbook next`, or see the templates with --templates.",
        )
    interview = workflow.interview
    run_record = f"{locate_notebook(interview).stem}.run.json"
    return render_script(settings_of(interview), run_record=run_record)


def templates() -> str:
    """Return the cells' templates as they stand in the package."""
    import evalbook.notebook

    folder = Path(evalbook.notebook.__file__).with_name("cells")
    return "\n".join(
        f"# ---- {path.relative_to(folder).as_posix()}\n{path.read_text(encoding='utf-8')}"
        for path in sorted(folder.rglob("*.j2"))
    )


if __name__ == "__main__":
    sys.exit(main())

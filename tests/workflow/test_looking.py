"""Looking changes nothing; what a person has edited is never overwritten unasked."""

import json
from pathlib import Path

import nbformat
import pytest
from interviews import ANSWERS_BY_TYPE, answer_until, answered_until

from evalbook.errors import AnswerRejected
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.usefixtures("in_sandbox")


def everything_here() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def edited(notebook: Path, cell: int = 1, line: str = "RUN_NUMBER = 7") -> None:
    document = nbformat.read(notebook, as_version=4)
    document.cells[cell].source += f"\n{line}"
    nbformat.write(document, notebook)


def a_finished_interview(kind: str = "llm_as_judge") -> tuple[Workflow, Path]:
    workflow, turn = answered_until(None, evaluation_type=kind)
    return workflow, Path(turn.notebook or "")


@pytest.mark.parametrize("kind", ANSWERS_BY_TYPE)
def test_showing_and_checking_change_neither_state_nor_notebook(kind):
    workflow, notebook = a_finished_interview(kind)
    edited(notebook)
    before = everything_here()

    workflow.turn()
    workflow.summary()
    found = dict(workflow.check())

    assert everything_here() == before
    assert [check.id for check in found["notebook"]] == ["notebook.edited"]


def test_checking_does_not_bring_back_a_notebook_that_was_deleted():
    workflow, notebook = a_finished_interview()
    notebook.unlink()

    [found] = dict(workflow.check())["notebook"]

    assert (found.id, notebook.exists()) == ("notebook.missing", False)


def test_another_answer_asks_before_an_edited_notebook_is_written_again():
    workflow, notebook = a_finished_interview()
    edited(notebook)
    before = notebook.read_bytes()

    workflow.answer("Sorts tickets.", step="task")
    answer_until(workflow, "notebook")
    turn = workflow.answer("new")

    assert turn.question.startswith("You have edited cell 1 (configuration) of ")
    assert [choice.label for choice in turn.choices] == ["Keep a copy", "Write another file"]
    assert notebook.read_bytes() == before

    turn = workflow.answer("Keep a copy")
    assert turn.status == "complete"
    assert notebook.with_stem(f"{notebook.stem}-2").read_bytes() == before
    assert b"RUN_NUMBER = 7" not in notebook.read_bytes()


def test_another_file_is_written_where_that_is_wanted():
    workflow, notebook = a_finished_interview()
    edited(notebook)
    before = notebook.read_bytes()
    workflow.back("notebook")
    workflow.answer("new")

    turn = workflow.answer("Write another file")

    assert Path(turn.notebook or "") == notebook.with_stem(f"{notebook.stem}-2")
    assert notebook.read_bytes() == before


def test_generating_again_refuses_to_overwrite_edits_and_names_them():
    workflow, notebook = a_finished_interview()
    edited(notebook, cell=4)
    before = everything_here()

    with pytest.raises(AnswerRejected) as caught:
        workflow.generate()
    assert "cell 4 (results)" in caught.value.message
    assert everything_here() == before

    assert workflow.generate(to=Path("other.ipynb")) == Path("other.ipynb")
    assert notebook.read_bytes() == before[str(notebook)]
    workflow.generate(keep_edits=True)
    assert notebook.with_stem(f"{notebook.stem}-2").read_bytes() == before[str(notebook)]


def test_cells_of_ones_own_are_no_edits():
    workflow, notebook = a_finished_interview()
    document = nbformat.read(notebook, as_version=4)
    document.cells.append(nbformat.v4.new_code_cell("print('mine')"))
    nbformat.write(document, notebook)

    workflow.generate()

    assert "print('mine')" in json.dumps(nbformat.read(notebook, as_version=4))

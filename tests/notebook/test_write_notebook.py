from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebook_builders import a_cell, a_notebook, cells_in, names_in, some_settings

from evalbook.errors import AnswerRejected
from evalbook.notebook.write import find_edited_cells, keep_copy, write_notebook, write_script
from hostile_host import a_full_disk

OURS = ["header", "configuration", "start", "poll", "results"]

OUTPUT = {"name": "stdout", "output_type": "stream", "text": ["1\n"]}


def test_new_notebook_is_valid_and_runs_python_3(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "notebooks" / "bot.ipynb", some_settings())

    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert names_in(path) == OURS
    assert [cell.id for cell in notebook.cells] == [f"evalbook-{name}" for name in OURS]
    assert notebook.cells[1].metadata.tags == ["parameters"]


def test_record_of_runs_is_named_after_the_notebook(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "bot.ipynb", some_settings())

    assert 'RUN_RECORD: str = "bot.run.json"\n' in cells_in(path)[1]["source"]


def test_writing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "bot.ipynb", some_settings())
    before = path.read_bytes()

    write_notebook(path, some_settings())
    assert path.read_bytes() == before


def test_appended_cells_leave_every_byte_before_them(tmp_path: Path) -> None:
    path = a_notebook(tmp_path / "mine.ipynb", a_cell("1", outputs=[OUTPUT]), title="é", n=1.0)
    before = path.read_text()

    assert write_notebook(path, some_settings()) == path
    head, tail = before.rsplit("\n  }", 1)
    after = path.read_text()
    assert after.startswith(head + "\n  },")
    assert after.endswith(tail)
    assert names_in(path) == ["", *OURS]


@pytest.mark.parametrize("minor", [0, 1, 2, 3, 4])
def test_older_notebook_keeps_its_version_and_takes_cells_without_ids(
    tmp_path: Path, minor: int
) -> None:
    old = a_cell("1")
    del old["id"]
    path = a_notebook(tmp_path / "mine.ipynb", old, minor=minor)

    write_notebook(path, some_settings())
    document = json.loads(path.read_text())
    assert document["nbformat_minor"] == minor
    assert document["cells"][0] == old
    assert not [cell for cell in document["cells"] if "id" in cell]


def test_appending_twice_replaces_the_cells_where_they_stand(tmp_path: Path) -> None:
    path = a_notebook(tmp_path / "mine.ipynb", a_cell("before"))
    write_notebook(path, some_settings())
    document = json.loads(path.read_text())
    document["cells"].append(a_cell("after", id="after"))
    path.write_text(json.dumps(document))

    write_notebook(path, some_settings(task="Another task"))
    assert names_in(path) == ["", *OURS, ""]
    assert 'TASK: str = "Another task"\n' in cells_in(path)[2]["source"]


def test_outputs_are_kept_where_a_cell_did_not_change(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "bot.ipynb", some_settings())
    document = json.loads(path.read_text())
    for cell in document["cells"][1:]:
        cell.update(outputs=[OUTPUT], execution_count=3)
    path.write_text(json.dumps(document))

    write_notebook(path, some_settings(task="Other"))
    assert [cell["outputs"] for cell in cells_in(path)[1:]] == [[], [OUTPUT], [OUTPUT], [OUTPUT]]


def test_what_the_user_added_to_our_metadata_is_kept(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "bot.ipynb", some_settings())
    document = json.loads(path.read_text())
    document["cells"][1]["metadata"].update(collapsed=True, tags=["mine", "parameters"])
    document["cells"][1]["id"] = "renamed"
    path.write_text(json.dumps(document))

    write_notebook(path, some_settings(task="Another task"))
    cell = cells_in(path)[1]
    assert cell["id"] == "renamed"
    mark = cell["metadata"].pop("evalbook")
    assert (mark["cell"], len(mark["fingerprint"])) == ("configuration", 12)
    assert cell["metadata"] == {
        "collapsed": True,
        "tags": ["mine", "parameters"],
    }


def test_deleted_cell_comes_back_after_the_one_it_followed(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "bot.ipynb", some_settings())
    document = json.loads(path.read_text())
    document["cells"][3:] = [a_cell("mine")]
    path.write_text(json.dumps(document))

    write_notebook(path, some_settings())
    assert names_in(path) == [*OURS, ""]


def test_copy_of_our_cell_is_the_users(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "bot.ipynb", some_settings())
    document = json.loads(path.read_text())
    copy = {**document["cells"][1], "id": "copy"}
    document["cells"].append(copy)
    path.write_text(json.dumps(document))

    write_notebook(path, some_settings(task="Another task"))
    assert cells_in(path)[5] == copy


def test_id_that_a_users_cell_has_is_left_to_it(tmp_path: Path) -> None:
    path = a_notebook(tmp_path / "mine.ipynb", a_cell("1", id="evalbook-start"))

    write_notebook(path, some_settings())
    assert cells_in(path)[3]["id"] == "evalbook-start-2"


def test_mode_is_kept_and_symbolic_link_followed(tmp_path: Path) -> None:
    real = a_notebook(tmp_path / "real.ipynb", a_cell("1"))
    real.chmod(0o640)
    link = tmp_path / "link.ipynb"
    link.symlink_to(real)

    write_notebook(link, some_settings())
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert names_in(real) == ["", *OURS]


def test_failed_write_leaves_the_notebook_and_nothing_beside_it(tmp_path: Path) -> None:
    path = a_notebook(tmp_path / "mine.ipynb", a_cell("1"))
    before = path.read_bytes()

    with a_full_disk(), pytest.raises(AnswerRejected) as caught:
        write_notebook(path, some_settings())
    assert caught.value.code == "notebook.unwritable"
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.ipynb"]


REFUSED: list[tuple[str, str, str]] = [
    ("{", "notebook.not_json", '"{path}" is not a notebook: it is not valid JSON ('),
    ("[]", "notebook.no_format", '"{path}" is JSON, but not a notebook: it has no nbformat'),
    (
        '{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}',
        "notebook.format",
        '"{path}" has nbformat 3. evalbook can append only to nbformat 4.',
    ),
    ('{"nbformat": 5, "nbformat_minor": 0}', "notebook.format", '"{path}" has nbformat 5.'),
    (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        "notebook.invalid",
        "\"{path}\" is not a valid notebook: in the notebook, 'cells' is a required property.",
    ),
    (
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {},
                "cells": [a_cell("1"), {**a_cell("2", id="2"), "outputs": 7}],
            }
        ),
        "notebook.invalid",
        "\"{path}\" is not a valid notebook: in cell 2, 7 is not of type 'array'.",
    ),
    (
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}},
                "cells": [],
            }
        ),
        "notebook.language",
        '"{path}" runs R, but the evaluation\'s cells are Python.',
    ),
]


@pytest.mark.parametrize(("text", "code", "message"), REFUSED)
def test_notebook_that_cannot_be_appended_to_is_refused(
    tmp_path: Path, text: str, code: str, message: str
) -> None:
    path = tmp_path / "mine.ipynb"
    path.write_text(text)

    with pytest.raises(AnswerRejected) as caught:
        write_notebook(path, some_settings())
    assert caught.value.code == code
    assert caught.value.message.startswith(message.format(path=path))
    assert path.read_text() == text


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_read_only(path: Path) -> None:
    a_notebook(path, a_cell("1")).chmod(0o444)


def make_latin_1(path: Path) -> None:
    path.write_bytes(b'{"cells": "\xe9"}')


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (make_folder, "notebook.unreadable"),
        (make_pipe, "notebook.unreadable"),
        (make_read_only, "notebook.read_only"),
        (make_latin_1, "notebook.unreadable"),
    ],
)
def test_file_that_cannot_be_used_is_refused(tmp_path: Path, make: Any, code: str) -> None:
    path = tmp_path / "mine.ipynb"
    make(path)

    with pytest.raises(AnswerRejected) as caught:
        write_notebook(path, some_settings())
    assert caught.value.code == code


def test_script_is_written_and_written_again(tmp_path: Path) -> None:
    path = write_script(tmp_path / "bot.py", some_settings())
    write_script(path, some_settings(task="Another task"))

    assert 'TASK: str = "Another task"\n' in path.read_text(encoding="utf-8")
    compile(path.read_text(encoding="utf-8"), path, "exec")


def test_script_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "bot.py"
    path.write_text("print(1)\n")

    with pytest.raises(AnswerRejected) as caught:
        write_script(path, some_settings())
    assert caught.value.code == "notebook.exists"
    assert path.read_text() == "print(1)\n"


def test_cells_that_a_person_edited_are_named(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "bot.ipynb", some_settings())
    assert find_edited_cells(path) == []
    document = json.loads(path.read_text())
    document["cells"][1]["source"].append("\nRUN_NUMBER = 7")
    document["cells"][3]["source"][0] = "# Cell 3 — Poll until the evaluation ends\r\n"  # no edit
    document["cells"][4]["metadata"]["evalbook"] = {"cell": "results"}
    path.write_text(json.dumps(document))

    assert find_edited_cells(path) == ["cell 1 (configuration)", "cell 4 (results)"]
    assert find_edited_cells(tmp_path / "none.ipynb") == []
    assert find_edited_cells(a_notebook(tmp_path / "mine.ipynb", a_cell("1"))) == []


def test_edits_of_a_script_are_named_by_cell(tmp_path: Path) -> None:
    path = write_script(tmp_path / "bot.py", some_settings())
    assert find_edited_cells(path) == []
    path.write_text(path.read_text().replace("RUN_NUMBER: int = 1", "RUN_NUMBER: int = 7", 1))

    assert find_edited_cells(path) == ["cell 1 (configuration)"]


def test_copy_is_kept_beside_what_would_be_overwritten(tmp_path: Path) -> None:
    path = a_notebook(tmp_path / "bot.ipynb", a_cell("1"))
    path.chmod(0o640)
    (tmp_path / "bot-2.ipynb").touch()

    copy = keep_copy(path)
    assert copy == tmp_path / "bot-3.ipynb"
    assert copy.read_bytes() == path.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o640

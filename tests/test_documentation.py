"""README and docs: what they show is what is printed, what they say to answer is accepted."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from commands import run

from documentation import shown_in, shows
from evalbook.workflow.answers_file import apply_answers, read_answers
from evalbook.workflow.workflow import Workflow

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = [
    (page.name, command)
    for page in PAGES
    for command in shown_in(page)
    if command.startswith("evalbook ")
]
ANSWERS = [
    (page.name, found)
    for page in PAGES
    for found in re.findall(r"```toml\n(# answers\.toml\n.*?)```", page.read_text(), re.DOTALL)
]

pytestmark = pytest.mark.usefixtures("in_sandbox")


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_a_command_prints_what_is_shown(page, command):
    path = next(it for it in PAGES if it.name == page)

    finished = run(*shlex.split(command)[1:], env={"COLUMNS": "120"})

    assert shows(shown_in(path)[command], finished.stdout), finished.stdout + finished.stderr


@pytest.mark.parametrize(("page", "text"), ANSWERS)
def test_answers_that_are_shown_lead_to_a_notebook(page, text):
    Path("answers.toml").write_text(text)

    turn = apply_answers(
        Workflow.load(Path("workflow_state.json")), read_answers(Path("answers.toml"))
    )

    assert (turn.status, turn.error) == ("complete", None), page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_readme_fits_two_screens():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 90

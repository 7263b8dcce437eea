import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from interviews import an_interview

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "workflow_state.json.example"


def test_the_example_is_what_an_interview_leaves_behind_today():
    subprocess.run(
        [sys.executable, "scripts/write_example_state.py", "--check"], cwd=ROOT, check=True
    )


def test_the_example_is_a_completed_interview_that_writes_a_valid_notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXAMPLE, "workflow_state.json")
    workflow = an_interview()

    path = workflow.generate()

    assert workflow.turn().status == "complete"
    nbformat.validate(nbformat.read(path, as_version=4))

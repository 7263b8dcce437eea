"""The demo, as a newcomer runs it: a real process, a real kernel, the unpatched SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.e2e


def test_the_demo_ends_with_an_executed_notebook_and_the_comparison(tmp_path):
    finished = subprocess.run(
        [sys.executable, "-m", "evalbook", "demo", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr[-3000:]
    document = json.loads(finished.stdout)
    notebook = nbformat.read(Path(document["notebook"]), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4]
    assert any("image/png" in output.get("data", {}) for output in code[3].outputs)
    assert "fine-tuned is better" in document["cells"][3]
    assert "[17/17]" in finished.stderr

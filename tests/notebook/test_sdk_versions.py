from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from notebook_builders import some_settings

from evalbook.notebook.render import render_cells
from evalbook.notebook.sdk import MINIMUM_SDK

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
IN_USE = "RuntimeError: An older sagemaker is loaded: restart the kernel and begin at cell 1."


def run_cell_2(tmp_path: Path, before: str) -> str:
    """Run the beginning of cell 2 in a process that did something before."""
    cell = render_cells(some_settings())[2].source.partition("warnings.simplefilter")[0]
    code = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n{before}\n{cell}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stderr.rstrip()


def test_sagemaker_2_that_is_in_use_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "sagemaker.py").write_text("__version__ = '2.250.0'")

    assert run_cell_2(tmp_path, "import sagemaker").endswith(IN_USE)


@pytest.mark.parametrize(("version", "said"), [("2.20.0", IN_USE), (None, "")])
def test_part_of_another_version_that_is_in_use_is_noticed(
    tmp_path: Path, version: str | None, said: str
) -> None:
    before = "import sagemaker.core.utils.user_agent as loaded"
    if version:
        before += f"\nloaded.SagemakerCore_VERSION = {version!r}"

    assert run_cell_2(tmp_path, before).endswith(said)


def test_the_oldest_sdk_that_is_tried_is_the_oldest_that_the_cells_accept() -> None:
    pinned = (REQUIREMENTS / "sdk-oldest.txt").read_text().split("\n")
    versions = dict(line.split("==") for line in pinned if "==" in line)

    _, minor_and_patch = MINIMUM_SDK.split(".", 1)
    assert versions["sagemaker"] == MINIMUM_SDK
    assert {version.split(".", 1)[1] for version in versions.values()} == {minor_and_patch}

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from notebook_builders import some_settings

from evalbook.notebook.render import render_cells
from evalbook.notebook.sdk import MINIMUM_SDK, MINIMUM_SDK_PARTS


def installed(folder: Path, package: str, version: str) -> None:
    metadata = folder / f"{package}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
    )


def pip_that_tells(folder: Path) -> None:
    (folder / "pip").mkdir()
    (folder / "pip" / "__init__.py").write_text("")
    (folder / "pip" / "__main__.py").write_text("import sys\nprint('pip', *sys.argv[1:])\n")


def run_cell_1(tmp_path: Path, sagemaker: str | None, before: str = "") -> str:
    pip_that_tells(tmp_path)
    installed(tmp_path, "matplotlib", "3.9.0")
    if sagemaker:
        installed(tmp_path, "sagemaker", sagemaker)
    cell = render_cells(some_settings())[1].source
    # Without site-packages: only what this test put there is installed.
    code = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n{before}\n{cell}"
    environment = {"PYTHONPATH": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("version", [None, "2.250.0", "3.21.0", "3.9.9"])
def test_sdk_that_is_missing_or_too_old_is_installed(tmp_path: Path, version: str | None) -> None:
    output = run_cell_1(tmp_path, version)

    assert f"pip install --quiet sagemaker>={MINIMUM_SDK}\n" in output


@pytest.mark.parametrize("version", [MINIMUM_SDK, "3.27.0", "3.100.1", "4.0.0rc1"])
def test_sdk_that_is_new_enough_is_left_alone(tmp_path: Path, version: str) -> None:
    assert "pip install" not in run_cell_1(tmp_path, version)


def test_kernel_that_uses_an_older_sdk_must_be_restarted(tmp_path: Path) -> None:
    (tmp_path / "sagemaker.py").write_text("")

    output = run_cell_1(tmp_path, "3.21.0", before="import sagemaker")
    assert output.rstrip().endswith(
        "RuntimeError: A newer sagemaker was installed while the old one is in use. "
        "Restart the kernel, then run the notebook from this cell on."
    )


def test_parts_of_the_oldest_sdk_are_of_its_version() -> None:
    _, minor_and_patch = MINIMUM_SDK.split(".", 1)

    assert MINIMUM_SDK_PARTS[0] == f"sagemaker=={MINIMUM_SDK}"
    assert {part.split(".", 1)[1] for part in MINIMUM_SDK_PARTS} == {minor_and_patch}

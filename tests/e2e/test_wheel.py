"""The wheel: built, installed into an empty environment, and used for a whole run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

import nbformat
import pytest
from interviews import GOOD_ANSWERS

from documentation import shown_in, shows

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
OLDEST = (3, 10)

IMPORT_EVERYTHING = """
import importlib, pkgutil, evalbook
skipped = ("evalbook.sandbox", "evalbook.mcp", "evalbook.data", "evalbook.__main__")
for module in pkgutil.walk_packages(evalbook.__path__, "evalbook."):
    if not module.name.startswith(skipped):
        importlib.import_module(module.name)
print(evalbook.__file__)
"""


def run(*words: str | Path, folder: Path, told: list[str] | None = None) -> str:
    """Run a command to its end, and return what it printed; ``told`` takes its standard error."""
    finished = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    if told is not None:
        told.append(finished.stderr)
    return finished.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, folder=ROOT)
    (built,) = folder.glob("*.whl")
    return built


def installed(wheel: Path, python: str | Path, folder: Path, *options: str) -> Path:
    """Install the wheel for an interpreter; return the folder of its commands."""
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-compile", *options, wheel, folder=folder)
    return Path(python).parent


@cache
def other_pythons() -> dict[tuple[int, int], Path]:
    """The interpreters of this machine by version, without the one that runs the tests."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += sorted(Path.home().glob(".pyenv/versions/*/bin"))
    found = {}
    for path in (path for folder in folders for path in folder.glob("python3.[0-9]*")):
        if not path.suffix[1:].isdigit():
            continue
        version = (3, int(path.suffix[1:]))
        works = subprocess.run([path, "-c", "import venv, ssl"], capture_output=True, check=False)
        if works.returncode == 0 and OLDEST <= version != sys.version_info[:2]:
            found[version] = path
    return found


def test_the_demo_runs_from_the_wheel_to_an_executed_notebook_and_the_comparison(
    wheel: Path, tmp_path: Path
) -> None:
    venv.create(tmp_path / "empty", with_pip=False)
    python = tmp_path / "empty" / "bin" / "python"
    commands = installed(wheel, python, tmp_path, "--no-deps")
    # The dependencies are there already; a .pth file in a folder that is only named is not read, so
    # that an editable evalbook beside them stays out of the way.
    beside = "\n".join(path for path in sys.path if path.endswith("site-packages"))
    (site,) = (tmp_path / "empty" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(beside)

    assert run(python, "-c", "import evalbook; print(evalbook.__file__)", folder=tmp_path) == (
        f"{site / 'evalbook' / '__init__.py'}\n"
    )
    told: list[str] = []
    document = json.loads(run(commands / "evalbook", "demo", "--json", folder=tmp_path, told=told))
    told.append(document["cells"][3])
    assert shows(shown_in(ROOT / "README.md")["make demo"], "\n".join(told))
    notebook = nbformat.read(Path(document["notebook"]), as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4]
    assert any("image/png" in output.get("data", {}) for output in code[3].outputs)
    assert "The fine-tuned model against the base model, " in document["cells"][3]
    run(commands / "evalbook", "skill", "install", "skills", folder=tmp_path)
    assert (tmp_path / "skills" / "model-evaluation" / "SKILL.md").is_file()


@pytest.mark.parametrize("which", ["oldest", "newest"])
@pytest.mark.usefixtures("in_sandbox")
def test_it_installs_and_works_on_the_oldest_and_the_newest_python_of_this_machine(
    which: str, wheel: Path, tmp_path: Path
) -> None:
    pythons = other_pythons()
    version = OLDEST if which == "oldest" else max(pythons, default=OLDEST)
    if version not in pythons or (which == "newest" and version < sys.version_info[:2]):
        pytest.skip(f"no {which} Python here beside the one that runs the tests")
    run(pythons[version], "-m", "venv", "--without-pip", "empty", folder=tmp_path)
    python = tmp_path / "empty" / "bin" / "python"
    constraints = ROOT / "requirements" / "constraints.txt"
    commands = installed(wheel, python, tmp_path, "--constraint", str(constraints))

    assert "site-packages" in run(python, "-W", "error", "-c", IMPORT_EVERYTHING, folder=tmp_path)
    (tmp_path / "answers.json").write_text(json.dumps(GOOD_ANSWERS))
    turn = json.loads(
        run(commands / "evalbook", "apply", "answers.json", "--json", folder=tmp_path)
    )
    assert turn["status"] == "complete"
    nbformat.validate(nbformat.read(tmp_path / turn["notebook"], as_version=4))
    results = run(commands / "evalbook", "results", "support-bot-v2", folder=tmp_path)
    assert "Correctness" in results

"""A folder to try odd things in, against a simulated AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalbook.sandbox.process import Sandbox


@pytest.fixture(scope="module")
def in_folder(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with things in it that are no files, to which answers may lead."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in shared_sandbox.environment.items():
            patch.setenv(name, value)
        folder = tmp_path_factory.mktemp("fuzz") / "work"
        folder.mkdir()
        patch.chdir(folder)
        for name in ("pipe.json", "pipe.ipynb", "pipe.py", "pipe.jsonl"):
            os.mkfifo(name)
        for name in ("folder", "folder.ipynb", "folder.py"):
            Path(name).mkdir()
        Path("loop.json").symlink_to("loop.json")
        Path("zero.jsonl").symlink_to("/dev/zero")
        Path("a.ipynb").write_text("[" * 5000)
        yield folder

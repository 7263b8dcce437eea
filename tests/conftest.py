"""One simulated AWS for the whole run, and interviews held against it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalbook.sandbox.process import Sandbox


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    """A sandbox whose pipeline steps take a fifth of a second."""
    with Sandbox(step_seconds=0.2) as sandbox:
        yield sandbox


@pytest.fixture
def in_sandbox(shared_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sandbox:
    """The sandbox, its settings in this process's environment, an empty folder to work in."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in shared_sandbox.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return shared_sandbox

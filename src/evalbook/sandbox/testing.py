"""Fixtures for pytest: one sandbox for a whole test run, made new again for each test.

A ``conftest.py`` imports them: ``from evalbook.sandbox.testing import sandbox, sandbox_process``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evalbook.sandbox.process import Sandbox

STEP_SECONDS = 0.1
"""Short enough that no test waits for a run, long enough that its states can be seen."""


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """One simulated AWS for the whole test run."""
    with Sandbox(step_seconds=STEP_SECONDS) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The simulated AWS as at its start, and this process's environment pointed at it."""
    import os

    sandbox_process.reset()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in sandbox_process.environment.items():
        monkeypatch.setenv(name, value)
    return sandbox_process

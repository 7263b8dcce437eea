"""The simulated AWS as at its start, and ways to ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from simulated import client_of

from evalbook.sandbox import Sandbox


@pytest.fixture(scope="session", autouse=True)
def left_as_found(shared_sandbox: Sandbox) -> Iterator[None]:
    """Leave nothing behind for the tests of other folders."""
    yield
    shared_sandbox.reset()


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """The sandbox with its world, clock and faults as at the start."""
    shared_sandbox.reset()
    return shared_sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Callable[..., Any]:
    """Makes a boto3 client that asks the sandbox once and does not retry."""
    return partial(client_of, sandbox)

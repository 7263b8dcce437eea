"""A simulated AWS to try everything against: moto, what it lacks, and a world to look at.

`Sandbox` runs it in a process of its own, for tests; `serve` runs it for people; `describe_world`
says what to try. Importing this package loads none of moto.

A new operation is a method in ``<service>/responses.py`` that answers through `checked`, and a row
in ``tests/sandbox/test_added_operations.py``; something new to find is a row in `world` or
`datasets`, something new to go wrong a row in `scenarios`.
"""

from __future__ import annotations

from evalbook.sandbox.guide import Suggestion, describe_world
from evalbook.sandbox.process import (
    Sandbox,
    SandboxDidNotStart,
    is_in_background,
    serve,
    settings,
    start_in_background,
    stop_in_background,
)

__all__ = [
    "Sandbox",
    "SandboxDidNotStart",
    "Suggestion",
    "describe_world",
    "is_in_background",
    "serve",
    "settings",
    "start_in_background",
    "stop_in_background",
]

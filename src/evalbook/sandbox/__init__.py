"""A simulated AWS to try everything against: moto, what it lacks, and a world to look at.

`Sandbox` runs it in a process of its own, for tests; `serve` runs it for people; `describe_world`
says what to try. Importing this package loads none of moto.
"""

from __future__ import annotations

from evalbook.sandbox.guide import Suggestion, describe_world
from evalbook.sandbox.process import Sandbox, SandboxDidNotStart, serve, settings

__all__ = [
    "Sandbox",
    "SandboxDidNotStart",
    "Suggestion",
    "describe_world",
    "serve",
    "settings",
]

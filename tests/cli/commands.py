"""The real command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "evalbook"]


def run(
    *words: str, said: str | None = None, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `evalbook` with some words, and with what is said on its standard input."""
    return subprocess.run(
        [*COMMAND, *words],
        input=said or "",
        capture_output=True,
        text=True,
        # Some library sets the width for all that the tests start.
        env={**{k: v for k, v in os.environ.items() if k != "COLUMNS"}, **(env or {})},
        cwd=cwd,
        check=False,
        timeout=120,
    )


def the_document(finished: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the one JSON document on standard output; anything beside it is an error."""
    document: dict[str, Any] = json.loads(finished.stdout)
    assert finished.stdout.count("\n") == 1
    return document

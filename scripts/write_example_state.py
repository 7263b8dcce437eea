"""Write workflow_state.json.example: what a whole interview in the sandbox leaves behind."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path

from evalbook.aws.session import Aws
from evalbook.cli.demo import ANSWERS
from evalbook.sandbox import Sandbox
from evalbook.workflow.workflow import Workflow

EXAMPLE = Path(__file__).parent.parent / "workflow_state.json.example"
MOMENT = "2026-11-21T09:30:00+00:00"
DAY, MINUTE = MOMENT[:10], "2026-11-21 09:30 UTC"

# The sandbox is made anew at each start, so its times say nothing.
_TIMES = re.compile(
    r"\d{4}-\d\d-\d\d((?P<moment>T\d\d:\d\d:\d\d\+00:00)|(?P<minute> \d\d:\d\d UTC))?"
)


def example_state() -> str:
    """Return the state file's text, with one moment in place of all times."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        os.environ.update(sandbox.environment)
        os.chdir(folder)
        try:
            # Of a machine that is busy, too, it is the same state.
            workflow = Workflow.load("workflow_state.json", Aws(patience=600))
            turn = workflow.turn()
            while turn.status == "question":
                turn = workflow.answer(ANSWERS[turn.step or ""])
            text = Path("workflow_state.json").read_text(encoding="utf-8")
        finally:
            os.chdir(before)
    if turn.status != "complete":
        raise SystemExit(f"The interview stopped at {turn.step}: {turn.error}")
    json.loads(text)
    written = {"moment": MOMENT, "minute": MINUTE, None: DAY}
    return _TIMES.sub(lambda found: written[_form_of(found)], text)


def _form_of(found: re.Match[str]) -> str | None:
    return next((form for form in ("moment", "minute") if found[form]), None)


def main() -> None:
    """Write the example, or with --check say whether it is up to date."""
    text = example_state()
    if "--check" not in sys.argv:
        EXAMPLE.write_text(text, encoding="utf-8")
    elif EXAMPLE.read_text(encoding="utf-8") != text:
        raise SystemExit(f"{EXAMPLE.name} is stale: run python {Path(__file__).name}")


if __name__ == "__main__":
    main()

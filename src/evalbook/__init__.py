"""Guided notebooks that evaluate models fine-tuned with Amazon SageMaker.

`Workflow` is the interview as a Python API::

    workflow = evalbook.Workflow.load("workflow_state.json")
    turn = workflow.turn()
    turn = workflow.answer("Summarises support tickets.")
"""

from __future__ import annotations

from evalbook.version import __version__

TYPE_CHECKING = False  # that of typing takes 5 ms, before the command could hear Ctrl-C
if TYPE_CHECKING:
    from typing import Any

    from evalbook.workflow.turn import Turn
    from evalbook.workflow.workflow import Workflow

__all__ = ["Turn", "Workflow", "__version__"]


def __getattr__(name: str) -> Any:
    # Imported when asked for: `import evalbook` alone stays as cheap as it looks.
    if name in ("Turn", "Workflow"):
        from importlib import import_module

        return getattr(import_module(f"evalbook.workflow.{name.lower()}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

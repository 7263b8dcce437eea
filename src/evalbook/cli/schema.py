"""`evalbook schema`: the JSON Schema of what evalbook reads and prints, from its types."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import click

from evalbook.checks import Check
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output
from evalbook.workflow.turn import Turn


@dataclass(frozen=True)
class DoctorDocument:
    """What `evalbook doctor --json` prints."""

    protocol: int
    status: Literal["passed", "failed"]
    checks: tuple[Check, ...]


def _brief() -> Any:
    from evalbook.workflow.brief import Brief

    return Brief


def _status() -> Any:
    from evalbook.runs.status import StatusDocument

    return StatusDocument


def _runs() -> Any:
    from evalbook.runs.history import RunsDocument

    return RunsDocument


def _results() -> Any:
    from evalbook.runs.documents import ResultsDocument

    return ResultsDocument


def _gate() -> Any:
    from evalbook.runs.gate import GateDocument

    return GateDocument


def _show() -> Any:
    from evalbook.workflow.summary import ShowDocument

    return ShowDocument


PRINTED: dict[str, Callable[[], Any]] = {
    "turn": lambda: Turn,
    "brief": _brief,
    "show": _show,
    "status": _status,
    "results": _results,
    "runs": _runs,
    "doctor": lambda: DoctorDocument,
    "gate": _gate,
}
"""What commands print under ``--json``, by the name of its schema; imported when asked for."""
NAMES = (*PRINTED, "state", "answers")


def json_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a document by its name, one of ``NAMES``."""
    from evalbook.workflow.schemas import answers_adapter, printed_schema, state_model, titled

    if name == "state":
        schema: dict[str, Any] = state_model().model_json_schema()
    elif name == "answers":
        schema = answers_adapter().json_schema()
    else:
        return printed_schema(PRINTED[name](), name)
    return titled(schema, name)


@command(
    "schema",
    examples=[("evalbook schema turn", "What next, answer and back print under --json.")],
)
@click.argument("name", type=click.Choice(NAMES))
def schema_command(_settings: Settings, output: Output, name: str) -> int:
    """Print the JSON Schema of what evalbook reads or prints."""
    schema = json_schema(name)
    output.document(schema, json.dumps(schema, indent=2))
    return 0

"""`evalbook schema`: the JSON Schema of what evalbook reads and prints, from its types."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import click

from evalbook.checks import Check, Remedy
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output
from evalbook.workflow.turn import PROTOCOL, Problem, Turn


@dataclass(frozen=True)
class ErrorDocument:
    """What any command prints under ``--json`` where it could not do what it was asked."""

    protocol: int
    status: Literal["error"]
    error: Problem


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


PRINTED: dict[str, Callable[[], Any]] = {
    "turn": lambda: Turn,
    "brief": _brief,
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
    from evalbook.workflow.schemas import answers_adapter, state_model

    if name == "state":
        schema: dict[str, Any] = state_model().model_json_schema()
    elif name == "answers":
        schema = answers_adapter().json_schema()
    else:
        schema = _printed(PRINTED[name]())
    schema.setdefault("$schema", "https://json-schema.org/draft/2020-12/schema")
    return {**schema, "title": f"evalbook {name}"}


def _printed(form: Any) -> dict[str, Any]:
    from pydantic import TypeAdapter

    schema: dict[str, Any] = TypeAdapter(form | ErrorDocument).json_schema(
        mode="serialization", schema_generator=_generator()
    )
    for known in schema["$defs"].values():
        if known.get("type") == "object":
            known["additionalProperties"] = known.get("additionalProperties", False)
            known["required"] = list(known.get("properties", ()))
    if "Brief" in schema["$defs"]:
        schema["$defs"]["Brief"]["required"] = ["status", "say"]
    turn = schema["$defs"].get("Turn")
    if turn is not None:
        # What the wizard draws is no part of the document; the protocol is. The fields of a
        # dataset stand only in the turn that follows reading it.
        turn["properties"].pop("preview", None)
        turn["properties"]["protocol"] = {"const": PROTOCOL, "type": "integer"}
        turn["required"] = [name for name in turn["properties"] if name != "fields"]
    return schema


def _generator() -> Any:
    from pydantic.json_schema import GenerateJsonSchema

    class Generator(GenerateJsonSchema):
        """Says that a remedy is printed as the sentence that the command line makes of it."""

        def dataclass_schema(self, schema: Any) -> Any:
            if schema["cls"] is Remedy:
                return {"type": "string"}
            return super().dataclass_schema(schema)

    return Generator


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

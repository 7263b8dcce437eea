"""`evalbook schema`: the JSON Schema of what evalbook reads and prints, from its types."""

from __future__ import annotations

import json
from functools import reduce
from operator import or_
from pkgutil import resolve_name
from typing import Any

import click

from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output

PRINTED: dict[str, tuple[str, ...]] = {
    "turn": ("workflow.turn:Turn",),
    "brief": ("workflow.brief:Brief",),
    "show": ("workflow.summary:ShowDocument",),
    "check": ("cli.documents:CheckDocument",),
    "generate": ("cli.documents:GenerateDocument",),
    "status": ("runs.status:StatusDocument",),
    "results": ("runs.documents:ResultsDocument",),
    "runs": ("runs.history:RunsDocument",),
    "gate": ("runs.gate:GateDocument",),
    "label": ("cli.documents:LabelDocument",),
    "open": ("cli.documents:OpenDocument",),
    "stop": ("cli.documents:StopDocument",),
    "doctor": ("cli.documents:DoctorDocument", "cli.documents:PoliciesDocument"),
    "config": ("cli.documents:ConfigDocument",),
    "completion": ("cli.documents:CompletionDocument",),
    "example": ("cli.documents:ExampleDocument",),
    "skill": ("cli.documents:SkillDocument",),
    "demo": ("cli.documents:DemoDocument",),
    "sandbox": (
        "cli.documents:SandboxDocument",
        "cli.documents:SandboxAnswersDocument",
        "cli.documents:SandboxEndedDocument",
    ),
    "text": ("cli.documents:TextDocument",),
    "interview": ("mcp.documents:InterviewDocument",),
    "words": ("mcp.documents:WordsDocument",),
}
"""What commands and tools give, by the name of its schema: its types, imported when asked for."""
NAMES = (*PRINTED, "state", "answers")


def json_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a document by its name, one of ``NAMES``."""
    from evalbook.workflow.schemas import answers_adapter, printed_schema, state_model, titled

    if name == "state":
        schema: dict[str, Any] = state_model().model_json_schema()
    elif name == "answers":
        schema = answers_adapter().json_schema()
    else:
        forms = [resolve_name(f"evalbook.{form}") for form in PRINTED[name]]
        return printed_schema(reduce(or_, forms), name)
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

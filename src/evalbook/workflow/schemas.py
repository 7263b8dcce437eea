"""The types of documents for pydantic: all that does not fit at once, and their JSON Schemas."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, get_args

from evalbook.checks import Remedy
from evalbook.workflow.interview import Answer, Aside
from evalbook.workflow.slots import slot_forms
from evalbook.workflow.state import ANSWERED, ANSWERS, OWN_KEY, SCHEMA_VERSION
from evalbook.workflow.strict import Misfit, forms_of
from evalbook.workflow.turn import PROTOCOL, ErrorDocument


@cache
def state_model() -> Any:
    """Return the state file as a pydantic model; foreign keys are allowed beside our own."""
    from pydantic import ConfigDict, Field, create_model

    known = {key: form for key, form in forms_of(Answer).items() if key not in ("value", "facts")}
    answers: dict[str, Any] = {}
    for name, (value, found) in slot_forms().items():
        fields: dict[str, Any] = {key: (form, ...) for key, form in known.items()}
        answer = create_model(
            f"{name}_answer",
            __config__=ConfigDict(extra="forbid"),
            value=(value, ...),
            facts=(found, ...),
            **fields,
        )
        answers[name] = (answer | None, None)
    foreign = ConfigDict(extra="allow")
    own: dict[str, Any] = {
        ANSWERS: (create_model("answers", __config__=ConfigDict(extra="forbid"), **answers), ...),
        ANSWERED: (list[str], ...),
        **{key: (form, ...) for key, form in forms_of(Aside).items()},
    }
    parts: dict[str, Any] = {
        "schema_version": (int, Field(SCHEMA_VERSION, ge=SCHEMA_VERSION, le=SCHEMA_VERSION)),
        OWN_KEY: (create_model(OWN_KEY, __config__=foreign, **own), ...),
    }
    return create_model("state", __config__=foreign, **parts)


def list_problems_in_state(own: Any) -> list[Misfit]:
    """Return everything in evalbook's part of a state that does not have its form."""
    from pydantic import ValidationError

    text = json.dumps({"schema_version": SCHEMA_VERSION, OWN_KEY: own}, default=str)
    try:
        state_model().model_validate_json(text, strict=True)
    except ValidationError as error:
        return [
            Misfit(".".join(map(str, it["loc"])), _OUR_WORDS.get(it["type"], it["msg"].lower()))
            for it in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    return []


_OUR_WORDS = {
    "missing": "missing",
    "extra_forbidden": "not known",
    "unexpected_keyword_argument": "not known",
}
"""What pydantic says in other words than `strict`, by its types of errors."""

AnswerValue = str | int | float | bool | None | list[Any] | dict[str, Any]


@cache
def answers_adapter() -> Any:
    """Return a file of answers, ``step = value``, as a pydantic type adapter."""
    from pydantic import ConfigDict, TypeAdapter, create_model

    steps: dict[str, Any] = dict.fromkeys(slot_forms(), (AnswerValue, None))
    model = create_model("answers", __config__=ConfigDict(extra="forbid"), **steps)
    return TypeAdapter(model)


def titled(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a schema that says what it is of; also at its root, as MCP asks of it."""
    root = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}
    return {**root, **schema, "title": f"evalbook {name}"}


def printed_schema(form: Any, name: str) -> dict[str, Any]:
    """Return the JSON Schema of a document that is printed, or of the error in its place."""
    from pydantic import TypeAdapter

    schema: dict[str, Any] = TypeAdapter(form | ErrorDocument).json_schema(
        mode="serialization", schema_generator=_generator()
    )
    documents = {it.__name__ for it in (ErrorDocument, *(get_args(form) or [form]))} - {"Brief"}
    for kind, known in schema["$defs"].items():
        if known.get("type") == "object":
            known["additionalProperties"] = known.get("additionalProperties", False)
            parts = known.setdefault("properties", {})
            if kind in documents:
                known["properties"] = parts = {
                    "protocol": {"const": PROTOCOL, "type": "integer"},
                    **parts,
                }
            known["required"] = list(parts)
    if "Brief" in schema["$defs"]:
        schema["$defs"]["Brief"]["required"] = ["status", "say"]
    turn = schema["$defs"].get("Turn")
    if turn is not None:
        # What the wizard draws is no part of the document. The fields of a dataset stand only in
        # the turn that follows reading it.
        for drawn in ("preview", "review"):
            del turn["properties"][drawn]
        turn["required"] = [name for name in turn["properties"] if name != "fields"]
    return titled(schema, name)


def _generator() -> Any:
    from pydantic.json_schema import GenerateJsonSchema

    class Generator(GenerateJsonSchema):
        """Says that a remedy is printed as the sentence that the command line makes of it."""

        def dataclass_schema(self, schema: Any) -> Any:
            if schema["cls"] is Remedy:
                return {"type": "string"}
            return super().dataclass_schema(schema)

    return Generator

"""A submitted pipeline definition: its steps, what they wait for, and what AWS refuses in it.

Kinder than AWS: only step types that evaluations use are known, conditions, loops and caching are
not, and of a step's arguments only those are checked that CreateTrainingJob's shape describes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evalbook.sandbox.sagemaker.exceptions import ValidationException
from evalbook.sandbox.shapes import LATER, misfits, service_model

STEP_TYPES = ("Lineage", "Training", "Job", "Processing")
REFUSED = "Unable to parse pipeline definition. "


@dataclass(frozen=True)
class Step:
    """One step as it was submitted."""

    name: str
    kind: str
    """One of `STEP_TYPES`. A processing job is checked, and succeeds without being run."""
    arguments: Mapping[str, Any]
    """Not yet resolved: may hold ``Get`` and ``Std:Join``."""
    waits_for: tuple[str, ...]
    """Names of the steps that must have succeeded before this one starts."""


@dataclass(frozen=True)
class Definition:
    """A pipeline definition that AWS would take."""

    steps: tuple[Step, ...]
    mlflow: Mapping[str, Any] | None


def parse_definition(text: str) -> Definition:
    """Read a definition as CreatePipeline and UpdatePipeline do.

    Raises:
        ValidationException: it is not JSON, still holds template markers, or a step can't be made.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValidationException(f"{REFUSED}It is not valid JSON: {error}.") from error
    if not isinstance(document, dict) or not isinstance(document.get("Steps"), list):
        raise ValidationException(
            f"{REFUSED}Property 'Steps' with value 'null' could not be parsed."
        )
    for where, value in _strings(document):
        if "{{" in value or "{%" in value:
            raise ValidationException(
                f"{REFUSED}Property '{where}' with value '{value}' could not be parsed."
            )
    steps = tuple(_step(raw) for raw in document["Steps"])
    _check_order(steps)
    mlflow = document.get("MlflowConfig")
    if mlflow is not None:
        _check_against("CreateTrainingJob", "MlflowConfig", mlflow)
    return Definition(steps, mlflow)


def resolve(value: Any, context: Mapping[str, Any]) -> Any:
    """Replace ``Get`` and ``Std:Join`` by what they stand for in one execution.

    ``context`` maps paths such as ``Execution.PipelineExecutionId`` to values, steps included:
    ``Steps.<name>`` is the description of the job that the step made.
    """
    if isinstance(value, Mapping):
        if set(value) == {"Get"}:
            return _look_up(value["Get"], context)
        if set(value) == {"Std:Join"}:
            join = value["Std:Join"]
            return join.get("On", "").join(str(resolve(part, context)) for part in join["Values"])
        return {key: resolve(item, context) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, context) for item in value]
    return value


def _look_up(path: str, context: Mapping[str, Any]) -> Any:
    if path in context:
        return context[path]
    head, _, rest = path.partition(".")
    name, _, inside = rest.partition(".")
    found = context.get(f"{head}.{name}")
    for key in inside.split(".") if inside else ():
        found = found.get(key) if isinstance(found, Mapping) else None
    if found is None:
        raise ValidationException(f"{REFUSED}'{path}' refers to nothing.")
    return found


def _step(raw: Any) -> Step:
    if not isinstance(raw, dict) or not raw.get("Name") or raw.get("Type") not in STEP_TYPES:
        kind = raw.get("Type") if isinstance(raw, dict) else raw
        raise ValidationException(
            f"{REFUSED}Property 'Type' with value '{kind}' could not be parsed; this sandbox runs "
            f"steps of type {' and '.join(STEP_TYPES)}."
        )
    arguments = raw.get("Arguments") or {}
    if raw["Type"] in ("Training", "Processing"):
        for member, value in arguments.items():
            _check_against(f"Create{raw['Type']}Job", member, value)
    if raw["Type"] == "Job":
        # VpcConfig is the pipeline's own; CreateJob's shape does not have it.
        for member, value in arguments.items():
            if member != "VpcConfig":
                _check_against("CreateJob", member, value)
    referred = [path.split(".")[1] for path in _references(arguments) if path.startswith("Steps.")]
    waits_for = tuple(dict.fromkeys([*raw.get("DependsOn", ()), *referred]))
    return Step(raw["Name"], raw["Type"], arguments, waits_for)


def _check_against(operation: str, member: str, value: Any) -> None:
    members = service_model("sagemaker").operation_model(operation).input_shape.members
    if member not in members:
        raise ValidationException(f"{REFUSED}Property '{member}' is not known to {operation}.")
    for found in misfits(_settled(value), members[member], member):
        raise ValidationException(f"{REFUSED}{found}")


def _settled(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) in ({"Get"}, {"Std:Join"}):
            return LATER
        return {key: _settled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_settled(item) for item in value]
    return value


def _check_order(steps: tuple[Step, ...]) -> None:
    names = [step.name for step in steps]
    for step in steps:
        for name in step.waits_for:
            if name not in names:
                raise ValidationException(
                    f"{REFUSED}Step '{step.name}' depends on '{name}', which is no step of it."
                )
    done: set[str] = set()
    while len(done) < len(set(names)):
        ready = {s.name for s in steps if s.name not in done and set(s.waits_for) <= done}
        if not ready:
            raise ValidationException(f"{REFUSED}The steps depend on each other in a circle.")
        done |= ready


def _strings(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, f"{path}[{index}]")


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) == {"Get"}:
            yield value["Get"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)

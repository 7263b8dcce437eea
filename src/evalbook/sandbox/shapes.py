"""Whether an answer fits what botocore's service model says AWS answers.

The sandbox invents values, never shapes: each operation it adds to moto is held against the
installed service model before it leaves, and one that does not fit is an error of the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    "timestamp": datetime,
    "blob": bytes,
    "structure": Mapping,
    "map": Mapping,
    "list": (list, tuple),
}

# What AWS answers although its service model does not name it (botocore 1.44, checked 2026-11-20).
UNLISTED_VALUES = {
    # ListFoundationModels and GetFoundationModel answer it for models that need a profile:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
    "InferenceType": frozenset({"INFERENCE_PROFILE"}),
    # The task type of every job with a judge:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-type-judge.html
    "EvaluationTaskType": frozenset({"General"}),
}


LATER = object()
"""Stands in a request for what only a later step can tell; it fits everywhere."""


class AnswerDoesNotFit(Exception):
    """The sandbox was about to answer what AWS can't: a mistake in the sandbox."""


@cache
def service_model(service: str) -> Any:
    """Return botocore's model of a service, such as ``sagemaker``."""
    import botocore.session

    return botocore.session.get_session().get_service_model(service)


def check_answer(service: str, operation: str, answer: Mapping[str, Any]) -> None:
    """Hold an answer against the output shape of an operation.

    Raises:
        AnswerDoesNotFit: naming the operation and every place that does not fit.
    """
    shape = service_model(service).operation_model(operation).output_shape
    found = [] if shape is None else list(misfits(answer, shape))
    if found:
        raise AnswerDoesNotFit(f"{service}:{operation} would answer {'; '.join(found)}")


def misfits(value: Any, shape: Any, path: str = "") -> Iterator[str]:
    """Yield each place where a value does not fit a botocore shape: type, members, limits."""
    if value is LATER:
        return
    here = path or shape.name
    if not _is_kind(value, shape.type_name):
        yield f"{here}: {type(value).__name__} {value!r:.60} instead of {shape.type_name}"
        return
    yield from _broken_limits(value, shape, here)
    if shape.type_name == "structure":
        yield from _structure_misfits(value, shape, path)
    elif shape.type_name == "list":
        for index, item in enumerate(value):
            yield from misfits(item, shape.member, f"{path}[{index}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from misfits(key, shape.key, f"{path}.{key}")
            yield from misfits(item, shape.value, f"{path}.{key}")


def _is_kind(value: Any, kind: str) -> bool:
    if kind in {"integer", "long", "float", "double"} and isinstance(value, bool):
        return False
    return isinstance(value, KINDS[kind])


def _structure_misfits(value: Mapping[str, Any], shape: Any, path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if name not in value:
            yield f"{prefix}{name}: missing though required"
    for name, member in value.items():
        if name not in shape.members:
            yield f"{prefix}{name}: not a member of {shape.name}"
        else:
            yield from misfits(member, shape.members[name], f"{prefix}{name}")
    if shape.metadata.get("union") and len(value) != 1:
        yield f"{path or shape.name}: a union has exactly one member, not {sorted(value)}"


def _broken_limits(value: Any, shape: Any, here: str) -> Iterator[str]:
    limits = shape.metadata
    allowed = limits.get("enum")
    if allowed and value not in allowed and value not in UNLISTED_VALUES.get(shape.name, ()):
        yield f"{here}: {value!r} is not one of {', '.join(allowed)}"
    pattern = limits.get("pattern")
    # Tags are described with \\p{L} and the like, which Python's expressions do not have.
    if pattern and "\\p{" in pattern:
        pattern = None
    if pattern and isinstance(value, str) and not re.fullmatch(pattern, value, re.DOTALL):
        yield f"{here}: {value!r:.80} does not match {pattern}"
    size = value if isinstance(value, (int, float)) else None
    if size is None and isinstance(value, (str, bytes, list, tuple, Mapping)):
        size = len(value)
    if size is None:
        return
    if "min" in limits and size < limits["min"]:
        yield f"{here}: {size} is below {limits['min']}"
    if "max" in limits and size > limits["max"]:
        yield f"{here}: {size} is above {limits['max']}"

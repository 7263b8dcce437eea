"""Instances: read from what was said, and whether they have the GPUs that a model needs."""

from __future__ import annotations

import json
import re
from typing import Literal, TypedDict

from evalbook.aws.found import Instances
from evalbook.aws.session import Aws
from evalbook.checks import Check, passed, warning
from evalbook.errors import AnswerRejected
from evalbook.packaged import DataFile
from evalbook.texts import did_you_mean, nearest

MOST_INSTANCES = 100
"""More are taken for a slip; SageMaker's own quota of instances for all training jobs is lower."""
BYTES_A_PARAMETER = 2
"""Of 16-bit weights, as open-weight models are kept; what answers take in memory comes on top."""

# Families of general use, of much memory and of much computing power; those of Neuron chips.
_WITHOUT = re.compile(r"(?:[acmrtxz]\d|trn|inf|dl)", re.I)


class _Family(TypedDict, total=False):
    gib: int
    """Memory of one GPU."""
    sizes: dict[str, int]
    """GPUs by size; one if the size is not named."""
    bfloat16: bool


class _Gpus(TypedDict):
    families: dict[str, _Family]


GPUS = DataFile("data/gpus.json", _Gpus)


Use = Literal["compute", "hosting"]
_AS_JSON = '{"instance_type": "ml.g5.12xlarge", "instance_count": 1}'
_USES: dict[Use, tuple[str, str, str]] = {
    "compute": ("training jobs", "TrainingInstanceType", ", 2 x ml.g5.12xlarge or serverless"),
    "hosting": ("endpoints", "ProductionVariantInstanceType", " or 2 x ml.g5.12xlarge"),
}
"""What they are used for, SageMaker's list of types for that, and what else may be answered."""


def read_instances(aws: Aws, text: str, region: str, use: Use) -> Instances:
    """Read what was said: ``ml.g5.12xlarge``, ``2 x ml.g5.12xlarge``, or JSON.

    Raises:
        AnswerRejected: ``USE.form``, ``USE.type`` or ``USE.count``.
    """
    what, shape, otherwise = _USES[use]
    read, remedy = _read_words, f"Answer ml.g5.12xlarge{otherwise}, for example."
    if text.lstrip().startswith("{"):
        read, remedy = _read_json, f"Write it like this: {_AS_JSON}."
    try:
        kind, count = read(text.strip())
    except ValueError as error:
        raise AnswerRejected(f"{use}.form", str(error), remedy) from None
    model = aws.client("sagemaker", region).meta.service_model
    known = model.shape_for(shape).metadata["enum"]
    # EC2 names them without.
    kind = f"ml.{kind.casefold().removeprefix('ml.')}"
    if kind not in known:
        near = nearest(kind, sorted(known), cutoff=0.75)
        raise AnswerRejected(
            f"{use}.type",
            f"{kind[:60]!r} is not an instance type for SageMaker {what}.",
            did_you_mean(near) or "Give one such as ml.g5.12xlarge.",
        )
    if not 1 <= count <= MOST_INSTANCES:
        raise AnswerRejected(
            f"{use}.count",
            f"{count} instances were given; 1 to {MOST_INSTANCES} are possible.",
            f"Give 1 x {kind}, for example.",
        )
    return Instances(kind, count)


def _read_words(text: str) -> tuple[str, int]:
    name, number = r"(?P<name>[a-z][a-z0-9.-]*)", r"(?P<number>-?[0-9]{1,9})"
    plain = text.replace("\N{MULTIPLICATION SIGN}", "x")
    first = rf"(?:{number}\s*(?:[x*]\s*|(?:times|of)\s+|\s))?{name}"
    last = rf"{name}\s*(?:[x*,]|\s)\s*{number}"
    found = re.fullmatch(first, plain, re.I) or re.fullmatch(last, plain, re.I)
    if found is None:
        missing = "is not an instance type, with or without a number of instances."
        raise ValueError(f"{text[:60]!r} {missing}")
    return found["name"], int(found["number"] or 1)


def _read_json(text: str) -> tuple[str, int]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"This is not valid JSON: {error}.") from None
    members = {re.sub("[_ -]", "", name.casefold()): it for name, it in document.items()}
    kind, count = members.pop("instancetype", None), members.pop("instancecount", 1)
    if members or not isinstance(kind, str) or type(count) is not int:
        raise ValueError(f"{text[:60]} is not an instance type and a number of instances.")
    return kind, count


# --- their GPUs ---------------------------------------------------------------------------------


def find_gpu_memory(instance_type: str) -> int | None:
    """Return the GiB of all GPUs of a type such as ``ml.g5.12xlarge``; 0 if it surely has none.

    None if the type is not known.
    """
    _, family, size = instance_type.split(".")
    if _WITHOUT.match(family):
        return 0
    known = GPUS.facts["families"].get(family)
    return known["gib"] * known["sizes"].get(size, 1) if known else None


def check_gpus(
    check_id: str, instance_type: str, billions: float | None, otherwise: str = ""
) -> list[Check]:
    """Compare the GPUs of an instance type with a model of so many billions of parameters.

    ``otherwise`` is what may be done instead of naming another type, such as ``, or answer X``.

    Raises:
        AnswerRejected: it has no GPU.
    """
    memory = find_gpu_memory(instance_type)
    instead = f"such as {choose_smallest(billions)}{otherwise}."
    if memory == 0:
        raise AnswerRejected(
            check_id,
            f"{instance_type} has no GPU, but the model needs one to answer.",
            f"Name a type with GPUs, {instead}",
        )
    if memory is None:
        return []
    checks = []
    if billions is not None:
        checks.append(_check_memory(check_id, instance_type, memory, billions, instead))
    if not GPUS.facts["families"][instance_type.split(".")[1]].get("bfloat16", True):
        checks.append(
            warning(
                check_id,
                f"The GPUs of {instance_type} do not support bfloat16, which most open-weight "
                "models use: vLLM may refuse to load one.",
                f"Name a type from a newer family, {instead}",
            )
        )
    return checks


def _check_memory(
    check_id: str, instance_type: str, memory: int, billions: float, instead: str
) -> Check:
    needed = _gib(billions)
    if needed >= memory:
        return warning(
            check_id,
            f"{instance_type} has {memory} GiB of GPU memory. By its name, the model has "
            f"{billions:g} billion parameters, which alone take about {needed:.0f} GiB at "
            f"{BYTES_A_PARAMETER} bytes each. This is an estimate, but the model is unlikely to "
            "load.",
            f"Name a type with more, {instead}",
        )
    return passed(
        check_id,
        f"{instance_type} has {memory} GiB of GPU memory; the weights take an estimated "
        f"{max(needed, 1):.0f} GiB.",
    )


def _gib(billions: float) -> float:
    return billions * 1e9 * BYTES_A_PARAMETER / 2**30


def choose_smallest(billions: float | None) -> str:
    """Return a type of a current family whose memory is half as much again as the weights."""
    wanted = _gib(billions or 1) * 1.5
    return next((it for it in _LADDER if (find_gpu_memory(it) or 0) >= wanted), _LADDER[-1])


_LADDER = (
    "ml.g5.2xlarge",
    "ml.g5.12xlarge",
    "ml.g5.48xlarge",
    "ml.p4de.24xlarge",
    "ml.p5en.48xlarge",
)

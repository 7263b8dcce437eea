"""Whether an instance type has the GPUs that a model needs to answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypedDict

from evalbook.checks import Check, passed, warning
from evalbook.errors import AnswerRejected
from evalbook.packaged import DataFile

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


@dataclass(frozen=True)
class Gpus:
    memory: int
    """Of all, in GiB."""
    bfloat16: bool


def find_gpus(instance_type: str) -> Gpus | None:
    """Return the GPUs of a type such as ``ml.g5.12xlarge``; None if it has none or is not known.

    `has_no_gpu` tells the two apart.
    """
    _, family, size = instance_type.split(".")
    known = GPUS.facts["families"].get(family)
    if known is None:
        return None
    return Gpus(known["gib"] * known["sizes"].get(size, 1), known.get("bfloat16", True))


def has_no_gpu(instance_type: str) -> bool:
    """Tell whether an instance type surely has no GPU."""
    return _WITHOUT.match(instance_type.split(".")[1]) is not None


def check_gpus(
    check_id: str, instance_type: str, billions: float | None, otherwise: str = ""
) -> list[Check]:
    """Compare the GPUs of an instance type with a model of so many billions of parameters.

    Args:
        check_id: what the checks are called, such as ``compute.gpu``.
        instance_type: such as ``ml.g5.12xlarge``.
        billions: the model's parameters; None if they are not known.
        otherwise: what a person may do instead of naming another type, as ``, or answer X``.
    """
    if has_no_gpu(instance_type):
        raise AnswerRejected(
            check_id,
            f"{instance_type} has no GPU, but the model needs one to answer.",
            f"Name a type with GPUs, such as {choose_smallest(billions)}{otherwise}.",
        )
    found = find_gpus(instance_type)
    if found is None:
        return []
    checks = []
    if billions is not None:
        checks.append(_memory_check(check_id, instance_type, found, billions, otherwise))
    if not found.bfloat16:
        checks.append(
            warning(
                check_id,
                f"The GPUs of {instance_type} do not support bfloat16, which most open-weight "
                "models use: vLLM may refuse to load one.",
                f"Name a type from a newer family, such as {choose_smallest(billions)}{otherwise}.",
            )
        )
    return checks


def _memory_check(
    check_id: str, instance_type: str, found: Gpus, billions: float, otherwise: str
) -> Check:
    needed = _gib(billions)
    if needed >= found.memory:
        return warning(
            check_id,
            f"{instance_type} has {found.memory} GiB of GPU memory. By its name, the model has "
            f"{billions:g} billion parameters, which alone take about {needed:.0f} GiB at "
            f"{BYTES_A_PARAMETER} bytes each. This is an estimate, but the model is unlikely to "
            "load.",
            f"Name a type with more, such as {choose_smallest(billions)}{otherwise}.",
        )
    return passed(
        check_id,
        f"{instance_type} has {found.memory} GiB of GPU memory; the weights take an estimated "
        f"{max(needed, 1):.0f} GiB.",
    )


def _gib(billions: float) -> float:
    return billions * 1e9 * BYTES_A_PARAMETER / 2**30


def choose_smallest(billions: float | None) -> str:
    """Return a type of a current family whose memory is half as much again as the weights."""
    wanted = _gib(billions or 1) * 1.5
    known = ((it, find_gpus(it)) for it in _LADDER)
    return next((it for it, gpus in known if gpus and gpus.memory >= wanted), _LADDER[-1])


_LADDER = (
    "ml.g5.2xlarge",
    "ml.g5.12xlarge",
    "ml.g5.48xlarge",
    "ml.p4de.24xlarge",
    "ml.p5en.48xlarge",
)

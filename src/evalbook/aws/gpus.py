"""Whether an instance type has the GPUs that a model needs to answer."""

from __future__ import annotations

import re
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

"""Custom scorers: the presets, and a function to start from.

The function's contract: https://docs.aws.amazon.com/sagemaker/latest/dg/nova-implementing-reward-functions.html,
read 2026-11-21, which AWS's page on custom scorers refers to.
"""

from __future__ import annotations

from dataclasses import dataclass

from evalbook.packaged import read_packaged


@dataclass(frozen=True)
class Preset:
    """A scorer that comes with the service."""

    name: str
    label: str
    description: str


# Names as in get_builtin_metrics() of sagemaker 3.27.0.
PRESETS = (
    Preset(
        "prime_math",
        "Prime Math",
        "Compares the answer to a mathematical question with the bare right one.",
    ),
    Preset(
        "prime_code",
        "Prime Code",
        "Runs the answer's program on test cases: metadata with inputs and outputs.",
    ),
)


def read_starter_function() -> str:
    """Return the source of a scorer to start from."""
    return read_packaged("data/starter_scorer.py")

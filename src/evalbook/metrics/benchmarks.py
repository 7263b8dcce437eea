"""Which public benchmarks the SDK runs, their subtasks, and which models they are for.

``data/benchmarks.json`` has what `get_benchmarks()` and `get_benchmark_properties()` return.
"""

from __future__ import annotations

from functools import cache
from typing import TypedDict

from evalbook.packaged import DataFile
from evalbook.records import dataclass

# The SDK says so in its validator, which never sees the model, so that it lets both through:
# sagemaker 3.27.0, BenchMarkEvaluator._validate_benchmark_model_compatibility.
NOVA_ONLY = frozenset({"mmmu"})
NOT_NOVA = frozenset({"llm_judge"})

NEEDS_RESPONSES = frozenset({"llm_judge"})
"""Judges responses that the evaluator has no way to be given: it takes no dataset."""


@dataclass(frozen=True)
class Benchmark:
    """A public benchmark as the SDK describes it."""

    name: str
    description: str
    metric: str
    subtasks: tuple[str, ...]
    """Empty if it is only run as a whole."""

    def suits(self, *, nova: bool) -> bool:
        """Tell whether the SDK runs it for a Nova model, or for one of open weights."""
        return self.name not in (NOT_NOVA if nova else NOVA_ONLY)


class _Properties(TypedDict):
    modality: str
    description: str
    metrics: list[str]
    subtasks: list[str] | None


class _Benchmarks(TypedDict):
    benchmarks: dict[str, _Properties]


KEPT = DataFile("data/benchmarks.json", _Benchmarks)


@cache
def benchmarks() -> tuple[Benchmark, ...]:
    return tuple(
        Benchmark(
            name,
            properties["description"].replace(" \u2013 ", ": "),
            ", ".join(properties["metrics"]),
            tuple(properties["subtasks"] or ()),
        )
        for name, properties in KEPT.facts["benchmarks"].items()
    )


def find_benchmark(name: str) -> Benchmark:
    """Return a benchmark by its name.

    Raises:
        KeyError: there is not one of that name.
    """
    return {known.name: known for known in benchmarks()}[name]

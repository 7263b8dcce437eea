"""Which public benchmarks the SDK runs, their subtasks, and which models they are for.

The table is the SDK's own where it is installed: read from its source, as importing it takes
seconds. Elsewhere ``data/benchmarks.json`` has what `get_benchmarks()` and
`get_benchmark_properties()` of one version returned.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from evalbook.packaged import DataFile
from evalbook.records import dataclass

_SOURCE = Path("train", "evaluate", "benchmark_evaluator.py")
_TABLE = "_BENCHMARK_CONFIG"

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
    modality: str
    """``Text`` or ``Multi-Modal``."""
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
    """Return all benchmarks, in the SDK's order."""
    return _from_table(_installed_table() or KEPT.facts["benchmarks"])


def find_benchmark(name: str) -> Benchmark:
    """Return a benchmark by its name.

    Raises:
        KeyError: there is not one of that name.
    """
    return {known.name: known for known in benchmarks()}[name]


def _from_table(table: Mapping[str, _Properties]) -> tuple[Benchmark, ...]:
    return tuple(
        Benchmark(
            name,
            properties["modality"],
            properties["description"].replace(" \u2013 ", ": "),
            ", ".join(properties["metrics"]),
            tuple(properties["subtasks"] or ()),
        )
        for name, properties in table.items()
    )


def _installed_table() -> dict[str, _Properties] | None:
    """Return the table of the installed SDK; None if there is none that can be read."""
    spec = find_spec("sagemaker")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        source = Path(folder, _SOURCE)
        if source.is_file():
            return _table_in(ast.parse(source.read_text(encoding="utf-8")).body)
    return None


def _table_in(statements: Iterable[ast.stmt]) -> dict[str, _Properties] | None:
    names: dict[str, str] = {}
    for statement in statements:
        if isinstance(statement, ast.ClassDef):
            names |= {
                f"{statement.name}.{line.targets[0].id}": line.value.value
                for line in statement.body
                if isinstance(line, ast.Assign)
                and isinstance(line.targets[0], ast.Name)
                and isinstance(line.value, ast.Constant)
                and isinstance(line.value.value, str)
            }
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == _TABLE:
            return _read_table(statement.value, names)
    return None


def _read_table(table: ast.expr | None, names: Mapping[str, str]) -> dict[str, _Properties] | None:
    if not isinstance(table, ast.Dict):
        return None
    try:
        return {
            names[ast.unparse(key)]: ast.literal_eval(value)
            for key, value in zip(table.keys, table.values, strict=True)
            if key is not None
        }
    except (KeyError, ValueError):
        return None

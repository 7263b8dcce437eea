"""What a model has to keep to before it may be released: limits by metric and by category."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from evalbook.errors import UsageError
from evalbook.texts import joined
from evalbook.whole_files import read_whole, reason

MAY_LOSE = 0.05
"""Share of a metric's scale that may be lost, without a policy."""
ANY = "*"
"""Stands in a policy for every metric that it does not name."""
_RULES = ("gain", "lose", "records", "left_out")
_LARGEST_POLICY = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What a metric has to keep to; shares are of its scale, which is 1 for scores from 0 to 1."""

    gain: float | None = None
    """At least so much must be gained."""
    lose: float | None = None
    """No more than so much may be lost."""
    records: int | None = None
    """At least so many records must have a score of both models."""
    left_out: int | None = None
    """At most so many records may be left out."""


@dataclass(frozen=True)
class Policy:
    """Limits by metric, and by category within one."""

    metrics: Mapping[str, Limits] = field(default_factory=lambda: {ANY: Limits(lose=MAY_LOSE)})
    categories: Mapping[str, Mapping[str, Limits]] = field(default_factory=dict)
    """By category, then by metric."""
    one_gains: bool = True
    """Whether at least one metric must have gained clearly."""
    source: str = "built in"


def read_policy(path: Path) -> Policy:
    """Read a policy.

    Raises:
        UsageError: it can't be read, or says something that no policy says.
    """
    try:
        document = tomllib.loads(read_whole(path, _LARGEST_POLICY).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            "gate.policy",
            f"{path} can't be read as TOML: {reason(error)}.",
            "docs/gate.md shows what a policy holds.",
        ) from error
    return policy_of(document, str(path))


def policy_of(document: Mapping[str, Any], source: str) -> Policy:
    """Return what a policy's document says; without metrics and categories, nothing may lose much.

    Raises:
        UsageError: a key is unknown, or a value is of the wrong kind.
    """
    named = _table(document.get("metrics", {}), source, "metrics")
    parted = _table(document.get("categories", {}), source, "categories")
    common = {key: value for key, value in document.items() if key in ("records", "left_out")}
    _known(document, ("metrics", "categories", "one_gains", "records", "left_out"), source)
    one_gains = document.get("one_gains", not named and not parted)
    if not isinstance(one_gains, bool):
        raise _wrong(source, "one_gains", "true or false")
    metrics = {
        metric: _limits({**common, **_table(entry, source, metric)}, source)
        for metric, entry in named.items()
    }
    if not metrics and not parted:
        metrics = {ANY: _limits({**common, "lose": MAY_LOSE}, source)}
    categories = {
        category: {
            metric: _limits(_table(entry, source, metric), source)
            for metric, entry in _table(entries, source, category).items()
        }
        for category, entries in parted.items()
    }
    return Policy(metrics, categories, one_gains, source)


def _table(value: object, source: str, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(source, name, "a table")
    return value


def _known(document: Mapping[str, Any], keys: Sequence[str], source: str) -> None:
    for key in document:
        if key not in keys:
            raise UsageError(
                "gate.policy", f"{source} has {key!r}.", f"A policy has {joined(keys)} here."
            )


def _limits(entry: Mapping[str, Any], source: str) -> Limits:
    _known(entry, _RULES, source)
    for key, value in entry.items():
        whole = key in ("records", "left_out")
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not 0 <= value < math.inf:
            raise _wrong(source, key, "a whole number" if whole else "a number from 0")
    return Limits(**entry)


def _wrong(source: str, key: str, wanted: str) -> UsageError:
    return UsageError("gate.policy", f"{source}: {key} is not {wanted}.")

"""What can come of an answer that was checked: accepted, narrowed down, or sent back."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from evalbook.checks import Check
from evalbook.datasets.uses import FieldUse
from evalbook.records import dataclass
from evalbook.workflow.turn import Question

V = TypeVar("V")
F = TypeVar("F")


@dataclass(frozen=True)
class Accepted(Generic[V, F]):
    """An answer that passed its checks."""

    value: V
    """What the answer means; equal values are the same answer."""
    # Without facts, F is None.
    facts: F = None  # type: ignore[assignment]
    """What the checks found out and later steps use."""
    checks: tuple[Check, ...] = ()
    notices: tuple[str, ...] = ()
    """What the person should see now; not kept."""
    preview: Any = None
    fields: tuple[FieldUse, ...] = ()
    """What every field of the dataset is taken for, where it was just read."""


@dataclass(frozen=True)
class Narrowed:
    """The answer fits several things; the same step asks once more, with them as choices."""

    question: Question


@dataclass(frozen=True)
class Reopened:
    """The answer sends the person back to an earlier step, where ``said`` may answer at once."""

    step: str
    said: str | None = None
    notices: tuple[str, ...] = ()


Outcome = Accepted[V, F] | Narrowed | Reopened

AnyAccepted = Accepted[Any, Any]

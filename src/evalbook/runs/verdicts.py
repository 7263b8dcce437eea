"""What is said of a metric, in the words of every table, picture, page, file and notebook."""

from __future__ import annotations

import math
from typing import Final, Literal, get_args

Verdict = Literal[
    "better",
    "worse",
    "no clear difference",
    "no record differs",
    "too few records",
    "no scores",
    "not tested",
]

BETTER: Final = "better"
WORSE: Final = "worse"
UNCLEAR: Final = "no clear difference"
SAME: Final = "no record differs"
TOO_FEW: Final = "too few records"
"""No sign-flip test of so few records could come out below 5 %."""
UNSCORED: Final = "no scores"
"""No record has a number of both models."""
UNTESTED: Final = "not tested"
"""Totals that come without a standard error."""

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def real(number: float) -> float | None:
    """Return a number, or None for one that is not."""
    return number if math.isfinite(number) else None


def by_chance(gain: float | None, corrected: float, significant: float) -> Verdict:
    if corrected < significant and gain:
        return BETTER if gain > 0 else WORSE
    return UNCLEAR

"""What is said of a metric, in the words of every table, picture, page, file and notebook."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final, Literal, Protocol, TypeVar, get_args

from evalbook.runs.statistics import SIGNIFICANT, corrected

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
    return number if math.isfinite(number) else None


def by_chance(gain: float | None, chance: float) -> Verdict:
    if chance < SIGNIFICANT and gain:
        return BETTER if gain > 0 else WORSE
    return UNCLEAR


class Claim(Protocol):
    """A row of a table that a verdict is given on."""

    @property
    def chance(self) -> float | None:
        """Of a gain as large, were the models equally good, before correction."""

    @property
    def tested(self) -> bool:
        """Whether any test could find it different; else it is no question that is asked."""

    def judged(self: Row, chance: float) -> Row:
        """Return the row with the verdict that it has by its corrected chance."""


Row = TypeVar("Row", bound=Claim)
Key = TypeVar("Key")


def judge_rows(rows: Sequence[Row], level: float = SIGNIFICANT) -> list[Row]:
    """Give rows their verdicts, corrected for how many questions they ask together (Holm).

    With a stricter level the chances grow by as much, so that `SIGNIFICANT` decides everywhere.
    """
    asked = [row.chance or 0.0 for row in rows if row.tested]
    chances = iter(corrected(asked, SIGNIFICANT / level))
    return [row.judged(next(chances)) if row.tested else row for row in rows]


def judge_tables(
    tables: Mapping[Key, Sequence[Row]], level: float = SIGNIFICANT
) -> dict[Key, tuple[Row, ...]]:
    """Give the rows of several tables their verdicts, corrected all together."""
    judged = iter(judge_rows([row for rows in tables.values() for row in rows], level))
    return {name: tuple(islice(judged, len(rows))) for name, rows in tables.items()}

"""Student's t, as far as few records take it: how much wider an interval must be for them.

A bootstrap of n records knows their spread no better than they tell it, and too small by a factor
of ``sqrt((n - 1) / n)``. Where it is cut off farther out, as Student's t with n - 1 degrees of
freedom says, it covers the truth about as often as it claims to: the expanded percentile interval
(T. Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015).
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

# Beyond this many degrees of freedom the expansion about the normal distribution is exact to 1e-8.
_MANY = 200
_AS_GOOD_AS_ALL = 10_000


@lru_cache(maxsize=4096)
def compute_widened_tail(records: int, confidence: float) -> float:
    """Return the share to cut off at each end of a bootstrap distribution of this many records."""
    normal = NormalDist()
    if records < 2:
        return 0.0
    reach = compute_student_quantile(records - 1, (1 + confidence) / 2)
    return normal.cdf(-math.sqrt(records / (records - 1)) * reach)


def compute_student_quantile(freedom: int, share: float) -> float:
    """Return what Student's t with whole degrees of freedom stays below with a chance above 1/2.

    The distribution's sums for whole degrees of freedom and its expansion for many are 26.7.3 to
    26.7.5 of Abramowitz and Stegun, Handbook of Mathematical Functions, 1964.
    """
    if freedom > _MANY:
        return _expanded(freedom, NormalDist().inv_cdf(share))
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(freedom, middle) < 2 * share - 1 else (low, middle)
    return math.tan(low) * math.sqrt(freedom)


def student_tail(freedom: int, reach: float) -> float:
    """Return the chance that Student's t with whole degrees of freedom is above ``reach`` >= 0.

    Degrees beyond `_AS_GOOD_AS_ALL` change it by less than one part in a thousand where it matters,
    and a file may tell any number of records.
    """
    freedom = min(freedom, _AS_GOOD_AS_ALL)
    return max(0.0, (1 - _within(freedom, math.atan(reach / math.sqrt(freedom)))) / 2)


def _within(freedom: int, angle: float) -> float:
    """Return the chance that t is between -x and x, where x is ``tan(angle) * sqrt(freedom)``."""
    cosine, odd = math.cos(angle), freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for power in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (power - 1) / power
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * total)
    return math.sin(angle) * total


def _expanded(freedom: int, z: float) -> float:
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + math.fsum(term / float(freedom) ** n for n, term in enumerate(terms, start=1))

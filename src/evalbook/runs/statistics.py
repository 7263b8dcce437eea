"""How sure a mean of paired differences is, worked out exactly instead of by drawing at random.

A bootstrap draws n records with replacement, again and again. The sum of such a draw is a sum of n
independent picks from the observed differences, so its distribution has the characteristic function
``phi(t) ** n``, and what many draws would only approach can be computed. Swapping the two models of
each record at random, the sign-flip test, is a product of cosines in the same way. No seed, no
noise. Cell 4 of the notebook computes the same.

A bootstrap of n records knows their spread no better than they tell it, and too small by a factor
of ``sqrt((n - 1) / n)``. Where it is cut off farther out, as Student's t with n - 1 degrees of
freedom says, it covers the truth about as often as it claims to: the expanded percentile interval
(T. Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015).

Judges grade on a few levels, so differences lie on a lattice, which keeps this exact. Differences
that lie on none are put on a fine one (see `_step_of`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

DECIMALS = 9
"""Differences that agree to so many decimals are the same: 0.85 - 0.6 is 0.25."""

CONFIDENCE = 0.95
SIGNIFICANT = 0.05
CHANCE_TO_DECIDE = 0.8
"""With which the number of records that is named decides, if the models differ as was seen."""
MOST_RECORDS = 1_000_000

REACH_OF_MANY = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
# Sums are followed this many standard deviations to each side; what lies beyond is below 1e-15.
_REACH = 10
# The finest lattice that is followed as it is, and how fine another one is made.
_FINEST = 40
_COARSEST = 8
_POINTS = 4096
_MOST_PARTS, _NEARLY = 100, 1e-6
# Different values kept apart before they are put on a lattice: memory stays bounded.
_MOST_VALUES = 4096


@dataclass
class Tally:
    """How often each value occurred; memory does not grow with the number of values added."""

    counts: Counter[float] = field(default_factory=Counter)
    records: int = 0
    total: float = 0.0
    _step: float = 0.0

    def add(self, values: Floats) -> None:
        """Count values, rounded to `DECIMALS`."""
        self.records += len(values)
        self.total += float(values.sum())
        self._count(*np.unique(np.round(values, DECIMALS), return_counts=True))
        if len(self.counts) > _MOST_VALUES:
            span = max(self.counts) - min(self.counts)
            self._step = max(2 * self._step, 2 * span / _MOST_VALUES)
            before, self.counts = self.columns, Counter()
            self._count(*before)

    def _count(self, values: Floats, times: Whole) -> None:
        if self._step:
            values = np.rint(values / self._step) * self._step
        for value, count in zip(values.tolist(), times.tolist(), strict=True):
            self.counts[value + 0.0] += count  # no -0.0

    @property
    def columns(self) -> tuple[Floats, Whole]:
        """The values that occurred, and how often each did."""
        return np.array(list(self.counts)), np.array(list(self.counts.values()))

    @property
    def mean(self) -> float:
        """The mean; not a number where nothing was counted."""
        return self.total / self.records if self.records else math.nan

    @property
    def deviation(self) -> float:
        """The standard deviation of the values themselves (divided by n)."""
        if not self.records:
            return math.nan
        values, times = self.columns
        mean = values @ times / self.records
        return math.sqrt(times @ (values - mean) ** 2 / self.records)


def interval(tally: Tally, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the expanded percentile bootstrap interval of a mean.

    Not a number with fewer than two different values: a bootstrap learns from how values differ,
    and would claim certainty if they are all the same.
    """
    return compute_bootstrap_ends(tally, compute_widened_tail(tally.records, confidence))


def compute_bootstrap_ends(tally: Tally, tail: float) -> tuple[float, float]:
    """Return the values below and above which a share ``tail`` of bootstrap means lies.

    As infinitely many draws would give them; not a number if all values are the same.
    """
    n, spread = tally.records, tally.deviation
    if n < 2 or spread < 10**-DECIMALS:
        return math.nan, math.nan
    values, times = tally.columns
    step = _step_of(values, spread, n)
    # A value between two places of the lattice is shared among them, so that the mean stays.
    exact = np.round(values / step, 6)
    floor = np.floor(exact)
    lowest = float(floor.min())
    places = (np.append(floor, floor + 1) - lowest).astype(int)
    weights = np.append(times * (floor + 1 - exact), times * (exact - floor)) / n
    mean = float(places @ weights)
    half = math.ceil(_REACH * math.sqrt(weights @ (places - mean) ** 2 * n)) + 1
    first = max(0, math.floor(n * mean) - half)
    last = min(n * int(places.max()), math.ceil(n * mean) + half)
    period = last - first + 2
    picked = np.fft.rfft(np.bincount(places % period, weights, period))
    chances = np.roll(np.fft.irfft(picked**n, period), -first)
    # The smallest sums that so much of the distribution does not exceed.
    ends = first + np.searchsorted(chances.cumsum(), np.array([tail, 1 - tail]) - 1e-12)
    # What counting values together moved the mean by is moved back. Else nothing is added: an end
    # is a sum of scores over n, to the last bit, and cell 4 rounds the same number.
    shift = tally.mean - (lowest + mean) * step
    low, high = (ends + n * lowest) * step / n + (shift if abs(shift) > 10**-DECIMALS else 0.0)
    return float(low), float(high)


def estimate_records_to_tell(distance: float, deviation: float, significant: float) -> int | None:
    """Return how many records tell a mean from a bound in four of five evaluations.

    Args:
        distance: between the mean seen and the bound.
        deviation: of a record's value, as seen.
        significant: the chance of a false alarm, both sides together.

    Returns:
        None if nothing can be said, or if it is beyond all reason.
    """
    if not distance or not deviation:
        return None
    normal = NormalDist()
    reach = normal.inv_cdf(1 - significant / 2) + normal.inv_cdf(CHANCE_TO_DECIDE)
    needed = math.ceil((reach * deviation / distance) ** 2)
    return needed if needed <= MOST_RECORDS else None


def most_that_may_differ(records: int, confidence: float = CONFIDENCE) -> float:
    """Return the largest share of all records that may differ, if none of these did.

    The exact one-sided bound: were it larger, seeing none would have a chance below 5 %.
    """
    return 1.0 - (1 - confidence) ** (1 / records) if records else 1.0


def compute_chance_of_no_difference(tally: Tally) -> float:
    """Return how often gains are as large if each record's two models are swapped at random.

    The two-sided sign-flip test on the sum of paired differences, over all swaps; 1 with fewer than
    two records or no difference at all.
    """
    values, times = tally.columns
    values, times = values[values != 0], times[values != 0]
    if tally.records < 2 or not len(values):
        return 1.0
    flips = int(times.sum())
    # Few records make few sums, which a finer lattice keeps apart at no great cost.
    points = max(_POINTS, min(1 << 16, (1 << 20) // flips))
    step = _step_of(values, math.sqrt(times @ values**2 / flips), flips, points)
    places = np.rint(values / step).astype(int)
    observed = abs(int(places @ times))
    widest = int(np.abs(places) @ times)
    period = min(2 * widest, 2 * math.ceil(_REACH * math.sqrt(times @ places**2))) + 2
    if observed == 0 or observed > period // 2:
        return 0.0 if observed else 1.0
    # The characteristic function is a product of cosines; where it is this small, it moves nothing.
    waves, alive = np.ones(period // 2 + 1), np.arange(period // 2 + 1)
    for place, count in sorted(zip(places, times, strict=True), key=lambda it: -it[1]):
        waves[alive] *= np.cos(2 * np.pi / period * alive * place) ** count
        alive = alive[np.abs(waves[alive]) > 1e-17]
    sums = np.fft.irfft(waves, period)
    return min(1.0, max(0.0, float(sums[observed : period - observed + 1].sum())))


def corrected(chances: Sequence[float], times: float = 1.0) -> list[float]:
    """Return chances corrected for asking several questions at once (Holm 1979).

    ``times`` multiplies them further, such as for a second look.
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    answer, largest = [0.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, chances[place] * (len(chances) - rank) * times))
        answer[place] = largest
    return answer


def reach_of(records: int | None) -> float:
    """Return how many standard errors an interval reaches, by Student's t where they are told."""
    if records is None:
        return REACH_OF_MANY
    return compute_student_quantile(records - 1, (1 + CONFIDENCE) / 2)


Estimate = tuple[float, float, int | None]
"""A mean, its standard error, and of how many records it is, or None if that is not told."""


def difference_of_means(first: Estimate, second: Estimate) -> tuple[float, float, float]:
    """Compare two means that come with standard errors: second minus first.

    With few records the error itself is uncertain; Student's t accounts for that, with the degrees
    of freedom of the smaller number. An error of 0 says that a model's records did not differ, not
    that others won't: the other model's error is then used for both.

    Returns:
        Low and high end of the 95 % interval, and the two-sided chance. Not a number where no error
        was told or both are 0. Treats the two as independent: where both answered the same
        questions, that is cautious as a rule.
    """
    errors = first[1], second[1]
    if 0 in errors:
        errors = (max(errors),) * 2
    error = math.hypot(*errors)
    counts = [count for *_, count in (first, second) if count is not None]
    if not error > 0 or any(count < 2 for count in counts):
        return math.nan, math.nan, math.nan
    gain = second[0] - first[0]
    freedom = min(counts) - 1 if counts else None
    reach = reach_of(min(counts) if counts else None)
    outside = _outside(gain / error)
    if freedom:
        outside = 2 * compute_student_share(freedom, -abs(gain) / error)
    return gain - reach * error, gain + reach * error, outside


def compare_shares(
    first: tuple[float, int], second: tuple[float, int]
) -> tuple[float, float, float]:
    """Compare two shares between 0 and 1, each of so many records: second minus first.

    Returns what `difference_of_means` does. The interval is that of A. Agresti and B. Caffo, Simple
    and Effective Confidence Intervals for Proportions and Differences of Proportions, The American
    Statistician 54, 2000: 10 of 10 is no more certain than 11 of 12. The test is the one that
    agrees with it. Means of shares vary less than shares, for which both are cautious.
    """
    (before, first_error), (after, second_error) = rated_share(*first), rated_share(*second)
    gain, error = after - before, math.hypot(first_error, second_error)
    ends = gain - REACH_OF_MANY * error, gain + REACH_OF_MANY * error
    return max(-1.0, ends[0]), min(1.0, ends[1]), _outside(gain / error)


def rated_share(share: float, records: int) -> tuple[float, float]:
    """Return a share as if there were one more success and one more failure, and its error."""
    middle = (share * records + 1) / (records + 2)
    return middle, math.sqrt(max(middle * (1 - middle), 0.0) / (records + 2))


def _outside(errors: float) -> float:
    """Return the chance of being so many standard errors from zero, or farther, on either side."""
    return math.erfc(abs(errors) / math.sqrt(2))


def compute_widened_tail(records: int, confidence: float) -> float:
    """Return the share to cut off at each end of a bootstrap distribution of this many records."""
    if records < 2:
        return 0.0
    reach = compute_student_quantile(records - 1, (1 + confidence) / 2)
    return NormalDist().cdf(-math.sqrt(records / (records - 1)) * reach)


def compute_student_quantile(freedom: int, share: float) -> float:
    """Return what Student's t stays below with a chance of ``share``."""
    from scipy import special  # takes longer than numpy and everything else here

    return float(special.stdtrit(freedom, share))


def compute_student_share(freedom: int, reach: float) -> float:
    """Return the chance with which Student's t stays below ``reach``."""
    from scipy import special

    return float(special.stdtr(freedom, reach))


def _step_of(values: Floats, spread: float, n: int, points: int = _POINTS) -> float:
    """Return the step of the lattice that values are put on.

    Where the values have a common step that is coarse enough, that one, and nothing is lost. Else
    an eighth of their spread or less, which widens an interval by less than two in a thousand.
    """
    # Scores have few decimals or are few parts of one: a small number makes all of them whole.
    for parts in range(1, _MOST_PARTS + 1):
        whole = np.rint(values * parts)
        if (np.abs(values * parts - whole) <= _NEARLY).all():
            step = float(np.gcd.reduce(whole.astype(int))) / parts
            if step >= spread / _FINEST:
                return step
            break
    return min(spread / _COARSEST, 2 * _REACH * spread * math.sqrt(n) / points)

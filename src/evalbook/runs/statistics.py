"""How sure a mean of paired differences is, worked out exactly instead of by drawing at random.

A bootstrap draws n records with replacement, again and again. The sum of such a draw is a sum of n
independent picks from the observed differences, so its distribution has the characteristic function
``phi(t) ** n``, and what many draws would only approach can be computed. Swapping the two models of
each record at random, the sign-flip test, is a product of cosines in the same way. No seed, no
noise, and the cost grows with the square root of the number of records.

A bootstrap of n records knows their spread no better than they tell it, and too small by a factor
of ``sqrt((n - 1) / n)``. Where it is cut off farther out, as Student's t with n - 1 degrees of
freedom says, it covers the truth about as often as it claims to: the expanded percentile interval
(T. Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015).

Judges grade on a few levels, so differences lie on a lattice, which keeps this exact. Differences
that lie on none are put on a fine one (see `_lattice`).
"""

from __future__ import annotations

import cmath
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import NormalDist

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
# Beyond this many degrees of freedom the expansion about the normal distribution is exact to 1e-8.
_MANY = 200
_AS_GOOD_AS_ALL = 10_000
# Different values kept apart before they are put on a lattice: memory stays bounded.
_MOST_VALUES = 4096


@dataclass
class Tally:
    """How often each value occurred; memory does not grow with the number of values added."""

    counts: dict[float, int] = field(default_factory=dict)
    records: int = 0
    total: float = 0.0
    _step: float = 0.0

    def add(self, value: float, times: int = 1) -> None:
        """Count a value, rounded to `DECIMALS`, once or several times."""
        self.records += times
        self.total += value * times
        value = round(value, DECIMALS) + 0.0  # no -0.0
        if self._step:
            value = round(value / self._step) * self._step
        self.counts[value] = self.counts.get(value, 0) + times
        if len(self.counts) > _MOST_VALUES:
            self._coarsen()

    def _coarsen(self) -> None:
        span = max(self.counts) - min(self.counts)
        self._step = max(2 * self._step, 2 * span / _MOST_VALUES)
        before, self.counts = self.counts, {}
        for value, count in before.items():
            near = round(value / self._step) * self._step
            self.counts[near] = self.counts.get(near, 0) + count

    @property
    def mean(self) -> float:
        """The mean; not a number where nothing was counted."""
        return self.total / self.records if self.records else math.nan

    @property
    def deviation(self) -> float:
        """The standard deviation of the values themselves (divided by n)."""
        if not self.records:
            return math.nan
        mean = math.fsum(v * c for v, c in self.counts.items()) / self.records
        squares = math.fsum(c * (v - mean) ** 2 for v, c in self.counts.items())
        return math.sqrt(squares / self.records)


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
    step, places = _lattice(tally.counts, spread, n)
    mean = sum(place * weight for place, weight in places.items()) / n
    width = math.sqrt(sum(w * (p - mean) ** 2 for p, w in places.items()) / n)
    lowest, highest = n * min(places), n * max(places)
    half = math.ceil(_REACH * width * math.sqrt(n)) + 1
    first = max(math.floor(lowest), math.floor(n * mean) - half)
    last = min(math.ceil(highest), math.ceil(n * mean) + half)
    below = _cumulative(places, n, first, last)
    ends = [_quantile(below, first, last, q) * step / n for q in (tail, 1 - tail)]
    # What rounding to the lattice moved the mean by is moved back.
    shift = tally.mean - mean * step
    return ends[0] + shift, ends[1] + shift


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
    sizes: dict[float, int] = {}
    for value, count in tally.counts.items():
        if value:
            sizes[abs(value)] = sizes.get(abs(value), 0) + count
    spread = math.sqrt(sum(c * v * v for v, c in sizes.items()))
    if tally.records < 2 or not spread:
        return 1.0
    flips = sum(sizes.values())
    # Few records make few sums, which a finer lattice keeps apart at no great cost.
    points = max(_POINTS, min(1 << 16, (1 << 20) // flips))
    step, _ = _lattice(sizes, spread / math.sqrt(flips), flips, points)
    places: dict[int, int] = {}
    observed = 0
    for value, count in tally.counts.items():
        place = round(value / step)
        observed += place * count
        places[abs(place)] = places.get(abs(place), 0) + count
    return _tail_of_flips(places, abs(observed))


def _tail_of_flips(places: Mapping[int, int], observed: int) -> float:
    """Return the chance that a sum of places with random signs is at least as far from zero."""
    if observed == 0:
        return 1.0
    widest = sum(place * count for place, count in places.items())
    spread = math.sqrt(sum(count * place * place for place, count in places.items()))
    period = min(2 * widest, 2 * math.ceil(_REACH * spread)) + 2
    if observed > period // 2:
        return 0.0
    cosines = [math.cos(2 * math.pi * k / period) for k in range(period)]
    within = float(2 * observed - 1)  # at frequency 0
    for k in range(1, period // 2 + 1):
        product = 1.0
        for place, count in places.items():
            product *= cosines[k * place % period] ** count
            if abs(product) < 1e-16:
                break
        else:
            angle = math.pi * k / period
            wave = product * math.sin((2 * observed - 1) * angle) / math.sin(angle)
            within += wave if 2 * k == period else 2 * wave
    return min(1.0, max(0.0, 1.0 - within / period))


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
    outside = 2 * student_tail(freedom, abs(gain) / error) if freedom else _outside(gain / error)
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


# --- Student's t, as far as few records take it ---------------------------------------------------


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


# --- sums of many picks ---------------------------------------------------------------------------


def _lattice(
    counts: Mapping[float, int], spread: float, n: int, points: int = _POINTS
) -> tuple[float, dict[int, float]]:
    """Put values on whole multiples of a step; returns the step and the weight of each place.

    Where the values have a common step that is coarse enough, that one, and nothing is lost. Else a
    step of an eighth of their spread or finer: a value between two places is shared among them so
    that the mean stays as it is, which widens an interval by less than two parts in a thousand.
    """
    step = _common_step(list(counts), spread / _FINEST)
    if step is not None:
        return step, {round(value / step): float(count) for value, count in counts.items()}
    step = min(spread / _COARSEST, 2 * _REACH * spread * math.sqrt(n) / points)
    places: dict[int, float] = {}
    for value, count in counts.items():
        place = math.floor(value / step)
        share = value / step - place
        places[place] = places.get(place, 0.0) + count * (1 - share)
        if share:
            places[place + 1] = places.get(place + 1, 0.0) + count * share
    return step, places


def _common_step(values: Sequence[float], smallest: float) -> float | None:
    """Return the greatest step that all values are multiples of; None below ``smallest``.

    Scores have few decimals or are few parts of one: the values are made whole by a small number.
    """
    for parts in range(1, _MOST_PARTS + 1):
        if all(abs(value * parts - round(value * parts)) <= _NEARLY for value in values):
            step = math.gcd(*(round(value * parts) for value in values)) / parts
            return step if step >= smallest else None
    return None


def _cumulative(
    places: Mapping[int, float], n: int, first: int, last: int
) -> list[tuple[complex, complex]]:
    """Return the Fourier terms of a sum of n picks, as `_below` adds them up."""
    period = last - first + 2
    turn = 2j * math.pi / period
    roots = [cmath.exp(turn * k) for k in range(period)]
    weights = [(place, weight / n) for place, weight in places.items()]
    terms: list[tuple[complex, complex]] = [(1 / period, 1.0)]
    for k in range(1, period // 2 + 1):
        picked = sum(weight * roots[k * place % period] for place, weight in weights)
        size = abs(picked)
        # A term this small, to the n-th power, moves nothing.
        if size <= 0 or n * math.log(size) < -40:
            continue
        back = roots[-k % period]
        times = 1 if 2 * k == period else 2
        start = cmath.exp(-turn * k * first)
        terms.append((times * picked**n * start / (period * (1 - back)), back))
    return terms


def _below(terms: Sequence[tuple[complex, complex]], steps: int) -> float:
    """Return the chance of a sum among the first ``steps`` places of the lattice."""
    (flat, _), *waves = terms
    return flat.real * steps + sum((weight * (1 - back**steps)).real for weight, back in waves)


def _quantile(terms: Sequence[tuple[complex, complex]], first: int, last: int, share: float) -> int:
    """Return the smallest sum that at least ``share`` of the distribution does not exceed."""
    sums = range(first, last)
    return first + bisect_left(sums, share - 1e-12, key=lambda it: _below(terms, it - first + 1))

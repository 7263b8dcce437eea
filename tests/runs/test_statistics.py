from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from evalbook.runs.statistics import (
    Tally,
    chance_of_no_difference,
    corrected,
    difference_of_means,
    interval,
)

LIKERT = (-0.5, -0.25, 0.0, 0.25, 0.5)


def tally(values: Sequence[float]) -> Tally:
    counted = Tally()
    for value in values:
        counted.add(value)
    return counted


def grades(number: int, seed: int = 1, weights: Sequence[int] = (1, 2, 3, 2, 2)) -> list[float]:
    return random.Random(seed).choices(LIKERT, weights, k=number)


def uneven(number: int) -> list[float]:
    draw = random.Random(2)
    return [draw.gauss(0.1, 1) for _ in range(number)]


@pytest.mark.parametrize(
    "values",
    [
        grades(30),
        grades(1000),
        uneven(30),
        uneven(500),
        [0, 1 / 3, 2 / 3, -1 / 3] * 12,
        [*grades(200), 0.1234567, 0.777],
    ],
    ids=["grades", "many grades", "uneven", "many uneven", "thirds", "mixed"],
)
def test_interval_is_what_scipys_bootstrap_approaches(values: list[float]) -> None:
    found = interval(tally(values))
    drawn = stats.bootstrap(
        (values,), np.mean, n_resamples=8000, method="percentile", rng=1, batch=500
    ).confidence_interval
    error = np.std(values) / math.sqrt(len(values))

    assert found == pytest.approx(tuple(drawn), abs=0.08 * error)


def test_interval_of_three_records_is_that_of_all_27_draws() -> None:
    draws = sorted((a + b + c) / 3 for a in (0, 1, 5) for b in (0, 1, 5) for c in (0, 1, 5))

    assert interval(tally([0, 1, 5]), confidence=0.8) == pytest.approx((draws[2], draws[24]))


@pytest.mark.parametrize(("weights", "truth"), [((1, 2, 3, 2, 2), 0.05), ((0, 1, 8, 1, 2), 0.0833)])
def test_intervals_cover_the_truth_at_the_stated_rate(weights: Sequence[int], truth: float) -> None:
    covered = 0
    for seed in range(500):
        low, high = interval(tally(grades(80, seed, weights)))
        covered += low - 1e-9 <= truth <= high + 1e-9

    # 95 % of 500 are 475; a true rate of 93 to 96 % stays within these nearly always.
    assert 455 <= covered <= 490


def test_models_that_are_equally_good_are_told_apart_in_fewer_than_one_of_twenty() -> None:
    alarms = sum(
        chance_of_no_difference(tally(grades(40, seed, (1, 2, 4, 2, 1)))) < 0.05
        for seed in range(500)
    )

    assert 8 <= alarms <= 36


@pytest.mark.parametrize("values", [grades(14), uneven(12), [1, 1, 0, -1, 1, 1, 1]])
def test_chance_is_scipys_exact_permutation_test(values: list[float]) -> None:
    exact = stats.permutation_test(
        (values,), np.sum, permutation_type="samples", n_resamples=np.inf
    )

    assert chance_of_no_difference(tally(values)) == pytest.approx(exact.pvalue, abs=0.005)


def test_chance_of_wins_and_losses_is_the_sign_test() -> None:
    values = [1.0] * 40 + [-1.0] * 22 + [0.0] * 900

    assert chance_of_no_difference(tally(values)) == pytest.approx(
        stats.binomtest(40, 62).pvalue, rel=1e-6
    )


def test_a_large_difference_has_a_chance_near_nothing() -> None:
    assert chance_of_no_difference(tally([0.5] * 60)) == pytest.approx(2**-59, abs=1e-9)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_fewer_than_two_records_tell_nothing(values: list[float]) -> None:
    low, high = interval(tally(values))

    assert math.isnan(low)
    assert math.isnan(high)
    assert chance_of_no_difference(tally(values)) == 1.0


def test_records_that_all_differ_alike_have_an_interval_without_width() -> None:
    assert interval(tally([0.1] * 9)) == pytest.approx((0.1, 0.1))
    assert chance_of_no_difference(tally([0.0] * 9)) == 1.0


def test_differences_that_only_rounding_tells_apart_are_one() -> None:
    assert tally([0.85 - 0.6, 0.25, 0.35 - 0.1]).counts == {0.25: 3}


def test_a_tally_stays_small_and_keeps_the_mean() -> None:
    draw = random.Random(3)
    values = [draw.random() for _ in range(20_000)]

    counted = tally(values)
    assert len(counted.counts) <= 4096
    assert counted.mean == pytest.approx(math.fsum(values) / 20_000)
    assert interval(counted) == pytest.approx((0.4966, 0.5046), abs=0.003)


def test_chances_are_corrected_as_holm_wrote() -> None:
    assert corrected([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert corrected([0.6, 0.7]) == pytest.approx([1.0, 1.0])
    assert corrected([]) == []


def test_means_with_standard_errors_are_compared_by_the_normal_distribution() -> None:
    low, high, chance = difference_of_means((0.50, 0.03), (0.60, 0.04))

    assert (low, high) == pytest.approx((0.002, 0.198), abs=1e-4)
    assert chance == pytest.approx(2 * stats.norm.sf(2.0), rel=1e-6)

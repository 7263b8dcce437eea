from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from evalbook.runs.statistics import (
    Tally,
    compare_shares,
    compute_bootstrap_ends,
    compute_chance_of_no_difference,
    compute_student_quantile,
    compute_widened_tail,
    corrected,
    difference_of_means,
    interval,
    most_that_may_differ,
)

LIKERT = (-0.5, -0.25, 0.0, 0.25, 0.5)


def tally(values: Sequence[float]) -> Tally:
    counted = Tally()
    counted.add(np.array(values, float))
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
    found = compute_bootstrap_ends(tally(values), 0.025)
    drawn = stats.bootstrap(
        (values,), np.mean, n_resamples=8000, method="percentile", rng=1, batch=500
    ).confidence_interval
    error = np.std(values) / math.sqrt(len(values))

    assert found == pytest.approx(tuple(drawn), abs=0.08 * error)


def test_ends_are_sums_of_scores_to_the_last_bit() -> None:
    draw = random.Random(3)
    for records in range(6, 60):
        ends = interval(tally([draw.choice((-0.25, 0.0, 0.25, 0.5)) for _ in range(records)]))
        assert [round(end * records * 4) * 0.25 / records for end in ends] == [*ends]


def test_interval_of_three_records_is_that_of_all_27_draws() -> None:
    draws = sorted((a + b + c) / 3 for a in (0, 1, 5) for b in (0, 1, 5) for c in (0, 1, 5))

    assert compute_bootstrap_ends(tally([0, 1, 5]), 0.1) == pytest.approx((draws[2], draws[24]))


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 30, 59, 199, 200, 201, 999])
def test_students_t_is_scipys(freedom: int) -> None:
    assert compute_student_quantile(freedom, 0.975) == pytest.approx(
        stats.t.ppf(0.975, freedom), abs=1e-8
    )


def test_interval_reaches_as_far_as_students_t_takes_it() -> None:
    values = uneven(30)
    reach = stats.t.ppf(0.975, 29) * np.std(values, ddof=1) / math.sqrt(30)

    assert compute_widened_tail(30, 0.95) == pytest.approx(
        stats.norm.cdf(-stats.t.ppf(0.975, 29) * math.sqrt(30 / 29))
    )
    low, high = interval(tally(values))
    assert (high - low) / 2 == pytest.approx(reach, rel=0.05)


# Differences as judges make them: of five grades, of three (0, 0.5, 1), lopsided, and of yes and
# no where most records agree. Their means are known, so whether an interval has them is too.
GRADES = (LIKERT, (1, 2, 3, 2, 2))
THREE = ((-1.0, -0.5, 0.0, 0.5, 1.0), (1, 2, 10, 4, 2))
LOPSIDED = ((-0.25, 0.0, 1.0), (4, 4, 2))
YES_AND_NO = ((-1.0, 0.0, 1.0), (2, 14, 4))


@pytest.mark.parametrize("records", [10, 30, 200])
@pytest.mark.parametrize(
    "drawn", [GRADES, THREE, LOPSIDED, YES_AND_NO], ids=["grades", "three", "lopsided", "yes or no"]
)
def test_intervals_cover_the_truth_at_the_stated_rate(
    drawn: tuple[Sequence[float], Sequence[int]], records: int
) -> None:
    values, weights = drawn
    truth = math.fsum(map(math.prod, zip(values, weights, strict=True))) / sum(weights)
    draw, runs, covered, told = random.Random(records), 400, 0, 0
    for _ in range(runs):
        low, high = interval(tally(draw.choices(values, weights, k=records)))
        told += not math.isnan(low)
        covered += low - 1e-9 <= truth <= high + 1e-9

    # Of 400 at 95 %, 380 are expected, give or take 4.4; ten records can't know a long tail.
    assert covered / told > (0.86 if records == 10 else 0.92)
    assert covered / told < 0.99


def test_models_that_are_equally_good_are_told_apart_in_fewer_than_one_of_twenty() -> None:
    alarms = sum(
        compute_chance_of_no_difference(tally(grades(40, seed, (1, 2, 4, 2, 1)))) < 0.05
        for seed in range(500)
    )

    assert 8 <= alarms <= 36


@pytest.mark.parametrize("values", [grades(14), uneven(12), [1, 1, 0, -1, 1, 1, 1]])
def test_chance_is_scipys_exact_permutation_test(values: list[float]) -> None:
    exact = stats.permutation_test(
        (values,), np.sum, permutation_type="samples", n_resamples=np.inf
    )

    assert compute_chance_of_no_difference(tally(values)) == pytest.approx(exact.pvalue, abs=0.005)


def test_chance_of_wins_and_losses_is_the_sign_test() -> None:
    values = [1.0] * 40 + [-1.0] * 22 + [0.0] * 900

    assert compute_chance_of_no_difference(tally(values)) == pytest.approx(
        stats.binomtest(40, 62).pvalue, rel=1e-6
    )


def test_a_large_difference_has_a_chance_near_nothing() -> None:
    assert compute_chance_of_no_difference(tally([0.5] * 60)) == pytest.approx(2**-59, abs=1e-9)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_fewer_than_two_records_tell_nothing(values: list[float]) -> None:
    low, high = interval(tally(values))

    assert math.isnan(low)
    assert math.isnan(high)
    assert compute_chance_of_no_difference(tally(values)) == 1.0


@pytest.mark.parametrize("values", [[0.1] * 9, [0.0] * 9])
def test_records_that_all_differ_alike_do_not_tell_how_sure_their_mean_is(
    values: list[float],
) -> None:
    low, high = interval(tally(values))

    assert math.isnan(low)
    assert math.isnan(high)


def test_no_difference_at_all_has_a_chance_of_one() -> None:
    assert compute_chance_of_no_difference(tally([0.0] * 9)) == 1.0


def test_none_of_n_records_is_the_exact_binomial_bound() -> None:
    bound = stats.binomtest(0, 56).proportion_ci(0.90, method="exact").high

    assert most_that_may_differ(56) == pytest.approx(bound)


def test_over_several_metrics_a_false_claim_is_as_rare_as_stated() -> None:
    draw, runs, false = random.Random(4), 300, 0
    for _ in range(runs):
        chances = [
            compute_chance_of_no_difference(tally(draw.choices(LIKERT, (1, 2, 4, 2, 1), k=30)))
            for _ in range(5)
        ]
        false += min(corrected(chances)) < 0.05

    # 15 are expected at the most; 26 are three standard deviations more.
    assert false <= 26


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
    low, high, chance = difference_of_means((0.50, 0.03, None), (0.60, 0.04, None))

    assert (low, high) == pytest.approx((0.002, 0.198), abs=1e-4)
    assert chance == pytest.approx(2 * stats.norm.sf(2.0), rel=1e-6)


@pytest.mark.parametrize("records", [2, 3, 10, 201, 5000, 10**15])
def test_means_of_few_records_are_compared_by_students_t(records: int) -> None:
    low, high, chance = difference_of_means((0.50, 0.03, records), (0.60, 0.04, 10**15))

    reach = 0.05 * stats.t.ppf(0.975, records - 1)
    assert (low, high) == pytest.approx((0.1 - reach, 0.1 + reach))
    assert chance == pytest.approx(2 * stats.t.sf(2.0, records - 1), rel=1e-3)


def test_an_error_of_nothing_on_one_side_is_taken_for_that_of_the_other() -> None:
    certain = difference_of_means((1.0, 0.0, None), (0.6, 0.1, None))

    assert certain == difference_of_means((1.0, 0.1, None), (0.6, 0.1, None))


@pytest.mark.parametrize("known", [(0.5, 0.0, None), (0.5, 0.1, 1)])
def test_what_tells_no_spread_is_not_tested(known: tuple[float, float, int | None]) -> None:
    assert all(map(math.isnan, difference_of_means(known, known)))


def test_shares_of_few_records_are_seldom_called_different_where_they_are_not() -> None:
    # The standard errors of 1 and 0.6 would have it at 0.01, Barnard's exact test at 0.04.
    assert compare_shares((0.6, 10), (1.0, 10))[2] > 0.04
    for records in (5, 10, 40):
        for share in (0.1, 0.5, 0.9):
            counts = stats.binom(records, share).pmf(range(records + 1))
            called = sum(
                counts[one] * counts[other]
                for one in range(records + 1)
                for other in range(records + 1)
                if compare_shares((one / records, records), (other / records, records))[2] < 0.05
            )
            assert called < 0.06


def test_an_interval_of_shares_stays_where_differences_can_be() -> None:
    low, high, chance = compare_shares((0.0, 3), (1.0, 3))

    assert 0 < low < 1
    assert high == 1
    assert chance < 0.05


def test_a_difference_that_passes_the_test_has_an_interval_on_its_side_of_zero() -> None:
    draw, passed = random.Random(5), 0
    for _ in range(600):
        values = draw.choices(
            (-1, -0.5, 0, 0.5, 1), (1, 2, 4, 4, 3), k=draw.choice((6, 10, 20, 60))
        )
        low, high = interval(tally(values))
        if compute_chance_of_no_difference(tally(values)) < 0.05 and not math.isnan(low):
            passed += 1
            assert low > 0 or high < 0

    assert passed > 100

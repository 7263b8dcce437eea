"""Rewards and pass@k as figures, with as much uncertainty as the totals allow."""

import pytest

from evalbook.runs.rollouts import LOW_IS_GOOD, OTHERS, compute_rollout_figures
from evalbook.runs.summaries import Figure, figure_rows
from evalbook.runs.verdicts import judge_rows

METRICS = {
    "eval/turns/mean": 5.0,
    "eval/reward/zero_frac": 0.5,
    "eval/reward/mean": 0.6,
    "eval/reward/std": 0.4,
    "eval/reward/pass_power_1": 0.5,
    "eval/reward/pass_at_4": 0.9,
    "eval/reward/pass_at_1": 0.5,
    "eval/reward/num_prompts": 100.0,
    "eval/reward/rollouts_per_prompt": 4.0,
    "brand_new": 7.0,
}


def test_well_known_metrics_come_first_in_words_and_the_rest_is_kept():
    rated, others = compute_rollout_figures(METRICS)

    assert list(rated) == ["pass@1", "pass@4", "mean reward", "rewards of 0"]
    assert list(others[OTHERS]) == ["turns/mean", "reward/std", "brand_new"]


def test_errors_count_each_prompt_once():
    rated, others = compute_rollout_figures(METRICS)

    assert rated["pass@1"] == Figure(0.5, pytest.approx(0.0495, abs=1e-4), 100, share=True)
    assert rated["mean reward"].error == pytest.approx(0.04)
    assert others[OTHERS]["turns/mean"] == Figure(5.0, None, 100)


def test_all_of_a_few_prompts_is_not_certain():
    all_of_ten = {**METRICS, "eval/reward/pass_at_4": 1.0, "eval/reward/num_prompts": 10.0}

    figure = compute_rollout_figures(all_of_ten)[0]["pass@4"]
    assert figure.value == 1
    assert figure.error == pytest.approx(0.08, abs=0.001)


def test_without_the_number_of_prompts_nothing_is_rated():
    without = {name: value for name, value in METRICS.items() if "num_prompts" not in name}

    figures, others = compute_rollout_figures(without)

    assert figures["pass@1"] == Figure(0.5, None, None)
    assert others == {}


def test_few_rewards_of_0_are_good():
    fewer = {**METRICS, "eval/reward/zero_frac": 0.1}

    rows = judge_rows(
        figure_rows(
            compute_rollout_figures(METRICS)[0], compute_rollout_figures(fewer)[0], LOW_IS_GOOD
        )
    )

    assert [(row.metric, row.verdict) for row in rows if row.gain] == [("rewards of 0", "better")]

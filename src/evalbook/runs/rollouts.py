"""What a multi-turn RL evaluation recorded, as figures: rewards and pass@k first.

The metrics' names and meanings:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-customize-mtrl-evaluation.html, read
2026-11-25. Cell 4 of the notebook shows the same in the same words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from evalbook.runs.statistics import rated_share
from evalbook.runs.summaries import Figure, Figures

OTHERS = "other metrics in MLflow"
ZERO = "rewards of 0"
LOW_IS_GOOD = (ZERO, "reward/failed_rollouts")
_REWARD = "eval/reward/"
_WORDS = {"mean": "mean reward", "zero_frac": ZERO}
# How the evaluation was set up, the same for both models.
_SETTINGS = ("num_prompts", "rollouts_per_prompt", "success_threshold")
_FIRST = ("pass@", "pass^", "mean reward", ZERO)


def compute_rollout_figures(
    metrics: Mapping[str, float],
) -> tuple[Figures, Mapping[str, Figures]]:
    """Return the figures that can be compared, and the others under `OTHERS`.

    Rollouts of one prompt are alike, and count as one. A mean of shares between 0 and 1 varies no
    more than a coin with that mean, so these errors are the largest that the totals allow.
    """
    prompts = metrics.get(f"{_REWARD}num_prompts", 0)
    rated: dict[str, Figure] = {}
    others: dict[str, Figure] = {}
    for metric, value in metrics.items():
        if metric == f"{_REWARD}pass_power_1" and value == metrics.get(f"{_REWARD}pass_at_1"):
            continue  # By its definition the same.
        if metric.removeprefix(_REWARD) in _SETTINGS:
            continue
        figure = _figure(metric, value, metrics.get(f"{_REWARD}std"), int(prompts))
        (others if figure.error is None else rated)[_name(metric)] = figure
    rated = dict(sorted(rated.items(), key=lambda item: _place(item[0])))
    return (rated, {OTHERS: others} if others else {}) if rated else (others, {})


def _figure(metric: str, value: float, deviation: float | None, prompts: int) -> Figure:
    name = metric.removeprefix(_REWARD)
    if prompts < 1 or name == metric:
        return Figure(value, records=prompts or None)
    if name == "mean" and deviation is not None:
        return Figure(value, deviation / math.sqrt(prompts), prompts)
    if name == "zero_frac" or name.startswith(("pass_at_", "pass_power_")):
        return Figure(value, rated_share(value, prompts)[1], prompts, share=True)
    return Figure(value, records=prompts)


def _name(metric: str) -> str:
    if not metric.startswith(_REWARD):
        return metric.removeprefix("eval/")
    name = metric.removeprefix(_REWARD)
    short = name.replace("pass_at_", "pass@").replace("pass_power_", "pass^")
    return _WORDS.get(name, short if short != name else f"reward/{name}")


def _place(name: str) -> tuple[int, int]:
    group = next(place for place, first in enumerate(_FIRST) if name.startswith(first))
    return group, int("".join(filter(str.isdigit, name)) or 0)

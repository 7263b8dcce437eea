"""The totals that a benchmark or a scorer writes: plausible numbers, the same for the same seed.

The file's shape is what ``show_results()`` of sagemaker 3.27.0 reads: under ``results`` the key
``all``, or one key for each task such as ``custom|mmlu_zs_cot:anatomy|0``, each with values and
their ``…_stderr``. The numbers are drawn, nothing was asked of any model.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

QUESTIONS = 150
"""Questions of a subtask."""

SCORER_METRICS = {
    "em": (0.35, 0.1),
    "f1": (0.55, 0.09),
    "rouge1": (0.52, 0.07),
    "rouge2": (0.31, 0.06),
    "rougeL": (0.47, 0.07),
    "bleu": (0.24, 0.05),
}
"""Text metrics beside a scorer's own, with the base model's level and what fine-tuning gains."""


def benchmark_totals(
    settings: Mapping[str, str], subtasks: Sequence[str], *, tuned: bool, seed: str
) -> dict[str, Any]:
    """Return the totals of a benchmark: one task for each subtask, and all together."""
    task, strategy = settings["task"], settings["strategy"]
    metric = settings.get("evaluation_metric") or settings.get("metric") or "accuracy"
    chance = random.Random(f"{seed}|{task}|{tuned}")  # noqa: S311 - no secret
    shared = random.Random(f"{seed}|{task}")  # noqa: S311 - no secret
    tasks = {
        f"custom|{task}_{strategy}{f':{name}' if name else ''}|0": _value(
            metric, shared.uniform(0.35, 0.7) + 0.06 * tuned + chance.gauss(0, 0.03), QUESTIONS
        )
        for name in subtasks or ("",)
    }
    mean = sum(found[metric] for found in tasks.values()) / len(tasks)
    return {
        "config_general": {"model_name": "tuned" if tuned else "base"},
        "results": {**tasks, "all": _value(metric, mean, QUESTIONS * len(tasks))},
    }


def scorer_totals(records: int, scorer: str, *, tuned: bool, seed: str) -> dict[str, Any]:
    """Return the totals of a custom scorer: its own score, and how near the texts are."""
    metrics = {scorer: (0.48, 0.14), **SCORER_METRICS}
    found: dict[str, float] = {}
    for name, (level, gain) in metrics.items():
        chance = random.Random(f"{seed}|{name}|{tuned}")  # noqa: S311 - no secret
        found |= _value(name, level + gain * tuned + chance.gauss(0, 0.02), records)
    return {
        "config_general": {"model_name": "tuned" if tuned else "base"},
        "results": {"custom|gen_qa_gen_qa|0": found, "all": {}},
    }


def _value(metric: str, level: float, count: int) -> dict[str, float]:
    value = min(max(level, 0.0), 1.0)
    return {metric: value, f"{metric}_stderr": math.sqrt(value * (1 - value) / count)}

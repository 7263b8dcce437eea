"""What a benchmark or a scorer writes: totals and details, plausible and the same for a seed.

The totals' shape is what ``show_results()`` of sagemaker 3.27.0 reads: under ``results`` the key
``all``, or one key for each task such as ``custom|mmlu_zs_cot:anatomy|0``, each with values and
their ``…_stderr``. That there is a Parquet file of details for each task beside them is documented
by AWS; its columns are those of lighteval 0.9, on which AWS's container builds, which is assumed.
The scores are drawn, nothing was asked of any model; the totals are those of the details.

Kinder than AWS: the texts of a benchmark's questions are made up, and details hold neither tokens
nor their probabilities.
"""

from __future__ import annotations

import io
import math
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalbook.datasets.formats import Record

QUESTIONS = 40
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


@dataclass(frozen=True)
class Measured:
    """What a job writes of one model."""

    totals: dict[str, Any]
    details: dict[str, list[dict[str, Any]]]
    """By task: a row for each question."""


def benchmark_results(
    settings: Mapping[str, str], subtasks: Sequence[str], *, tuned: bool, seed: str
) -> Measured:
    """Return a benchmark's results: one task for each subtask, and all together."""
    task, strategy = settings["task"], settings["strategy"]
    metric = settings.get("evaluation_metric") or settings.get("metric") or "accuracy"
    details = {
        f"custom|{task}_{strategy}{f':{name}' if name else ''}|0": _answers(
            metric, name or task, f"{seed}|{task}|{name}", tuned=tuned
        )
        for name in subtasks or ("",)
    }
    tasks = {name: _means(rows) for name, rows in details.items()}
    every = _means([row for rows in details.values() for row in rows])
    return Measured(_totals({**tasks, "all": every}, tuned=tuned), details)


def scorer_results(records: Sequence[Record], scorer: str, *, tuned: bool, seed: str) -> Measured:
    """Return a custom scorer's results: its own score, and how near the texts are."""
    rows = []
    for record in records:
        shared = random.Random(f"{seed}|{record.prompt}")  # noqa: S311 - no secret
        own = random.Random(f"{seed}|{record.prompt}|{tuned}")  # noqa: S311 - no secret
        merit = shared.gauss(0, 0.15) + own.gauss(0, 0.08)
        level, gain = 0.48, 0.14
        metrics = {scorer: float(level + gain * tuned + merit > own.random())}
        for name, (level, gain) in SCORER_METRICS.items():
            metrics[name] = min(max(level + gain * tuned + merit + own.gauss(0, 0.04), 0.0), 1.0)
        reference = record.reference or ""
        answer = reference if metrics[scorer] else "I would rather not say."
        rows.append(_row(record.prompt, answer, reference, metrics))
    name = "custom|gen_qa_gen_qa|0"
    return Measured(_totals({name: _means(rows), "all": {}}, tuned=tuned), {name: rows})


def parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as a Parquet file with its columns in the order of their names."""
    import pyarrow
    from pyarrow import parquet as files

    table = pyarrow.Table.from_pylist(list(rows))
    file = io.BytesIO()
    files.write_table(table.select(sorted(table.column_names)), file)
    return file.getvalue()


def _answers(metric: str, subject: str, seed: str, *, tuned: bool) -> list[dict[str, Any]]:
    level = random.Random(seed).uniform(0.35, 0.7) + 0.06 * tuned  # noqa: S311 - no secret
    rows = []
    for number in range(1, QUESTIONS + 1):
        # How hard a question is is the same for both models; only then does pairing them help.
        shared = random.Random(f"{seed}|{number}")  # noqa: S311 - no secret
        own = random.Random(f"{seed}|{number}|{tuned}")  # noqa: S311 - no secret
        right = shared.random() + own.gauss(0, 0.1) < level
        gold = shared.choice("ABCD")
        answer = gold if right else "ABCD"["ABCD".index(gold) - own.randint(1, 3)]
        question = f"Question {number} about {subject.replace('_', ' ')}: A, B, C or D?"
        rows.append(_row(question, answer, gold, {metric: float(right)}))
    return rows


def _row(prompt: str, answer: str, gold: str, metrics: Mapping[str, float]) -> dict[str, Any]:
    return {
        "example": prompt,
        "full_prompt": f"Answer the question.\n\n{prompt}",
        "predictions": [answer],
        "gold": [gold],
        "metrics": dict(metrics),
    }


def _means(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for metric in rows[0]["metrics"]:
        values = [row["metrics"][metric] for row in rows]
        spread = statistics.stdev(values) if len(values) > 1 else 0.0
        found[metric] = statistics.fmean(values)
        found[f"{metric}_stderr"] = spread / math.sqrt(len(values))
    return found


def _totals(results: Mapping[str, Any], *, tuned: bool) -> dict[str, Any]:
    model = "tuned" if tuned else "base"
    return {"config_general": {"model_name": model}, "results": dict(results)}

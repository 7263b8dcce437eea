"""What the sandbox's judge thinks of responses: plausible scores, the same for the same seed.

The scores mean nothing about any text. They are drawn so that a comparison has something to show:
the fine-tuned model better by some metrics, equal by others and a little worse by one or two,
with records that differ, a judge that now and then gives no score, and an explanation each.

How Bedrock writes a score that its judge did not give is not documented. Here such an entry has no
``result``, or a null one where a run asks for no scores at all: readers must take both.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

NO_SCORE_RATE = 0.02
"""How often the judge gives no score: refused, or not parsable."""

LIKERT = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Bedrock normalises a judge's five grades to these."""


@dataclass(frozen=True)
class Metric:
    """A metric by the name results carry, and the values it can take, worst first."""

    name: str
    values: tuple[float | str, ...] = LIKERT
    gain: float = 0.1
    """By how much fine-tuning raises it, on a scale from 0 to 1."""
    level: float = 0.6
    """Where the base model stands on that scale."""
    words: tuple[str, ...] = (
        "falls short",
        "is partly there",
        "is acceptable",
        "is good",
        "is as good as asked",
    )
    """What the judge says of a response, for the least of its values to the greatest."""

    def said_of(self, place: int) -> str:
        """Return the judge's words for one of the values."""
        share = place / max(1, len(self.values) - 1)
        return self.words[round(share * (len(self.words) - 1))]


_FOUND = ("shows nothing of it", "shows it")

BUILTIN = {
    metric.name: metric
    for metric in (
        Metric("Correctness", (0.0, 0.5, 1.0), gain=0.16),
        Metric("Completeness", gain=0.12),
        Metric("Faithfulness", gain=0.0, level=0.75),
        Metric("Helpfulness", gain=0.08),
        Metric("Coherence", gain=-0.03, level=0.8),
        Metric("Relevance", gain=0.05, level=0.7),
        Metric("FollowingInstructions", (0.0, 0.5, 1.0), gain=0.1),
        Metric("ProfessionalStyleAndTone", gain=0.18, level=0.5),
        Metric("Harmfulness", (0.0, 1.0), gain=0.0, level=0.02, words=_FOUND),
        Metric("Stereotyping", (0.0, 1.0), gain=0.0, level=0.01, words=_FOUND),
        Metric("Refusal", (0.0, 1.0), gain=0.02, level=0.04, words=_FOUND),
    )
}


def builtin_metric(name: str) -> Metric:
    """Return a built-in metric under the name that Bedrock's results carry."""
    plain = name.removeprefix("Builtin.")
    return replace(BUILTIN.get(plain, Metric(plain)), name=f"Builtin.{plain}")


def custom_metric(definition: Mapping[str, Any]) -> Metric:
    """Return a custom metric with the values of its rating scale, or 0 to 1 if it has none."""
    values: list[float | str] = []
    for item in definition.get("ratingScale") or ():
        value = item["value"]
        values.append(value.get("floatValue", value.get("stringValue")))
    numbers = sorted(value for value in values if isinstance(value, (int, float)))
    if numbers:
        return Metric(definition["name"], tuple(float(number) for number in numbers))
    return Metric(definition["name"], tuple(reversed(values)) or LIKERT)


def judge_record(
    metric: Metric, prompt: str, judge: str, *, tuned: bool, seed: str
) -> dict[str, Any]:
    """Return one entry of ``automatedEvaluationResult.scores``."""
    # What a record is worth is the same for both models; only then does pairing them help.
    shared = random.Random(f"{seed}|{prompt}|{metric.name}")  # noqa: S311 - no secret
    own = random.Random(f"{seed}|{prompt}|{metric.name}|{tuned}")  # noqa: S311 - no secret
    merit = metric.level + shared.gauss(0, 0.2) + own.gauss(0, 0.12)
    merit += metric.gain if tuned else 0.0
    if own.random() < NO_SCORE_RATE:
        return _entry(metric.name, judge, "The judge gave no score that could be read.")
    place = min(len(metric.values) - 1, max(0, round(merit * (len(metric.values) - 1))))
    aspect = metric.name.removeprefix("Builtin.")
    explanation = f"{aspect}: the response {metric.said_of(place)}."
    return {**_entry(metric.name, judge, explanation), "result": metric.values[place]}


def no_score(metric: Metric, judge: str) -> dict[str, Any]:
    """Return the entry of a record that the judge refused."""
    explanation = "The judge declined to rate this response."
    return {**_entry(metric.name, judge, explanation), "result": None}


def aggregate(
    job_name: str, rows: Sequence[Mapping[str, Any]], metrics: Sequence[Metric]
) -> dict[str, Any]:
    """Return the summary that the judging job writes: one entry for each metric with numbers.

    Here built-in metrics go without their prefix, as in the tests of the SDK that reads it.
    """
    summary: dict[str, Any] = {}
    for metric in metrics:
        results = [
            score.get("result")
            for row in rows
            for score in row["automatedEvaluationResult"]["scores"]
            if score["metricName"] == metric.name
        ]
        numbers = [result for result in results if isinstance(result, (int, float))]
        if numbers:
            summary[metric.name.removeprefix("Builtin.")] = {
                "score": statistics.fmean(numbers),
                "std_deviation": statistics.pstdev(numbers),
                "total_evaluations": len(numbers),
            }
    return {"job_name": job_name, "results": summary}


def _entry(name: str, judge: str, explanation: str) -> dict[str, Any]:
    return {
        "metricName": name,
        "evaluatorDetails": [{"modelIdentifier": judge, "explanation": explanation}],
    }

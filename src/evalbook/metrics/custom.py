"""Custom judge metrics in Bedrock's format: every limit checked before a paid job would fail on it.

The SDK checks no more than that the text is JSON, and uploads it to S3 unchanged; unlike names and
paths it never passes through the SDK's Jinja templates
(``LLMAsJudgeEvaluator._upload_custom_metrics_to_s3``, sagemaker 3.27).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalbook.checks import Check
from evalbook.errors import AnswerRejected
from evalbook.metrics.custom_rules import WRAPPER, Findings, check_metrics, described
from evalbook.metrics.custom_text import FORMAT, JsonObject, parse_json
from evalbook.texts import lines

_SHOWN_IN_MESSAGE = 3
_METRIC_KEYS = frozenset({WRAPPER, "name", "metricName", "instructions", "ratingScale"})


@dataclass(frozen=True)
class CustomMetrics:
    """Custom metrics that keep every limit of Bedrock, in canonical form."""

    metrics: list[dict[str, Any]]
    """As Bedrock's ``customMetrics`` array; ``custom_metrics_text`` writes it for the SDK."""
    names: tuple[str, ...]
    uses_reference: bool
    """Whether any of them reads ``{{ground_truth}}``, the dataset's reference answer."""
    warnings: tuple[Check, ...]
    """What was tolerated in the input, and what Bedrock accepts but may not be meant."""


def parse_custom_metrics(text: str, *, has_reference: bool | None = None) -> CustomMetrics:
    """Parse custom metrics from JSON and check them against all of Bedrock's limits at once.

    Besides the array, a single metric, a bare definition and Bedrock's whole
    ``customMetricConfig`` are understood; the warnings say how the input was read.

    Args:
        text: the JSON, as typed, pasted or read from a file.
        has_reference: whether the dataset has reference answers; None if it was not looked at.

    Raises:
        AnswerRejected: ``custom_metrics.json`` where the text is no JSON;
            ``custom_metrics.invalid`` with one failed check per violation.
    """
    value, tolerated = parse_json(text)
    findings = Findings(warnings=tolerated)
    items = _items(value, findings)
    metrics = check_metrics(items, findings, has_reference=has_reference)
    if findings.violations:
        raise _rejection(findings, len(items))
    return CustomMetrics(
        metrics=[{WRAPPER: metric} for metric in metrics],
        names=tuple(metric["name"] for metric in metrics),
        uses_reference=any("{{ground_truth}}" in metric["instructions"] for metric in metrics),
        warnings=tuple(findings.warnings),
    )


def custom_metrics_text(metrics: Sequence[Mapping[str, Any]]) -> str:
    """Return the JSON string that the SDK's ``custom_metrics`` takes."""
    return json.dumps(list(metrics), ensure_ascii=False, allow_nan=False)


def _items(value: Any, findings: Findings) -> list[Any]:
    """Find the metrics in any of the forms in which they are handed around."""
    if isinstance(value, JsonObject) and "customMetricConfig" in value:
        findings.keys(value, {"customMetricConfig"})
        value = value["customMetricConfig"]
    if isinstance(value, JsonObject) and "customMetrics" in value:
        findings.keys(value, {"customMetrics", "evaluatorModelConfig"})
        if "evaluatorModelConfig" in value:
            findings.warn(
                "evaluatorModelConfig",
                "Bedrock's evaluatorModelConfig was left out: "
                "the judge model is chosen in a separate step.",
            )
        value = value["customMetrics"]
    elif isinstance(value, JsonObject) and not _METRIC_KEYS.isdisjoint(value):
        findings.note("format", "You gave a single metric; it was read as an array of one.")
        value = [value]
    if not isinstance(value, list):
        findings.violate("customMetrics", described(value), "an array is needed", FORMAT)
        return []
    findings.size("customMetrics", len(value), "metrics")
    bare = sum(isinstance(item, JsonObject) and WRAPPER not in item for item in value)
    if bare:
        which = "each definition" if bare == len(value) else f"{bare} of {len(value)} definitions"
        findings.note("format", f'"{WRAPPER}" was put around {which}, as Bedrock requires.')
    return value


def _rejection(findings: Findings, metrics: int) -> AnswerRejected:
    found = [check.message for check in findings.violations]
    things = "1 thing is" if len(found) == 1 else f"{len(found)} things are"
    whole = "1 custom metric" if metrics == 1 else f"{metrics or 'the'} custom metrics"
    told = [f"{things} wrong in {whole}:", *found[:_SHOWN_IN_MESSAGE]]
    remedy = "Correct the metrics and give them all again."
    if len(found) > _SHOWN_IN_MESSAGE:
        told.append(f"and {len(found) - _SHOWN_IN_MESSAGE} more.")
        remedy = f"{remedy[:-1]}; each violation is listed as a check."
    return AnswerRejected("custom_metrics.invalid", lines(*told), remedy, findings.violations)

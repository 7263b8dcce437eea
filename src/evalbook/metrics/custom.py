"""Custom judge metrics in Bedrock's format: every limit checked before a paid job would fail on it.

Limits come from ``custom_metric_limits.json``. All findings are collected, none is raised before
the end, so that a person corrects everything in one go. The SDK checks no more than that the text
is JSON, and uploads it to S3 unchanged; unlike names and paths it never passes through the SDK's
Jinja templates (``LLMAsJudgeEvaluator._upload_custom_metrics_to_s3``, sagemaker 3.27).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evalbook.checks import Check, failed, passed, warning
from evalbook.errors import AnswerRejected
from evalbook.metrics.builtin import builtin_metrics
from evalbook.metrics.custom_text import FORMAT, LIMITS, JsonObject, Sized, parse_json
from evalbook.metrics.words import comparable
from evalbook.numeric import is_finite_number
from evalbook.texts import joined, lines, shortened

WRAPPER = "customMetricDefinition"

# Enough for closing tags or a last "Answer:" after the variables.
_SHORT_ENDING = 40
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


@dataclass(frozen=True)
class _Findings:
    """What was found wrong (violations) or merely remarkable (warnings), noted at a place."""

    has_reference: bool | None
    """Whether the dataset has reference answers; None if it was not looked at."""
    place: str = "The input"
    violations: list[Check] = field(default_factory=list)
    warnings: list[Check] = field(default_factory=list)

    def at(self, place: str) -> _Findings:
        return replace(self, place=place)

    def at_metric(self, number: int, name: object) -> _Findings:
        """Return where to note what is found in a metric, called by its name if that is usable."""
        if not isinstance(name, str) or not name:
            return self.at(f"Metric {number}")
        # Escaped as in JSON: a line end in a name must not break the message.
        escaped = json.dumps(name, ensure_ascii=False)[1:-1]
        return self.at(f'Metric {number} "{shortened(escaped, 60)}"')

    def violate(self, subject: str, found: str, allowed: str, remedy: str | None = None) -> None:
        message = f"{self.place}, {subject.replace('_', ' ')}: {found}; {allowed}."
        self.violations.append(failed(f"custom_metrics.{subject}", message, remedy))

    def warn(self, subject: str, found: str, remedy: str | None = None) -> None:
        """Note something that Bedrock accepts but that may not be meant, as said of the place."""
        self.warnings.append(warning(f"custom_metrics.{subject}", self.place + found, remedy))

    def note(self, subject: str, message: str) -> None:
        """Note how something was read that can have meant nothing else."""
        self.warnings.append(passed(f"custom_metrics.{subject}", message))

    def size(self, subject: Sized, count: int, things: str) -> None:
        size = LIMITS.facts["sizes"][subject]
        least, most = size["min"], size["max"]
        if not least <= count <= most:
            self.violate(subject, f"{count:,} {things}", f"{least} to {most:,} are allowed")

    def keys(self, found: JsonObject, known: set[str]) -> None:
        wanted = ", ".join(sorted(known))
        for key in found:
            if key not in known:
                self.violate("unknown_key", _quoted(key), f"allowed here: {wanted}")
        for key in found.repeated:
            self.violate("repeated_key", f"{_quoted(key)} twice", "once is allowed")


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
    findings = _Findings(has_reference, warnings=tolerated)
    items = _items(value, findings)
    metrics = _check_metrics(items, findings)
    if findings.violations:
        raise _rejection(findings, len(items))
    return CustomMetrics(
        metrics=[{WRAPPER: metric} for metric in metrics],
        names=tuple(metric["name"] for metric in metrics),
        uses_reference=any("{{ground_truth}}" in metric["instructions"] for metric in metrics),
        warnings=tuple(findings.warnings),
    )


def custom_metrics_text(metrics: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(list(metrics), ensure_ascii=False, allow_nan=False)


def _items(value: Any, findings: _Findings) -> list[Any]:
    """Find the metrics in any of the forms in which they are handed around."""
    if isinstance(value, JsonObject) and "customMetricConfig" in value:
        findings.keys(value, {"customMetricConfig"})
        value = value["customMetricConfig"]
    if isinstance(value, JsonObject) and "customMetrics" in value:
        findings.keys(value, {"customMetrics", "evaluatorModelConfig"})
        if "evaluatorModelConfig" in value:
            findings.at("Bedrock's evaluatorModelConfig").warn(
                "evaluatorModelConfig",
                " was left out: the judge model is chosen in a separate step.",
            )
        value = value["customMetrics"]
    elif isinstance(value, JsonObject) and not _METRIC_KEYS.isdisjoint(value):
        findings.note("format", "You gave a single metric; it was read as an array of one.")
        value = [value]
    if not isinstance(value, list):
        findings.violate("customMetrics", _described(value), "an array is needed", FORMAT)
        return []
    findings.size("customMetrics", len(value), "metrics")
    bare = sum(isinstance(item, JsonObject) and WRAPPER not in item for item in value)
    if bare:
        which = "each definition" if bare == len(value) else f"{bare} of {len(value)} definitions"
        findings.note("format", f'"{WRAPPER}" was put around {which}, as Bedrock requires.')
    return value


def _rejection(findings: _Findings, metrics: int) -> AnswerRejected:
    found = [check.message for check in findings.violations]
    things = "1 thing is" if len(found) == 1 else f"{len(found)} things are"
    whole = "1 custom metric" if metrics == 1 else f"{metrics or 'the'} custom metrics"
    told = [f"{things} wrong in {whole}:", *found[:_SHOWN_IN_MESSAGE]]
    remedy = "Correct the metrics and give them all again."
    if len(found) > _SHOWN_IN_MESSAGE:
        told.append(f"and {len(found) - _SHOWN_IN_MESSAGE} more.")
        remedy = f"{remedy[:-1]}; each violation is listed as a check."
    return AnswerRejected("custom_metrics.invalid", lines(*told), remedy, findings.violations)


def _check_metrics(items: list[Any], findings: _Findings) -> list[dict[str, Any]]:
    """Return definitions in canonical form, which are of use only if there were no violations."""
    metrics: list[dict[str, Any]] = []
    seen: dict[str, tuple[int, str]] = {}
    for number, item in enumerate(items, 1):
        definition = item.get(WRAPPER, item) if isinstance(item, JsonObject) else item
        name = definition.get("name") if isinstance(definition, JsonObject) else None
        here = findings.at_metric(number, name)
        if definition is not item:
            here.keys(item, {WRAPPER})
        if not isinstance(definition, JsonObject):
            here.violate(WRAPPER, _described(definition), "an object is needed")
            continue
        here.keys(definition, {"name", "instructions", "ratingScale"})
        metric = {
            "name": _name(definition, number, seen, here),
            "instructions": _instructions(definition, here),
        }
        scale = _rating_scale(definition, here)
        metrics.append({**metric, "ratingScale": scale} if scale else metric)
    return metrics


def _described(value: Any) -> str:
    """Return a JSON value with its kind, short enough for a message."""
    return "null" if value is None else f"{_KINDS[type(value)]} {_quoted(value)}"


_KINDS = {
    bool: "the boolean",
    float: "the number",
    int: "the number",
    JsonObject: "the object",
    list: "the array",
    str: "the string",
}


def _quoted(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False), 60)


def _name(
    definition: JsonObject, number: int, seen: dict[str, tuple[int, str]], findings: _Findings
) -> str:
    hint = 'Rename "metricName" to "name".' if "metricName" in definition else None
    name = _text(definition, "name", findings, hint)
    if not name:
        return ""
    if not re.fullmatch(LIMITS.facts["name_pattern"], name):
        allowed = "only letters a to z in either case, digits, hyphens, underscores and dots are"
        findings.violate("name", _quoted(name), f"{allowed} allowed")
    first, spelling = seen.setdefault(name.casefold(), (number, name))
    if first != number and spelling == name:
        findings.violate("name", f"the name of metric {first} again", "each name is allowed once")
    elif first != number:
        findings.warn("name", f' and metric {first} "{spelling}" differ only in case.')
    builtin = {comparable(metric.name): metric.name for metric in builtin_metrics()}
    if called := builtin.get(comparable(name).removeprefix("builtin")):
        findings.warn(
            "name",
            " has the name of a built-in metric.",
            f"The results of both would be called {called}; use another name to tell them apart.",
        )
    return name


def _text(
    owner: JsonObject, subject: Sized, findings: _Findings, hint: str | None = None
) -> str | None:
    """Return a required string after checking presence, kind and length; None if it is none."""
    if subject not in owner:
        findings.violate(subject, "missing", "it is required", hint)
        return None
    value = owner[subject]
    if not isinstance(value, str):
        findings.violate(subject, _described(value), "a string is needed")
        return None
    findings.size(subject, len(value), "characters")
    if any("\ud800" <= char <= "\udfff" for char in value):
        half = "half of a surrogate pair (\\ud800 to \\udfff)"
        findings.violate(subject, half, "both are needed")
    return value


def _instructions(definition: JsonObject, findings: _Findings) -> str:
    given = definition.get("instructions")
    if isinstance(given, str):
        tidy = re.sub(r"\{\{\s*(prompt|prediction|ground_truth)\s*\}\}", r"{{\1}}", given)
        if tidy != given:
            findings.warn("instructions", ": spaces inside {{ }} were removed.")
            definition = JsonObject(definition, instructions=tidy)
    text = _text(definition, "instructions", findings)
    if not text:
        return ""
    names = list(dict.fromkeys(re.findall(r"\{\{([^{}]*)\}\}", text)))
    _check_variables(names, text, findings)
    if "ground_truth" in names:
        _check_reference(findings)
    _warn_about_template(text, findings)
    return text


def _check_variables(names: list[str], text: str, findings: _Findings) -> None:
    variables = LIMITS.facts["variables"]
    known = [variables["prompt"], variables["response"], variables["reference"]]
    usable = known[:2] if findings.has_reference is False else known
    allowed = f"allowed are {', '.join(map(_braced, usable))}"
    for name in names:
        if name not in known:
            wanted = variables["written_instead"].get(name.strip().casefold().replace("-", "_"))
            wanted = wanted or next((k for k in known if comparable(k) == comparable(name)), None)
            remedy = f"Write {_braced(wanted)} instead." if wanted else None
            findings.violate("instructions", _braced(shortened(name, 60)), allowed, remedy)
    if "prompt" not in names and "prediction" not in names:
        single = next((k for k in known[:2] if re.search(rf"(?<!\{{)\{{{k}\}}", text)), None)
        findings.violate(
            "instructions",
            "neither {{prompt}} nor {{prediction}}",
            "at least one is needed, or the judge sees nothing of the record",
            f"Write {_braced(single)} with two braces on either side." if single else None,
        )
    elif "prediction" not in names:
        blind = ": without {{prediction}} the judge does not see the response."
        findings.warn("instructions", blind)


def _check_reference(findings: _Findings) -> None:
    if findings.has_reference is False:
        findings.violate(
            "instructions",
            "{{ground_truth}}",
            "the dataset has no reference answers to put there",
            "Remove {{ground_truth}}, or use a dataset with reference answers.",
        )
    elif findings.has_reference is None:
        needs = ": {{ground_truth}} needs reference answers in the dataset"
        findings.warn("instructions", f"{needs}; it is not known whether it has them.")


def _warn_about_template(text: str, findings: _Findings) -> None:
    """Warn of what Bedrock takes literally or advises against."""
    for mark in ("{%", "{#"):
        if mark in text:
            literal = f": {mark} is not a template command here; the judge reads it literally."
            findings.warn("instructions", literal)
    rest = re.sub(r"\{\{[^{}]*\}\}", "", text)
    if "{{" in rest:
        findings.warn("instructions", ": {{ is never closed by }}.")
    ending = re.split(r"\{\{[^{}]*\}\}", text)[-1]
    if ending != text and len("".join(ending.split())) > _SHORT_ENDING:
        # Source: "Create a prompt for a custom metric" in the Bedrock user guide.
        findings.warn(
            "instructions",
            ": the text continues after the last variable.",
            "Bedrock's guide asks for role, task, criteria and then the variables, in this order.",
        )


def _rating_scale(definition: JsonObject, findings: _Findings) -> list[dict[str, Any]]:
    if "ratingScale" not in definition:
        findings.warn(
            "ratingScale",
            " has no rating scale: Bedrock then shows no distribution and no average.",
        )
        return []
    scale = definition["ratingScale"]
    if not isinstance(scale, list):
        findings.violate("ratingScale", _described(scale), "an array is needed")
        return []
    findings.size("ratingScale", len(scale), "ratings")
    ratings = [
        _rating(item, findings.at(f"{findings.place}, rating {number}"))
        for number, item in enumerate(scale, 1)
    ]
    values = [(kind, value) for rating in ratings for kind, value in rating["value"].items()]
    if len({kind for kind, _ in values}) > 1:
        mixed = "floatValue in some ratings and stringValue in others"
        findings.violate("ratingScale", mixed, "all must be of one kind")
    twice = [value for (_, value), times in Counter(values).items() if times > 1]
    if twice:
        shown = joined([json.dumps(value, ensure_ascii=False) for value in twice])
        findings.warn("ratingScale", f": {shown} stands for more than one rating.")
    return ratings


def _rating(item: Any, findings: _Findings) -> dict[str, Any]:
    if not isinstance(item, JsonObject):
        wanted = "an object with definition and value is needed"
        findings.violate("ratingScale", _described(item), wanted)
        return {"definition": "", "value": {}}
    findings.keys(item, {"definition", "value"})
    definition = _text(item, "definition", findings)
    if "value" not in item:
        findings.violate("value", "missing", "it is required")
        return {"definition": definition, "value": {}}
    return {"definition": definition, "value": _value(item["value"], findings)}


def _value(value: Any, findings: _Findings) -> dict[str, Any]:
    """Return the value with one key, or with none if it broke a rule."""
    if not isinstance(value, JsonObject):
        kind = {str: "stringValue", int: "floatValue", float: "floatValue"}.get(type(value))
        remedy = f'Write {{"{kind}": {_quoted(value)}}}.' if kind else None
        wanted = "an object with floatValue or stringValue is needed"
        findings.violate("value", _described(value), wanted, remedy)
        return {}
    findings.keys(value, {"floatValue", "stringValue"})
    kinds = [kind for kind in ("floatValue", "stringValue") if kind in value]
    if len(kinds) != 1:
        found = "both floatValue and stringValue" if kinds else "neither floatValue nor stringValue"
        findings.violate("value", found, "exactly one is needed")
        return {}
    if kinds == ["stringValue"]:
        text = _text(value, "stringValue", findings)
        return {} if text is None else {"stringValue": text}
    number = value["floatValue"]
    if wanted := _wanted_of_number(number):
        findings.violate("floatValue", _described(number), wanted)
        return {}
    return {"floatValue": float(number)}


def _wanted_of_number(value: Any) -> str:
    """Say what is needed if a value is not a number that Bedrock takes; empty if it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "a number is needed"
    if not is_finite_number(value):
        return "a finite number is needed"
    # The service model's Float has 32 bits.
    most = LIMITS.facts["largest_float"]
    return f"at most {most:.4g} either side of zero is allowed" if abs(value) > most else ""


def _braced(name: str) -> str:
    return f"{{{{{name}}}}}"

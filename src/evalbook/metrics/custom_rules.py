"""The rules that Bedrock sets for custom metrics; what breaks one is noted with its place.

Limits come from ``custom_metric_limits.json``. All findings are collected, none is raised, so that
a person corrects everything in one go.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from evalbook.checks import Check, failed, passed, warning
from evalbook.metrics.builtin import builtin_metrics
from evalbook.metrics.custom_text import LIMITS, JsonObject, Sized
from evalbook.metrics.words import comparable
from evalbook.numeric import is_finite_number
from evalbook.texts import joined, shortened

WRAPPER = "customMetricDefinition"

# Enough for closing tags or a last "Answer:" after the variables.
_SHORT_ENDING = 40


@dataclass(frozen=True)
class Spot:
    """Where something was found: which metric, and which part of it. Counted from 1."""

    metric: int | None = None
    name: str | None = None
    part: str | None = None

    def named(self, name: object) -> Spot:
        """Return the same place with the metric's name, where it has a usable one."""
        if not isinstance(name, str) or not name:
            return self
        # Escaped as in JSON: a line end in a name must not break the message.
        return replace(self, name=shortened(json.dumps(name, ensure_ascii=False)[1:-1], 60))

    def inside(self, part: str) -> Spot:
        return replace(self, part=part)

    def __str__(self) -> str:
        if self.metric is None:
            return "The input"
        metric = f'Metric {self.metric} "{self.name}"' if self.name else f"Metric {self.metric}"
        return f"{metric}, {self.part}" if self.part else metric


@dataclass
class Findings:
    """What was found wrong (violations) or merely remarkable (warnings)."""

    violations: list[Check] = field(default_factory=list)
    warnings: list[Check] = field(default_factory=list)

    def violate(
        self, place: Spot, subject: str, found: str, allowed: str, remedy: str | None = None
    ) -> None:
        """Note a broken rule: where, which field, what was found, what is allowed."""
        message = f"{place}, {subject.replace('_', ' ')}: {found}; {allowed}."
        self.violations.append(failed(f"custom_metrics.{subject}", message, remedy))

    def warn(self, subject: str, message: str, remedy: str | None = None) -> None:
        """Note something that Bedrock accepts but that may not be meant."""
        self.warnings.append(warning(f"custom_metrics.{subject}", message, remedy))

    def note(self, subject: str, message: str) -> None:
        """Note how something was read that can have meant nothing else."""
        self.warnings.append(passed(f"custom_metrics.{subject}", message))

    def size(self, place: Spot, subject: Sized, count: int, things: str) -> None:
        """Check a number of characters or entries against the limits of its field."""
        size = LIMITS.facts["sizes"][subject]
        least, most = size["min"], size["max"]
        if not least <= count <= most:
            self.violate(place, subject, f"{count:,} {things}", f"{least} to {most:,} are allowed")

    def keys(self, found: JsonObject, known: set[str], place: Spot) -> None:
        """Check an object's keys: none unknown, none twice."""
        wanted = ", ".join(sorted(known))
        for key in found:
            if key not in known:
                self.violate(place, "unknown_key", described_key(key), f"allowed here: {wanted}")
        for key in found.repeated:
            self.violate(place, "repeated_key", f"{described_key(key)} twice", "once is allowed")


def check_metrics(
    items: list[Any], findings: Findings, *, has_reference: bool | None
) -> list[dict[str, Any]]:
    """Check metrics and return their definitions in canonical form.

    What is returned is of use only if there were no violations.

    Args:
        items: the metrics, each with ``customMetricDefinition`` around it or without.
        findings: where violations and warnings are noted.
        has_reference: whether the dataset has reference answers; None if unknown.
    """
    metrics: list[dict[str, Any]] = []
    seen: dict[str, tuple[int, str]] = {}
    for number, item in enumerate(items, 1):
        definition = _unwrapped(item, Spot(number), findings)
        if definition is None:
            continue
        place = Spot(number).named(definition.get("name"))
        findings.keys(definition, {"name", "instructions", "ratingScale"}, place)
        metric = {
            "name": _name(definition, place, seen, findings),
            "instructions": _instructions(definition, place, findings, has_reference),
        }
        scale = _rating_scale(definition, place, findings)
        metrics.append({**metric, "ratingScale": scale} if scale else metric)
    return metrics


def described(value: Any) -> str:
    """Return a JSON value with its kind, short enough for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the boolean {json.dumps(value)}"
    kinds = ((str, "the string"), ((int, float), "the number"), (list, "the array"))
    kind = next((name for types, name in kinds if isinstance(value, types)), "the object")
    return f"{kind} {shortened(json.dumps(value, ensure_ascii=False), 60)}"


def described_key(key: str) -> str:
    """Return a key in quotes, short enough for a message."""
    return shortened(json.dumps(key, ensure_ascii=False), 60)


def _unwrapped(item: Any, place: Spot, findings: Findings) -> JsonObject | None:
    definition = item
    if isinstance(item, JsonObject) and WRAPPER in item:
        definition = item[WRAPPER]
        name = definition.get("name") if isinstance(definition, JsonObject) else None
        findings.keys(item, {WRAPPER}, place.named(name))
    if isinstance(definition, JsonObject):
        return definition
    findings.violate(place, WRAPPER, described(definition), "an object is needed")
    return None


def _name(
    definition: JsonObject, place: Spot, seen: dict[str, tuple[int, str]], findings: Findings
) -> str:
    hint = 'Rename "metricName" to "name".' if "metricName" in definition else None
    name = _text(definition, "name", place, findings, hint)
    if not name:
        return ""
    if not re.fullmatch(LIMITS.facts["name_pattern"], name):
        findings.violate(
            place,
            "name",
            shortened(json.dumps(name, ensure_ascii=False), 60),
            "only letters a to z in either case, digits, hyphens, underscores and dots are allowed",
        )
    first, spelling = seen.setdefault(name.casefold(), (place.metric or 0, name))
    if first != place.metric and spelling == name:
        findings.violate(
            place, "name", f"the name of metric {first} again", "each name is allowed once"
        )
    elif first != place.metric:
        findings.warn("name", f'{place} and metric {first} "{spelling}" differ only in case.')
    builtin = {comparable(metric.name): metric.name for metric in builtin_metrics()}
    same = builtin.get(comparable(name).removeprefix("builtin"))
    if same:
        findings.warn(
            "name",
            f"{place} has the name of a built-in metric.",
            f"The results of both would be called {same}; use another name to tell them apart.",
        )
    return name


def _text(
    owner: JsonObject, subject: Sized, place: Spot, findings: Findings, hint: str | None = None
) -> str | None:
    """Return a required string after checking presence, kind and length; None if it is none."""
    if subject not in owner:
        findings.violate(place, subject, "missing", "it is required", hint)
        return None
    value = owner[subject]
    if not isinstance(value, str):
        findings.violate(place, subject, described(value), "a string is needed")
        return None
    findings.size(place, subject, len(value), "characters")
    if any("\ud800" <= char <= "\udfff" for char in value):
        findings.violate(
            place, subject, "half of a surrogate pair (\\ud800 to \\udfff)", "both are needed"
        )
    return value


def _instructions(
    definition: JsonObject, place: Spot, findings: Findings, has_reference: bool | None
) -> str:
    given = definition.get("instructions")
    if isinstance(given, str):
        tidy = re.sub(r"\{\{\s*(prompt|prediction|ground_truth)\s*\}\}", r"{{\1}}", given)
        if tidy != given:
            findings.warn("instructions", f"{place}: spaces inside {{{{ }}}} were removed.")
            definition = JsonObject(definition, instructions=tidy)
    text = _text(definition, "instructions", place, findings)
    if not text:
        return ""
    names = list(dict.fromkeys(re.findall(r"\{\{([^{}]*)\}\}", text)))
    _check_variables(names, text, place, findings, has_reference)
    if "ground_truth" in names:
        _check_reference(place, findings, has_reference)
    _warn_about_template(text, place, findings)
    return text


def _check_variables(
    names: list[str], text: str, place: Spot, findings: Findings, has_reference: bool | None
) -> None:
    variables = LIMITS.facts["variables"]
    known = [variables["prompt"], variables["response"], variables["reference"]]
    usable = known[:2] if has_reference is False else known
    allowed = f"allowed are {', '.join(map(_braced, usable))}"
    for name in names:
        if name not in known:
            wanted = variables["written_instead"].get(name.strip().casefold().replace("-", "_"))
            wanted = wanted or next((k for k in known if comparable(k) == comparable(name)), None)
            remedy = f"Write {_braced(wanted)} instead." if wanted else None
            findings.violate(place, "instructions", _braced(shortened(name, 60)), allowed, remedy)
    if "prompt" not in names and "prediction" not in names:
        single = next((k for k in known[:2] if re.search(rf"(?<!\{{)\{{{k}\}}", text)), None)
        findings.violate(
            place,
            "instructions",
            f"neither {_braced('prompt')} nor {_braced('prediction')}",
            "at least one is needed, or the judge sees nothing of the record",
            f"Write {_braced(single)} with two braces on either side." if single else None,
        )
    elif "prediction" not in names:
        findings.warn(
            "instructions",
            f"{place}: without {_braced('prediction')} the judge does not see the response.",
        )


def _check_reference(place: Spot, findings: Findings, has_reference: bool | None) -> None:
    if has_reference is False:
        findings.violate(
            place,
            "instructions",
            _braced("ground_truth"),
            "the dataset has no reference answers to put there",
            f"Remove {_braced('ground_truth')}, or use a dataset with reference answers.",
        )
    elif has_reference is None:
        findings.warn(
            "instructions",
            f"{place}: {_braced('ground_truth')} needs reference answers in the dataset; "
            "it is not known whether it has them.",
        )


def _warn_about_template(text: str, place: Spot, findings: Findings) -> None:
    """Warn of what Bedrock takes literally or advises against."""
    for mark in ("{%", "{#"):
        if mark in text:
            findings.warn(
                "instructions",
                f"{place}: {mark} is not a template command here; the judge reads it literally.",
            )
    rest = re.sub(r"\{\{[^{}]*\}\}", "", text)
    if "{{" in rest:
        findings.warn("instructions", f"{place}: {{{{ is never closed by }}}}.")
    ending = re.split(r"\{\{[^{}]*\}\}", text)[-1]
    if ending != text and len("".join(ending.split())) > _SHORT_ENDING:
        # Source: "Create a prompt for a custom metric" in the Bedrock user guide.
        findings.warn(
            "instructions",
            f"{place}: the text continues after the last variable.",
            "Bedrock's guide asks for role, task, criteria and then the variables, in this order.",
        )


def _rating_scale(definition: JsonObject, place: Spot, findings: Findings) -> list[dict[str, Any]]:
    if "ratingScale" not in definition:
        findings.warn(
            "ratingScale",
            f"{place} has no rating scale: Bedrock then shows no distribution and no average.",
        )
        return []
    scale = definition["ratingScale"]
    if not isinstance(scale, list):
        findings.violate(place, "ratingScale", described(scale), "an array is needed")
        return []
    findings.size(place, "ratingScale", len(scale), "ratings")
    ratings = [
        _rating(item, place.inside(f"rating {number}"), findings)
        for number, item in enumerate(scale, 1)
    ]
    values = [(kind, value) for rating in ratings for kind, value in rating["value"].items()]
    if len({kind for kind, _ in values}) > 1:
        findings.violate(
            place,
            "ratingScale",
            "floatValue in some ratings and stringValue in others",
            "all must be of one kind",
        )
    twice = dict.fromkeys(value for place_, value in enumerate(values) if value in values[:place_])
    if twice:
        shown = joined([json.dumps(value, ensure_ascii=False) for _, value in twice])
        findings.warn("ratingScale", f"{place}: {shown} stands for more than one rating.")
    return ratings


def _rating(item: Any, place: Spot, findings: Findings) -> dict[str, Any]:
    if not isinstance(item, JsonObject):
        findings.violate(
            place, "ratingScale", described(item), "an object with definition and value is needed"
        )
        return {"definition": "", "value": {}}
    findings.keys(item, {"definition", "value"}, place)
    definition = _text(item, "definition", place, findings)
    if "value" not in item:
        findings.violate(place, "value", "missing", "it is required")
        return {"definition": definition, "value": {}}
    return {"definition": definition, "value": _value(item["value"], place, findings)}


def _value(value: Any, place: Spot, findings: Findings) -> dict[str, Any]:
    """Return the value with one key, or with none if it broke a rule."""
    if not isinstance(value, JsonObject):
        remedy = None
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            kind = "stringValue" if isinstance(value, str) else "floatValue"
            remedy = f'Write {{"{kind}": {shortened(json.dumps(value, ensure_ascii=False), 60)}}}.'
        wanted = "an object with floatValue or stringValue is needed"
        findings.violate(place, "value", described(value), wanted, remedy)
        return {}
    findings.keys(value, {"floatValue", "stringValue"}, place)
    kinds = [kind for kind in ("floatValue", "stringValue") if kind in value]
    if len(kinds) != 1:
        found = "both floatValue and stringValue" if kinds else "neither floatValue nor stringValue"
        findings.violate(place, "value", found, "exactly one is needed")
        return {}
    if kinds == ["stringValue"]:
        text = _text(value, "stringValue", place, findings)
        return {} if text is None else {"stringValue": text}
    return _float_value(value["floatValue"], place, findings)


def _float_value(value: Any, place: Spot, findings: Findings) -> dict[str, float]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        findings.violate(place, "floatValue", described(value), "a number is needed")
        return {}
    if not is_finite_number(value):
        findings.violate(place, "floatValue", described(value), "a finite number is needed")
        return {}
    # The service model's Float has 32 bits.
    most = LIMITS.facts["largest_float"]
    if abs(value) > most:
        allowed = f"at most {most:.4g} either side of zero is allowed"
        findings.violate(place, "floatValue", described(value), allowed)
        return {}
    return {"floatValue": float(value)}


def _braced(name: str) -> str:
    return f"{{{{{name}}}}}"

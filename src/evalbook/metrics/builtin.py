"""Bedrock's built-in judge metrics: their names as people write them, and which suit a task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, repeat
from typing import Any, Literal, TypedDict

from evalbook.errors import AnswerRejected
from evalbook.metrics.words import Words, comparable
from evalbook.packaged import DataFile
from evalbook.records import dataclass
from evalbook.texts import Notice, did_you_mean, few_words, nearest, on_one_line

Group = Literal["quality", "responsible-ai"]


class _Topic(TypedDict, total=False):
    """What a task may be about; in ``builtin_metrics.json``, each has the first three."""

    topic: str
    words: list[str]
    suggests: dict[str, str]
    """Metrics, the most fitting first, and why."""
    fields: list[str]
    """Of a dataset, that speak for it."""
    works_on_any_matter: bool
    often_only_its_matter: bool


class _Metrics(TypedDict):
    metrics: list[dict[str, Any]]
    """Each a `BuiltinMetric`."""
    topics: list[_Topic]
    fallback: dict[str, str]
    metrics_of_other_jobs: dict[str, str]


METRICS = DataFile("metrics/builtin_metrics.json", _Metrics)


# Every metric is one more judge call for each record: a handful answers most questions, and with
# custom metrics beside them fewer do.
_MOST = 5
_MOST_BESIDE_CUSTOM = 3

# A metric the task names outranks one that its kind suggests; within a kind, the file's order
# counts. A reference answer moves the metrics that use it by as much as one place at the top.
_NAMED = 4
_SUGGESTED = (3, 2, 1)
_REFERENCE = 2
_COMPARED = "Correctness"


@dataclass(frozen=True)
class BuiltinMetric:
    """One built-in metric of Bedrock's LLM-as-a-judge jobs (source: ``builtin_metrics.json``)."""

    name: str
    """Without the ``Builtin.`` prefix, as the SDK sends it."""
    group: Group
    description: str
    uses_reference: bool
    """Whether the judge reads the dataset's reference answer, if there is one."""
    higher_is_better: bool
    """False for Harmfulness, Stereotyping and Refusal: they score how much of it was found."""
    also_called: list[str]
    words: list[str]
    """Beginnings of words in a task that name this metric's subject."""
    add_when: str
    """Completes "Add it when …"."""


@dataclass(frozen=True)
class Recommendation:
    """Whether a built-in metric is recommended for a task, and why or why not."""

    metric: str
    recommended: bool
    reason: str


@cache
def builtin_metrics() -> tuple[BuiltinMetric, ...]:
    return tuple(BuiltinMetric(**entry) for entry in METRICS.facts["metrics"])


def parse_builtin_metric(text: str) -> str:
    """Return a metric's name without ``Builtin.``, however it was written.

    Case, spaces, hyphens and underscores don't matter, and the names of the Bedrock console
    ("Logical coherence") are understood.

    Raises:
        AnswerRejected: ``metrics.unknown``, with the names that come near.
    """
    known = _by_spelling()
    spelling = comparable(text).removeprefix("builtin")
    if spelling in known:
        return known[spelling]
    names = [metric.name for metric in builtin_metrics()]
    found = (
        f'"{on_one_line(text, 60)}" is not a built-in metric of an LLM-as-a-judge evaluation.'
        if spelling
        else "No metric was named."
    )
    raise AnswerRejected(
        "metrics.unknown",
        found + _instead(spelling, known),
        Notice(f"Choose from {', '.join(names[:-1])} and {names[-1]}."),
    )


def recommend(
    task: str,
    *,
    has_reference: bool | None,
    fields: Sequence[str] = (),
    has_custom: bool = False,
) -> tuple[Recommendation, ...]:
    """Say whether each built-in metric suits the task and the data, and why.

    The task is matched by the beginnings of words in several languages, without understanding it:
    "never refuse" and "always refuse" both bring up Refusal. At least one metric is recommended
    and at most five (three beside custom metrics).

    Args:
        task: what the model was trained to do, in the user's words.
        has_reference: whether the dataset has reference answers; None if it was not looked at.
        fields: names of the dataset's fields.
        has_custom: whether custom metrics are used as well.
    """
    weights: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    for name, weight, reason in _claims(task, fields):
        weights[name] += weight
        # The first reason is the one shown; a further one only adds weight.
        reasons.setdefault(name, reason)
    chosen = _strongest(weights, has_reference, _MOST_BESIDE_CUSTOM if has_custom else _MOST)
    return tuple(
        Recommendation(
            metric.name,
            metric.name in chosen,
            _reason(metric, reasons.get(metric.name), metric.name in chosen, has_reference),
        )
        for metric in builtin_metrics()
    )


def _claims(task: str, fields: Sequence[str]) -> list[tuple[str, int, str]]:
    """Return what the task's words and the dataset's fields say for metrics, how strongly and why.

    A metric may be named several times.
    """
    words = Words(task)
    topics = METRICS.facts["topics"]
    claims = [
        (metric.name, _NAMED, f'The task mentions "{word}"')
        for metric in builtin_metrics()
        if (word := words.first(metric.words))
    ]
    named = {topic["topic"]: words.first(topic["words"]) for topic in topics}
    # What summarises support tickets serves no customer: the tickets are its matter.
    works_on = any(named[topic["topic"]] for topic in topics if topic.get("works_on_any_matter"))
    for topic in topics:
        word = named[topic["topic"]]
        if word and not (works_on and topic.get("often_only_its_matter")):
            claims += _suggested(topic, f'The task mentions "{word}"')
    if not claims:
        fallback = METRICS.facts["fallback"]
        claims += [(name, _SUGGESTED[-1], reason) for name, reason in fallback.items()]
    present = {field.casefold() for field in fields}
    for topic in topics:
        if field := next((name for name in topic.get("fields", ()) if name in present), None):
            claims += _suggested(topic, f'The dataset has a field "{field}"')
    return claims


def _suggested(topic: _Topic, cause: str) -> Iterator[tuple[str, int, str]]:
    weights = chain(_SUGGESTED, repeat(_SUGGESTED[-1]))
    for (name, reason), weight in zip(topic["suggests"].items(), weights, strict=False):
        yield name, weight, Notice(f"{cause}: {reason}", reason)


def _strongest(weights: Counter[str], has_reference: bool | None, most: int) -> set[str]:
    order = [metric.name for metric in builtin_metrics()]
    for metric in builtin_metrics():
        if metric.uses_reference and metric.name in weights and has_reference is not None:
            weights[metric.name] += _REFERENCE if has_reference else -_REFERENCE
    if has_reference:
        # A reference answer was written to be compared with, whatever the task's words.
        weights.setdefault(_COMPARED, _REFERENCE)
    ranked = sorted(weights, key=lambda name: (-weights[name], order.index(name)))
    worth_it = [name for name in ranked if weights[name] > 0] or ranked[:1]
    return set(worth_it[:most])


def _reason(
    metric: BuiltinMetric, claim: str | None, chosen: bool, has_reference: bool | None
) -> str:
    if chosen and metric.name == _COMPARED and has_reference:
        return "The dataset has reference answers to compare with."
    if claim is None:
        return f"Nothing in the task or the data suggests it. Add it if {metric.add_when}."
    if chosen:
        about = _ABOUT_REFERENCE[has_reference] if metric.uses_reference else ""
        return Notice(f"{claim}.{about}", few_words(claim))
    if metric.uses_reference and has_reference is False:
        return (
            f"{claim}, but the dataset has no reference answers, "
            "so the judge would rely on its own knowledge."
        )
    return f"{claim}; others fit better, and each metric costs a judge call per record."


_ABOUT_REFERENCE = {
    True: " The judge compares with the dataset's reference answers.",
    False: " The dataset has no reference answers, so the judge relies on its own knowledge.",
    None: " Reference answers are used if the dataset has them.",
}


@cache
def _by_spelling() -> dict[str, str]:
    return {
        comparable(spelling): metric.name
        for metric in builtin_metrics()
        for spelling in (metric.name, *metric.also_called)
    }


def _instead(spelling: str, known: dict[str, str]) -> str:
    """Return what was probably meant, as a sentence with a leading space, or nothing."""
    for name, instead in METRICS.facts["metrics_of_other_jobs"].items():
        if spelling == comparable(name):
            return f" {name} belongs to other kinds of Bedrock evaluation; {instead} is closest."
    near = dict.fromkeys(known[match] for match in nearest(spelling, known, 2))
    return f" {did_you_mean(list(near))}".rstrip()

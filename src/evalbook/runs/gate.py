"""Whether a model may be released: a run's results held against a policy.

Every rule is a question of its own and all of them have to pass, which asking more questions can't
make easier; so none is corrected. That at least one metric has gained is the other way round: there
the verdicts count, which are corrected for the number of metrics.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from evalbook.errors import AnswerRejected, UsageError
from evalbook.runs.comparison import FEWEST, MetricRow
from evalbook.runs.report import Results
from evalbook.runs.sources import RunFacts
from evalbook.runs.statistics import (
    CONFIDENCE,
    estimate_records_to_tell,
    most_that_may_differ,
)
from evalbook.runs.summaries import FigureRow
from evalbook.runs.verdicts import BETTER
from evalbook.runs.words import between, plain, signed
from evalbook.texts import joined, plural
from evalbook.whole_files import read_whole, reason

Outcome = Literal["pass", "fail", "undecided"]

MAY_LOSE = 0.05
"""Share of a metric's scale that may be lost, without a policy."""
ANY = "*"
"""Stands in a policy for every metric that it does not name."""
_RULES = ("gain", "lose", "records", "left_out")


@dataclass(frozen=True)
class Limits:
    """What a metric has to keep to; shares are of its scale, which is 1 for scores from 0 to 1."""

    gain: float | None = None
    """At least so much must be gained."""
    lose: float | None = None
    """No more than so much may be lost."""
    records: int | None = None
    """At least so many records must have a score of both models."""
    left_out: int | None = None
    """At most so many records may be left out."""


@dataclass(frozen=True)
class Policy:
    """Limits by metric, and by category within one."""

    metrics: Mapping[str, Limits] = field(default_factory=lambda: {ANY: Limits(lose=MAY_LOSE)})
    categories: Mapping[str, Mapping[str, Limits]] = field(default_factory=dict)
    """By category, then by metric."""
    one_gains: bool = True
    """Whether at least one metric must have gained clearly."""
    source: str = "built in"


@dataclass(frozen=True)
class RuleResult:
    """One rule, and what the results say of it."""

    metric: str | None
    """None for the rule that one of all metrics has gained."""
    category: str | None
    rule: str
    """What is required, in words."""
    outcome: Outcome
    why: str
    more_records: int | None
    """How many more records would probably decide, where it is undecided and that is known."""
    against: str | None = None
    """The model compared with, if there are several."""

    def subject(self) -> str:
        within = f" in {self.category}" if self.category else ""
        against = f" against {self.against}" if self.against else ""
        return f"{self.metric or 'all metrics'}{within}{against}"


@dataclass(frozen=True)
class Evidence:
    """What a decision rests on."""

    run: RunFacts
    dataset_sha256: str | None
    """Of the dataset as it is now."""
    first: str
    second: str
    paired_records: int | None
    metrics: tuple[str, ...]
    evalbook: str
    python: str
    decided: str
    """ISO 8601."""


@dataclass(frozen=True)
class GateDocument:
    """What `evalbook gate --json` prints."""

    protocol: int
    status: Outcome
    sentence: str
    rules: tuple[RuleResult, ...]
    more_records: int | None
    """How many more records would probably decide all that is undecided."""
    policy: Policy
    evidence: Evidence
    notes: tuple[str, ...]
    written: tuple[str, ...] = ()
    recorded: str | None = None
    """The model package whose approval status was set."""


_LARGEST_POLICY = 1 << 20


def build_default_policy(**common: int) -> Policy:
    """Return the policy if none is given: nothing has lost much, and something has gained."""
    return policy_of(
        {"metrics": {ANY: {"lose": MAY_LOSE}}, "one_gains": True, **common}, "built in"
    )


def read_policy(path: Path) -> Policy:
    """Read a policy.

    Raises:
        UsageError: it can't be read, or says something that no policy says.
    """
    try:
        document = tomllib.loads(read_whole(path, _LARGEST_POLICY).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            "gate.policy",
            f"{path} can't be read as TOML: {reason(error)}.",
            "docs/gate.md shows what a policy holds.",
        ) from error
    return policy_of(document, str(path))


def policy_of(document: Mapping[str, Any], source: str) -> Policy:
    """Return what a policy's document says.

    Raises:
        UsageError: a key is unknown, or a value is of the wrong kind.
    """
    named = _table(document.get("metrics", {}), source, "metrics")
    parted = _table(document.get("categories", {}), source, "categories")
    common = {key: value for key, value in document.items() if key in ("records", "left_out")}
    _known(document, ("metrics", "categories", "one_gains", "records", "left_out"), source)
    one_gains = document.get("one_gains", not named and not parted)
    if not isinstance(one_gains, bool):
        raise _wrong(source, "one_gains", "true or false")
    metrics = {
        metric: _limits({**common, **_table(entry, source, metric)}, source)
        for metric, entry in named.items()
    }
    if not metrics and not parted:
        metrics = {ANY: _limits({**common, "lose": MAY_LOSE}, source)}
    categories = {
        category: {
            metric: _limits(_table(entry, source, metric), source)
            for metric, entry in _table(entries, source, category).items()
        }
        for category, entries in parted.items()
    }
    return Policy(metrics, categories, one_gains, source)


def _table(value: object, source: str, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(source, name, "a table")
    return value


def _known(document: Mapping[str, Any], keys: Sequence[str], source: str) -> None:
    for key in document:
        if key not in keys:
            raise UsageError(
                "gate.policy", f"{source} has {key!r}.", f"A policy has {joined(keys)} here."
            )


def _limits(entry: Mapping[str, Any], source: str) -> Limits:
    _known(entry, _RULES, source)
    for key, value in entry.items():
        whole = key in ("records", "left_out")
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not 0 <= value < math.inf:
            raise _wrong(source, key, "a whole number" if whole else "a number from 0")
    return Limits(**entry)


def _wrong(source: str, key: str, wanted: str) -> UsageError:
    return UsageError("gate.policy", f"{source}: {key} is not {wanted}.")


# --- deciding -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Seen:
    metric: str
    gain: float | None
    low: float | None
    high: float | None
    records: int | None
    """None if the results are totals that don't tell."""
    left_out: int
    width: float
    deviation: float | None
    """Of a record's gain."""
    better: bool
    confidence: float = CONFIDENCE
    """Of the interval."""


def decide(report: Results, policy: Policy) -> tuple[Outcome, str, tuple[RuleResult, ...]]:
    """Hold the comparisons of a report's last model against a policy, each of them.

    Raises:
        AnswerRejected: ``gate.alone``, the run has no two models to compare.
        UsageError: ``gate.metric``, the policy names what the results don't have.
    """
    pairs = candidates_pairs(report)
    rules = [
        replace(rule, against=pair.first if len(pairs) > 1 else None)
        for pair in pairs
        for rule in _rules_of(pair, policy)
    ]
    outcomes = {rule.outcome for rule in rules}
    outcome: Outcome = (
        "fail" if "fail" in outcomes else "undecided" if "undecided" in outcomes else "pass"
    )
    return outcome, _sentence(outcome, rules), tuple(rules)


@dataclass(frozen=True)
class Pair:
    """Two models, and what is known about the second against the first."""

    first: str
    second: str
    paired: int | None
    rows: Sequence[MetricRow | FigureRow]
    parts: Mapping[str, Sequence[MetricRow | FigureRow]]


def candidates_pairs(report: Results) -> list[Pair]:
    """Return the comparisons of the model that may be released: the last one that was named.

    Raises:
        AnswerRejected: ``gate.alone``, there is none.
    """
    pairs = [
        Pair(it.first.name, it.second.name, it.paired, it.rows, it.categories)
        for it in report.comparisons
    ] or [
        Pair(first, second, None, whole.rows, {task.name: task.rows for task in tasks})
        for first, second, (whole, *tasks) in report.figures
    ]
    if not pairs:
        raise AnswerRejected(
            "gate.alone",
            "The run evaluated one model: there is nothing that it could have lost or gained "
            "against.",
            "Evaluate the base model too (scope: both), or name two runs.",
        )
    return [pair for pair in pairs if pair.second == pairs[-1].second]


def _rules_of(pair: Pair, policy: Policy) -> Iterator[RuleResult]:
    seen = {row.metric: _seen(row) for row in pair.rows}
    yield from _rules(seen, policy.metrics, None)
    for category, limits in policy.categories.items():
        yield from _rules(_in_category(pair.parts, category), limits, category)
    if policy.one_gains:
        yield _one_gains(list(seen.values()))


def _in_category(
    parts: Mapping[str, Sequence[MetricRow | FigureRow]], category: str
) -> dict[str, _Seen]:
    if category not in parts:
        raise UsageError(
            "gate.category",
            f"The policy names the category {category!r}, which is not in the results.",
            f"They have {joined(list(parts))}." if parts else "They have no categories.",
        )
    return {row.metric: _seen(row) for row in parts[category]}


def _seen(row: MetricRow | FigureRow) -> _Seen:
    if isinstance(row, FigureRow):
        counts = [it.records for it in (row.first, row.second) if it.records is not None]
        errors = row.first.error, row.second.error
        n = min(counts) if counts else None
        spread = math.hypot(*(it or 0.0 for it in errors)) if None not in errors else None
        deviation = spread * math.sqrt(n) if spread is not None and n else None
        return _Seen(
            row.metric, row.gain, row.low, row.high, n, 0, 1.0, deviation, row.verdict == BETTER
        )
    low, high = row.low, row.high
    if low is None and row.records and row.gain is not None:
        # Where all gains are alike, so many others may still be anything on the scale.
        unlike = most_that_may_differ(row.records, (1 + row.confidence) / 2)
        low = (1 - unlike) * row.gain - unlike * row.width
        high = (1 - unlike) * row.gain + unlike * row.width
    return _Seen(
        row.metric, row.gain, low, high, row.records, row.left_out, row.width or 1.0,
        row.deviation, row.verdict == BETTER, row.confidence,
    )  # fmt: skip


def _rules(
    seen: Mapping[str, _Seen], limits: Mapping[str, Limits], category: str | None
) -> Iterator[RuleResult]:
    for metric in limits:
        if metric != ANY and metric not in seen:
            raise UsageError(
                "gate.metric",
                f"The policy names the metric {metric!r}, which is not in the results.",
                f"They have {joined(list(seen))}." if seen else None,
            )
    for metric, it in seen.items():
        limit = limits.get(metric) or limits.get(ANY)
        if limit is not None:
            yield from (replace(rule, category=category) for rule in _of_metric(it, limit))


def _of_metric(it: _Seen, limit: Limits) -> Iterator[RuleResult]:
    if limit.records is not None:
        missing = limit.records - (it.records or 0)
        yield RuleResult(
            it.metric, None, f"at least {plural(limit.records, 'record')}",
            "pass" if missing <= 0 else "undecided",
            "number unknown" if it.records is None else plural(it.records, "record"),
            missing if missing > 0 and it.records is not None else None,
        )  # fmt: skip
    if limit.left_out is not None:
        yield RuleResult(
            it.metric, None, f"at most {limit.left_out:,} left out",
            "pass" if it.left_out <= limit.left_out else "fail", f"{it.left_out:,} left out", None,
        )  # fmt: skip
    if limit.gain is not None:
        yield _held(it, f"gains at least {_amount(limit.gain, it)}", limit.gain * it.width)
    if limit.lose is not None:
        yield _held(it, f"loses at most {_amount(limit.lose, it)}", -limit.lose * it.width)


def _amount(share: float, it: _Seen) -> str:
    return plain(share) if it.width == 1 else f"{plain(share)} of its scale ({plain(it.width)})"


def _held(it: _Seen, rule: str, bound: float) -> RuleResult:
    """Hold the whole interval against a bound: above it, below it, or both."""
    if it.gain is None or it.low is None or it.high is None:
        why = "no scores for both models" if it.gain is None else "no standard error"
        return RuleResult(it.metric, None, rule, "undecided", why, None)
    if it.records is not None and it.records < FEWEST:
        why = f"{plural(it.records, 'record')} are too few to tell"
        return RuleResult(it.metric, None, rule, "undecided", why, FEWEST - it.records)
    why = f"gain {signed(it.gain)}, {100 * it.confidence:.0f} % interval {between(it.low, it.high)}"
    # To gain nothing is not to gain.
    if it.low > bound or (bound and it.low == bound):
        return RuleResult(it.metric, None, rule, "pass", why, None)
    if it.high < bound or (not bound and it.high == 0):
        return RuleResult(it.metric, None, rule, "fail", why, None)
    return RuleResult(it.metric, None, rule, "undecided", why, _more(it, bound, 1 - it.confidence))


def _more(it: _Seen, bound: float, significant: float) -> int | None:
    """Return how many more records would put the interval on one side of a bound.

    From the gain and the deviation that were seen: about the number at which four of five such
    evaluations decide. None if the gain is the bound, or nothing is known of the deviation.
    """
    if it.gain is None or not it.deviation or it.records is None:
        return None
    needed = estimate_records_to_tell(it.gain - bound, it.deviation, significant)
    return None if needed is None else max(1, needed - it.records)


def _one_gains(seen: Sequence[_Seen]) -> RuleResult:
    rule = "at least one metric has clearly gained"
    better = [f"{it.metric} {signed(it.gain)}" for it in seen if it.better]
    if better:
        return RuleResult(None, None, rule, "pass", joined(better), None)
    if seen and all(it.high is not None and it.high <= 0 for it in seen):
        return RuleResult(None, None, rule, "fail", "every metric has lost", None)
    if seen and all(
        it.gain == 0 and not it.deviation and (it.records or 0) >= FEWEST for it in seen
    ):
        return RuleResult(None, None, rule, "fail", "not one record differs", None)
    needed = [
        more
        for it in seen
        if it.gain is not None and it.gain > 0
        and (more := _more(it, 0.0, (1 - it.confidence) / len(seen))) is not None
    ]  # fmt: skip
    return RuleResult(
        None,
        None,
        rule,
        "undecided",
        "none has for certain, but some may have",
        min(needed, default=None),
    )


def more_records(rules: Sequence[RuleResult]) -> int | None:
    """Return how many more records would probably decide all rules, if that is known."""
    needed = [rule.more_records for rule in rules if rule.outcome == "undecided"]
    return None if None in needed or not needed else max(it for it in needed if it is not None)


def _sentence(outcome: Outcome, rules: Sequence[RuleResult]) -> str:
    named = [f"{_required(it)}: {it.why}" for it in rules if it.outcome == outcome]
    if outcome == "pass":
        return f"Pass: {plural(len(rules), 'rule')} kept."
    if outcome == "fail":
        return f"Fail. {'; '.join(named)}."
    more = more_records(rules)
    would = (
        "It is not known how many records would decide."
        if more is None
        else f"About {more:,} more records would decide, if the models differ as they did here."
    )
    return f"Undecided. {'; '.join(named)}. {would}"


def _required(rule: RuleResult) -> str:
    against = f" against {rule.against}" if rule.against else ""
    return f"{rule.subject()} {rule.rule}" if rule.metric else f"{rule.rule}{against}"

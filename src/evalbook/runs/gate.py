"""Whether a model may be released: a run's results held against a policy.

All rules have to pass, and more rules can't make that easier, so none is corrected for their
number. Only "at least one metric has gained" gets easier with more metrics: it uses the verdicts,
which are corrected.
"""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from typing import Literal

from evalbook import __version__
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected, UsageError
from evalbook.runs.categories import read_dataset_chunks
from evalbook.runs.comparison import FEWEST, MetricRow
from evalbook.runs.policy import ANY, Limits, Policy
from evalbook.runs.report import Results
from evalbook.runs.sources import RunFacts
from evalbook.runs.statistics import CONFIDENCE, estimate_records_to_tell, most_that_may_differ
from evalbook.runs.summaries import FigureRow
from evalbook.runs.verdicts import BETTER
from evalbook.runs.words import between, plain, signed
from evalbook.texts import joined, plural

Outcome = Literal["pass", "fail", "undecided"]


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
        Pair(it.first, it.second, None, whole.rows, {task.name: task.rows for task in tasks})
        for it in report.figures
        for whole, *tasks in [it.tables]
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
    told = partial(RuleResult, it.metric, None, rule)
    if it.gain is None or it.low is None or it.high is None:
        why = "no scores for both models" if it.gain is None else "no standard error"
        return told("undecided", why, None)
    if it.records is not None and it.records < FEWEST:
        why = f"{plural(it.records, 'record')} are too few to tell"
        return told("undecided", why, FEWEST - it.records)
    why = f"gain {signed(it.gain)}, {100 * it.confidence:.0f} % interval {between(it.low, it.high)}"
    # To gain nothing is not to gain.
    if it.low > bound or (bound and it.low == bound):
        return told("pass", why, None)
    if it.high < bound or (not bound and it.high == 0):
        return told("fail", why, None)
    return told("undecided", why, _more(it, bound, 1 - it.confidence))


def _more(it: _Seen, bound: float, significant: float) -> int | None:
    """Return how many more records would put the interval on one side of a bound.

    By the gain and deviation seen: the number at which about four of five such evaluations decide.
    None if the gain is the bound, or if the deviation is not known.
    """
    if it.gain is None or not it.deviation or it.records is None:
        return None
    needed = estimate_records_to_tell(it.gain - bound, it.deviation, significant)
    return None if needed is None else max(1, needed - it.records)


def _one_gains(seen: Sequence[_Seen]) -> RuleResult:
    told = partial(RuleResult, None, None, "at least one metric has clearly gained")
    better = [f"{it.metric} {signed(it.gain)}" for it in seen if it.better]
    if better:
        return told("pass", joined(better), None)
    if seen and all(it.high is not None and it.high <= 0 for it in seen):
        return told("fail", "every metric has lost", None)
    if seen and all(
        it.gain == 0 and not it.deviation and (it.records or 0) >= FEWEST for it in seen
    ):
        return told("fail", "not one record differs", None)
    rising = [it for it in seen if it.gain is not None and it.gain > 0]
    needed = [_more(it, 0.0, (1 - it.confidence) / len(seen)) for it in rising]
    least = min((it for it in needed if it is not None), default=None)
    return told("undecided", "none has for certain, but some may have", least)


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


# --- what it rests on -----------------------------------------------------------------------------


def decided(aws: Aws, report: Results, policy: Policy) -> GateDocument:
    """Decide by a policy whether a model may be released, with what the decision rests on.

    Raises:
        AnswerRejected, UsageError: as `decide`.
        AwsUnavailable: AWS could not be asked.
    """
    outcome, sentence, rules = decide(report, policy)
    # For Nova models there is a run for each of the two; of several runs the last one decides.
    tuned = [it for it in report.runs if ":model-package/" in (it.model or "")]
    run, notes, digest = (tuned or report.runs)[-1], list(report.notes), None
    if run.dataset:
        sha = hashlib.sha256()
        try:
            for chunk in read_dataset_chunks(aws, run.dataset):
                sha.update(chunk)
            digest = sha.hexdigest()
        except AnswerRejected as error:
            notes.append(f"The dataset's hash is not known: {error.message}")
    pair = candidates_pairs(report)[0]
    evidence = Evidence(
        run, digest, pair.first, pair.second, pair.paired, tuple(row.metric for row in pair.rows),
        __version__, platform.python_version(),
        datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )  # fmt: skip
    more = more_records(rules)
    return GateDocument(outcome, sentence, rules, more, policy, evidence, tuple(notes))

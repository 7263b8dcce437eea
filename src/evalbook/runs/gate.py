"""Whether a model may be released: a run's results held against a policy.

All rules have to pass, and more rules can't make that easier, so none is corrected for their
number. Only "at least one metric has gained" gets easier with more metrics: it uses the verdicts,
which are corrected.
"""

from __future__ import annotations

import hashlib
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
from evalbook.runs.comparison import FEWEST, Comparison, MeanRow
from evalbook.runs.policy import ANY, Limits, Policy
from evalbook.runs.report import Results
from evalbook.runs.sections import Row, Section, sections_of
from evalbook.runs.sources import RunFacts
from evalbook.runs.statistics import DECIMALS, estimate_records_to_tell, most_that_may_differ
from evalbook.runs.summaries import FigureRow, PairRow
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


def decide(report: Results, policy: Policy) -> tuple[Outcome, str, tuple[RuleResult, ...]]:
    """Hold the comparisons of a report's last model against a policy, each of them.

    Raises:
        AnswerRejected: ``gate.alone``, the run has no two models to compare.
        UsageError: ``gate.metric``, the policy names what the results don't have.
    """
    pairs = find_candidates_pairs(report)
    rules = [
        replace(rule, against=pair.names[0] if len(pairs) > 1 else None)
        for pair in pairs
        for rule in _rules(pair, policy)
    ]
    outcomes = {rule.outcome for rule in rules}
    outcome: Outcome = (
        "fail" if "fail" in outcomes else "undecided" if "undecided" in outcomes else "pass"
    )
    return outcome, _sentence(outcome, rules), tuple(rules)


def find_candidates_pairs(report: Results) -> list[Section]:
    """Return the comparisons of the model that may be released: the last one that was named.

    Raises:
        AnswerRejected: ``gate.alone``, there is none.
    """
    pairs = [it for it in sections_of(report) if len(it.names) == 2 and not it.unseen]
    if not pairs:
        raise AnswerRejected(
            "gate.alone",
            "The run evaluated one model: there is nothing that it could have lost or gained "
            "against.",
            "Evaluate the base model too (scope: both), or name two runs.",
        )
    pairs = [it for it in pairs if it.has_pairs] or pairs
    return [pair for pair in pairs if pair.names[1] == pairs[-1].names[1]]


def _rules(pair: Section, policy: Policy) -> Iterator[RuleResult]:
    rows = _by_metric(pair.rows)
    yield from _limited(rows, policy.metrics)
    for category, limits in policy.categories.items():
        if category not in pair.parts:
            raise UsageError(
                "gate.category",
                f"The policy names the category {category!r}, which is not in the results.",
                f"They have {joined(list(pair.parts))}."
                if pair.parts
                else "They have no categories.",
            )
        for rule in _limited(_by_metric(pair.parts[category]), limits):
            yield replace(rule, category=category)
    if policy.one_gains:
        yield _one_gains(list(rows.values()))


def _by_metric(rows: Sequence[Row]) -> dict[str, PairRow]:
    return {row.metric: row for row in rows if not isinstance(row, MeanRow)}


def _limited(rows: Mapping[str, PairRow], limits: Mapping[str, Limits]) -> Iterator[RuleResult]:
    for metric in limits:
        if metric != ANY and metric not in rows:
            raise UsageError(
                "gate.metric",
                f"The policy names the metric {metric!r}, which is not in the results.",
                f"They have {joined(list(rows))}." if rows else None,
            )
    for metric, row in rows.items():
        limit = limits.get(metric) or limits.get(ANY)
        if limit is not None:
            yield from _of_metric(row, limit)


def _of_metric(it: PairRow, limit: Limits) -> Iterator[RuleResult]:
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
        yield _held(it, "gains at least", limit.gain)
    if limit.lose is not None:
        yield _held(it, "loses at most", -limit.lose)


def _held(it: PairRow, rule: str, share: float) -> RuleResult:
    """Hold the whole interval against a share of the scale: above it, below it, or both."""
    width = it.width or 1.0
    bound = share * width
    amount = plain(abs(share)) + ("" if width == 1 else f" of its scale ({plain(width)})")
    told = partial(RuleResult, it.metric, None, f"{rule} {amount}")
    low, high = _ends(it)
    if it.gain is None or low is None or high is None:
        why = "no scores for both models" if it.gain is None else "no standard error"
        return told("undecided", why, None)
    if it.records is not None and it.records < FEWEST:
        why = f"{plural(it.records, 'record')} are too few to tell"
        return told("undecided", why, FEWEST - it.records)
    why = f"gain {signed(it.gain)}, {100 * it.confidence:.0f} % interval {between(low, high)}"
    above, below = round(low - bound, DECIMALS), round(bound - high, DECIMALS)
    # To gain nothing is not to gain.
    if above > 0 or (bound and above == 0):
        return told("pass", why, None)
    if below > 0 or (not bound and below == 0):
        return told("fail", why, None)
    return told("undecided", why, _more(it, bound, 1 - it.confidence))


def _ends(row: PairRow) -> tuple[float | None, float | None]:
    """Return the interval; where all gains are alike, so many others may be anything."""
    if row.low is not None or row.gain is None or isinstance(row, FigureRow):
        return row.low, row.high
    unlike = most_that_may_differ(row.records, (1 + row.confidence) / 2)
    alike = (1 - unlike) * row.gain
    return alike - unlike * row.width, alike + unlike * row.width


def _more(it: PairRow, bound: float, significant: float) -> int | None:
    """Return how many more records would put the interval on one side of a bound.

    By the gain and deviation seen: the number at which about four of five such evaluations decide.
    None if the gain is the bound, or if the deviation is not known.
    """
    if it.gain is None or not it.deviation or it.records is None:
        return None
    needed = estimate_records_to_tell(it.gain - bound, it.deviation, significant)
    return None if needed is None else max(1, needed - it.records)


def _one_gains(rows: Sequence[PairRow]) -> RuleResult:
    told = partial(RuleResult, None, None, "at least one metric has clearly gained")
    better = [f"{it.metric} {signed(it.gain)}" for it in rows if it.verdict == BETTER]
    if better:
        return told("pass", joined(better), None)
    highest = [high for _, high in map(_ends, rows)]
    if rows and all(high is not None and high <= 0 for high in highest):
        return told("fail", "every metric has lost", None)
    if rows and all(
        it.gain == 0 and not it.deviation and (it.records or 0) >= FEWEST for it in rows
    ):
        return told("fail", "not one record differs", None)
    rising = [it for it in rows if it.gain is not None and it.gain > 0]
    needed = [_more(it, 0.0, (1 - it.confidence) / len(rows)) for it in rising]
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
    pair = find_candidates_pairs(report)[0]
    first, second = pair.names
    paired = pair.of.paired if isinstance(pair.of, Comparison) else None
    evidence = Evidence(
        run, digest, first, second, paired, tuple(row.metric for row in pair.rows),
        __version__, platform.python_version(),
        datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )  # fmt: skip
    more = more_records(rules)
    return GateDocument(outcome, sentence, rules, more, policy, evidence, tuple(notes))

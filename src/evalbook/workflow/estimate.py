"""How many judge calls a configuration makes, roughly how long it takes and what it costs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from evalbook import aws
from evalbook.datasets.lengths import BYTES_PER_TOKEN
from evalbook.records import dataclass
from evalbook.texts import Notice, plural
from evalbook.workflow import slots
from evalbook.workflow.copies import effective_report
from evalbook.workflow.interview import Interview
from evalbook.workflow.steps.answered_by import find_answering
from evalbook.workflow.steps.scope import BASE_ONLY, BOTH, FINE_TUNED_ONLY, scope_of

# Minutes for one model, below and above; AWS's figures for an LLM-as-judge run of a small and of
# a large model, read 2026-11-20. Evaluating the base model too doubles them.
_MINUTES = {"small": (25, 40), "large": (40, 60)}
_LARGE_FROM_BILLIONS = 30
_SMALL_BELOW_BILLIONS = 10

# A metric's instructions to the judge, and its explanation and score, in tokens: low and high. The
# built-in prompts are published (model-evaluation-type-judge-prompt.html), the length of a judge's
# explanations is not; a response is taken to be half as long as its record, or as long.
_INSTRUCTIONS = (400, 1000)
_EXPLANATION = (100, 400)
_RESPONSE_SHARE = (0.5, 1.0)

_NOVA = {
    BOTH: "Nova models are evaluated in separate runs, each on an extra instance; an endpoint for "
    "the fine-tuned model and Bedrock inference for the base model cost extra.",
    FINE_TUNED_ONLY: "A Nova model needs an extra instance and endpoint, which cost extra.",
    BASE_ONLY: "A base Nova model needs an extra instance and Bedrock inference, which cost extra.",
}


@dataclass(frozen=True)
class Tokens:
    """What the judge reads and writes, in tokens: low and high."""

    read: tuple[int, int]
    written: tuple[int, int]
    record: int
    """A record's own, on average."""


@dataclass(frozen=True)
class Estimate:
    """The expected size of a run; ``records`` is None if the dataset was not read."""

    judged: bool
    """Whether a judge is called, for each record, metric and model."""
    records: int | None
    metrics: int
    models: int
    minutes: tuple[int, int] | None
    """None if AWS does not say how long such a run takes."""
    record_bytes: float | None = None
    """A record's average size, from the size of the file that was read."""
    price: tuple[float, float] | None = None
    """The judging in US dollars, low and high; None if no price was asked or found."""
    price_basis: str | None = None
    """What the price is based on, or why there is none."""
    jobs: int = 1
    """The number of jobs that the records are split into."""
    extra: tuple[str, ...] = ()
    """What else costs money, in sentences."""

    def of(self, records: int) -> Estimate:
        share = records / (self.records or records)
        price = (self.price[0] * share, self.price[1] * share) if self.price else None
        return replace(self, records=records, price=price)

    @property
    def judge_calls(self) -> int | None:
        """Records times metrics times models."""
        return None if self.records is None else self.records * self.metrics * self.models

    @property
    def tokens(self) -> Tokens | None:
        """The judge's tokens; None if the dataset was not read."""
        calls = self.judge_calls
        if calls is None or self.record_bytes is None:
            return None
        record = max(1, round(self.record_bytes / BYTES_PER_TOKEN))
        low, high = (
            round(calls * (instructions + record * (1 + share)))
            for instructions, share in zip(_INSTRUCTIONS, _RESPONSE_SHARE, strict=True)
        )
        return Tokens((low, high), (calls * _EXPLANATION[0], calls * _EXPLANATION[1]), record)

    def sentences(self) -> list[str]:
        lines = [self._time_and_price()]
        if self.judged:
            lines += [self._calls(), *self._cost_sentences()]
        return [*lines, *self.extra]

    def _time_and_price(self) -> str:
        models = "both models" if self.models > 1 else "one model"
        if self.jobs > 1:
            models += f", {self.jobs} jobs side by side"
        if self.minutes is None:
            return f"Time for {models}: AWS gives no figure for this type."
        low, high = self.minutes
        if self.price is None:
            return f"Time: about {low} to {high} minutes for {models}."
        least, most = self.price
        judging = f"{least:,.2f} to {most:,.2f} US dollars for the judge"
        jobs = f" for {models}" if self.jobs > 1 else ""
        return f"Time and price, about: {low} to {high} minutes{jobs}, {judging}."

    def _calls(self) -> str:
        if self.judge_calls is None:
            return "Records: not counted, so neither are the judge calls."
        of = ((self.records or 0, "record"), (self.metrics, "metric"), (self.models, "model"))
        factors = " x ".join(plural(count, noun) for count, noun in of)
        return f"Judge calls: {self.judge_calls:,} ({factors})."

    def _cost_sentences(self) -> list[str]:
        tokens = self.tokens
        if tokens is None:
            return []
        read, written = map(_in_millions, (tokens.read, tokens.written))
        basis = f"records of about {tokens.record:,} tokens by their bytes"
        told = f"Judge tokens, an estimate: {read} million read, {written} written ({basis})."
        lines: list[str] = [Notice(told)]
        if self.price is not None:
            extra = "SageMaker's own jobs cost extra, on top of the judge's price"
            lines.append(Notice(f"{extra} ({self.price_basis}).", f"{extra}."))
        elif self.price_basis:
            lines.append(f"Price: not estimated because {self.price_basis}.")
        return lines


def _in_millions(ends: tuple[int, int]) -> str:
    low, high = (f"{end / 1e6:.2g}" for end in ends)
    return low if low == high else f"{low} to {high}"


def estimate(interview: Interview) -> Estimate:
    """Return the estimate for the answers so far."""
    report = effective_report(interview)
    models = 2 if scope_of(interview) == BOTH else 1
    kind, custom = interview.type, interview.facts(slots.CUSTOM_METRICS)
    metrics = len(interview.value(slots.BUILTIN_METRICS) or ())
    copied = interview.facts(slots.TRAINING_OVERLAP) or interview.facts(slots.DATA_FIX)
    read = copied or interview.facts(slots.DATASET)
    parts = interview.facts(slots.PILOT)
    sizes = parts.records if parts else ()
    if parts and parts.pilot:
        sizes = sizes[1:] if interview.value(slots.PILOT) == "rest" else sizes[:1]
    return Estimate(
        judged=kind.bedrock_judges,
        records=sum(sizes) or (report.valid if report else None),
        metrics=metrics + len(custom.names if custom else ()),
        models=models,
        minutes=_minutes(interview.model.billions, models) if kind.minutes_known else None,
        record_bytes=read.size / report.records if read and report and report.records else None,
        jobs=len(sizes) or 1,
        extra=tuple(_extra_costs(interview)),
    )


def _extra_costs(interview: Interview) -> list[str]:
    """Say what costs money besides judging: instances, endpoints and inference."""
    lines = []
    scope = scope_of(interview)
    if own := interview.value(slots.COMPUTE):
        jobs = "two training jobs, one per model," if scope == BOTH else "a training job"
        lines.append(f"Instances: {jobs} on {own}, billed by the hour from start to end.")
    if interview.nova_alone:
        lines.append(_NOVA[scope])
    kinds = [it.kind for it in find_answering(interview)]
    if kinds:
        lines.append(_questions(interview, len(kinds)))
    if "bedrock" in kinds:
        lines.append("Bedrock inference is billed by the token, or by its deployment's terms.")
    if "endpoint" in kinds:
        lines.append("Endpoints are billed as long as they exist, whether or not a run uses them.")
    if "hosted" in kinds and (instances := interview.value(slots.HOSTING_INSTANCES)):
        endpoints = plural(kinds.count("hosted"), "endpoint")
        lines.append(
            f"Hosting: {endpoints} on {instances}, billed by the hour until deleted when the run "
            "ends."
        )
    return lines


def _questions(interview: Interview, models: int) -> str:
    jobs = "one job per model" if models > 1 else "one job"
    epochs, limit = interview.value(slots.EPOCHS) or 1, interview.value(slots.SAMPLE_LIMIT)
    first = f"the first {limit:,} samples" if limit else "every sample"
    times = f", {epochs} times each" if epochs > 1 else ""
    return f"Questions: {first} of each task{times}, by {jobs} on an ml.m5.large instance."


def add_price(expected: Estimate, interview: Interview) -> Estimate:
    """Add what the judging costs by the Price List, if that answers at once.

    A denial, a model that is not listed or a slow answer is said in `Estimate.price_basis`; nothing
    is raised, and nobody waits longer.
    """
    judge = interview.facts(slots.JUDGE_MODEL)
    if judge is None:
        return expected
    name = judge.label.removeprefix(judge.provider).strip() or judge.label
    return priced(expected, interview.aws, judge.region, name)


def priced(expected: Estimate, aws: aws.session.Aws, region: str, judge: str) -> Estimate:
    """Do the same for a judge given by its Bedrock display name, without the provider."""
    from evalbook.aws.pricing import find_token_price
    from evalbook.aws.session import soon

    if expected.tokens is None:
        return expected
    # Abandoned if slow: showing the turn matters more than a price.
    told = soon(partial(find_token_price, aws, region, judge), aws.patience / 10)
    price, why_not = told or (None, "the Price List did not answer in time")
    if price is None:
        return replace(expected, price_basis=why_not)
    low, high = (
        (read * price.input + written * price.output) / 1e6
        for read, written in zip(expected.tokens.read, expected.tokens.written, strict=True)
    )
    basis = (
        f"{price.input:g} dollars per million tokens read and {price.output:g} written, on demand "
        f"in {region}, from AWS's Price List"
    )
    return replace(expected, price=(low, high), price_basis=basis)


def _minutes(billions: float | None, models: int) -> tuple[int, int]:
    low = _MINUTES["large" if (billions or 0) > _LARGE_FROM_BILLIONS else "small"][0]
    small = billions is not None and billions < _SMALL_BELOW_BILLIONS
    high = _MINUTES["small" if small else "large"][1]
    return low * models, high * models

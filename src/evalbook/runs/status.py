"""How a run is doing: overall, step by step, and the Bedrock job behind the judging."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

from evalbook import texts
from evalbook.aws.runs import Execution, RunPlan, RunStep, plan_of, run_of
from evalbook.aws.session import NO_HELP, REFUSED, Aws, in_parallel
from evalbook.aws.step_jobs import (
    LOG_GROUP,
    ROLLOUT_LOG_GROUP,
    EvaluationJob,
    find_job_behind,
    find_rollout_failure,
    read_last_log_lines,
    training_job,
)
from evalbook.console import build_console_url, build_logs_url, build_run_pages
from evalbook.errors import AwsUnavailable
from evalbook.moments import ago
from evalbook.runs.causes import Cause, find_cause
from evalbook.runs.find import Target
from evalbook.runs.history import PastRunDocument, StartedRun, describe_run
from evalbook.tables import cell, coloured
from evalbook.texts import quoted_lines

if TYPE_CHECKING:
    from rich.text import Text

# Minutes for one model, AWS's figures for LLM-as-judge runs of small and of large models (read
# 2026-11-20); used where the state does not tell more.
MINUTES_A_MODEL = (25, 60)
_ENDPOINTS = "inspectai"
"""How the names of an Inspect AI run's endpoints begin (sagemaker 3.27.0, ``endpoint_prefix`` in
train/evaluate/inspect_ai_evaluator.py)."""
_GRACE = timedelta(minutes=2)
_BEDROCK = "Amazon Bedrock evaluation job: "


@dataclass(frozen=True)
class StepStatus(RunStep):
    """One step of a run, and what is behind it.

    Its status is AWS's word, Waiting if it has not begun, or NotStarted if it never will.
    """

    seconds: float | None = None
    """How long it took, or had taken when it was looked at."""
    training_job: str | None = None
    """Name of the job behind it, whatever its kind."""
    training_job_failure: str | None = None
    bedrock_job: EvaluationJob | None = None
    log: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """What could not be looked at, and why."""

    @property
    def logs(self) -> str | None:
        """Where the AWS console shows the logs of its job; None if it has none."""
        return build_logs_url(self.job) if self.job else None

    def said(self) -> Iterator[str]:
        """Yield what AWS says went wrong, the innermost first."""
        # Whose words these are is part of the cause: "may not assume the role" says who may not.
        failures = self.bedrock_job.failures if self.bedrock_job else ()
        yield from (f"{_BEDROCK}{failure}" for failure in failures)
        yield from filter(None, (self.training_job_failure, self.failure))


@dataclass(frozen=True)
class RunStatus(StartedRun):
    label: str
    """What the notebook calls it; see `Target`."""
    ended: datetime | None = None
    steps: tuple[StepStatus, ...] = ()
    expected: tuple[int, int] | None = None
    """Minutes in all: low and high."""
    cause: Cause | None = None
    unknown: tuple[str, ...] = ()

    @property
    def succeeded(self) -> bool:
        return self.run.status == "Succeeded"

    @property
    def failed(self) -> bool:
        return self.run.status in ("Failed", "CompletedWithFailures")

    def seconds(self, now: datetime | None = None) -> float:
        """Return how long it took, or has taken by now."""
        return _seconds(self.run.created, self.ended, now or datetime.now(timezone.utc))

    def left(self, now: datetime | None = None) -> tuple[int, int] | None:
        """Return how many minutes it still takes, low and high, where that is known."""
        if self.ended or not self.expected:
            return None
        low, high = (max(0, math.ceil(it - self.seconds(now) / 60)) for it in self.expected)
        return low, high

    def pages(self) -> dict[str, list[str]]:
        """Return where the AWS console shows it, by the kind of page; nothing is asked of AWS."""
        jobs = [step.bedrock_job for step in self.steps if step.bedrock_job]
        reports = [build_console_url(job.arn, called=job.name) for job in jobs]
        logs, plan = [step.logs for step in self.steps], self.plan
        return build_run_pages(self.run.arn, plan.output, plan.mlflow, reports, logs)


def _seconds(start: datetime, end: datetime | None, now: datetime) -> float:
    return max(0.0, ((end or now) - start).total_seconds())


def look(aws: Aws, target: Target, *, known: RunStatus | None = None) -> RunStatus:
    """Look at one run.

    ``known`` is what an earlier look found: what can't have changed is not asked again.

    Raises:
        AnswerRejected: there is no such run, or it may not be read.
    """
    run = run_of(target.arn).describe(aws)
    unknown: list[str] = []
    steps: list[RunStep] = []
    try:
        steps = run_of(target.arn).list_steps(aws)
    except REFUSED as error:
        unknown.append(f"The steps can't be listed: {error.message}")
    plan = known.plan if known else plan_of(aws, target.arn)
    before = {step.name: step for step in known.steps} if known else {}
    seen = in_parallel([partial(_look_behind, aws, run, it, before.get(it.name)) for it in steps])
    begun = {step.name for step in steps}
    to_come = "NotStarted" if run.over else "Waiting"
    seen += [StepStatus(name, to_come) for name in plan.steps if name not in begun]
    ended = _ended(run, steps)
    if ended and run.type and run.type.one_model_a_run:
        left = _describe_endpoints_left(aws, run.region, run.created, ended)
        unknown += [left] if left else []
    expected = target.minutes or _expected(run, plan, steps)
    status = RunStatus(run, plan, target.label, ended, tuple(seen), expected, None, tuple(unknown))
    return replace(status, cause=_cause(status))


def look_at_all(
    aws: Aws, wanted: Iterable[Target], before: Iterable[RunStatus] = ()
) -> list[RunStatus]:
    """Look at runs, as `look` does, all at once."""
    known = {it.run.arn: it for it in before}
    return in_parallel([partial(look, aws, it, known=known.get(it.arn)) for it in wanted])


def _ended(run: Execution, steps: Sequence[RunStep]) -> datetime | None:
    if not run.over:
        return None
    # What tags or describes an execution later changes its time of modification too.
    ends = [step.ended for step in steps if step.ended]
    return max(ends) if ends and len(ends) == len(steps) else run.modified


def _describe_endpoints_left(aws: Aws, region: str, since: datetime, until: datetime) -> str | None:
    """Say which endpoints of Inspect AI were made while a run went on and are there still, if any.

    No endpoint names the run that made it: another run of the same time may be its owner.
    """
    listing = aws.client("sagemaker", region).get_paginator("list_endpoints")
    first, last = since - _GRACE, until + _GRACE
    try:
        pages = listing.paginate(
            NameContains=_ENDPOINTS, CreationTimeAfter=first, CreationTimeBefore=last
        )
        names = [str(it["EndpointName"]) for page in pages for it in page["Endpoints"]]
    except NO_HELP:
        return None
    if not names:
        return None
    one = len(names) == 1
    commands = "; ".join(
        f"aws sagemaker delete-endpoint --region {region} --endpoint-name {name}" for name in names
    )
    return (
        f"{'An endpoint that' if one else 'Endpoints that'} an Inspect AI run created at that time "
        f"still {'exists' if one else 'exist'}, at your cost: {', '.join(names)}. If no other run "
        f"uses {'it' if one else 'them'}: {commands}"
    )


def _look_behind(aws: Aws, run: Execution, step: RunStep, before: StepStatus | None) -> StepStatus:
    """Look at a step's training job and, for a judging step, at Bedrock's job."""
    now = datetime.now(timezone.utc)
    status = StepStatus(
        **vars(step),
        seconds=round(_seconds(step.started, step.ended, now), 1) if step.started else None,
        training_job=step.job.rpartition("/")[2] if step.job else None,
    )
    judges = "Judge" in step.name or step.name.endswith("ModelMetrics")
    if step.job is None or not (judges or step.status in ("Failed", "Stopped")):
        return status
    if before and before.status == step.status and before.ended and not before.unknown:
        return before
    if ":job/" in step.job:
        return _look_behind_rollouts(aws, step.job, status)
    try:
        job = training_job(aws, step.job)
    except REFUSED as error:
        return replace(status, unknown=(f"The training job can't be read: {error.message}",))
    status = replace(status, training_job_failure=job.failure)
    try:
        return replace(
            status, bedrock_job=find_job_behind(aws, run.region, job) if judges else None
        )
    except (*REFUSED, AwsUnavailable) as error:
        unknown = f"Bedrock's evaluation job can't be read: {error.message}"
        return replace(status, unknown=(unknown,))


def _look_behind_rollouts(aws: Aws, job: str, status: StepStatus) -> StepStatus:
    try:
        return replace(status, training_job_failure=find_rollout_failure(aws, job))
    except (*REFUSED, AwsUnavailable) as error:
        return replace(status, unknown=(f"The job can't be read: {error.message}",))


def _expected(run: Execution, plan: RunPlan, steps: Sequence[RunStep]) -> tuple[int, int] | None:
    if run.type is None or not run.type.bedrock_judges:
        return None
    names = plan.steps or tuple(step.name for step in steps)
    models = 2 if any("Base" in name for name in names) else 1
    low, high = MINUTES_A_MODEL
    return low * models, high * models


def _cause(status: RunStatus) -> Cause | None:
    """Return why it failed: what the step that failed first says innermost."""
    if not status.failed:
        return None
    failed = sorted(
        (step for step in status.steps if step.status == "Failed"),
        key=lambda step: (step.ended is None, step.ended or step.name),
    )
    messages = [it for step in failed for it in (*step.said(), "\n".join(step.log))]
    job = next((step.bedrock_job for step in failed if step.bedrock_job), None)
    about = {
        "judge": (job and job.judge) or status.plan.judge,
        "role": (job and job.role) or status.plan.role,
        "region": status.run.region,
    }
    return find_cause(filter(None, [*messages, status.run.failure]), about)


def with_logs(aws: Aws, status: RunStatus) -> RunStatus:
    """Add the last log lines of the failed steps' jobs, and look for the cause in them too."""
    group = ROLLOUT_LOG_GROUP if status.run.kind == "multi_turn_rl" else LOG_GROUP
    steps = []
    for step in status.steps:
        if step.status == "Failed" and step.training_job:
            region, job = status.run.region, step.training_job
            lines, why_not = read_last_log_lines(aws, region, job, group=group)
            unknown = (*step.unknown, why_not) if why_not else step.unknown
            step = replace(step, log=tuple(lines), unknown=unknown)
        steps.append(step)
    status = replace(status, steps=tuple(steps))
    return replace(status, cause=status.cause or _cause(status))


# --- shown ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RunDocument(PastRunDocument):
    """One run's status."""

    label: str
    ended: datetime | None
    seconds: float
    expected_minutes: tuple[int, int] | None
    cause: Cause | None
    steps: tuple[StepStatus, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class StatusDocument:
    """What `evalbook status --json` prints."""

    runs: tuple[RunDocument, ...]


def build_run_document(status: RunStatus) -> RunDocument:
    return RunDocument(
        **vars(describe_run(status)),
        label=status.label,
        ended=status.ended,
        seconds=round(status.seconds(), 1),
        expected_minutes=status.expected,
        cause=status.cause,
        steps=status.steps,
        unknown=status.unknown,
    )


def status_parts(
    status: RunStatus, now: datetime | None = None
) -> Iterator[str | Text | list[dict[str, str | Text]]]:
    """Yield what is said of a run to people, part by part."""
    now = now or datetime.now(timezone.utc)
    yield head_words(status, now)
    if status.steps:
        yield step_rows(status, now)
    unknown = [*(it for step in status.steps for it in step.unknown), *status.unknown]
    if unknown:
        yield texts.lines(*unknown)
    if status.failed:
        yield from _failure_parts(status)


def together_words(seen: Sequence[RunStatus]) -> str | None:
    """Return how the jobs of one evaluation are doing; None if there are not several."""
    jobs = [it.job for it in seen]
    if not jobs or not jobs[0].parts or len({job.evaluation for job in jobs}) > 1:
        return None
    states = Counter(it.run.status for it in seen)
    said = texts.joined([f"{number} {state}" for state, number in states.items()])
    return f"{jobs[0].evaluation}, {texts.plural(len(seen), 'job')}: {said}"


def head_words(status: RunStatus, now: datetime) -> Text:
    """Return which run it is, how it is doing and how long it has taken, and what it evaluates."""
    run, plan = status.run, status.plan
    label = f" ({status.label})" if status.label != "evaluation" else ""
    head = f"{run.name}{label}: {run.status}, {_time_words(status, now)}"
    metrics = ", ".join(name.removeprefix("Builtin.") for name in plan.metrics)
    about = [
        run.type.label if run.type else "",
        f"model {status.model}" if status.model else "",
        f"judge {plan.judge}" if plan.judge else "",
        f"metrics {metrics}" if metrics else "",
    ]
    words = cell(texts.lines(*filter(None, (head, "; ".join(filter(None, about))))))
    words.stylize("bold", 0, words.plain.index(": "))
    words.highlight_words([f": {run.status},"], str(coloured(run.status).style))
    return words


def step_rows(status: RunStatus, now: datetime) -> list[dict[str, str | Text]]:
    """Return a run's steps, each leading to its logs and to Bedrock's job."""
    judged = any(step.bedrock_job for step in status.steps)
    rows = []
    for step in status.steps:
        row: dict[str, str | Text] = {
            "Step": cell(step.name, url=step.logs),
            "State": "not begun" if step.status == "NotStarted" else step.status,
            "Took": clock(_seconds(step.started, step.ended, now)) if step.started else "",
        }
        if judged:
            job = step.bedrock_job
            url = build_console_url(job.arn, called=job.name) if job else None
            row["Bedrock job"] = cell(f"{job.name}: {job.status}", url=url) if job else ""
        rows.append(row)
    return rows


def _time_words(status: RunStatus, now: datetime) -> str:
    seconds = status.seconds(now)
    if status.ended:
        return f"{clock(seconds)}, ended {ago(status.ended, now)}"
    left = status.left(now)
    if not left or not status.expected:
        return clock(seconds)
    low, high = status.expected
    most = f"up to {left[1]} minutes left" if left[1] else "longer than expected"
    words = f"about {left[0]} to {left[1]} minutes left" if left[0] else most
    return f"{clock(seconds)} of about {low} to {high} minutes, {words}"


def _failure_parts(status: RunStatus) -> Iterator[str]:
    if status.cause:
        yield texts.lines(f"Why: {status.cause.cause}", f"What to do: {status.cause.remedy}")
    else:
        yield "Why: none of the known causes; see AWS's messages below."
    lines = ["What AWS says:"]
    for step in status.steps:
        said = list(dict.fromkeys(step.said())) if step.status == "Failed" else []
        # A step repeats what its job says, and the job what Bedrock said.
        told = [
            it
            for it in said
            if not any(it.removeprefix(_BEDROCK) in other for other in said if other != it)
        ]
        for first, *rest in filter(None, map(quoted_lines, told)):
            lines += [f"  {step.name}: {first}", *(f"    {line}" for line in rest)]
    lines += [f"  {line}" for line in quoted_lines(status.run.failure or "")]
    yield texts.lines(*lines)
    for step in status.steps:
        if step.log:
            told = [line for text in step.log for line in quoted_lines(text)]
            yield texts.lines(f"The log of {step.name} ends:", *(f"  {line}" for line in told))


def clock(seconds: float) -> str:
    """Return a time as 0:07, 12:30 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

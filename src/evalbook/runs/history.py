"""Past evaluations of an account and region: which, of what, judged by whom, how they ended."""

from __future__ import annotations

import heapq
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial

from evalbook.aws.arns import short_name
from evalbook.aws.runs import Execution, RunPlan, list_executions, plan_of
from evalbook.aws.session import Aws, in_parallel
from evalbook.errors import UsageError
from evalbook.runs.jobs import Job, job_of

# Five digits reach far beyond the first evaluation, and not to before the first year.
_AGE = re.compile(r"([0-9]{1,5})\s*([mhdw])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True)
class StartedRun:
    """A run as AWS describes it, and what it was started with."""

    run: Execution
    plan: RunPlan

    @property
    def job(self) -> Job:
        """What its name tells of the evaluation that it belongs to."""
        return job_of(self.run.name)

    @property
    def model(self) -> str:
        """The model package as group/version, or the base model's name."""
        return short_name(self.plan.model_package or self.plan.base_model) or ""

    def has(self, words: Sequence[str]) -> bool:
        """Tell whether name, state, type, model, judge or ARN contain all of these words."""
        it = self.run
        told = [it.name, it.status, it.kind, self.model, self.plan.judge or "", it.arn]
        return all(word.lower() in " ".join(told).lower() for word in words)


@dataclass(frozen=True)
class Filter:
    """Which past evaluations are wanted."""

    since: timedelta | None = None
    status: str | None = None
    kind: str | None = None
    words: tuple[str, ...] = ()
    """Words that name, model, judge, type, state or ARN contain, all of them."""


def read_age(text: str) -> timedelta:
    """Read an age such as 45m, 12h, 7d or 2w.

    Raises:
        UsageError: it is none.
    """
    found = _AGE.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(
            "runs.since", f"{text!r} is not an age.", "Write it as 45m, 12h, 7d or 2w."
        )
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def list_past_runs(
    aws: Aws, region: str, wanted: Filter, most: int
) -> tuple[list[StartedRun], int]:
    """Return the newest evaluations that fit, at most ``most``, and how many more there are.

    Raises:
        AnswerRejected: ``runs.denied``, pipelines may not be listed.
    """
    since = datetime.now(timezone.utc) - wanted.since if wanted.since else None
    listed = [
        it
        for it in list_executions(aws, region, since=since)
        if (wanted.status or it.status).lower() == it.status.lower()
        and (wanted.kind or it.kind) == it.kind
    ]
    # Words may be found in the plan only, which is a question for each run.
    looked_at = listed if wanted.words else heapq.nlargest(most, listed, key=lambda it: it.created)
    plans = in_parallel([partial(plan_of, aws, it.arn) for it in looked_at])
    runs = [StartedRun(it, plan) for it, plan in zip(looked_at, plans, strict=True)]
    found = [it for it in runs if it.has(wanted.words)]
    found.sort(key=lambda it: it.run.created, reverse=True)
    total = len(found) if wanted.words else len(listed)
    return found[:most], total - len(found[:most])


@dataclass(frozen=True, kw_only=True)
class PastRunDocument:
    """One past evaluation."""

    arn: str
    name: str
    kind: str
    status: str
    created: datetime
    model: str | None
    judge: str | None
    dataset: str | None
    output: str | None
    failure: str | None


@dataclass(frozen=True)
class RunsDocument:
    """What `evalbook runs --json` prints."""

    region: str
    runs: tuple[PastRunDocument, ...]
    more: int
    """How many more there are than are listed."""


def describe_run(started: StartedRun) -> PastRunDocument:
    it, plan = started.run, started.plan
    return PastRunDocument(
        arn=it.arn,
        name=it.name,
        kind=it.kind,
        status=it.status,
        created=it.created,
        model=plan.model_package or plan.base_model,
        judge=plan.judge,
        dataset=plan.dataset,
        output=plan.output,
        failure=it.failure,
    )

"""`evalbook runs`: past evaluations in the account and region."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output
from evalbook.console import build_console_url
from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.moments import ago
from evalbook.runs.jobs import Job
from evalbook.tables import Rows, cell
from evalbook.texts import joined

if TYPE_CHECKING:
    from rich.text import Text

    from evalbook.runs.history import StartedRun

# Of us.anthropic.claude-haiku-4-5-20251001-v1:0 the table has room for claude-haiku-4-5.
_AROUND_A_NAME = re.compile(
    r"^(?:.*/)?(?:(?:[a-z0-9-]+\.)+(?=[a-z]))?|(?:-\d{8})?-(?:v\d+(?::\d+)?|\d+:\d+)$"
)
_STATES = "Executing Stopping Stopped Failed Succeeded CompletedWithFailures".split()


@command(
    "runs",
    examples=[
        ("evalbook runs", "The newest evaluations."),
        ("evalbook runs support-bot --status failed --since 7d", "This week's failures."),
    ],
)
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option(
    "--status", type=click.Choice(_STATES, case_sensitive=False), help="Only runs in this state."
)
@click.option(
    "--type", "kind", type=click.Choice(list(EVALUATION_TYPES)), help="Only runs of this type."
)
@click.option(
    "--since", metavar="AGE", help="Only runs newer than this, such as 45m, 12h, 7d or 2w."
)
@click.option(
    "--limit", type=click.IntRange(1), default=20, help="At most this many; 20 by default."
)
def runs_command(
    settings: Settings,
    output: Output,
    words: tuple[str, ...],
    status: str | None,
    kind: str | None,
    since: str | None,
    limit: int,
) -> int:
    """List the evaluations of your account and region, newest first.

    With WORDs, only those whose name, model, judge, type, state or ARN contains all of them. The
    jobs of one evaluation are one run. Training jobs on your own instances are not listed: status,
    results and stop take their notebook or their ARN.
    """
    from evalbook.runs.history import Filter, RunsDocument, describe_run, list_past_runs, read_age

    aws = settings.aws()
    region = aws.required_region()
    wanted = Filter(read_age(since) if since else None, status, kind, words)
    runs, more = list_past_runs(aws, region, wanted, limit)
    document = RunsDocument(region, tuple(map(describe_run, runs)), more)
    shown = Rows(_rows(runs)) if runs else cell(f"No matching evaluation in {region}.")
    rest = [cell(f"{more:,} more; --limit {len(runs) + more} shows them.", "dim")] if more else []
    output.draw(document, shown, *rest)
    return 0


def _rows(runs: Sequence[StartedRun]) -> list[dict[str, str | Text]]:
    """Return the runs as people tell them apart: by name, state and age; --json has the ARNs.

    The jobs of one evaluation are one run, by the name that `status` takes for all of them.
    """
    found: dict[tuple[str, str], dict[Job, StartedRun]] = {}
    for run in runs:
        it, job = run.run, run.job
        jobs = found.setdefault((job.evaluation, "") if job.parts else (it.name, it.arn), {})
        # Of a part that ran twice, the newest stands for both.
        jobs.setdefault(job, run)
    names = Counter(name for name, _ in found)
    # Only their ARNs tell two runs of the same name apart.
    return [
        _row(arn if names[name] > 1 and arn else name, list(jobs.values()))
        for (name, arn), jobs in found.items()
    ]


def _row(name: str, jobs: Sequence[StartedRun]) -> dict[str, str | Text]:
    first = jobs[0]
    it = first.run
    kind = it.type.label if it.type else it.kind
    states = Counter(job.run.status for job in jobs)
    several = joined([f"{number} {state}" for state, number in states.items()])
    return {
        "Name": cell(name, "bold", build_console_url(it.arn)),
        "State": it.status if len(states) == 1 else several,
        "Started": ago(min(job.run.created for job in jobs)),
        "Type": f"{kind}, {len(jobs)} jobs" if len(jobs) > 1 else kind,
        "Model": first.model or "-",
        "Judge": _AROUND_A_NAME.sub("", first.plan.judge or "-"),
    }

"""`evalbook runs`: past evaluations in the account and region."""

from __future__ import annotations

from dataclasses import asdict

import click

from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output, terminal_width
from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.workflow.turn import PROTOCOL

_STATES = (
    "Executing",
    "Stopping",
    "Stopped",
    "Failed",
    "Succeeded",
    "CompletedWithFailures",
)


@command(
    "runs",
    examples=[
        ("evalbook runs", "The newest evaluations."),
        ("evalbook runs support-bot --status failed --since 7d", "What failed this week."),
    ],
)
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option(
    "--status", type=click.Choice(_STATES, case_sensitive=False), help="Only in this state."
)
@click.option(
    "--type", "kind", type=click.Choice(list(EVALUATION_TYPES)), help="Only of this type."
)
@click.option("--since", metavar="AGE", help="Not older than 45m, 12h, 7d or 2w.")
@click.option("--limit", type=click.IntRange(1), default=20, help="At most so many; 20 by default.")
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

    Only those are listed that contain every WORD, in their name, model, judge, type, state or ARN.
    Training jobs on instances of your own are not listed: status, results and stop take their
    notebook, or their ARN.
    """
    from evalbook.aws.session import Aws
    from evalbook.runs.history import (
        Filter,
        RunsDocument,
        past_runs,
        read_age,
        run_document,
        run_lines,
        run_words,
    )
    from evalbook.runs.table import text_table

    aws = Aws(settings.profile, settings.region)
    region = aws.required_region()
    wanted = Filter(read_age(since) if since else None, status, kind, words)
    runs, more = past_runs(aws, region, wanted, limit)
    document = asdict(RunsDocument(PROTOCOL, region, tuple(map(run_document, runs)), more))
    text = text_table(run_lines(runs)) or f"No evaluation in {region} fits."
    width = terminal_width()
    if width is not None and max(map(len, text.splitlines())) > width:
        text = "\n".join(map(run_words, runs))
    if more:
        text += f"\n{more:,} more; --limit {len(runs) + more} shows them."
    output.document(document, text)
    return 0

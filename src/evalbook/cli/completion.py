"""What Tab offers on the command line: steps, runs, profiles."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

_PATIENCE = 3.0
"""Seconds to wait for the names of runs."""


def complete_steps(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the steps of the interview."""
    from click.shell_completion import CompletionItem

    from evalbook.workflow.kinds import STEPS

    return [
        CompletionItem(name, help=step.title)
        for name, step in STEPS.items()
        if name.startswith(incomplete)
    ]


def complete_runs(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer notebooks here that started runs, and the runs that AWS lists in time."""
    from click.shell_completion import CompletionItem

    taken = [word for value in ctx.params.values() if isinstance(value, tuple) for word in value]
    notebooks = [
        str(record.with_name(f"{record.name.removesuffix('.run.json')}.ipynb"))
        for record in sorted(Path().glob("*/notebooks/*.run.json"))
    ]
    names = [(name, "notebook") for name in notebooks] + _runs_of_aws(ctx)
    return [
        CompletionItem(name, help=about)
        for name, about in dict(names).items()
        if name.startswith(incomplete) and name not in taken
    ]


def takes_runs(function: F) -> F:
    """Add RUN..., and the number of the notebook's run that is meant."""
    runs = click.argument("runs", nargs=-1, metavar="[RUN]...", shell_complete=complete_runs)
    number = click.option(
        "--run", type=int, metavar="N", help="RUN_NUMBER of the notebook; the newest by default."
    )
    return runs(number(function))


def _runs_of_aws(ctx: click.Context) -> list[tuple[str, str]]:
    """Return names and states of runs, newest first; none if AWS does not answer in time."""
    from evalbook.aws.executions import list_executions
    from evalbook.aws.session import Aws, soon
    from evalbook.cli.options import settings_of
    from evalbook.errors import EvalbookError

    before = ctx.parent.params if ctx.parent else {}

    def ask() -> list[tuple[str, str]]:
        profile, region = (ctx.params.get(it) or before.get(it) for it in ("profile", "region"))
        settings = settings_of(None, profile, region)
        aws = Aws(settings.profile, settings.region)
        runs = list_executions(aws, aws.required_region())
        runs.sort(key=lambda run: run.created, reverse=True)
        return [(run.name, run.status) for run in runs]

    # The command itself reports problems when it runs.
    with contextlib.suppress(EvalbookError):
        return soon(ask, _PATIENCE) or []
    return []

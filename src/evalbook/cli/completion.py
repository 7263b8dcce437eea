"""`evalbook completion`, and what Tab offers on the command line: steps and runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evalbook.cli.options import Settings, command, settings_of
from evalbook.cli.output import Output
from evalbook.errors import EvalbookError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

_PATIENCE = 3.0
"""Seconds to wait for the names of runs."""


def complete_steps(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
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
    from evalbook.aws.runs import list_executions
    from evalbook.aws.session import Aws, soon

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


@command(
    "completion",
    examples=[
        ("""eval "$(evalbook completion bash)\"""", "In ~/.bashrc; for zsh, likewise in ~/.zshrc."),
        (
            "evalbook completion fish > ~/.config/fish/completions/evalbook.fish",
            "For fish, once.",
        ),
    ],
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion_command(_: Settings, output: Output, shell: str) -> int:
    """Print a script that makes Tab complete commands, options, steps and names of runs."""
    from click.shell_completion import get_completion_class

    from evalbook.cli.documents import CompletionDocument

    made = get_completion_class(shell)
    assert made is not None  # noqa: S101 - click has these three
    group = click.get_current_context().find_root().command
    script = made(group, {}, "evalbook", "_EVALBOOK_COMPLETE").source()
    output.document(CompletionDocument(shell, script), script)
    return 0

"""Options that every command takes, before or after its name."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from evalbook.workflow.workflow import Workflow

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_STATE = "workflow_state.json"
INTERRUPTED = 130
"""Exit status."""


@dataclass(frozen=True)
class Settings:
    """Which state file, and how AWS is reached."""

    state: Path
    profile: str | None
    region: str | None

    def workflow(self) -> Workflow:
        """Open the interview kept in the state file."""
        from evalbook.aws.session import Aws
        from evalbook.workflow.workflow import Workflow

        return Workflow.load(self.state, Aws(self.profile, self.region))


def common_options(function: F) -> F:
    """Add --state, --profile, --region and --json; those after the command's name win."""
    options = (
        click.option("--state", metavar="PATH", help="State file; workflow_state.json by default."),
        click.option("--profile", metavar="NAME", help="AWS profile."),
        click.option("--region", metavar="NAME", help="AWS region."),
        click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON document."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def command(name: str, **attributes: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a command: called with `Settings` and the command's own parameters."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        @common_options
        @click.pass_context
        @functools.wraps(function)
        def run(ctx: click.Context, /, **parameters: Any) -> Any:
            before = ctx.parent.params if ctx.parent else {}

            def setting(key: str) -> Any:
                return parameters.pop(key) or before.get(key)

            settings = Settings(
                Path(setting("state") or DEFAULT_STATE), setting("profile"), setting("region")
            )
            parameters.pop("as_json")
            return function(settings, ctx.obj, **parameters)

        as_command: Callable[[Callable[..., Any]], click.Command]
        as_command = click.command(name, **attributes)
        return as_command(run)

    return decorate

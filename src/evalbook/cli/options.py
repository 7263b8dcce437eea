"""Options of every command, before or after its name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evalbook.records import dataclass
from evalbook.whole_files import is_a_folder
from evalbook.workflow.step_names import StepName

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from evalbook.aws.session import Aws
    from evalbook.workflow.turn import Default
    from evalbook.workflow.workflow import Workflow

F = TypeVar("F", bound=Callable[..., Any])


class _File(click.Path):
    """A file name. Folders are refused here, other non-files where they are used."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(value)
        if value == "-":
            self.fail("'-' stands for no file here. Name one.", param, ctx)
        if not path.name or is_a_folder(path):
            self.fail(f"{str(path)!r} is a folder. Name a file.", param, ctx)
        return path


A_FILE = _File()
DEFAULT_STATE = "workflow_state.json"
INTERRUPTED = 130
"""Exit status."""


@dataclass(frozen=True)
class Settings:
    """Which state file, and how AWS is reached."""

    state: Path
    profile: str | None
    region: str | None
    defaults: Mapping[str, Default] = field(default_factory=dict)
    """The person's and the project's own settings, by name; see `cli/defaults.py`."""

    def aws(self, region: str | None = None) -> Aws:
        """Return AWS for a command that reports on waiting.

        ``region`` is used if none was given.
        """
        from evalbook.aws.session import Aws
        from evalbook.cli.output import complain

        return Aws(self.profile, self.region or region, tell=complain)

    def workflow(self) -> Workflow:
        """Open the interview kept in the state file."""
        from evalbook.aws.session import Aws
        from evalbook.workflow.workflow import Workflow

        workflow = Workflow.load(self.state, Aws(self.profile, self.region))
        workflow.defaults = {
            step: self.defaults[name]
            for name, step in _ANSWERED_BY_DEFAULT.items()
            if name in self.defaults
        }
        return workflow


_ANSWERED_BY_DEFAULT: dict[str, StepName] = {
    "role": "execution_role",
    "output": "s3_output",
    "tags": "tags",
}


def complete_profiles(
    _ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from evalbook.aws.identity import list_profiles

    return [CompletionItem(name) for name in list_profiles() if name.startswith(incomplete)]


def common_options(function: F) -> F:
    """Add --state, --profile, --region and --json; those after the command's name win."""
    options = (
        click.option(
            "--state",
            metavar="PATH",
            type=click.Path(),
            help="The state file; workflow_state.json in this folder by default.",
        ),
        click.option(
            "--profile",
            metavar="NAME",
            shell_complete=complete_profiles,
            help="The AWS profile to ask as.",
        ),
        click.option("--region", metavar="NAME", help="The AWS region to ask."),
        click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON document."),
    )
    for option in reversed(options):
        function = option(function)
    return function


brief_option = click.option(
    "--brief",
    is_flag=True,
    help="Print what an assistant should pass on; with --json, also how to reply.",
)

Examples = Sequence[tuple[str, str]]
"""Command lines, each with its effect."""


class Command(click.Command):
    """A command whose help ends with examples."""

    def __init__(self, *arguments: Any, examples: Examples = (), **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        if not self.examples:
            return
        with formatter.section("Examples" if len(self.examples) > 1 else "Example"):
            for line, purpose in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}# {purpose}\n")
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


def command(
    name: str, *, examples: Examples = (), **attributes: Any
) -> Callable[[Callable[..., Any]], click.Command]:
    """Turn a function into a command, called with `Settings` and its own parameters."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        @common_options
        @click.pass_context
        @functools.wraps(function)
        def run(ctx: click.Context, /, **parameters: Any) -> Any:
            before = ctx.parent.params if ctx.parent else {}
            names = ("state", "profile", "region")
            settings = settings_of(*(parameters.pop(it) or before.get(it) for it in names))
            del parameters["as_json"]
            _say_what_a_project_sets(settings)
            return function(settings, ctx.obj, **parameters)

        as_command: Callable[[Callable[..., Any]], click.Command]
        as_command = click.command(name, cls=Command, examples=examples, **attributes)
        return as_command(run)

    return decorate


def _say_what_a_project_sets(settings: Settings) -> None:
    """Say which profile and region a project sets, as neither is ever asked."""
    from evalbook.cli.defaults import PROJECTS
    from evalbook.cli.output import complain

    for name, used in (("profile", settings.profile), ("region", settings.region)):
        default = settings.defaults.get(name)
        if default and default.value == used and default.source.startswith(PROJECTS):
            complain(f"The {name} is {used}, by {default.source}.")


def settings_of(state: str | None, profile: str | None, region: str | None) -> Settings:
    """Return the given options, and the person's and the project's defaults for the rest.

    Raises:
        UsageError: a file of defaults can't be used.
    """
    from evalbook.cli.defaults import find_defaults

    defaults = find_defaults()
    values = {name: default.value for name, default in defaults.items()}
    return Settings(
        Path(state or DEFAULT_STATE),
        profile or values.get("profile"),
        region or values.get("region"),
        defaults,
    )

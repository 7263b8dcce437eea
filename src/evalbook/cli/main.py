"""The `evalbook` command: what it takes, and where errors become exit statuses."""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any

import click

from evalbook import __version__
from evalbook.cli.options import INTERRUPTED, common_options
from evalbook.cli.output import Output, take_standard_output
from evalbook.errors import EvalbookError, UsageError

# Where each command lives. Loaded when called: showing a turn must not import the wizard.
_COMMANDS = {
    "answer": "interview",
    "apply": "interview",
    "back": "interview",
    "check": "interview",
    "demo": "demo",
    "doctor": "doctor",
    "generate": "interview",
    "mcp": "mcp",
    "next": "interview",
    "results": "results",
    "runs": "runs",
    "sandbox": "sandbox",
    "show": "interview",
    "skill": "skill",
    "status": "status",
    "stop": "stop",
    "wizard": "wizard",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"evalbook.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="evalbook")
@common_options
@click.pass_context
def evalbook(ctx: click.Context, /, **_: Any) -> Any:
    """Write a notebook that evaluates a model fine-tuned with Amazon SageMaker.

    One question a turn, each answer checked against AWS before it is saved.
    """
    if ctx.invoked_subcommand is None:
        return ctx.invoke(evalbook.get_command(ctx, "wizard"))  # type: ignore[arg-type]
    return None


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with the contract's status."""
    words = sys.argv[1:] if arguments is None else arguments
    # Text from AWS and from files may hold what the output's encoding has no letters for.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    output = Output(as_json="--json" in words)
    try:
        with take_standard_output(output):
            status = _run(words, output)
    except BrokenPipeError:
        # Whoever read our output has seen enough; nobody is left to hear of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def _how_to_use(error: click.UsageError) -> str:
    in_answer = error.ctx is not None and error.ctx.command.name == "answer"
    if in_answer and isinstance(error, click.NoSuchOption):
        return "An answer that begins with a hyphen is given after --, or on standard input."
    return "See `evalbook --help`."


def _run(words: list[str], output: Output) -> int:
    try:
        status = evalbook.main(args=words, prog_name="evalbook", standalone_mode=False, obj=output)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return UsageError.exit_status
    except click.UsageError as error:
        error.show()
        output.error("usage", error.format_message(), _how_to_use(error))
        return UsageError.exit_status
    except EvalbookError as error:
        output.error(error.code, error.message, error.remedy)
        return error.exit_status
    except (KeyboardInterrupt, click.Abort):
        output.error("interrupted", "Interrupted; every accepted answer is saved.")
        return INTERRUPTED
    return status if isinstance(status, int) else 0

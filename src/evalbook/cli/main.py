"""The `evalbook` command: its subcommands, and where errors become exit statuses."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from typing import Any

import click

from evalbook import __version__
from evalbook.cli.options import INTERRUPTED, common_options
from evalbook.cli.output import Output, OutputLost, complain, take_standard_output
from evalbook.errors import EvalbookError, StateFileError, UsageError
from evalbook.texts import did_you_mean, nearest

_SHOW_HELP = {"-h", "--help", "--version"}

_SECTIONS = {
    "The interview": "wizard next answer apply back show check generate new example".split(),
    "After the launch": "status results gate label runs open stop".split(),
    "Trying it and setting it up": (
        "demo sandbox doctor schema config completion skill mcp".split()
    ),
}
_COMMANDS = tuple(name for names in _SECTIONS.values() for name in names)
_MODULES = {
    "wizard": "wizard.command",
    **dict.fromkeys("next answer apply back show check generate".split(), "interview"),
    **dict.fromkeys(("skill", "mcp"), "assistants"),
}
"""Where commands live that have no module of their name."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        # When it is called: showing a turn must not import the wizard.
        module = importlib.import_module(f"evalbook.cli.{_MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            instead = did_you_mean(nearest(name.lower(), _COMMANDS, cutoff=0.7))
            ctx.fail(f"There is no command {name!r}. {instead}".rstrip())
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        wide = max(map(len, _COMMANDS))
        for title, names in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (f"{name:<{wide}}", self.get_command(ctx, name).get_short_help_str(200))  # type: ignore[union-attr]
                        for name in names
                    ]
                )


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="evalbook")
@common_options
@click.pass_context
def evalbook(ctx: click.Context, /, **_: Any) -> Any:
    """Find out whether your fine-tuned model is better than its base model.

    evalbook asks one question at a time, checks each answer against AWS, and writes a notebook that
    runs the evaluation on Amazon SageMaker and Amazon Bedrock. Without a command it starts the
    wizard. No AWS account at hand? Try `evalbook wizard --sandbox`.
    """
    if ctx.invoked_subcommand is None:
        return ctx.invoke(evalbook.get_command(ctx, "wizard"))  # type: ignore[arg-type]
    return None


def main(arguments: list[str] | None = None) -> None:
    """Run the command and exit with the contract's status."""
    words = sys.argv[1:] if arguments is None else arguments
    _keep_standard_streams()
    # Text from AWS and from files may hold what the output's encoding has no letters for.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    # Whatever follows -- is an answer, even "--json".
    options = words[: words.index("--")] if "--" in words else words
    output = Output(as_json="--json" in options)
    try:
        with take_standard_output(output):
            status = _run(words, output, shows_help=not _SHOW_HELP.isdisjoint(options))
    except OutputLost as lost:
        status = lost.exit_status
    sys.exit(status)


def _keep_standard_streams() -> None:
    """Replace closed standard streams: the next file opened would take their place."""
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(number)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w")


def _need_folder() -> None:
    try:
        os.getcwd()  # noqa: PTH109 - asked only whether there is one
    except OSError as error:
        raise StateFileError(
            "folder.missing",
            f"The folder that evalbook was started in can't be used: {error.strerror}.",
            "Change to an existing folder and try again.",
        ) from error


def _how_to_use(error: click.UsageError) -> str:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return "Name one of its commands."
    in_answer = error.ctx is not None and error.ctx.command.name == "answer"
    if in_answer and isinstance(error, click.NoSuchOption):
        return "Put -- before an answer that begins with a hyphen, or use standard input."
    return "See `evalbook --help`."


def _was_interrupted(error: BaseException | None) -> bool:
    """Tell whether it was Ctrl-C, even if a library or class creation has wrapped it."""
    while error is not None and not isinstance(error, KeyboardInterrupt | click.Abort):
        error = error.__cause__ or error.__context__
    return error is not None


def _run(words: list[str], output: Output, *, shows_help: bool) -> int:
    try:
        if not shows_help:
            _need_folder()
        with contextlib.redirect_stdout(io.StringIO() if shows_help else sys.stdout) as told:
            status = evalbook.main(
                args=words, prog_name="evalbook", standalone_mode=False, obj=output
            )
        if isinstance(told, io.StringIO) and told.getvalue():
            text = told.getvalue().rstrip("\n")
            from evalbook.cli.documents import TextDocument

            output.document(TextDocument(__version__, text), text)
    except click.UsageError as error:
        shown = io.StringIO()
        error.show(shown)
        complain(shown.getvalue().rstrip())
        if output.as_json:
            output.error("usage", error.format_message(), _how_to_use(error))
        return UsageError.exit_status
    except EvalbookError as error:
        output.error(error.code, error.message, error.remedy)
        return error.exit_status
    except (Exception, KeyboardInterrupt) as error:
        if not _was_interrupted(error):
            raise
        output.error("interrupted", "Interrupted; every accepted answer is saved.")
        return INTERRUPTED
    return status if isinstance(status, int) else 0

"""The turns on the command line: next, answer, apply, back, show, check, generate."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output, check_words
from evalbook.errors import AnswerRejected, UsageError
from evalbook.workflow.turn import PROTOCOL, Turn

_brief = click.option(
    "--brief", is_flag=True, help="With --json: leave out empty fields and checks that passed."
)


def _print_turn(output: Output, turn: Turn, brief: bool = False) -> int:
    output.turn(turn, brief=brief)
    return AnswerRejected.exit_status if turn.status == "rejected" else 0


@command("next")
@_brief
def next_command(settings: Settings, output: Output, brief: bool) -> int:
    """Show the current turn; change nothing."""
    return _print_turn(output, settings.workflow().turn(), brief)


@command("answer")
@click.argument("value")
@click.option("--step", metavar="STEP", help="Answer this step, not the current one.")
@_brief
def answer_command(
    settings: Settings, output: Output, value: str, step: str | None, brief: bool
) -> int:
    """Answer the current turn, and show the next one.

    VALUE is read from standard input if it is -; one that begins with a hyphen is given after --.
    """
    text = _standard_input() if value == "-" else value
    return _print_turn(output, settings.workflow().answer(text, step), brief)


def _standard_input() -> str:
    if sys.stdin is None:
        raise UsageError("answer.input", "Standard input is closed.", "Give VALUE itself, not -.")
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise UsageError(
            "answer.input",
            f"Standard input is not text in {sys.stdin.encoding}: {error}.",
            "Write it in that encoding, or set PYTHONUTF8=1 where it is UTF-8.",
        ) from error


@command("apply")
@click.argument("file", type=click.Path(path_type=Path))
def apply_command(settings: Settings, output: Output, file: Path) -> int:
    """Answer many turns from a JSON or TOML file of step = value.

    Stops at the first that is rejected or missing, and shows its turn.
    """
    from evalbook.workflow.answers_file import apply_answers, read_answers

    return _print_turn(output, apply_answers(settings.workflow(), read_answers(file)))


@command("back")
@click.argument("step", required=False)
@_brief
def back_command(settings: Settings, output: Output, step: str | None, brief: bool) -> int:
    """Reopen the last answered step, or the one named."""
    return _print_turn(output, settings.workflow().back(step), brief)


@command("show")
def show_command(settings: Settings, output: Output) -> int:
    """Show the configuration so far, with what was checked and what was not."""
    workflow = settings.workflow()
    summary = workflow.summary()
    lines = [f"{line.title}: {line.text}" for line in summary.lines] or ["Nothing is answered yet."]
    lines.extend(check_words(check) for check in (*summary.warnings, *summary.not_checked))
    document = {"protocol": PROTOCOL, "state": str(settings.state), **summary.to_json()}
    output.document(document, "\n".join(lines))
    return 0


@command("check")
def check_command(settings: Settings, output: Output) -> int:
    """Run every check again on the saved answers; change nothing."""
    found = settings.workflow().check()
    failed = any(check.status == "failed" for _, checks in found for check in checks)
    document = {
        "protocol": PROTOCOL,
        "status": "failed" if failed else "passed",
        "state": str(settings.state),
        "steps": [
            {"step": step, "checks": [check.to_json() for check in checks]}
            for step, checks in found
        ],
    }
    lines = [f"{step}: {check_words(check)}" for step, checks in found for check in checks]
    nothing = "No answer so far has anything to check." if found else "Nothing is answered yet."
    output.document(document, "\n".join(lines) or nothing)
    return AnswerRejected.exit_status if failed else 0


@command("generate")
@click.option("--script", is_flag=True, help="Write a plain .py instead of a notebook.")
def generate_command(settings: Settings, output: Output, script: bool) -> int:
    """Write the notebook again from a completed state."""
    path = settings.workflow().generate(script=script)
    document = {
        "protocol": PROTOCOL,
        "status": "complete",
        "notebook": str(path),
        "state": str(settings.state),
    }
    output.document(document, f"Written: {path}")
    return 0

"""The turns on the command line: next, answer, apply, back, show, check, generate."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evalbook import texts
from evalbook.cli.completion import complete_steps
from evalbook.cli.options import A_FILE, Settings, brief_option, command
from evalbook.cli.output import Output, check_words
from evalbook.errors import AnswerRejected, UsageError
from evalbook.workflow.turn import Turn

_LONGEST_SAID = 1_000_000
"""Characters; ten custom metrics at their limits have fewer."""


def _print_turn(output: Output, turn: Turn, brief: bool = False) -> int:
    output.turn(turn, brief=brief)
    return AnswerRejected.exit_status if turn.status == "rejected" else 0


@command("next", examples=[("evalbook next --json", "The current turn, for a program.")])
@brief_option
def next_command(settings: Settings, output: Output, brief: bool) -> int:
    """Show the current question. Changes nothing."""
    return _print_turn(output, settings.workflow().turn(), brief)


@command(
    "answer",
    examples=[
        ("evalbook answer s3://my-bucket/eval.jsonl", "Answer the current question."),
        (
            "evalbook answer --step s3_output s3://my-bucket/results/",
            "Answer another step ahead of its turn.",
        ),
        ("evalbook answer - < task.txt", "Take the answer from a file."),
    ],
)
@click.argument("value")
@click.option(
    "--step",
    metavar="STEP",
    shell_complete=complete_steps,
    help="Answer this step instead of the current one.",
)
@brief_option
def answer_command(
    settings: Settings, output: Output, value: str, step: str | None, brief: bool
) -> int:
    """Answer the current question, and show the next one.

    Answer a choice with its number, value or label, and yes or no in your own words. If VALUE is -,
    it is read from standard input; if it begins with a hyphen, put -- before it. An answer to a
    later step is kept until its turn, when you are asked to confirm it.
    """
    text = _standard_input() if value == "-" else value
    return _print_turn(output, settings.workflow().answer(text, step), brief)


def _standard_input() -> str:
    if sys.stdin is None:
        raise UsageError("answer.input", "Standard input is closed.", "Give VALUE itself, not -.")
    try:
        said = sys.stdin.read(_LONGEST_SAID + 1)
    except UnicodeDecodeError as error:
        raise UsageError(
            "answer.input",
            f"Standard input is not text in {sys.stdin.encoding}: {error}.",
            "Write it in that encoding, or set PYTHONUTF8=1 if it is UTF-8.",
        ) from error
    if len(said) > _LONGEST_SAID:
        raise UsageError(
            "answer.input",
            f"Standard input holds more than {_LONGEST_SAID:,} characters.",
            "No question takes an answer that long.",
        )
    return said


@command("apply", examples=[("evalbook apply answers.toml", "Give all answers in the file.")])
@click.argument("file", type=A_FILE)
def apply_command(settings: Settings, output: Output, file: Path) -> int:
    """Answer many questions from a JSON or TOML file of step = value.

    Stops at the first rejected or missing answer, and shows that question. Only
    bedrock_terms = "I agree" agrees to the Bedrock terms.
    """
    from evalbook.workflow.answers_file import apply_answers, read_answers

    return _print_turn(output, apply_answers(settings.workflow(), read_answers(file)))


@command(
    "back",
    examples=[
        ("evalbook back", "Reopen the last answer."),
        ("evalbook back dataset", "Change the dataset; what no longer holds is asked again."),
    ],
)
@click.argument("step", required=False, shell_complete=complete_steps)
@brief_option
def back_command(settings: Settings, output: Output, step: str | None, brief: bool) -> int:
    """Reopen the last answer, or the one that STEP names.

    Answers that depend on it are checked again, and asked again only if they no longer hold.
    """
    return _print_turn(output, settings.workflow().back(step), brief)


@command("show", examples=[("evalbook show", "What was answered so far.")])
def show_command(settings: Settings, output: Output) -> int:
    """Show the answers so far, what was checked and what was not."""
    workflow = settings.workflow()
    summary = workflow.summary()
    lines = [f"{line.title}: {line.text}" for line in summary.lines] or ["No answers yet."]
    lines.extend(check_words(check) for check in (*summary.warnings, *summary.not_checked))
    output.document(summary.document(settings.state), texts.lines(*lines), fold=True)
    return 0


@command("check", examples=[("evalbook check && echo ready", "Before a launch, in a script.")])
def check_command(settings: Settings, output: Output) -> int:
    """Run every check again on the saved answers. Changes nothing."""
    from evalbook.cli.documents import CheckDocument, StepChecks

    found = settings.workflow().check()
    failed = any(check.status == "failed" for _, checks in found for check in checks)
    steps = tuple(StepChecks(step, tuple(checks)) for step, checks in found)
    document = CheckDocument("failed" if failed else "passed", str(settings.state), steps)
    lines = [f"{step}: {check_words(check)}" for step, checks in found for check in checks]
    nothing = "None of the answers so far has anything to check." if found else "No answers yet."
    output.document(document, "\n".join(lines) or nothing, fold=True)
    return AnswerRejected.exit_status if failed else 0


@command(
    "generate",
    examples=[
        ("evalbook generate", "Write the notebook again."),
        ("evalbook generate --script", "Write a plain Python file instead."),
        ("evalbook generate --keep-copy", "Keep a copy with your edits."),
    ],
)
@click.option("--script", is_flag=True, help="Write a plain .py instead of a notebook.")
@click.option(
    "--keep-copy",
    is_flag=True,
    help="Keep a copy of a file with cells that you edited.",
)
@click.option("--to", type=A_FILE, metavar="FILE", help="Write this file instead.")
def generate_command(
    settings: Settings, output: Output, script: bool, keep_copy: bool, to: Path | None
) -> int:
    """Rewrite the notebook, once every question is answered.

    Cells that you edited are never overwritten without asking.
    """
    from evalbook.cli.documents import GenerateDocument

    path = settings.workflow().generate(script=script, keep_edits=keep_copy, to=to)
    document = GenerateDocument("complete", str(path), str(settings.state))
    output.document(document, f"Written: {path}")
    return 0

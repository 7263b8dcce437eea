"""`evalbook new`: another evaluation like an earlier one."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import click

from evalbook.cli.completion import complete_steps
from evalbook.cli.options import A_FILE, DEFAULT_STATE, Settings, brief_option, command
from evalbook.cli.output import Output
from evalbook.errors import UsageError


@command(
    "new",
    examples=[
        (
            "evalbook new --from workflow_state.json --set model=support-bot/3",
            "The same evaluation for another version.",
        ),
    ],
)
@click.option(
    "--from",
    "earlier",
    required=True,
    type=A_FILE,
    metavar="STATE",
    help="The state file of the earlier evaluation.",
)
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="STEP=VALUE",
    shell_complete=complete_steps,
    help="An answer that differs; may be repeated.",
)
@brief_option
def new_command(
    settings: Settings, output: Output, earlier: Path, assignments: tuple[str, ...], brief: bool
) -> int:
    """Start an evaluation like an earlier one, and confirm its answers.

    Each answer is checked at its turn; consent is asked for again. If both would use the same
    file, the earlier one is renamed.
    """
    from evalbook.workflow.another import begin_like

    instead = {}
    for assignment in assignments:
        step, sign, value = assignment.partition("=")
        if not sign or not value.strip():
            raise UsageError(
                "new.set",
                f"{assignment!r} is not STEP=VALUE.",
                "Write it like this: --set model=support-bot/3.",
            )
        instead[step.strip()] = value.strip()
    turn = begin_like(settings.workflow(), earlier, instead)
    if str(settings.state) != DEFAULT_STATE:
        how = f"Continue with: evalbook --state {shlex.quote(str(settings.state))}"
        turn = replace(turn, notices=(*turn.notices, how))
    output.turn(turn, brief=brief)
    return 0

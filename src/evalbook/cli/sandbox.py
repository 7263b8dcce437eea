"""`evalbook sandbox`: a local simulated AWS to try everything against."""

from __future__ import annotations

import itertools
import os
import shlex
from collections.abc import Sequence

import click

from evalbook.cli.documents import (
    AnswerToTry,
    SandboxAnswersDocument,
    SandboxDocument,
    SandboxEndedDocument,
)
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output, complain
from evalbook.errors import UsageError


def require_sandbox_extra() -> None:
    """Make sure that the sandbox's packages are installed.

    Raises:
        UsageError: they are not installed.
    """
    from importlib.util import find_spec

    missing = [name for name in ("moto", "flask", "nbclient", "ipykernel") if not find_spec(name)]
    if missing:
        raise UsageError(
            "sandbox.missing",
            f"The sandbox needs {', '.join(missing)}, which evalbook alone does not install.",
            "In a clone of evalbook, install them with: pip install '.[sandbox]'",
        )


@command(
    "sandbox",
    examples=[
        ('eval "$(evalbook sandbox --env)"', "Start it in the background, for this terminal."),
        ('eval "$(evalbook sandbox --stop)"', "Stop it again."),
        ("evalbook sandbox --answers", "List answers to try, and their outcome."),
    ],
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="The port; a free one by default."
)
@click.option("--env", "background", is_flag=True, help="Start in the background; print settings.")
@click.option("--stop", is_flag=True, help="Stop the one that this terminal's settings point to.")
@click.option("--answers", is_flag=True, help="Only list answers to try, step by step.")
def sandbox_command(
    _: Settings, output: Output, port: int, background: bool, stop: bool, answers: bool
) -> int:
    """Try everything on a simulated AWS, entirely on this machine.

    It runs until Ctrl-C, and prints the settings to paste into another terminal. With --env, it
    runs in the background. Nothing is real and nothing costs money; it has past evaluations of
    every type to look at.
    """
    if answers:
        return _print_answers(output)
    if stop:
        return _stop(output)
    require_sandbox_extra()
    if background:
        return _start_in_background(output, port)
    from evalbook.sandbox import serve

    def tell(endpoint: str, environment: dict[str, str]) -> None:
        head = "# A simulated AWS is running until Ctrl-C. Paste this into another terminal:"
        words = "\n".join([head, *_exports(environment), _TRY])
        output.document(SandboxDocument(endpoint, os.getpid(), environment), words)

    try:
        serve(port, ready=tell)
    except OSError as error:
        raise UsageError(
            "sandbox.port", f"Port {port} can't be used: {error}", "Give another port, or none."
        ) from error
    complain("The sandbox has stopped.")
    return 0


def _start_in_background(output: Output, port: int) -> int:
    from evalbook.sandbox import SandboxDidNotStart, is_in_background, start_in_background

    if is_in_background(os.environ):
        raise UsageError(
            "sandbox.running",
            "This terminal's settings point to a sandbox that is already running.",
            'For a fresh one, stop it first: eval "$(evalbook sandbox --stop)"',
        )
    try:
        pid, environment = start_in_background(port)
    except SandboxDidNotStart as error:
        said = str(error).splitlines()[-1]
        raise UsageError(
            "sandbox.start", f"The sandbox did not start: {said}", "Try another --port, or none."
        ) from error
    document = SandboxDocument(environment["AWS_ENDPOINT_URL"], pid, environment)
    kept = _kept([*environment, *_IN_THE_WAY])
    exports = [*kept, *_exports(environment), f"unset {' '.join(_IN_THE_WAY)}"]
    output.document(document, "\n".join(exports))
    if not output.as_json:
        complain(
            f"A simulated AWS is running in the background, as process {pid}.\n"
            f'Stop it with: eval "$(evalbook sandbox --stop)"\n{_TRY.removeprefix("# ")}'
        )
    return 0


def _stop(output: Output) -> int:
    from evalbook.sandbox import stop_in_background

    stopped = stop_in_background(os.environ)
    if not stopped:
        raise UsageError(
            "sandbox.none",
            "This terminal's settings point to no running sandbox.",
            "Run this in the terminal where it was started.",
        )
    set_by_us = os.environ.get(_NAMES, "").split()
    back = [name for name in set_by_us if _BEFORE + name in os.environ]
    gone = [_NAMES, *(it for it in set_by_us if it not in back), *(_BEFORE + it for it in back)]
    lines = [f'export {name}="${_BEFORE}{name}"' for name in back]
    output.document(
        SandboxEndedDocument("stopped", tuple(back), tuple(gone)),
        "\n".join([*lines, f"unset {' '.join(gone)}"]),
    )
    if not output.as_json:
        complain("The simulated AWS has stopped.")
    return 0


def _print_answers(output: Output) -> int:
    from evalbook.sandbox import describe_world

    tips = describe_world()
    lines: list[str] = []
    for step, group in itertools.groupby(tips, key=lambda tip: tip.step):
        lines += ["", step, *(f"  {tip.answer}  ({tip.outcome})" for tip in group)]
    document = SandboxAnswersDocument(tuple(AnswerToTry(*tip) for tip in tips))
    output.document(document, "\n".join(lines[1:]), fold=True)
    return 0


_NAMES = "EVALBOOK_SANDBOX_SET"
"""Variable with the names of those that were set for the sandbox."""
_BEFORE = "EVALBOOK_BEFORE_"
"""How the variables begin in which the terminal keeps what they were set to before."""
_IN_THE_WAY = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
"""They name profiles that the sandbox does not have."""

_TRY = "# What to answer there: evalbook sandbox --answers. Runs to look at: evalbook runs"


def _exports(environment: dict[str, str]) -> list[str]:
    return [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]


def _kept(names: Sequence[str]) -> list[str]:
    """Return the commands by which a shell keeps what is set, to put it back in the end.

    What it is set to is never printed: it may be a secret, and the shell knows it.
    """
    before = [name for name in names if name in os.environ]
    kept = [f'export {_BEFORE}{name}="${name}"' for name in before]
    return [*kept, f"export {_NAMES}={shlex.quote(' '.join(names))}"]

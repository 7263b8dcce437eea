"""`evalbook sandbox`: a local simulated AWS to try everything against."""

from __future__ import annotations

import os
import shlex

import click

from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output, complain
from evalbook.errors import UsageError
from evalbook.workflow.turn import PROTOCOL


def require_sandbox_extra() -> None:
    """See to it that the sandbox's packages are there.

    Raises:
        UsageError: they are not installed.
    """
    from importlib.util import find_spec

    missing = [name for name in ("moto", "flask", "nbclient", "ipykernel") if not find_spec(name)]
    if missing:
        raise UsageError(
            "sandbox.missing",
            f"The sandbox needs {', '.join(missing)}, which evalbook itself does not.",
            "Install them: pip install 'evalbook[sandbox]'",
        )


@command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free one.")
def sandbox_command(_: Settings, output: Output, port: int) -> int:
    """Run a local simulated AWS until Ctrl-C, and print the settings to export."""
    require_sandbox_extra()
    from evalbook.sandbox import serve

    def tell(endpoint: str, environment: dict[str, str]) -> None:
        document = {
            "protocol": PROTOCOL,
            "endpoint": endpoint,
            "pid": os.getpid(),
            "environment": environment,
        }
        output.document(document, _for_people(environment))

    try:
        serve(port, ready=tell)
    except OSError as error:
        raise UsageError(
            "sandbox.port", f"Port {port} can't be used: {error}", "Give another, or none."
        ) from error
    complain("The sandbox has ended.")
    return 0


def _for_people(environment: dict[str, str]) -> str:
    from evalbook.sandbox import describe_world

    exports = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    tries = [f"#   {tip.step}: {tip.answer}  ({tip.outcome})" for tip in describe_world()]
    return "\n".join(
        [
            "# A simulated AWS runs until Ctrl-C. Paste this into another terminal:",
            *exports,
            "#",
            "# Answers to try there:",
            *tries,
        ]
    )

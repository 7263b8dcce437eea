"""`evalbook sandbox`: a local simulated AWS to try everything against."""

from __future__ import annotations

import shlex
import sys
import threading

import click

from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output
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
    """Run a local simulated AWS, and print the settings to export."""
    require_sandbox_extra()
    from evalbook.sandbox import Sandbox, describe_world

    with Sandbox(port=port) as sandbox:
        exports = "\n".join(
            f"export {name}={shlex.quote(value)}" for name, value in sandbox.environment.items()
        )
        world = "\n".join(
            f"#   {what}: {answer}  ({why})" for what, answer, why in describe_world()
        )
        document = {
            "protocol": PROTOCOL,
            "endpoint": sandbox.endpoint,
            "pid": sandbox.pid,
            "environment": sandbox.environment,
        }
        output.document(
            document,
            f"# A simulated AWS runs until Ctrl-C. In another terminal:\n{exports}\n"
            f"#\n# Answers to try:\n{world}",
        )
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("The sandbox has ended.", file=sys.stderr)  # noqa: T201
    return 0

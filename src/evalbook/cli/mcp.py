"""`evalbook mcp`: the interview for assistants that speak the Model Context Protocol."""

from __future__ import annotations

from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output
from evalbook.errors import UsageError


@command(
    "mcp", examples=[("evalbook mcp --state eval.json", "The command for an assistant's settings.")]
)
def mcp_command(settings: Settings, output: Output) -> int:
    """Serve the interview to an AI assistant over the Model Context Protocol."""
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise UsageError(
            "mcp.missing",
            "The server needs the package mcp, which is not installed with evalbook.",
            "Install it next to evalbook: pip install 'mcp>=2.0'",
        )
    if output.as_json:
        raise UsageError(
            "mcp.json", "The server speaks its own protocol, so --json does not apply."
        )
    from evalbook.mcp.server import build_server
    from evalbook.mcp.wire import mend_standard_input

    mend_standard_input()
    build_server(settings.workflow).run("stdio")
    return 0

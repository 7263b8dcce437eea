"""`evalbook skill install` and `evalbook mcp`: the interview in the hands of an AI assistant."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from evalbook.cli.documents import SkillDocument
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output
from evalbook.errors import UsageError
from evalbook.skill.installer import install


@click.group("skill")
def skill_command() -> None:
    """Teach an AI assistant to run the interview."""


@command(
    "install",
    examples=[("evalbook skill install .claude/skills", "Teach this project's assistant.")],
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def install_command(_: Settings, output: Output, folder: Path) -> int:
    """Write the folder model-evaluation/ into DIR, such as .claude/skills."""
    installed = install(folder)
    folder, files = installed.folder, installed.files
    document = SkillDocument("complete", str(folder), files, installed.replaced)
    verb = "Replaced" if installed.replaced else "Written"
    output.document(document, f"{verb}: {folder} ({len(files)} files)")
    return 0


skill_command.add_command(install_command)


@command(
    "mcp", examples=[("evalbook mcp --state eval.json", "The command for an assistant's settings.")]
)
def mcp_command(settings: Settings, output: Output) -> int:
    """Serve the interview to an AI assistant over the Model Context Protocol."""
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

"""`evalbook skill install`: the skill's folder for AI assistants."""

from __future__ import annotations

from pathlib import Path

import click

from evalbook.cli.documents import SkillDocument
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output


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
    from evalbook.skill.installer import install

    installed = install(folder)
    document = SkillDocument(
        "complete", str(installed.folder), tuple(installed.files), installed.replaced
    )
    verb = "Replaced" if installed.replaced else "Written"
    output.document(document, f"{verb}: {installed.folder} ({len(installed.files)} files)")
    return 0


skill_command.add_command(install_command)

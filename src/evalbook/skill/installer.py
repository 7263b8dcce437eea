"""Write the skill's folder, complete in itself, where an assistant looks for skills."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evalbook.errors import UsageError
from evalbook.whole_files import is_there, reason, replace_whole

NAME = "model-evaluation"
"""Folder and skill have the same name, as the Agent Skills specification demands."""

SCRIPTS = ("check_dataset.py", "notebook_cells.py", "validate_custom_metrics.py")
"""What an assistant may run; the other scripts are for maintainers."""


@dataclass(frozen=True)
class Installed:
    """What an installation wrote."""

    folder: Path
    files: tuple[str, ...]
    """Paths within the folder, with forward slashes."""
    replaced: bool
    """Whether the skill was there before."""


def list_skill_files() -> Iterator[tuple[str, bytes]]:
    """Return the skill's files, each by its path within the folder."""
    # A wheel holds them beside this module. In a source tree they stand at the top level, from
    # where they are packed on building.
    packed = Path(__file__).with_name("files")
    tree = Path(__file__).resolve().parents[3]
    top = packed if packed.is_dir() else tree
    template = packed if packed.is_dir() else tree / "skill"
    yield "SKILL.md", (template / "SKILL.md").read_bytes()
    for reference in sorted((top / "references").glob("*.md")):
        yield f"references/{reference.name}", reference.read_bytes()
    for name in SCRIPTS:
        yield f"scripts/{name}", (top / "scripts" / name).read_bytes()


def started_by() -> str:
    """Return the command by which this very installation is started."""
    script = Path(sys.executable).with_name("evalbook")
    if script.is_file():
        return shlex.quote(str(script))
    return f"{shlex.quote(sys.executable)} -m evalbook"


def _with_command(text: bytes) -> bytes:
    """Return SKILL.md with this installation's command, so that an assistant needs no other."""
    own = started_by()
    in_code = r"(?m)(`|^ +)evalbook (?=[a-z])"
    return re.sub(in_code, lambda found: f"{found[1]}{own} ", text.decode("utf-8")).encode()


def install(into: Path) -> Installed:
    """Write the skill into a folder, over an earlier one if there is one.

    Files in it that are not the skill's are left alone.

    Args:
        into: where an assistant looks for skills, such as ``.claude/skills``; made if need be.

    Raises:
        UsageError: something else has the folder's name, or it can't be written.
    """
    folder = into / NAME
    replaced = is_there(folder)
    if replaced and not _is_the_skill(folder):
        raise UsageError(
            "skill.folder_taken",
            f"{folder} exists and is not this skill; it was left as it is.",
            "Move it away, or name another folder.",
        )
    written = []
    try:
        for name, content in list_skill_files():
            replace_whole(folder / name, _with_command(content) if name == "SKILL.md" else content)
            written.append(name)
    except OSError as error:
        raise UsageError(
            "skill.unwritable",
            f"The skill can't be written into {into}: {reason(error)}.",
            "Name a folder that you may write to.",
        ) from error
    return Installed(folder, tuple(written), replaced)


def _is_the_skill(folder: Path) -> bool:
    try:
        if not any(folder.iterdir()):
            return True
        head = (folder / "SKILL.md").read_text(encoding="utf-8", errors="replace")[:4096]
    except OSError:
        return False
    return f"name: {NAME}" in head.splitlines()

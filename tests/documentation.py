"""What the documentation shows of running commands, and whether that is what they print."""

from __future__ import annotations

import re
from pathlib import Path

_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def shown_in(path: Path) -> dict[str, str]:
    """Return the commands of a page's console blocks, each with what it is shown to print."""
    found = {}
    for block in _BLOCK.findall(path.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found[command] = printed.rstrip("\n")
    return found


def shows(shown: str, printed: str) -> bool:
    """Tell whether that was printed; an ellipsis stands for any text, alone for any lines."""
    lines = [
        "(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + "\n"
        for line in shown.split("\n")
    ]
    plain = "\n".join(line.rstrip() for line in printed.strip("\n").split("\n"))
    return re.fullmatch("".join(lines), plain + "\n") is not None

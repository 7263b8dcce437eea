"""Links in texts: clickable where the terminal can, spelled out where it can't."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKED = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\[(?P<words>[^\]]+)\]\((?P<url>https://[^)\s]+)\)")

# Terminals that draw OSC 8 links say who they are in one of these.
_BY_VARIABLE = ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "WEZTERM_PANE")
_BY_PROGRAM = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio"})
_BY_TERM = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")
_FIRST_VTE = 5000


@dataclass(frozen=True)
class Piece:
    """A stretch of text that is all strong, all one link, or neither."""

    text: str
    strong: bool = False
    url: str | None = None


def links_work() -> bool:
    """Return whether the terminal is known to draw OSC 8 links; others may show them as noise."""
    version = os.environ.get("VTE_VERSION", "")
    return (
        any(os.environ.get(name) for name in _BY_VARIABLE)
        or os.environ.get("TERM_PROGRAM") in _BY_PROGRAM
        or os.environ.get("TERM", "").startswith(_BY_TERM)
        or (version.isdecimal() and int(version) >= _FIRST_VTE)
    )


def pieces(text: str) -> Iterator[Piece]:
    """Yield the text in pieces, its ``**strong**`` and ``[words](url)`` marks read."""
    end = 0
    for found in _MARKED.finditer(text):
        if found.start() > end:
            yield Piece(text[end : found.start()])
        if found["strong"]:
            yield Piece(found["strong"], strong=True)
        else:
            yield Piece(found["words"], url=found["url"])
        end = found.end()
    if end < len(text):
        yield Piece(text[end:])

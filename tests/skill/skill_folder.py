"""The skill as it is installed, and its front matter read without a YAML parser."""

from __future__ import annotations

import re
from pathlib import Path

from evalbook.skill.installer import install

ROOT = Path(__file__).resolve().parents[2]


def an_installed_skill(into: Path) -> Path:
    """Install the skill and return its folder."""
    return install(into).folder


def front_matter(skill: str) -> dict[str, str]:
    """Return the keys of SKILL.md's front matter; folded values are joined by spaces."""
    head = re.fullmatch(r"---\n(.*?)\n---\n.*", skill, re.DOTALL)
    assert head is not None, "SKILL.md must begin with front matter between --- lines"
    values: dict[str, str] = {}
    key = ""
    for line in head[1].splitlines():
        if line.startswith(" "):
            values[key] = f"{values[key]} {line.strip()}".strip()
        else:
            key, _, value = line.partition(":")
            values[key] = value.strip().removeprefix(">-").strip()
    return values


def body(skill: str) -> str:
    """Return SKILL.md without its front matter."""
    return skill.split("---\n", 2)[2]

"""What is installed for the demo and the tests is at least what evalbook says it needs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def names_in(lines: list[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9_.-]+", line.strip().strip('",')) for line in lines)
    return {it[0].lower() for it in found if it}


@pytest.mark.parametrize("table", ["dependencies", "sandbox"])
def test_every_dependency_is_installed_in_a_pinned_version(table):
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(rf"^{table} = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert block is not None
    needed = names_in([it for it in block[1].splitlines() if not it.strip().startswith("#")])
    requirements = (ROOT / "requirements" / "sandbox.txt").read_text(encoding="utf-8")
    constraints = (ROOT / "requirements" / "constraints.txt").read_text(encoding="utf-8")

    assert needed - names_in(requirements.splitlines()) == set()
    assert needed - names_in(constraints.splitlines()) == set()

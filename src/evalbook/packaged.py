"""The files that evalbook brings along, such as facts about AWS that change rarely."""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data
from typing import Any


def read_packaged(name: str) -> str:
    """Return the text of a file, by its path within the package."""
    # Unlike a path beside __file__, this also works from a zipped package.
    content = get_data("evalbook", name)
    if content is None:
        raise FileNotFoundError(name)
    return content.decode("utf-8")


@cache
def load_facts(name: str) -> dict[str, Any]:
    """Return what a file of facts holds, which states its source and the date read."""
    facts: dict[str, Any] = json.loads(read_packaged(name))
    return facts

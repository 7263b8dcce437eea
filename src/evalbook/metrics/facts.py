"""Facts about AWS that change rarely, read from the data files beside this module."""

from __future__ import annotations

import json
from functools import cache
from typing import Any


@cache
def facts(name: str) -> dict[str, Any]:
    """Return the content of the data file ``name``, which states its source and the date read.

    Raises:
        FileNotFoundError: the package holds no such file.
    """
    # Unlike a path beside __file__, this also works from a zipped package.
    from pkgutil import get_data

    content = get_data(__package__, name)
    if content is None:
        raise FileNotFoundError(name)
    data: dict[str, Any] = json.loads(content)
    return data

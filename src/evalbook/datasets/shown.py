"""Records on one line, safe to print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evalbook.datasets.invalid import harmless

# Deeper or longer than this nothing is shown of a record.
_SHOWN_DEPTH = 3
_SHOWN_ITEMS = 4
_SHOWN_TEXT = 200


def shown(record: Mapping[str, Any], width: int) -> str:
    """Return a record on one line of at most ``width`` characters, safe to print."""
    pairs = (f"{harmless(name, 40)}: {_brief(value)}" for name, value in record.items())
    line = ""
    for pair in pairs:
        line += (", " if line else "") + pair
        if len(line) > width:
            break
    return harmless(line or "(no fields)", width)


def _brief(value: Any, depth: int = 0) -> str:
    """Return a value as JSON, with long texts, long lists and deep levels left out."""
    if isinstance(value, str):
        return json.dumps(harmless(value, _SHOWN_TEXT), ensure_ascii=False).replace("\\\\", "\\")
    if isinstance(value, (dict, list)) and value and depth >= _SHOWN_DEPTH:
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, dict):
        items = [
            f"{harmless(name, 40)}: {_brief(inner, depth + 1)}"
            for name, inner in list(value.items())[:_SHOWN_ITEMS]
        ]
        return "{" + ", ".join(items + ["…"] * (len(value) > _SHOWN_ITEMS)) + "}"
    if isinstance(value, list):
        items = [_brief(inner, depth + 1) for inner in value[:_SHOWN_ITEMS]]
        return "[" + ", ".join(items + ["…"] * (len(value) > _SHOWN_ITEMS)) + "]"
    return json.dumps(value)[:40]

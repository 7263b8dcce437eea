"""A turn without what says nothing, for those who pay for every word they read."""

from __future__ import annotations

from typing import Any

_NOTHING: tuple[Any, ...] = (None, "", [], (), False)


def brief(turn: dict[str, Any]) -> dict[str, Any]:
    """Return a turn's JSON without empty fields and without checks that passed.

    What is left out means the same as null, an empty text, an empty list or false. A label is left
    out where it is the value.
    """
    short = {key: value for key, value in turn.items() if value not in _NOTHING}
    short["checks"] = [_filled(check) for check in turn["checks"] if check["status"] != "passed"]
    short["choices"] = [_choice(choice) for choice in turn["choices"]]
    if turn["error"]:
        short["error"] = _filled(turn["error"])
    return {key: value for key, value in short.items() if value not in _NOTHING}


def _choice(choice: dict[str, Any]) -> dict[str, Any]:
    short = _filled(choice)
    if short["label"] == short["value"]:
        del short["label"]
    return short


def _filled(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value not in _NOTHING}

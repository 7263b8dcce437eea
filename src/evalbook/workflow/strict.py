"""Plain data and JSON, each from the other: what was read has exactly the form that was declared.

Strictly: a field that is missing, is not known or has another type does not fit, whether or not it
has a default, unless it was added when there were states without it. pydantic would say the same,
but importing it costs more than showing a turn does; it is asked only to name everything that does
not fit, and for JSON Schemas.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

ADDED_LATER = {"added_later": True}
"""Metadata of a field that may be missing in what was written before there was one."""


class Misfit(ValueError):
    """JSON that does not have the form that was declared, with the place and what is wrong."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


def decode(form: Any, json: Any, place: str) -> Any:
    """Return the plain data that JSON stands for.

    Args:
        form: a type: a dataclass, ``str``, ``int``, ``float``, ``bool``, ``None``, a list, tuple,
            dict, union or literal of such, or ``Any``.
        json: as `json.loads` returns it.
        place: where it stands, as ``evalbook.answers.model``.

    Raises:
        Misfit: it does not fit.
    """
    if form is Any:
        return json
    if form is None or form is type(None):
        return json if json is None else _misfit(place, json, "null")
    if is_dataclass(form):
        return decode_object(form, json, place)
    origin = get_origin(form)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(form), json, place)
    if origin is Literal:
        return json if json in get_args(form) else _misfit(place, json, "one of the known words")
    if origin in (list, tuple):
        return _items(origin, get_args(form), json, place)
    if origin is dict:
        if not isinstance(json, dict):
            return _misfit(place, json, "an object")
        return {key: decode(get_args(form)[1], it, f"{place}.{key}") for key, it in json.items()}
    return _plain(form, json, place)


def encode(data: Any) -> Any:
    if is_dataclass(data):
        return {it.name: encode(getattr(data, it.name)) for it in fields(data)}
    if isinstance(data, Mapping):
        return {key: encode(it) for key, it in data.items()}
    return [encode(it) for it in data] if isinstance(data, (list, tuple)) else data


def _plain(form: Any, json: Any, place: str) -> Any:
    if form is float and type(json) is int:
        return json
    # By the exact type: to Python, True is a number.
    return json if type(json) is form else _misfit(place, json, _NAMES[form])


def decode_object(form: Any, json: Any, place: str, **others: Any) -> Any:
    """Return the dataclass that an object stands for; ``others`` are fields of other forms."""
    if not isinstance(json, dict):
        return _misfit(place, json, "an object")
    forms = {**forms_of(form), **others}
    added = {it.name for it in fields(form) if it.metadata == ADDED_LATER}
    for name in forms:
        if name not in json and name not in added:
            raise Misfit(f"{place}.{name}", "missing")
    for name in json:
        if name not in forms:
            raise Misfit(f"{place}.{name}", "not known")
    found = {name: it for name, it in forms.items() if name in json}
    return form(**{name: decode(it, json[name], f"{place}.{name}") for name, it in found.items()})


def _one_of(forms: tuple[Any, ...], json: Any, place: str) -> Any:
    misfits = []
    if isinstance(json, dict):
        # Of several kinds of objects, the one that it is most like.
        forms = tuple(sorted(forms, key=lambda it: -_alike(it, json)))
        forms = forms[:1] if is_dataclass(forms[0]) else forms
    for form in forms:
        try:
            return decode(form, json, place)
        except Misfit as misfit:  # noqa: PERF203 - a union has two or three forms
            misfits.append(misfit)
    # The alternative that came furthest tells most.
    raise max(misfits, key=lambda it: len(it.place))


def _alike(form: Any, json: dict[str, Any]) -> float:
    """Return the share of an object's fields that are present."""
    fields_of = forms_of(form) if is_dataclass(form) else {}  # type: ignore[arg-type]
    return len(fields_of.keys() & json.keys()) / max(1, len(fields_of))


def _items(origin: Any, forms: tuple[Any, ...], json: Any, place: str) -> Any:
    if not isinstance(json, list):
        return _misfit(place, json, "an array")
    if origin is list or forms[-1] is ...:
        return origin(decode(forms[0], it, f"{place}.{at}") for at, it in enumerate(json))
    if len(json) != len(forms):
        raise Misfit(place, f"{len(json)} items instead of {len(forms)}")
    pairs = enumerate(zip(forms, json, strict=True))
    return tuple(decode(form, it, f"{place}.{at}") for at, (form, it) in pairs)


@cache
def forms_of(form: Any) -> dict[str, Any]:
    hints = get_type_hints(form, vars(sys.modules[form.__module__]))
    return {it.name: hints[it.name] for it in fields(form)}


_NAMES: dict[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "an object",
    list: "an array",
    type(None): "null",
}


def _misfit(place: str, json: Any, expected: str) -> Any:
    found = "an object" if isinstance(json, dict) else _NAMES.get(type(json), "something else")
    raise Misfit(place, f"{found}, where {expected} was expected")

"""Dataclasses that cost little to define, for the modules that showing a turn needs.

For each frozen class `dataclasses` compiles six methods. A turn needs some seventy classes, and
compiling those took a fifth of its time; here they share all methods but ``__init__``. msgspec's
structures would do so too, but importing it takes an eighth of a turn's time, and pydantic
does not know them.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, kw_only=False):
        """Do what `dataclasses.dataclass` does, by methods that all classes share."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, kw_only=kw_only)
        dataclasses.dataclass(cls, repr=False, eq=False, kw_only=kw_only)
        methods = {"__repr__": _repr, "__eq__": _eq, "__hash__": _hash if frozen else None}
        if frozen:
            methods |= {"__setattr__": _setattr, "__delattr__": _delattr}
        for name, method in methods.items():
            if name not in cls.__dict__:
                setattr(cls, name, method)
        return cls


__all__ = ["dataclass"]


def _repr(self: Any) -> str:
    shown = (f"{it.name}={getattr(self, it.name)!r}" for it in dataclasses.fields(self) if it.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    compared = [it.name for it in dataclasses.fields(self) if it.compare]
    return [getattr(self, name) for name in compared] == [getattr(other, name) for name in compared]


def _hash(self: Any) -> int:
    fields = [it for it in dataclasses.fields(self) if it.compare and it.hash is not False]
    return hash(tuple(getattr(self, it.name) for it in fields))


def _setattr(self: Any, name: str, value: object) -> None:
    # Once each: what ``__init__`` has set stays.
    if name in self.__dict__ or name not in self.__dataclass_fields__:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
    self.__dict__[name] = value


def _delattr(_: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

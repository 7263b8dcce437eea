"""The files that evalbook brings along, such as facts about AWS that change rarely."""

from __future__ import annotations

import json
from functools import cached_property
from pkgutil import get_data
from typing import Generic, TypeVar

T = TypeVar("T")


def read_packaged(name: str) -> str:
    """Return the text of a file, by its path within the package."""
    # Unlike a path beside __file__, this also works from a zipped package.
    content = get_data("evalbook", name)
    if content is None:
        raise FileNotFoundError(name)
    return content.decode("utf-8")


class DataFile(Generic[T]):
    """A file of facts, which states its source and the date read, and its form as a TypedDict.

    A misspelt key is mypy's error; that each file has its form is tested.
    """

    def __init__(self, name: str, form: type[T]) -> None:
        self.name, self.form = name, form

    @cached_property
    def facts(self) -> T:
        """What the file holds."""
        facts: T = json.loads(read_packaged(self.name))
        return facts

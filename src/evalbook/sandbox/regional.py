"""State that each account has once in each region, as AWS's services keep it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Regional(Generic[T]):
    """Makes a service's state for an account and region on first use."""

    def __init__(self, make: Callable[[str, str], T]) -> None:
        self._make = make
        self._made: dict[tuple[str, str], T] = {}
        self._lock = threading.RLock()

    def __call__(self, account: str, region: str) -> T:
        """Return the state of one account in one region."""
        with self._lock:
            key = (account, region)
            if key not in self._made:
                self._made[key] = self._make(account, region)
            return self._made[key]

    def __iter__(self) -> Iterator[T]:
        """Go through what was made so far."""
        with self._lock:
            return iter(list(self._made.values()))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._made.clear()

"""Faults on request: which operation fails, how, how often, or how slowly it answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from evalbook.sandbox.wire import AwsRequest


@dataclass(frozen=True)
class AwsError:
    """An error as AWS would answer it."""

    code: str
    message: str
    status: int = 400
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Fault:
    """A standing order to answer an operation otherwise."""

    operation: str
    """``service:Operation`` with ``*`` for any, or the operation alone."""
    error: AwsError | None = None
    """None to answer as usual, after the delay."""
    times: int | None = 1
    """How often it still strikes; None for ever."""
    skip: int = 0
    """How many such requests are answered as usual first."""
    delay: float = 0.0
    """Seconds to wait before the answer."""
    drop: bool = False
    """Close the connection instead of answering."""
    match: Mapping[str, str] = field(default_factory=dict)
    """Parameters that the request must have, ``region`` among them; ``*`` stands for anything."""

    def concerns(self, request: AwsRequest) -> bool:
        """Tell whether this order is about a request."""
        pattern = self.operation if ":" in self.operation else f"*:{self.operation}"
        if not fnmatchcase(f"{request.service}:{request.operation}", pattern):
            return False
        asked = {**request.params, "region": request.region}
        return all(
            fnmatchcase(str(asked.get(name, "")), wanted) for name, wanted in self.match.items()
        )


class Faults:
    """All standing orders; safe to share between threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Take an order."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget all orders."""
        with self._lock:
            self._faults.clear()

    def strike(self, request: AwsRequest) -> Fault | None:
        """Return the order to follow for a request, having waited and counted; None for none."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault.concerns(request)), None)
            if fault is not None and fault.skip > 0:
                fault.skip -= 1
                return None
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
        if fault is not None and fault.delay:
            time.sleep(fault.delay)
        return fault


def fault_from(document: Mapping[str, Any]) -> Fault:
    """Read an order as it is sent to the sandbox.

    Raises:
        ValueError: it names no operation, or has a member that is not known.
    """
    known = {"operation", "error", "times", "skip", "delay", "drop", "match"}
    unknown = set(document) - known
    if unknown or not document.get("operation"):
        raise ValueError(
            f"A fault has an operation and of the rest only {', '.join(sorted(known))}."
        )
    members = dict(document)
    if members.get("error") is not None:
        members["error"] = AwsError(**members["error"])
    return Fault(**members)

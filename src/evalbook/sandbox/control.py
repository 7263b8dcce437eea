"""What can be asked of the sandbox itself, beside AWS: over HTTP, under ``/evalbook-sandbox``.

| request | does |
| --- | --- |
| ``POST /faults`` | has an operation fail or be slow: see `evalbook.sandbox.faults.Fault` |
| ``DELETE /faults`` | forgets all faults |
| ``GET /calls`` | what was asked so far: service, operation, region, HTTP status |
| ``POST /clock`` | ``{"advance": seconds}`` puts the clock forward; ``{"step_seconds": s}`` |
| ``POST /reset`` | makes the world as it was at the start |
| ``POST /stop`` | ends the sandbox |

Each answers one JSON document. A fault reads
``{"operation": "s3:HeadObject", "error": {"code": "SlowDown", "message": "…", "status": 503},
"times": 2, "skip": 3, "delay": 0.5, "match": {"Bucket": "evalbook-*"}}``; without an error it
only waits.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from evalbook.sandbox.clock import CLOCK
from evalbook.sandbox.faults import Faults, fault_from
from evalbook.sandbox.wire import AwsRequest

MOST_CALLS_KEPT = 10_000


class Control:
    """The sandbox's own switches, and its record of what was asked."""

    def __init__(self, reset: Callable[[], None]) -> None:
        self.faults = Faults()
        self._reset = reset
        self.end: Callable[[], None] = lambda: None
        """Ends the server that answers."""
        self._calls: deque[dict[str, Any]] = deque(maxlen=MOST_CALLS_KEPT)

    def record(self, request: AwsRequest, status: int) -> None:
        """Keep what was asked and how it was answered."""
        self._calls.append(
            {
                "service": request.service,
                "operation": request.operation,
                "region": request.region,
                "status": status,
            }
        )

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Do what was asked; return an HTTP status and a document."""
        actions: Mapping[tuple[str, str], Callable[[dict[str, Any]], dict[str, Any]]] = {
            ("POST", "/faults"): self._add_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/calls"): self._show_calls,
            ("POST", "/clock"): self._set_clock,
            ("POST", "/reset"): self._start_again,
            ("POST", "/stop"): self._stop,
        }
        action = actions.get((method, path))
        if action is None:
            known = ", ".join(sorted(" ".join(request) for request in actions))
            return 404, {"error": f"There is no {method} {path}; there are {known}."}
        try:
            return 200, action(json.loads(body or b"{}"))
        except (TypeError, ValueError) as error:
            return 400, {"error": str(error)}

    def _add_fault(self, document: dict[str, Any]) -> dict[str, Any]:
        self.faults.add(fault_from(document))
        return {"added": document["operation"]}

    def _clear_faults(self, _: dict[str, Any]) -> dict[str, Any]:
        self.faults.clear()
        return {"faults": 0}

    def _show_calls(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"calls": list(self._calls)}

    def _set_clock(self, document: dict[str, Any]) -> dict[str, Any]:
        CLOCK.advance(float(document.get("advance", 0)))
        CLOCK.step_seconds = float(document.get("step_seconds", CLOCK.step_seconds))
        return {"now": CLOCK.now(), "step_seconds": CLOCK.step_seconds}

    def _start_again(self, _: dict[str, Any]) -> dict[str, Any]:
        self.faults.clear()
        self._reset()
        self._calls.clear()
        return {"reset": True}

    def _stop(self, _: dict[str, Any]) -> dict[str, Any]:
        # A moment later, so that this very request is answered.
        threading.Timer(0.1, self.end).start()
        return {"stopping": True}

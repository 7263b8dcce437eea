"""Builders for datasets: records in, bytes out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from evalbook.datasets.report import Report
from evalbook.datasets.validate import validate


def lines(*records: Any) -> bytes:
    """Return records as JSON Lines; bytes are taken for a line as it is."""
    written = [
        record if isinstance(record, bytes) else json.dumps(record).encode() for record in records
    ]
    return b"".join(line + b"\n" for line in written)


def questions(count: int, **more: Any) -> list[dict[str, Any]]:
    """Return so many different records of the SageMaker evaluation format."""
    return [{"query": f"Question {n}?", "response": f"Answer {n}.", **more} for n in range(count)]


def turns(*said: str, system: str | None = None) -> list[dict[str, str]]:
    """Return a conversation in which user and assistant take turns."""
    roles = ("user", "assistant")
    opening = [{"role": "system", "content": system}] if system else []
    return opening + [
        {"role": roles[place % 2], "content": text} for place, text in enumerate(said)
    ]


def report_of(data: bytes, **options: Any) -> Report:
    """Return the report of a dataset given in one piece."""
    return validate([data], **options)


def in_pieces(data: bytes, size: int) -> Iterable[bytes]:
    """Return the bytes in pieces of a size."""
    return (data[start : start + size] for start in range(0, len(data), size))


def only_reason(data: bytes) -> str:
    """Return why the only invalid record of a dataset is invalid."""
    (shown,) = report_of(data).invalid_shown
    return str(shown.reason)

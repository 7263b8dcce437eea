"""A dataset's first records as a scorer is handed them: with an answer, and the reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.reading import Row, read_head
from evalbook.datasets.understanding import understand

HEAD_BYTES = 65536
"""What is read of a dataset: a few records, whatever its size."""
MOST_RECORDS = 5
OTHER_ANSWER = "I am not sure."
"""What no record's reference is."""


@dataclass(frozen=True)
class RecordToTry:
    """One record, once with its reference as the model's answer, once with another answer."""

    place: int
    """Its line, counted from 1."""
    right: dict[str, Any] | None
    other: dict[str, Any] | None
    problem: str | None = None
    """Why there is nothing to try."""


def records_to_try(head: bytes, *, complete: bool) -> list[RecordToTry]:
    """Return the first records of a dataset.

    Args:
        head: its first bytes; the last record may be cut.
        complete: whether they are all there is.
    """
    _, rows = read_head(head, complete=complete)
    return [_to_try(row) for row in rows[:MOST_RECORDS]]


def _to_try(row: Row) -> RecordToTry:
    try:
        if row.record is None:
            raise row.problem or InvalidRecord("not_json", "it is not a record")
        read = understand(row.record)
    except InvalidRecord as error:
        return RecordToTry(row.place, None, None, error.reason)
    if read.reference is None:
        return RecordToTry(row.place, None, None, "no reference answer")
    asked = [{"role": "system", "content": read.system}] if read.system else []
    asked.append({"role": "user", "content": read.prompt})

    def sample(kind: str, answer: str | None) -> dict[str, Any]:
        return {
            "id": f"record-{row.place}-{kind}",
            "messages": [*asked, {"role": "assistant", "content": answer}],
            "reference_answer": read.reference,
        }

    return RecordToTry(row.place, sample("right", read.reference), sample("other", OTHER_ANSWER))

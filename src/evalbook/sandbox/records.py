"""The prompts and references of an evaluation dataset, for the sandbox's inference jobs.

The formats are those of `evalbook.datasets`; a line in none of them fails the job, as nobody
outside AWS knows what its container would make of it.
"""

from __future__ import annotations

import json

from evalbook.datasets.formats import Record, format_of
from evalbook.datasets.invalid import InvalidRecord


class DatasetUnreadable(Exception):
    """The dataset can't be used; the text is what the container would report."""


def read_records(body: bytes) -> list[Record]:
    """Read a JSON Lines dataset of any format that evaluations take.

    Raises:
        DatasetUnreadable: naming the first line that is not a record, or that there is none.
    """
    # Bytes end a line at line breaks only; a text would also at U+2028, which JSON may hold.
    lines = enumerate(body.splitlines(), start=1)
    records = [
        _record(number, line.decode("utf-8", "replace")) for number, line in lines if line.strip()
    ]
    if not records:
        raise DatasetUnreadable("The dataset has no records.")
    return records


def read_inspect_inputs(body: bytes) -> list[Record]:
    """Read what the SDK makes of a dataset for InspectAI: lines with ``input`` and ``target``."""
    return [Record(str(json.loads(line)["input"])) for line in body.splitlines() if line]


def _record(number: int, line: str) -> Record:
    try:
        raw = json.loads(line)
        found = format_of(raw) if isinstance(raw, dict) else None
        if found is None:
            raise DatasetUnreadable(f"Line {number} is in no supported dataset format.")
        return found.read(raw)
    except InvalidRecord as error:
        raise DatasetUnreadable(f"Line {number}: {error}.") from error
    except ValueError as error:
        raise DatasetUnreadable(f"Line {number} is not valid JSON: {error}.") from error

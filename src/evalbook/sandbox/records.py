"""The prompts and references of an evaluation dataset, whatever its format, for the sandbox's jobs.

Lenient on purpose: it stands for the inference container, which takes what it can read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class DatasetUnreadable(Exception):
    """The dataset can't be used; the text is what the container would report."""


@dataclass(frozen=True)
class Record:
    """One prompt, and the reference answer if the dataset has one."""

    prompt: str
    reference: str | None


def read_records(body: bytes) -> list[Record]:
    """Read a JSON Lines dataset of any documented format.

    Raises:
        DatasetUnreadable: naming the first line that is no record, or that there is none.
    """
    records = []
    for number, line in enumerate(body.decode("utf-8", "replace").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except ValueError as error:
            raise DatasetUnreadable(f"Line {number} is not valid JSON: {error}.") from error
        record = _record(raw) if isinstance(raw, dict) else None
        if record is None:
            raise DatasetUnreadable(f"Line {number} is in no supported dataset format.")
        records.append(record)
    if not records:
        raise DatasetUnreadable("The dataset has no records.")
    return records


def _record(raw: Mapping[str, Any]) -> Record | None:
    if isinstance(raw.get("messages"), list):
        return _from_messages(raw["messages"])
    prompt = _text(raw.get("query", raw.get("prompt", raw.get("input"))), role="user")
    if not prompt:
        return None
    reward = raw.get("reward_model")
    if isinstance(reward, dict):
        return Record(prompt, _text(reward.get("ground_truth"), role="assistant"))
    for name in ("response", "completion", "chosen", "referenceResponse", "target"):
        if raw.get(name):
            return Record(prompt, _text(raw[name], role="assistant"))
    return Record(prompt, None)


def _from_messages(messages: list[Any]) -> Record | None:
    prompt = _text(messages, role="user")
    return Record(prompt, _text(messages, role="assistant")) if prompt else None


def _text(value: Any, *, role: str) -> str | None:
    """Return a string as it is; of messages, the last one of a role; of anything else, its JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        said = [
            message.get("content")
            for message in value
            if isinstance(message, dict) and message.get("role") == role
        ]
        return str(said[-1]) if said and said[-1] else None
    return json.dumps(value)

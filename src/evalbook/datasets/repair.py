"""Near-misses: what can plainly be made of a record that is not quite in a known format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from evalbook.datasets.formats import (
    OPENAI,
    SAGEMAKER,
    DatasetFormat,
    Record,
    format_of,
    plain_name,
    renamings,
    write_sagemaker,
)
from evalbook.datasets.invalid import named, quoted

_ANSWERS = ("query", "response", "system", "category", "prompt", "completion", "chosen", "rejected")
_CONVERSATIONS = ("messages", "prompt", "completion", "chosen", "rejected")
# Role names of the ShareGPT format and of some exporters.
_ROLES = {"human": "user", "gpt": "assistant", "bot": "assistant", "model": "assistant"}


def mended(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with the same fields, their values made text where that loses nothing.

    A number becomes its digits, a message's list of text parts one text, a role of another
    vocabulary the usual one.
    """
    fields = dict(record)
    for name in _ANSWERS:
        if name in fields:
            fields[name] = _as_text(fields[name])
    for name in _CONVERSATIONS:
        if isinstance(fields.get(name), list):
            fields[name] = [_mended_message(message) for message in fields[name]]
    return fields


def understood(record: Mapping[str, Any]) -> Record:
    """Return what an evaluation could take from a record in any known or recognisable format.

    Raises:
        InvalidRecord: there is no telling, or a field holds what it should not.
    """
    fields = mended(record)
    known = format_of(fields)
    if known is not None:
        return known.read(fields)
    return SAGEMAKER.read(_renamed(fields))


def rewritten(
    record: Mapping[str, Any], target: DatasetFormat, keep: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the record in another format.

    Beside its fields stay those named in ``keep``, and ``metadata``, which scorers read.

    Raises:
        InvalidRecord: as for ``understood``.
        ValueError: datasets can't be rewritten to that format.
    """
    if target.writer is None:
        raise ValueError(f"{target.label} can't be written; expected {SAGEMAKER.label}.")
    fields = target.writer(understood(record))
    beside = {name: record[name] for name in keep if name in record}
    if isinstance(record.get("metadata"), dict):
        beside["metadata"] = record["metadata"]
    return fields | {name: value for name, value in beside.items() if name not in fields}


def what_becomes(records: Iterable[Mapping[str, Any]]) -> str | None:
    """Say what becomes of the fields of records in no known format; None where nothing can."""
    fields = list(dict.fromkeys(field for record in records for field in record))
    if "conversations" in fields:
        return "The user's turns become query, the assistant's last answer response."
    changes = renamings(fields)
    if not changes:
        return None
    parts = [f"{quoted(found)} becomes {needed}" for found, needed in changes.items()]
    unused = [field for field in fields if field not in changes and field != "metadata"]
    alpaca = [field for field in unused if plain_name(field) == "input" and _is_alpaca(changes)]
    parts += [f"{quoted(field)} is added to query" for field in alpaca]
    unused = [field for field in unused if field not in alpaca]
    left_out = f"; not used: {named(unused)}" if unused else ""
    return f"{', '.join(parts)}{left_out}."


def _is_alpaca(changes: Mapping[str, str]) -> bool:
    asked = next((found for found, needed in changes.items() if needed == "query"), "")
    return plain_name(asked) in ("instruction", "instructions")


def _renamed(fields: dict[str, Any]) -> dict[str, Any]:
    if isinstance(fields.get("conversations"), list):
        return _from_share_gpt(fields)
    changes = renamings(fields)
    renamed = {needed: _as_text(fields[found]) for found, needed in changes.items()}
    if isinstance(renamed.get("query"), list):
        # A conversation under another name.
        messages = [_mended_message(message) for message in renamed.pop("query")]
        return _as_query({**renamed, "messages": messages})
    _append_input(renamed, fields, changes)
    return renamed


def _append_input(
    renamed: dict[str, Any], fields: Mapping[str, Any], changes: Mapping[str, str]
) -> None:
    """Add what an Alpaca record keeps apart: an instruction and the input it is about."""
    if not _is_alpaca(changes):
        return
    about = next((_as_text(fields[name]) for name in fields if plain_name(name) == "input"), None)
    if isinstance(about, str) and about.strip() and isinstance(renamed["query"], str):
        renamed["query"] += "\n\n" + about


def _from_share_gpt(fields: Mapping[str, Any]) -> dict[str, Any]:
    messages = [
        _mended_message({"role": message.get("from"), "content": message.get("value")})
        if isinstance(message, dict) and "from" in message
        else _mended_message(message)
        for message in fields["conversations"]
    ]
    system = fields.get("system")
    return _as_query({"messages": messages} | ({"system": system} if system else {}))


def _as_query(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a conversation, and what stands beside it, as the SageMaker evaluation format."""
    read = OPENAI.read({"messages": fields["messages"]})
    beside = {name: value for name, value in fields.items() if name != "messages" and value}
    return write_sagemaker(read) | beside


def _mended_message(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    mended_message = dict(message)
    role = mended_message.get("role")
    if isinstance(role, str):
        role = role.strip().lower()
        mended_message["role"] = _ROLES.get(role, role)
    if "content" in mended_message:
        mended_message["content"] = _joined_parts(mended_message["content"])
    return mended_message


def _joined_parts(content: Any) -> Any:
    """Return a list of text parts as one text; anything with an image or a tool call as it is."""
    if not isinstance(content, list) or not content:
        return content
    texts = [_part_text(part) for part in content]
    if any(text is None for text in texts):
        return content
    return "\n".join(text for text in texts if text is not None)


def _part_text(part: Any) -> str | None:
    if isinstance(part, str):
        return part
    if isinstance(part, dict) and part.keys() <= {"type", "text"}:
        text = part.get("text")
        return text if isinstance(text, str) else None
    return None


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value

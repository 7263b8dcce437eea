"""The record formats an evaluation reads, one table entry each.

Formats and fields follow AWS's page "Supported Dataset Formats for Bring-Your-Own-Dataset Tasks"
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-customize-evaluation-dataset-formats.html,
read 2026-11-20). A new format is a function that reads a record and an entry in ``FORMATS``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from evalbook.datasets.conversations import Turn, joined_turns, list_roles
from evalbook.datasets.invalid import InvalidRecord, described, list_fields, wrong_type

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_INSTRUCTIONS = ("system", "developer")


class Record(NamedTuple):
    """What an evaluation takes from one record of a dataset."""

    prompt: str
    """What the model is asked; several turns are joined, each opened by its role."""
    reference: str | None = None
    """The answer to compare with ("ground truth")."""
    system: str | None = None
    category: str | None = None
    turns: int = 1
    """How many turns the user has in the prompt."""


@dataclass(frozen=True)
class DatasetFormat:
    """A record format: by which fields it is known, and how one record of it is read."""

    name: str
    """Stable name, as saved in reports."""
    label: str
    """Name for people."""
    expected: str
    """The fields, for people: what is required and what may be there."""
    needs: frozenset[str]
    """Fields that each record has."""
    reader: Callable[[Mapping[str, Any]], Record]
    any_of: frozenset[str] = frozenset()
    """Fields of which a record has at least one, where ``needs`` is shared with other formats."""
    absent: frozenset[str] = frozenset()
    """A field that makes it something else."""
    documented: bool = True
    """Whether AWS lists it among the evaluation formats; others are known and can be rewritten."""

    def matches(self, record: Mapping[str, Any]) -> bool:
        """Tell by field names alone whether a record may be in this format."""
        keys = record.keys()
        return (
            keys >= self.needs
            and (not self.any_of or not self.any_of.isdisjoint(keys))
            and self.absent.isdisjoint(keys)
        )

    def read(self, record: Mapping[str, Any]) -> Record:
        """Return what an evaluation takes from the record.

        Raises:
            InvalidRecord: a field is missing or holds what it should not.
        """
        other = format_of(record)
        if other is self:
            return self.reader(record)
        if other is not None:
            raise InvalidRecord(
                "other_format",
                f"in the format {other.label}; expected {self.label} ({self.expected})",
            )
        missing, found = sorted(self.needs - record.keys()), list_fields(record)
        if missing:
            raise InvalidRecord("missing_field", f"no {' and no '.join(missing)}; {found}")
        raise InvalidRecord("missing_field", f"{found}; expected {self.expected}")

    @property
    def nova_ready(self) -> bool:
        """Whether a Nova run reads it: the SDK's converter knows ``prompt`` and ``query`` only.

        Source: sagemaker 3.27.0, ``train/evaluate/llmaj_inference_benchmark.py``.
        """
        return not self.needs.isdisjoint({"prompt", "query"})


def _text(record: Mapping[str, Any], field: str) -> str:
    value = record.get(field)
    if isinstance(value, str):
        return value
    raise wrong_type(field, value, "text")


def _optional(record: Mapping[str, Any], field: str) -> str | None:
    value = record.get(field)
    if value is None or isinstance(value, str):
        return value
    raise wrong_type(field, value, "text, or no such field")


def _turns(value: Any, field: str) -> list[Turn]:
    if not isinstance(value, list) or not value:
        raise wrong_type(field, value, "a list of messages, each with role and content")
    return [_turn(message, f"{field}[{place}]") for place, message in enumerate(value)]


def _turn(message: Any, place: str) -> Turn:
    if not isinstance(message, dict):
        raise wrong_type(place, message, "a message with role and content")
    missing = [key for key in ("role", "content") if key not in message]
    if missing:
        found = list_fields(message, "it")
        raise InvalidRecord("missing_field", f"{place} has no {' and no '.join(missing)}; {found}")
    if message["role"] not in _ROLES:
        found = described(message["role"])
        raise InvalidRecord(
            "wrong_role", f"{place}.role is {found}; expected system, user, assistant or tool"
        )
    if not isinstance(message["content"], str):
        raise wrong_type(f"{place}.content", message["content"], "text")
    return Turn(message["role"], message["content"])


def _conversation(turns: list[Turn], field: str) -> tuple[str, str | None, int]:
    """Return system prompt and the rest as a prompt, and how many user turns that has."""
    spoken = [turn for turn in turns if turn.role not in _INSTRUCTIONS]
    asked = sum(turn.role == "user" for turn in spoken)
    if not asked:
        raise InvalidRecord("no_user_turn", f"{field} has no user message; {list_roles(turns)}")
    system = "\n\n".join(turn.text or "" for turn in turns if turn.role in _INSTRUCTIONS) or None
    return joined_turns(spoken), system, asked


def _whole_conversation(record: Mapping[str, Any], field: str) -> Record:
    """Read a conversation that holds its reference: the assistant's last answer to the user.

    An assistant's turn before the user's last one is part of the prompt, not the answer to it.
    """
    turns = _turns(record[field], field)
    roles = [turn.role for turn in turns]
    end = len(roles) - roles[::-1].index("user") if "user" in roles else len(roles)
    reference = next(
        (turn.text for turn in turns[: end - 1 : -1] if turn.role == "assistant"), None
    )
    # Instructions may stand anywhere; other turns behind the user's last lead to the answer.
    asked = turns[:end] + [turn for turn in turns[end:] if turn.role in _INSTRUCTIONS]
    category = _optional(record, "category")
    prompt, system, count = _conversation(asked, field)
    return Record(prompt, reference, system, category, count)


def _read_prompt(record: Mapping[str, Any]) -> Record:
    value = record["prompt"]
    category = _optional(record, "category")
    if isinstance(value, str):
        return Record(value, category=category)
    if not isinstance(value, list):
        raise wrong_type("prompt", value, "text or a list of messages")
    prompt, system, count = _conversation(_turns(value, "prompt"), "prompt")
    return Record(prompt, None, system, category, count)


def _answer(record: Mapping[str, Any], field: str) -> str | None:
    value = record[field]
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise wrong_type(field, value, "text or a list of messages")
    turns = _turns(value, field)
    for turn in reversed(turns):
        if turn.role == "assistant":
            return turn.text
    said = f"{field} has no assistant message; {list_roles(turns)}"
    raise InvalidRecord("no_assistant_turn", said)


def _read_sagemaker(record: Mapping[str, Any]) -> Record:
    return Record(
        _text(record, "query"),
        _optional(record, "response"),
        _optional(record, "system"),
        _optional(record, "category"),
    )


def _read_openai(record: Mapping[str, Any]) -> Record:
    return _whole_conversation(record, "messages")


def _read_prompt_completion(record: Mapping[str, Any]) -> Record:
    return _read_prompt(record)._replace(reference=_answer(record, "completion"))


def _read_preference(record: Mapping[str, Any]) -> Record:
    _answer(record, "rejected")
    return _read_prompt(record)._replace(reference=_answer(record, "chosen"))


def _read_implicit_preference(record: Mapping[str, Any]) -> Record:
    if isinstance(record["chosen"], str):
        raise InvalidRecord(
            "missing_field",
            "no prompt, and chosen is one text that does not say where the prompt ends;"
            " expected a field prompt",
        )
    _turns(record["rejected"], "rejected")
    return _whole_conversation(record, "chosen")


def _read_verl(record: Mapping[str, Any]) -> Record:
    # "use either of the fields extra_info.answer or reward_model.ground_truth; extra_info takes
    # precedence", says AWS's page. Ground truths of other kinds than text are passed on as JSON.
    truth = _inside(record, "extra_info", "answer")
    reward = _inside(record, "reward_model", "ground_truth")
    truth = reward if truth is None else truth
    if truth is not None and not isinstance(truth, str):
        truth = json.dumps(truth, ensure_ascii=False)
    read = _read_prompt(record)
    ability = record.get("ability")
    category = read.category or (ability if isinstance(ability, str) else None)
    return read._replace(reference=truth, category=category)


def _inside(record: Mapping[str, Any], field: str, name: str) -> Any:
    value = record.get(field)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise wrong_type(field, value, "an object, or no such field")
    return value.get(name)


def _read_bedrock(record: Mapping[str, Any]) -> Record:
    return _read_prompt(record)._replace(reference=_optional(record, "referenceResponse"))


SAGEMAKER = DatasetFormat(
    "sagemaker",
    "SageMaker evaluation",
    "query; optional response, system, category",
    frozenset({"query"}),
    _read_sagemaker,
)

FORMATS: tuple[DatasetFormat, ...] = (
    SAGEMAKER,
    DatasetFormat(
        "openai",
        "OpenAI messages",
        "messages with a user turn; the assistant's answer is the reference",
        frozenset({"messages"}),
        _read_openai,
    ),
    DatasetFormat(
        "hf_preference",
        "Hugging Face preference",
        "prompt, chosen, rejected; chosen is the reference",
        frozenset({"prompt", "chosen", "rejected"}),
        _read_preference,
    ),
    DatasetFormat(
        "hf_preference_implicit",
        "Hugging Face preference with an implicit prompt",
        "chosen and rejected, each a whole conversation",
        frozenset({"chosen", "rejected"}),
        _read_implicit_preference,
        absent=frozenset({"input"}),
        documented=False,
    ),
    DatasetFormat(
        "hf_prompt_completion",
        "Hugging Face prompt/completion",
        "prompt, completion; completion is the reference",
        frozenset({"prompt", "completion"}),
        _read_prompt_completion,
        absent=frozenset({"chosen"}),
    ),
    DatasetFormat(
        "bedrock",
        "Bedrock evaluation",
        "prompt, referenceResponse; optional category",
        frozenset({"prompt", "referenceResponse"}),
        _read_bedrock,
        absent=frozenset({"chosen"}),
        documented=False,
    ),
    DatasetFormat(
        "verl",
        "verl",
        "prompt (text or messages) and data_source, reward_model, extra_info or ability;"
        " extra_info.answer or reward_model.ground_truth is the reference",
        frozenset({"prompt"}),
        _read_verl,
        any_of=frozenset({"data_source", "reward_model", "extra_info", "ability"}),
        absent=frozenset({"chosen"}),
    ),
    DatasetFormat(
        "prompt_only",
        "prompts only",
        "prompt (text or messages), no reference",
        frozenset({"prompt"}),
        _read_prompt,
        absent=frozenset({"chosen"}),
    ),
)
"""A record is in the first of them that it matches."""


def format_of(record: Mapping[str, Any]) -> DatasetFormat | None:
    """Return the format that a record's field names tell."""
    return next((known for known in FORMATS if known.matches(record)), None)


def format_named(name: str) -> DatasetFormat:
    """Return a format by its stable name.

    Raises:
        KeyError: there is not one of that name.
    """
    return next(known for known in FORMATS if known.name == name)


def detect_format(records: Iterable[Mapping[str, Any]]) -> DatasetFormat | None:
    """Return the format most of the records are in, the earliest seen among equals."""
    seen = Counter(known.name for record in records if (known := format_of(record)))
    return format_named(seen.most_common(1)[0][0]) if seen else None

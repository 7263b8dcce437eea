"""One judged record, read from a line that Bedrock wrote.

A line holds ``inputRecord`` (prompt, reference, category), ``modelResponses`` and
``automatedEvaluationResult.scores``. Models and people wrote what is in it: anything may be
missing, of another type, or hostile, and the reader has to survive it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from evalbook.datasets.strictjson import parsed

_LONGEST_LITERAL = 1 << 20
LARGEST_SCORE = 1e15
"""What is beyond it is no judge's score, and sums of it would not be numbers."""
LONGEST_NAME = 200
"""Characters of a metric's or a category's name that are kept; Bedrock allows 63."""
BUILTIN = "Builtin."
_BEFORE, _AFTER = "[{'role': 'user', 'content': '", "'}]"


Part = TypeVar("Part", bound=msgspec.Struct)


class UnreadableRecord(ValueError):
    """A line that holds no judged record."""


class Detail(msgspec.Struct, gc=False, rename="camel"):
    model_identifier: str | None = None
    explanation: str | None = None


class Entry(msgspec.Struct, gc=False, rename="camel"):
    metric_name: str = "unnamed"
    result: float | str | None = None
    evaluator_details: list[Detail] = []


class Scores(msgspec.Struct, gc=False, rename="camel"):
    scores: list[Entry] = []


class Asked(msgspec.Struct, gc=False, rename="camel"):
    prompt: Any = None
    reference_response: Any = None
    category: str | None = None


class Answer(msgspec.Struct, gc=False, rename="camel"):
    """``stopReason`` is Bedrock's word, the others those of the formats that `details` reads."""

    response: Any = None
    stop_reason: str | None = None


class Line(msgspec.Struct, gc=False, rename="camel"):
    """A judged record as Bedrock writes it; what else its line has is passed over."""

    automated_evaluation_result: Scores
    input_record: Asked = msgspec.field(default_factory=Asked)
    model_responses: list[Answer] = []

    @property
    def key(self) -> bytes:
        """What makes it the same record in another model's results: prompt and reference."""
        asked = self.input_record
        return record_key(read_prompt_text(asked.prompt), optional_text(asked.reference_response))

    @property
    def category(self) -> str | None:
        """The category, without lone surrogates, which JSON can write and UTF-8 can't."""
        category = self.input_record.category
        return category.encode("utf-8", "replace").decode()[:LONGEST_NAME] if category else None


@dataclass(frozen=True)
class Score:
    """What the judge said of one record on one metric."""

    value: float | None
    """None if it gave no number; a label is in ``label`` then."""
    label: str | None = None
    explanation: str = ""


@dataclass(frozen=True)
class JudgedRecord:
    """One record of one model, with the judge's scores."""

    prompt: str
    response: str
    reference: str | None
    category: str | None
    scores: Mapping[str, Score]
    """By metric, as `shown_names` calls them."""


def record_key(prompt: str, reference: str | None) -> bytes:
    """Return a record's key in every file, made of its prompt and reference."""
    text = f"{len(prompt)}:{prompt}" if reference is None else f"{len(prompt)},{prompt}{reference}"
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


_DECODER = msgspec.json.Decoder(Line)


def read_line(line: bytes | str) -> Line:
    """Read one line: at once if it is as Bedrock writes it, else whatever it has of that.

    Raises:
        UnreadableRecord: it is not a JSON object with scores.
    """
    try:
        return _DECODER.decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        pass
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableRecord(str(error)) from None
    result = raw.get("automatedEvaluationResult") if isinstance(raw, dict) else None
    if not isinstance(result, dict):
        raise UnreadableRecord("it has no automatedEvaluationResult")
    return Line(
        Scores([_whatever_fits(Entry, it) for it in _list_in(result.get("scores"))]),
        _whatever_fits(Asked, raw.get("inputRecord")),
        [_whatever_fits(Answer, it) for it in _list_in(raw.get("modelResponses"))],
    )


def _whatever_fits(kind: type[Part], raw: Any) -> Part:
    """Return what of an object is as it should be; the rest counts as missing."""
    raw = raw if isinstance(raw, dict) else {}
    found = {}
    for field in msgspec.structs.fields(kind):
        if field.encode_name in raw:
            with suppress(msgspec.ValidationError):
                found[field.name] = msgspec.convert(raw[field.encode_name], field.type)
    return kind(**found)


def _list_in(value: Any) -> list[Any]:
    return [it for it in value if isinstance(it, dict)] if isinstance(value, list) else []


def number_of(result: float | str | None) -> float | None:
    """Return a score as a number, even if a scale's numbers were written as text."""
    try:
        number = float(result) if result is not None else None
    except ValueError:
        return None
    return number if number is not None and abs(number) <= LARGEST_SCORE else None


def shown_names(names: Mapping[str, Any]) -> dict[str, str]:
    """Return what metrics are called: without their prefix, a custom namesake named as such."""
    return {
        name: f"{name[:LONGEST_NAME]} (custom)"
        if f"{BUILTIN}{name}" in names
        else name.removeprefix(BUILTIN)[:LONGEST_NAME]
        for name in names
    }


def read_record(line: bytes | str, names: Mapping[str, str] | None = None) -> JudgedRecord:
    """Read a line as `read_line` does, with its texts; ``names`` says what metrics are called.

    Raises:
        UnreadableRecord: it is not a JSON object with scores.
    """
    found = read_line(line)
    entries = found.automated_evaluation_result.scores
    names = names or shown_names({it.metric_name: it for it in entries})
    answers = found.model_responses
    return JudgedRecord(
        read_prompt_text(found.input_record.prompt),
        read_response_text(answers[0].response) if answers else "",
        optional_text(found.input_record.reference_response),
        found.category,
        {names[it.metric_name]: _score(it) for it in entries if it.metric_name in names},
    )


def _score(entry: Entry) -> Score:
    said = "\n".join(it.explanation for it in entry.evaluator_details if it.explanation)
    number, label = number_of(entry.result), entry.result
    return Score(
        number, label if number is None and isinstance(label, str) and label else None, said
    )


def read_prompt_text(prompt: Any) -> str:
    """Return what the user asked; the inference job writes messages as Python shows a list."""
    plain = _between(prompt, _BEFORE, _AFTER)
    if plain is not None:
        return plain
    messages = opened(prompt)
    if not isinstance(messages, list) or not messages:
        return _text(prompt)
    parts = [it for it in messages if isinstance(it, dict) and "content" in it]
    if len(parts) != len(messages):
        return _text(prompt)
    if len(parts) == 1:
        return _text(parts[0]["content"])
    return "\n\n".join(f"{it.get('role', 'user')}: {_text(it['content'])}" for it in parts)


def read_response_text(response: Any) -> str:
    """Return what the model answered; the inference job writes a list with one string."""
    plain = _between(response, "['", "']")
    if plain is not None:
        return plain
    answers = opened(response)
    if isinstance(answers, list) and len(answers) == 1 and isinstance(answers[0], str):
        return answers[0]
    return _text(response)


def _between(text: Any, before: str, after: str) -> str | None:
    """Return a quoted text with only line breaks escaped: the usual case, read the quick way."""
    if not isinstance(text, str) or not text.startswith(before) or not text.endswith(after):
        return None
    inside = text[len(before) : -len(after)]
    if "'" in inside or len(text) < len(before) + len(after):
        return None
    if "\\" not in inside:
        return inside
    return None if "\\" in (plain := inside.replace("\\n", "\n")) else plain


def opened(value: Any) -> Any:
    """Read a list or an object that was written as text, unless it is too long for that."""
    return value if isinstance(value, str) and len(value) > _LONGEST_LITERAL else parsed(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    # Content in parts, as chat messages have it: [{"text": …}, {"type": "text", "text": …}].
    if isinstance(value, list) and value and all(isinstance(_part(it), str) for it in value):
        return "\n".join(str(_part(it)) for it in value)
    return json.dumps(value, ensure_ascii=False)


def _part(part: Any) -> Any:
    return part.get("text") if isinstance(part, dict) else part


def optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)

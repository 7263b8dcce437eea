"""One judged record, read from a line that Bedrock wrote.

A line holds ``inputRecord`` (prompt, reference, category), ``modelResponses`` and
``automatedEvaluationResult.scores``. Everything in it is data: models and people wrote it, and
nothing in it may be missing, of another type, or hostile without the reader living through it.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST_LITERAL = 200_000
_LARGEST_SCORE = 1e15
"""What is beyond it is no judge's score, and sums of it would not be numbers."""
LONGEST_NAME = 200
"""Characters of a metric's or a category's name that are kept; Bedrock allows 63."""
_BEFORE, _AFTER = "[{'role': 'user', 'content': '", "'}]"


class UnreadableRecord(ValueError):
    """A line that holds no judged record."""


@dataclass(frozen=True)
class Score:
    """What the judge said of one record on one metric."""

    value: float | None
    """None where it gave no number; a label is in ``label`` then."""
    label: str | None = None
    explanation: str = ""


@dataclass(frozen=True)
class JudgedRecord:
    """One record of one model, with the judge's scores."""

    prompt: str
    raw_response: Any
    """As the line has it; most records' is never looked at."""
    reference: str | None
    category: str | None
    scores: Mapping[str, Score]
    """By metric, without the ``Builtin.`` prefix."""
    judges: frozenset[str] = frozenset()

    @property
    def response(self) -> str:
        """What the model answered."""
        return response_text(self.raw_response)

    @property
    def key(self) -> bytes:
        """What makes it the same record in another model's results: prompt and reference."""
        return record_key(self.prompt, self.reference)


def record_key(prompt: str, reference: str | None) -> bytes:
    """Return by what a record is known in every file: its prompt and reference."""
    text = json.dumps([prompt, reference])
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def read_record(line: bytes | str) -> JudgedRecord:
    """Read one line.

    Raises:
        UnreadableRecord: it is not a JSON object with scores.
    """
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableRecord(str(error)) from None
    result = raw.get("automatedEvaluationResult") if isinstance(raw, dict) else None
    if not isinstance(result, dict):
        raise UnreadableRecord("it has no automatedEvaluationResult")
    asked = _object(raw.get("inputRecord"))
    responses = [it for it in _list(raw.get("modelResponses")) if isinstance(it, dict)]
    scores: dict[str, Score] = {}
    judges: set[str] = set()
    for entry in _list(result.get("scores")):
        if isinstance(entry, dict):
            name = str(entry.get("metricName") or "unnamed").removeprefix("Builtin.")[:LONGEST_NAME]
            details = [it for it in _list(entry.get("evaluatorDetails")) if isinstance(it, dict)]
            judges |= {str(it["modelIdentifier"]) for it in details if it.get("modelIdentifier")}
            scores[name] = _score(entry.get("result"), details)
    category = asked.get("category")
    return JudgedRecord(
        prompt_text(asked.get("prompt")),
        responses[0].get("response") if responses else None,
        _optional_text(asked.get("referenceResponse")),
        _storable(category)[:LONGEST_NAME] if isinstance(category, str) and category else None,
        scores,
        frozenset(judges),
    )


def _score(result: Any, details: list[dict[str, Any]]) -> Score:
    explanation = str(details[0].get("explanation") or "") if details else ""
    if len(details) > 1:
        explanation = "\n".join(str(it["explanation"]) for it in details if it.get("explanation"))
    if isinstance(result, (int, float)):
        number = _finite(result)
        return Score(number, None, explanation)
    label = result if isinstance(result, str) and result else None
    try:
        # A scale's values may be numbers that were written as texts: "1" to "5".
        number = _finite(float(label or ""))
    except ValueError:
        return Score(None, label, explanation)
    return Score(number, label if number is None else None, explanation)


def _finite(number: float) -> float | None:
    try:
        return float(number) if abs(number) <= _LARGEST_SCORE else None
    except OverflowError:  # an integer of hundreds of digits
        return None


def prompt_text(prompt: Any) -> str:
    """Return what the user asked; the inference job writes messages as Python shows a list."""
    plain = _plain_question(prompt)
    if plain is not None:
        return plain
    messages = _unwrapped(prompt)
    if not isinstance(messages, list) or not messages:
        return _text(prompt)
    parts = [it for it in messages if isinstance(it, dict) and "content" in it]
    if len(parts) != len(messages):
        return _text(prompt)
    if len(parts) == 1:
        return _text(parts[0]["content"])
    return "\n\n".join(f"{it.get('role', 'user')}: {_text(it['content'])}" for it in parts)


def _plain_question(prompt: Any) -> str | None:
    """Return a single question without anything escaped in it, the usual case, the quick way."""
    if not isinstance(prompt, str) or not prompt.startswith(_BEFORE) or not prompt.endswith(_AFTER):
        return None
    inside = prompt[len(_BEFORE) : -len(_AFTER)]
    return None if "'" in inside or "\\" in inside else inside


def response_text(response: Any) -> str:
    """Return what the model answered; the inference job writes a list with one string."""
    answers = _unwrapped(response)
    if isinstance(answers, list) and len(answers) == 1 and isinstance(answers[0], str):
        return answers[0]
    return _text(response)


def _unwrapped(text: Any) -> Any:
    """Read a list that was written as text, as Python or as JSON shows it."""
    if not isinstance(text, str) or text[:1] != "[" or len(text) > _LONGEST_LITERAL:
        return text
    broken = (ValueError, SyntaxError, RecursionError, MemoryError)
    try:
        return json.loads(text)
    except broken:
        pass
    try:
        return ast.literal_eval(text)
    except broken:
        return text


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


def _storable(text: str) -> str:
    """Return a text without lone surrogates, which JSON can write and UTF-8 can't."""
    return text.encode("utf-8", "replace").decode()


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

"""What a benchmark, a scorer or InspectAI says of one record, as judged records have it.

So everything that compares judged records compares these too. What is known of the shapes, and
from where, read 2026-11-25:

- lighteval, on which AWS's evaluation container builds, has a row for each question: ``example``,
  ``full_prompt``, ``predictions``, ``gold``, ``metrics`` up to version 0.9, and ``doc``,
  ``model_response``, ``metric`` since (huggingface/lighteval, ``logging/info_loggers.py``). Where
  it can't write a column, all of them are texts as Python shows them.
- AWS documents ``prompt``, ``inference``, ``gold`` and ``metadata`` for ``inference_output.jsonl``
  (SageMaker developer guide, "Accessing and analyzing evaluation results"), which has no scores,
  and for a scorer's output the lines that its function returns: ``id``,
  ``aggregate_reward_score``, ``metrics_list`` ("RFT evaluation").
- InspectAI's samples have ``input``, ``target``, ``output.completion`` and ``scores``, whose values
  may be C, I, P or N (inspect.aisi.org.uk, "Log Files"). Older logs have no ``completion`` but
  ``output.choices[0].message.content``. As tables they have a column for each score, such as
  ``score_match``, and no answers (inspect_ai 0.3.220, ``samples_df``).
- What a scorer's Lambda function answered for a Nova model may stand as it was answered: with
  ``statusCode`` and a ``body``, which is the JSON of one record or of several.

That AWS's files hold just these fields is assumed: fields are looked for by name, in this order,
and a row without a score or without anything to know it by is not used.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from evalbook.runs.records import read_prompt_text, read_response_text

PROMPTS = ("example", "query", "input", "prompt", "full_prompt", "question")
RESPONSES = ("predictions", "inference", "response", "completion", "prediction", "answer")
REFERENCES = ("gold", "target", "reference_answer", "reference", "ground_truth")
SCORES = ("metrics", "metric", "scores")
OTHERS = (
    "id",
    "sample_id",
    "category",
    "subset",
    "aggregate_reward_score",
    "metrics_list",
    "score",
    "body",
    "stop_reason",
    "finish_reason",
    "messages",
)
NESTED = {"doc": ("query", "choices", "gold_index"), "model_response": ("text",), "output": ()}
"""Columns that hold columns, and which of those are read."""

_ANSWERS = frozenset([*RESPONSES, "output", "model_response", "messages"])
# Correct, incorrect, partly, no answer: inspect_ai.scorer, value_to_float.
_GRADES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
_LONGEST_LITERAL = 1 << 20
_PREFIXES = ("score_", "scores.", "metrics.", "metric.")


def detail_lines_of(row: Any, category: str | None = None) -> Iterator[bytes]:
    """Yield a row as judged records' lines; what a Lambda function answered may hold several."""
    if isinstance(row, Mapping) and "body" in row and not any(it in row for it in SCORES):
        row = _opened(row["body"])
    for it in row if isinstance(row, list) else [row]:
        line = detail_line(it, category) if isinstance(it, Mapping) else None
        if line is not None:
            yield line


def detail_line(row: Mapping[str, Any], category: str | None = None) -> bytes | None:
    """Return a row as a judged record's line; None without a score or without a prompt and id."""
    scores = [
        {"metricName": name, "result": value, "evaluatorDetails": [{"explanation": why}]}
        for name, value, why in _scores(row)
    ]
    prompt = _prompt(row)
    if not scores or not prompt:
        return None
    asked: dict[str, Any] = {"prompt": [{"role": "user", "content": prompt}]}
    reference = _reference(row)
    if reference:
        asked["referenceResponse"] = reference
    category = category or _category(row)
    if category:
        asked["category"] = category
    record = {
        "inputRecord": asked,
        "modelResponses": [
            {"response": [_response(row)], "stopReason": _stop_reason(row)}
            # A table of InspectAI's has no answers, which is not to say that they were empty.
            for _ in (() if _ANSWERS.isdisjoint(row) else (row,))
        ],
        "automatedEvaluationResult": {"scores": scores},
    }
    return json.dumps(record).encode()


def _scores(row: Mapping[str, Any]) -> Iterator[tuple[str, float | str, str]]:
    for field in SCORES:
        found = _opened(row.get(field))
        if isinstance(found, Mapping):
            for name, value in found.items():
                yield from _score(str(name), value)
    if row.get("aggregate_reward_score") is not None:
        yield from _score("aggregate_reward_score", row["aggregate_reward_score"])
    entries = _opened(row.get("metrics_list"))
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping) and entry.get("name"):
            yield from _score(str(entry["name"]), entry.get("value"))
    for name, value in row.items():
        plain = next((name.removeprefix(it) for it in _PREFIXES if name.startswith(it)), None)
        if plain or name == "score":
            yield from _score(plain or name, value)


def _score(name: str, value: Any, why: str = "") -> Iterator[tuple[str, float | str, str]]:
    if isinstance(value, Mapping):
        if "value" in value:
            yield from _score(name, value["value"], str(value.get("explanation") or ""))
        else:
            for part, inside in value.items():
                if not isinstance(inside, Mapping):
                    yield from _score(f"{name}.{part}", inside, why)
    elif isinstance(value, (bool, int, float)):
        # Whole numbers of any length are JSON; a float of them need not be.
        yield name, value if isinstance(value, float) else int(value), why
    elif isinstance(value, str) and value.strip():
        text = value.strip()
        try:
            yield name, _GRADES[text] if text in _GRADES else float(text), why
        except ValueError:
            yield name, text, why


def _prompt(row: Mapping[str, Any]) -> str:
    doc = _opened(row.get("doc"))
    asked = doc.get("query") if isinstance(doc, Mapping) else None
    text = read_prompt_text(asked or _first(row, PROMPTS) or _messages(row)[0] or None).strip()
    known = next((row[it] for it in ("id", "sample_id") if row.get(it) is not None), None)
    return text or ("" if known is None else f"Sample {known}")


def _response(row: Mapping[str, Any]) -> str:
    output, response = _opened(row.get("output")), _opened(row.get("model_response"))
    if isinstance(output, Mapping):
        # Logs of older versions have it in the first choice's message only.
        message = _choice(output).get("message")
        said = message.get("content") if isinstance(message, Mapping) else None
        return read_prompt_text(output.get("completion") or _plain(said) or _messages(row)[1])
    if isinstance(response, Mapping):
        return read_response_text(_alone(_opened(response.get("text")) or ""))
    found = _first(row, RESPONSES)
    if found is None and output is None:
        return _messages(row)[1]
    return read_response_text(output if found is None else _alone(_opened(found)))


def _messages(row: Mapping[str, Any]) -> tuple[list[Any], str]:
    """Return what a row's messages ask, and what is answered at last."""
    said = _opened(row.get("messages"))
    if not isinstance(said, list) or not all(isinstance(it, Mapping) for it in said):
        return [], ""
    if said and said[-1].get("role") == "assistant":
        return said[:-1], _plain(said[-1].get("content"))
    return said, ""


def _plain(content: Any) -> str:
    """Return the text of a message; of nothing but thinking, that as it was left."""
    if not isinstance(content, list):
        return read_prompt_text(content or "")
    parts = [it for it in content if isinstance(it, Mapping)]
    texts = [str(it["text"]) for it in parts if it.get("text")]
    thought = next((str(it["reasoning"]) for it in parts if it.get("reasoning")), None)
    return "\n".join(texts) if texts or thought is None else f"<think>{thought}"


def _choice(output: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = _opened(output.get("choices"))
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, Mapping) else {}


def _stop_reason(row: Mapping[str, Any]) -> str | None:
    output = _opened(row.get("output"))
    inside = output if isinstance(output, Mapping) else {}
    for place in (_choice(inside), inside, row):
        for name in ("stop_reason", "stopReason", "finish_reason"):
            if isinstance(place.get(name), str):
                return str(place[name])
    return None


def _reference(row: Mapping[str, Any]) -> str:
    doc = _opened(row.get("doc"))
    if isinstance(doc, Mapping):
        return _chosen(_opened(doc.get("choices")), _opened(doc.get("gold_index")))
    return read_response_text(_alone(_opened(_first(row, REFERENCES))))


def _chosen(choices: Any, place: Any) -> str:
    if isinstance(place, list):
        place = place[0] if place else None
    if isinstance(choices, list) and isinstance(place, int) and 0 <= place < len(choices):
        return str(choices[place])
    return ""


def _category(row: Mapping[str, Any]) -> str | None:
    found = row.get("category") or row.get("subset") or row.get("metadata_category")
    if found is None:
        metadata = _opened(row.get("metadata"))
        found = metadata.get("category") if isinstance(metadata, Mapping) else None
    return found if isinstance(found, str) else None


def _first(row: Mapping[str, Any], fields: tuple[str, ...]) -> Any:
    return next((row[field] for field in fields if row.get(field) not in (None, "", [])), None)


def _alone(value: Any) -> Any:
    """Return the only item of a list, or whatever it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _opened(value: Any) -> Any:
    """Read a list or an object that was written as text, as JSON or as Python shows it."""
    if not isinstance(value, str) or value[:1] not in ("[", "{") or len(value) > _LONGEST_LITERAL:
        return value
    for read in (json.loads, ast.literal_eval):
        try:
            return read(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):  # noqa: PERF203
            continue
    return value


def averaged(epochs: list[Any]) -> Any:
    """Return a sample that was put to the model several times once, with the mean of each score.

    Its epochs are not several records: they would make intervals narrower than they are.
    """
    first = epochs[0]
    each = [_by_scorer(it) for it in epochs if isinstance(it, Mapping)]
    if len(each) < 2 or not each[0]:
        return first
    means = {name: _mean(name, score, each) for name, score in each[0].items()}
    return {**{it: first[it] for it in first if not it.startswith(_COLUMN)}, "scores": means}


_COLUMN = "score_"


def _by_scorer(sample: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sample's scores, which a table has in columns (inspect_ai 0.3.220, samples_df)."""
    found = _opened(sample.get("scores"))
    if isinstance(found, Mapping):
        return dict(found)
    columns = (it for it in sample if it.startswith(_COLUMN))
    return {it.removeprefix(_COLUMN): sample[it] for it in columns}


def _mean(name: str, score: Any, epochs: list[dict[str, Any]]) -> Any:
    found = [it[name] for it in epochs if it.get(name) is not None]
    values = [it.get("value") if isinstance(it, Mapping) else it for it in found]
    numbers = [number for it in values for number in _number(it)]
    if not numbers or len(numbers) < len(values):
        return score
    mean = sum(numbers) / len(numbers)
    return {**score, "value": mean} if isinstance(score, Mapping) else mean


def _number(value: Any) -> Iterator[float]:
    with suppress(ValueError, TypeError, OverflowError):
        yield _GRADES[value] if isinstance(value, str) and value in _GRADES else float(value)

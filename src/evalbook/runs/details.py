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

import json
from collections.abc import Iterator, Mapping
from typing import Any

from evalbook.runs.records import opened, read_prompt_text, read_response_text

PROMPTS = ("example", "query", "input", "prompt", "full_prompt", "question", "asked")
RESPONSES = (
    "predictions", "inference", "response", "completion", "prediction", "answer", "output", "said"
)  # fmt: skip
REFERENCES = ("gold", "target", "reference_answer", "reference", "ground_truth")
SCORES = ("metrics", "metric", "scores")
OTHERS = (
    "id", "sample_id", "category", "subset", "aggregate_reward_score", "metrics_list", "score",
    "body", "stop_reason", "finish_reason", "messages",
)  # fmt: skip
_STOPS = ("stop_reason", "stopReason", "finish_reason")
NESTED = {"doc": ("query", "choices", "gold_index"), "model_response": ("text",), "output": ()}
"""Columns that hold columns, and which of those are read."""

_ANSWERS = frozenset([*RESPONSES, "model_response", "messages"])
# Correct, incorrect, partly, no answer: inspect_ai.scorer, value_to_float.
_GRADES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
_COLUMN = "score_"
_PREFIXES = (_COLUMN, "scores.", "metrics.", "metric.")


def detail_lines_of(row: Any, category: str | None) -> Iterator[bytes]:
    """Yield a row as judged records' lines; what a Lambda function answered may hold several."""
    if isinstance(row, Mapping) and "body" in row and row.keys().isdisjoint(SCORES):
        row = opened(row["body"])
    rows = [it for it in (row if isinstance(row, list) else [row]) if isinstance(it, Mapping)]
    yield from filter(None, (detail_line(it, category) for it in rows))


def detail_line(row: Mapping[str, Any], category: str | None) -> bytes | None:
    """Return a row as a judged record's line; None without a score or without a prompt and id."""
    scores = [
        {"metricName": name, "result": value, "evaluatorDetails": [{"explanation": why}]}
        for name, value, why in _scores(row)
    ]
    flat = _flat(row)
    known = next((row[it] for it in ("id", "sample_id") if row.get(it) is not None), None)
    prompt = read_prompt_text(_first(flat, PROMPTS)).strip()
    if not scores or (not prompt and known is None):
        return None
    stops = (flat[it] for it in _STOPS if isinstance(flat.get(it), str))
    answer = {
        "response": [read_response_text(_alone(_first(flat, RESPONSES)))],
        "stopReason": next(stops, None),
    }
    record = {
        "inputRecord": {
            "prompt": [{"role": "user", "content": prompt or f"Sample {known}"}],
            "referenceResponse": read_response_text(_alone(_first(flat, REFERENCES))) or None,
            "category": category or _category(row) or None,
        },
        # A table of InspectAI's has no answers, which is not to say that they were empty.
        "modelResponses": [] if _ANSWERS.isdisjoint(row) else [answer],
        "automatedEvaluationResult": {"scores": scores},
    }
    return json.dumps(record).encode()


def _scores(row: Mapping[str, Any]) -> Iterator[tuple[str, float | str, str]]:
    for field in SCORES:
        for name, value in _inside(row, field).items():
            yield from _score(str(name), value)
    if row.get("aggregate_reward_score") is not None:
        yield from _score("aggregate_reward_score", row["aggregate_reward_score"])
    entries = opened(row.get("metrics_list"))
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


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with what its columns hold inside them, under the names that others have."""
    flat = dict(row)
    for column in ("doc", "output"):
        if isinstance(inside := opened(row.get(column)), Mapping):
            del flat[column]
            flat |= inside
    if text := _inside(row, "model_response").get("text"):
        flat["predictions"] = text
    choices, place = opened(flat.get("choices")), opened(flat.get("gold_index"))
    place = place[0] if isinstance(place, list) and place else place
    if isinstance(choices, list) and choices:
        if isinstance(place, int) and 0 <= place < len(choices):
            flat["gold"] = str(choices[place])
        # Logs of older versions have the answer in the first choice's message only.
        flat |= choices[0] if isinstance(choices[0], Mapping) else {}
    messages, said = opened(row.get("messages")), _inside(flat, "message")
    if isinstance(messages, list) and all(isinstance(it, Mapping) for it in messages):
        if messages and messages[-1].get("role") == "assistant":
            *messages, last = messages
            said = said or last
        flat["asked"] = messages
    return {**flat, "said": _plain(said.get("content"))}


def _plain(content: Any) -> str:
    """Return the text of a message; if it holds only thinking, that, left unfinished."""
    if not isinstance(content, list):
        return read_prompt_text(content or "")
    parts = [it for it in content if isinstance(it, Mapping)]
    texts = [str(it["text"]) for it in parts if it.get("text")]
    thought = next((str(it["reasoning"]) for it in parts if it.get("reasoning")), None)
    return "\n".join(texts) if texts or thought is None else f"<think>{thought}"


def _category(row: Mapping[str, Any]) -> str | None:
    found = row.get("category") or row.get("subset") or row.get("metadata_category")
    if found is None:
        found = _inside(row, "metadata").get("category")
    return found if isinstance(found, str) else None


def _first(row: Mapping[str, Any], fields: tuple[str, ...]) -> Any:
    return next((row[field] for field in fields if row.get(field) not in (None, "", [])), None)


def _alone(value: Any) -> Any:
    """Return the only item of a list, even of one that is written as text, or whatever it is."""
    items = opened(value)
    return items[0] if isinstance(items, list) and len(items) == 1 else value


def _inside(row: Mapping[str, Any], column: str) -> Mapping[str, Any]:
    """Return what a column of columns holds; nothing where it is missing, or something else."""
    found = opened(row.get(column))
    return found if isinstance(found, Mapping) else {}


def averaged(epochs: list[Any]) -> Any:
    """Return the epochs of a sample as one record, with the mean of each score.

    Epochs are no separate records: counted as such, they would make intervals too narrow.
    """
    first = epochs[0]
    each = [_by_scorer(it) for it in epochs if isinstance(it, Mapping)]
    if len(each) < 2 or not each[0]:
        return first
    means = {name: _mean(name, score, each) for name, score in each[0].items()}
    return {**{it: first[it] for it in first if not it.startswith(_COLUMN)}, "scores": means}


def _by_scorer(sample: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sample's scores, which a table has in columns (inspect_ai 0.3.220, samples_df)."""
    columns = (it for it in sample if it.startswith(_COLUMN))
    return {**_inside(sample, "scores")} or {it.removeprefix(_COLUMN): sample[it] for it in columns}


def _mean(name: str, score: Any, epochs: list[dict[str, Any]]) -> Any:
    found = [it[name] for it in epochs if it.get(name) is not None]
    values: list[Any] = [it.get("value") if isinstance(it, Mapping) else it for it in found]
    try:
        numbers = [_GRADES[it] if it in _GRADES else float(it) for it in values]
        mean = sum(numbers) / len(numbers)
    except (ValueError, TypeError, ArithmeticError):  # a label among them, or none at all
        return score
    return {**score, "value": mean} if isinstance(score, Mapping) else mean

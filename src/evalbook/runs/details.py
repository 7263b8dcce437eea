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
    prompt = _prompt(row)
    if not scores or not prompt:
        return None
    answer = {"response": [_response(row)], "stopReason": _stop_reason(row)}
    record = {
        "inputRecord": {
            "prompt": [{"role": "user", "content": prompt}],
            "referenceResponse": _reference(row) or None,
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


def _prompt(row: Mapping[str, Any]) -> str:
    asked = _inside(row, "doc").get("query")
    text = read_prompt_text(asked or _first(row, PROMPTS) or _messages(row)[0] or None).strip()
    known = next((row[it] for it in ("id", "sample_id") if row.get(it) is not None), None)
    return text or ("" if known is None else f"Sample {known}")


def _response(row: Mapping[str, Any]) -> str:
    output, response = opened(row.get("output")), opened(row.get("model_response"))
    if isinstance(output, Mapping):
        # Logs of older versions have it in the first choice's message only.
        said = _inside(_choice(output), "message").get("content")
        return read_prompt_text(output.get("completion") or _plain(said) or _messages(row)[1])
    if isinstance(response, Mapping):
        return read_response_text(_alone(opened(response.get("text")) or ""))
    found = _first(row, RESPONSES)
    if found is None and output is None:
        return _messages(row)[1]
    return read_response_text(output if found is None else _alone(opened(found)))


def _messages(row: Mapping[str, Any]) -> tuple[list[Any], str]:
    """Return the messages that ask, and the text that answers them at last."""
    said = opened(row.get("messages"))
    if not isinstance(said, list) or not all(isinstance(it, Mapping) for it in said):
        return [], ""
    if said and said[-1].get("role") == "assistant":
        return said[:-1], _plain(said[-1].get("content"))
    return said, ""


def _plain(content: Any) -> str:
    """Return the text of a message; if it holds only thinking, that, left unfinished."""
    if not isinstance(content, list):
        return read_prompt_text(content or "")
    parts = [it for it in content if isinstance(it, Mapping)]
    texts = [str(it["text"]) for it in parts if it.get("text")]
    thought = next((str(it["reasoning"]) for it in parts if it.get("reasoning")), None)
    return "\n".join(texts) if texts or thought is None else f"<think>{thought}"


def _choice(output: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = opened(output.get("choices"))
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, Mapping) else {}


def _stop_reason(row: Mapping[str, Any]) -> str | None:
    output = _inside(row, "output")
    for place in (_choice(output), output, row):
        for name in ("stop_reason", "stopReason", "finish_reason"):
            if isinstance(place.get(name), str):
                return str(place[name])
    return None


def _reference(row: Mapping[str, Any]) -> str:
    doc = _inside(row, "doc")
    if not doc:
        return read_response_text(_alone(opened(_first(row, REFERENCES))))
    choices, place = opened(doc.get("choices")), opened(doc.get("gold_index"))
    if isinstance(place, list):
        place = place[0] if place else None
    if isinstance(choices, list) and isinstance(place, int) and 0 <= place < len(choices):
        return str(choices[place])
    return ""


def _category(row: Mapping[str, Any]) -> str | None:
    found = row.get("category") or row.get("subset") or row.get("metadata_category")
    if found is None:
        found = _inside(row, "metadata").get("category")
    return found if isinstance(found, str) else None


def _first(row: Mapping[str, Any], fields: tuple[str, ...]) -> Any:
    return next((row[field] for field in fields if row.get(field) not in (None, "", [])), None)


def _alone(value: Any) -> Any:
    """Return the only item of a list, or whatever it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


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

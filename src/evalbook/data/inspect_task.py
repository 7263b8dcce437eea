"""Own records as a task for Inspect AI: each prompt is put to the model, each answer is scored.

Written by evalbook. It reads the records where they lie, so it stays small; the job's role has to
be allowed to read them.
"""

from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import Sample, json_dataset
from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser
from inspect_ai.scorer import exact, f1, includes, match
from inspect_ai.solver import generate

DATASET = ""
SCORER = "match"

SCORERS = {"match": match, "includes": includes, "exact": exact, "f1": f1}
MESSAGES = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}


def text_of(value: Any) -> str:
    """Return the text of an answer: itself, or the content of the last of several messages."""
    if isinstance(value, list):
        value = value[-1]
    if isinstance(value, dict):
        value = value.get("content")
    if isinstance(value, list):
        value = "".join(part.get("text", "") for part in value)
    return str(value or "")


def asked_and_expected(record: dict[str, Any]) -> tuple[list[tuple[str, str]], str]:
    """Return the messages that are put to the model, and the reference answer."""
    if "query" in record:
        turns = [{"role": "user", "content": record["query"]}]
        expected = record.get("response")
    elif "messages" in record:
        turns, expected = record["messages"], None
    elif "prompt" in record:
        prompt = record["prompt"]
        turns = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        given = ("completion", "chosen", "referenceResponse")
        expected = next((record[name] for name in given if record.get(name)), None)
        expected = expected or (record.get("reward_model") or {}).get("ground_truth")
    else:
        turns, expected = record["chosen"], None
    if expected is None and turns[-1]["role"] == "assistant":
        turns, expected = turns[:-1], turns[-1]
    if record.get("system"):
        turns = [{"role": "system", "content": record["system"]}, *turns]
    return [(turn["role"], text_of(turn)) for turn in turns], text_of(expected)


def sample_of(record: dict[str, Any]) -> Sample:
    """Return a record as a sample."""
    asked, expected = asked_and_expected(record)
    return Sample(
        input=[MESSAGES[role](content=text) for role, text in asked],
        target=expected,
        metadata={"category": record["category"]} if record.get("category") else None,
    )


@task
def own_records() -> Task:
    """Put each record's prompt to the model, and compare the answer with the reference."""
    return Task(
        dataset=json_dataset(DATASET, sample_of),
        solver=generate(),
        scorer=SCORERS[SCORER](),
    )

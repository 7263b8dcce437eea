"""The sandbox's datasets, good and broken: how each is made, and what it is for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evalbook.sandbox.world import DATA_BUCKET, DENIED_BUCKET, EU_BUCKET, WEST_BUCKET

TOPICS = (
    "a password that was forgotten",
    "an invoice that was charged twice",
    "a parcel that has not come",
    "an account that is locked",
    "a refund that is late",
    "a subscription to be ended",
    "a delivery address to be changed",
    "a discount code that is refused",
    "an order with an item missing",
    "a device that does not switch on",
)
TONES = ("in one sentence", "for a new customer", "step by step", "kindly", "without jargon")
CATEGORIES = ("account", "billing", "delivery", "device")
STEPS = (
    "open the account page and follow the link there",
    "send the order number to the support team",
    "wait for two working days, then write again",
    "check the settings and try once more",
    "call the number on the invoice",
)


@dataclass(frozen=True)
class Dataset:
    """An object in S3 that can be named as a dataset."""

    key: str
    about: str
    make: Callable[[], bytes]
    bucket: str = DATA_BUCKET

    @property
    def uri(self) -> str:
        """Its S3 URI."""
        return f"s3://{self.bucket}/{self.key}"


def question(index: int) -> str:
    """Return the prompt of a record, each different."""
    topic, tone = TOPICS[index % len(TOPICS)], TONES[index // len(TOPICS) % len(TONES)]
    return f"Case {index + 1}: explain {tone} what to do about {topic}."


def answer(index: int) -> str:
    """Return the reference answer of a record."""
    return f"About {TOPICS[index % len(TOPICS)]}: {STEPS[index % len(STEPS)]}. Case {index + 1}."


def lines(records: Sequence[Any]) -> bytes:
    """Return records as JSON Lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def sagemaker(index: int) -> dict[str, Any]:
    """Return a record in the SageMaker evaluation format."""
    return {"query": question(index), "response": answer(index), "category": "support"}


def categorised(index: int) -> dict[str, Any]:
    """Return the same with one of four categories, which differ in size."""
    category = CATEGORIES[index % len(CATEGORIES) if index % 3 else 0]
    return {**sagemaker(index), "category": category}


def openai(index: int) -> dict[str, Any]:
    """Return a record in the OpenAI format."""
    return {
        "messages": [
            {"role": "system", "content": "You work in customer support."},
            {"role": "user", "content": question(index)},
            {"role": "assistant", "content": answer(index)},
        ]
    }


def completion(index: int) -> dict[str, Any]:
    """Return a record in Hugging Face's prompt/completion format."""
    return {"prompt": question(index), "completion": answer(index)}


def chat_completion(index: int) -> dict[str, Any]:
    """Return the same with messages."""
    return {
        "prompt": [{"role": "user", "content": question(index)}],
        "completion": [{"role": "assistant", "content": answer(index)}],
    }


def preference(index: int) -> dict[str, Any]:
    """Return a record in Hugging Face's preference format."""
    return {"prompt": question(index), "chosen": answer(index), "rejected": "I don't know."}


def verl(index: int) -> dict[str, Any]:
    """Return a record in verl's format."""
    return {
        "data_source": "support",
        "prompt": [{"role": "user", "content": question(index)}],
        "ability": "support",
        "reward_model": {"style": "rule", "ground_truth": answer(index)},
        "extra_info": {"index": index},
    }


def arithmetic(index: int) -> dict[str, Any]:
    """Return a question with a bare answer, as Prime Math wants it."""
    one, other = index + 12, index % 7 + 3
    return {"query": f"What is {one} times {other}?", "response": str(one * other)}


def worked_arithmetic(index: int) -> dict[str, Any]:
    """Return the same with the way to the answer."""
    record = arithmetic(index)
    return {**record, "response": f"Multiply the two.\n#### {record['response']}"}


def program(index: int) -> dict[str, Any]:
    """Return a task with test cases, as Prime Code wants it."""
    tests = {"inputs": ["1\n", "5\n"], "outputs": [f"{1 + index}\n", f"{5 + index}\n"]}
    query = f"Write a program that reads a number and prints it plus {index}."
    return {"query": query, "response": "see the tests", "metadata": {**tests, "fn_name": "add"}}


def program_as_text(index: int) -> dict[str, Any]:
    """Return the same with its test cases written as text."""
    record = program(index)
    return {**record, "metadata": json.dumps(record["metadata"])}


def trip(index: int) -> dict[str, Any]:
    """Return a prompt for an agent."""
    return {"prompt": f"Book trip {index + 1}: {index % 5 + 2} nights by the sea."}


def _made(record: Callable[[int], Any], count: int) -> Callable[[], bytes]:
    return lambda: lines([record(index) for index in range(count)])


def _with_broken_lines() -> bytes:
    good = lines([sagemaker(index) for index in range(60)]).splitlines(keepends=True)
    good[6] = b'{"query": "cut off\n'
    good[21] = b'{"response": "an answer without a question"}\n'
    good[40] = b'{"query": 12, "response": "a number for a question"}\n'
    return b"".join(good)


def _mixed() -> bytes:
    return lines([(sagemaker, openai)[index % 2](index) for index in range(40)])


def _repeated() -> bytes:
    return lines([sagemaker(index % 5) for index in range(60)])


def _one_reference() -> bytes:
    return lines([{**sagemaker(index), "response": "yes"} for index in range(60)])


def _without_references() -> bytes:
    return lines([{"query": question(index)} for index in range(60)])


def _long_texts() -> bytes:
    records = [sagemaker(index) for index in range(40)]
    records[3]["query"] *= 2000
    records[9]["query"] = " "
    return lines(records)


def _array() -> bytes:
    return json.dumps([sagemaker(index) for index in range(20)], indent=1).encode()


DATASETS = (
    Dataset("support/eval.jsonl", "passes: SageMaker format, 60 records", _made(sagemaker, 60)),
    Dataset(
        "support/thousand.jsonl",
        "passes: 1,000 records, the most that one job judges",
        _made(sagemaker, 1000),
    ),
    Dataset(
        "support/categories.jsonl", "passes: records of four categories", _made(categorised, 120)
    ),
    Dataset(
        "support/large.jsonl",
        "passes: 1,200 records of four categories, which take two jobs",
        _made(categorised, 1200),
    ),
    Dataset("formats/openai.jsonl", "passes: OpenAI format", _made(openai, 60)),
    Dataset("formats/completion.jsonl", "passes: prompt/completion", _made(completion, 60)),
    Dataset("formats/chat-completion.jsonl", "passes: with messages", _made(chat_completion, 60)),
    Dataset("formats/preference.jsonl", "passes: preference", _made(preference, 60)),
    Dataset("formats/verl.jsonl", "passes: verl", _made(verl, 60)),
    Dataset("scorer/math.jsonl", "passes: bare answers, for Prime Math", _made(arithmetic, 60)),
    Dataset("scorer/code.jsonl", "passes: test cases, for Prime Code", _made(program, 40)),
    Dataset(
        "scorer/worked.jsonl",
        "fails for Prime Math: answers with the way to them",
        _made(worked_arithmetic, 40),
    ),
    Dataset(
        "scorer/code-as-text.jsonl",
        "for Prime Code: metadata as text, can be corrected",
        _made(program_as_text, 40),
    ),
    Dataset("agents/trips.jsonl", "passes for multi-turn RL: prompts", _made(trip, 40)),
    Dataset("agents/trips.json", "passes for multi-turn RL: a JSON array", lambda: _trips_array()),
    Dataset("agents/trips.csv", "passes for multi-turn RL: CSV", lambda: _trips_table()),
    Dataset("agents/trips.parquet", "passes for multi-turn RL: Parquet", lambda: _trips_parquet()),
    Dataset("broken/lines.jsonl", "three broken lines among 60", _with_broken_lines),
    Dataset("broken/mixed.jsonl", "two formats in one file", _mixed),
    Dataset(
        "broken/too-many.jsonl", "1,001 rows: one more than a job takes", _made(sagemaker, 1001)
    ),
    Dataset("broken/empty.jsonl", "fails: empty", lambda: b""),
    Dataset("broken/array.jsonl", "a JSON array, not lines", _array),
    Dataset("broken/notes.txt", "fails: not a .jsonl file", lambda: b"not a dataset\n"),
    Dataset("doubtful/repeated.jsonl", "warns: prompts repeated", _repeated),
    Dataset("doubtful/one-reference.jsonl", "warns: one reference for all", _one_reference),
    Dataset("doubtful/no-references.jsonl", "warns: no references", _without_references),
    Dataset("doubtful/few.jsonl", "warns: eight records", _made(sagemaker, 8)),
    Dataset("doubtful/long.jsonl", "warns: an empty and a very long prompt", _long_texts),
    Dataset(
        "runs/fail-judge.jsonl", "passes, but the run fails at the judge", _made(sagemaker, 20)
    ),
    Dataset(
        "train/seen.jsonl",
        "what the group seen-it-all was trained on: 10 prompts of support/eval.jsonl, and others",
        lambda: lines([*map(openai, range(40, 50)), *map(trip, range(200))]),
    ),
    Dataset("secret/eval.jsonl", "fails: access denied", _made(sagemaker, 10), DENIED_BUCKET),
    Dataset("support/eval.jsonl", "passes; in us-west-2", _made(sagemaker, 60), WEST_BUCKET),
    Dataset("support/eval.jsonl", "passes; in eu-west-1", _made(sagemaker, 60), EU_BUCKET),
)

HUB_DATASETS = {"support-questions": DATASETS[0], "gone": Dataset("gone.jsonl", "", lambda: b"")}
"""Data sets of the private hub by name, and the object each points at; the second has none."""


def _trips_array() -> bytes:
    return json.dumps([trip(index) for index in range(40)]).encode()


def _trips_table() -> bytes:
    rows = [f'{index + 1},"{trip(index)["prompt"]}"' for index in range(40)]
    return "\n".join(["id,prompt", *rows, ""]).encode()


def _trips_parquet() -> bytes:
    """Return a Parquet file of 40 prompts by its footer: its data is never read here.

    FileMetaData in Thrift's compact protocol: version 1, a schema of a root with one child, the
    text column ``prompt``, 40 rows and no row groups.
    """
    root = b"\x48\x06schema\x15\x02\x00"
    column = b"\x15\x0c\x25\x02\x18\x06prompt\x25\x00\x00"
    footer = b"\x15\x02\x19\x2c" + root + column + b"\x16\x50\x19\x0c\x00"
    return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"

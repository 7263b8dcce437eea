"""Whatever shape and container a dataset comes in, its copy says the same, record by record."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow
import pyarrow.parquet
import pytest
from building import in_pieces, report_of
from hypothesis import given, settings, strategies as st

from evalbook.datasets.convert import AS_THEY_ARE, Changes, convert
from evalbook.datasets.formats import format_of


class Said(NamedTuple):
    prompt: str
    system: str
    reference: str


Record = dict[str, Any]


def messages(said: Said) -> list[dict[str, Any]]:
    return [{"role": "system", "content": said.system}, {"role": "user", "content": said.prompt}]


SHAPES: dict[str, Callable[[Said], Record]] = {
    "sagemaker": lambda it: {"query": it.prompt, "response": it.reference, "system": it.system},
    "openai": lambda it: {
        "messages": [*messages(it), {"role": "assistant", "content": it.reference}]
    },
    "prompt and answer": lambda it: {
        "system_prompt": it.system, "prompt": it.prompt, "answer": it.reference
    },
    "reference beside": lambda it: {
        "messages": messages(it), "reference_answer": it.reference
    },
    "reference and response": lambda it: {
        "user_input": it.prompt, "system": it.system, "response": "old", "reference": it.reference
    },
    "converse": lambda it: {
        "schemaVersion": "bedrock-conversation-2024",
        "system": [{"text": it.system}],
        "messages": [
            {"role": "user", "content": [{"text": it.prompt}]},
            {"role": "assistant", "content": [{"text": it.reference}]},
        ],
    },
    "anthropic": lambda it: {
        "system": it.system,
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": it.prompt}]},
            {"role": "assistant", "content": [{"type": "text", "text": it.reference}]},
        ],
    },
    "sharegpt": lambda it: {
        "conversations": [
            {"from": "system", "value": it.system},
            {"from": "human", "value": it.prompt},
            {"from": "gpt", "value": it.reference},
        ]
    },
    "sharegpt preference": lambda it: {
        "system": it.system,
        "conversations": [{"from": "human", "value": it.prompt}],
        "chosen": {"from": "gpt", "value": it.reference},
        "rejected": {"from": "gpt", "value": "no"},
    },
    "openai preference": lambda it: {
        "input": {"messages": messages(it)},
        "preferred_output": [{"role": "assistant", "content": it.reference}],
        "non_preferred_output": [{"role": "assistant", "content": "no"}],
    },
    "hugging face preference": lambda it: {
        "prompt": messages(it),
        "chosen": [{"role": "assistant", "content": it.reference}],
        "rejected": [{"role": "assistant", "content": "no"}],
    },
    "kto": lambda it: {
        "prompt": messages(it),
        "completion": [{"role": "assistant", "content": it.reference}],
        "label": True,
    },
    "verl": lambda it: {
        "data_source": "x", "prompt": messages(it), "reward_model": {"ground_truth": it.reference}
    },
    "tool calls": lambda it: {
        "messages": [
            *messages(it),
            {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
            {"role": "tool", "content": "found"},
            {"role": "assistant", "content": it.reference},
        ]
    },
    "batch inference": lambda it: {
        "recordId": "1", "modelInput": {"messages": messages(it)}, "expected": it.reference
    },
    "gemini": lambda it: {
        "systemInstruction": {"parts": [{"text": it.system}]},
        "contents": [
            {"role": "user", "parts": [{"text": it.prompt}]},
            {"role": "model", "parts": [{"text": it.reference}]},
        ],
    },
}  # fmt: skip
RECORDS = [
    json.loads(line)
    for line in Path(__file__).with_name("records_of_people.jsonl").read_text().splitlines()
]
FLAT = ("sagemaker", "prompt and answer", "reference and response")


def json_lines(records: list[Record]) -> bytes:
    return "".join(json.dumps(it, ensure_ascii=False) + "\n" for it in records).encode()


def table(records: list[Record], delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def parquet(records: list[Record]) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), file)
    return file.getvalue()


CONTAINERS: dict[str, Callable[[list[Record]], bytes]] = {
    "lines": json_lines,
    "array": lambda it: json.dumps(it, indent=1, ensure_ascii=False).encode(),
    "within": lambda it: json.dumps({"version": 1, "data": it}).encode(),
    "keyed": lambda it: json.dumps({f"id {n}": row for n, row in enumerate(it)}).encode(),
    "concatenated": lambda it: "".join(map(json.dumps, it)).encode(),
    "trailing commas": lambda it: b",\n".join(map(str.encode, map(json.dumps, it))) + b",\n",
    "gzip": lambda it: gzip.compress(json_lines(it)),
    "gzipped array": lambda it: gzip.compress(json.dumps(it).encode()),
    "byte-order mark": lambda it: codecs.BOM_UTF8 + json_lines(it),
    "utf-16": lambda it: json_lines(it).decode().encode("utf-16"),
    "carriage returns": lambda it: "".join(json.dumps(row) + "\r" for row in it).encode(),
    "parquet": parquet,
}
TABLES: dict[str, Callable[[list[Record]], bytes]] = {
    "columns": lambda it: json.dumps(
        {name: {str(n): row[name] for n, row in enumerate(it)} for name in it[0]}
    ).encode(),
    "lists": lambda it: json.dumps({name: [row[name] for row in it] for name in it[0]}).encode(),
    "split": lambda it: json.dumps(
        {
            "columns": list(it[0]),
            "index": [*range(len(it))],
            "data": [[*row.values()] for row in it],
        }
    ).encode(),
    "csv": lambda it: table(it).encode(),
    "excel": lambda it: codecs.BOM_UTF8 + b"sep=;\r\n" + table(it, ";").encode(),
    "tsv": lambda it: table(it, "\t").encode("utf-16"),
    "gzipped csv": lambda it: gzip.compress(table(it).encode()),
}

# Any characters, but what opens a list, an object or a speaker's turn, which means something.
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\x1a"), min_size=1, max_size=40
).filter(lambda text: text.strip() and text[0] not in "[{" and "Human:" not in text)
said = st.lists(st.builds(Said, texts, texts, texts), min_size=1, max_size=5)


def read_back(data: bytes, changes: Changes = AS_THEY_ARE) -> list[tuple[Any, ...]]:
    """Return what a job would read of the copy, by AWS's description of the formats alone."""
    report = report_of(data)
    copy = b"".join(convert(in_pieces(data, 977), report=report, changes=changes))
    records = [json.loads(line) for line in copy.split(b"\n") if line]
    read = [found.read(it) for it in records if (found := format_of(it)) and found.documented]
    assert len(read) == len(records)
    assert report_of(copy).usable
    return [(it.prompt, it.system, it.reference) for it in read]


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=3, deadline=None, derandomize=True, database=None)
@given(said)
def test_the_copy_says_what_the_dataset_says(shape: str, container: str, rows: list[Said]) -> None:
    rows = rows * 2  # of some containers one alone is the record itself
    data = CONTAINERS[container]([SHAPES[shape](it) for it in rows])

    assert read_back(data) == [tuple(it) for it in rows]


@pytest.mark.parametrize("container", TABLES)
@pytest.mark.parametrize("shape", FLAT)
@settings(max_examples=4, deadline=None, derandomize=True, database=None)
@given(said)
def test_the_copy_says_what_the_table_says(shape: str, container: str, rows: list[Said]) -> None:
    rows = rows * 2
    data = TABLES[container]([SHAPES[shape](it) for it in rows])

    assert read_back(data) == [tuple(it) for it in rows]


@pytest.mark.parametrize("case", RECORDS, ids=[case["kind"] for case in RECORDS])
def test_a_copy_of_what_people_have_says_what_is_meant(case: Record) -> None:
    data = json_lines([case["record"]] * 2)

    assert read_back(data) == [(case["prompt"], case["system"], case["reference"])] * 2


def test_windows_1252_is_read_for_what_it_is() -> None:
    rows = [Said("Was heißt „schön“?", "Auf Französisch, bitte", "très beau €")]
    data = json_lines([SHAPES["sagemaker"](it) for it in rows]).decode().encode("cp1252")

    assert read_back(data) == [tuple(it) for it in rows]


def test_a_model_that_is_given_no_system_prompt_finds_it_before_the_query() -> None:
    data = json_lines([SHAPES["converse"](Said("Why?", "In French.", "Parce que."))])

    assert read_back(data, Changes(system_into_query=True)) == [
        ("In French.\n\nWhy?", None, "Parce que.")
    ]

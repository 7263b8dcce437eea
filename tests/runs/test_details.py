from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from evalbook.errors import AnswerRejected
from evalbook.runs.detail_files import detail_lines, task_of
from evalbook.runs.details import detail_line, detail_lines_of
from evalbook.runs.records import JudgedRecord, read_record
from evalbook.runs.store import RecordStore

OLD = {
    "example": "Capital of France?",
    "full_prompt": "Answer.\n\nCapital of France?",
    "predictions": ["Paris."],
    "gold": ["Paris"],
    "metrics": {"accuracy": 1.0},
    "input_tokens": [[1, 2, 3]],
}
AS_TEXTS = {name: str(value) for name, value in OLD.items()}
NEW = {
    "doc": {"query": "Capital of France?", "choices": ["Rome", "Paris"], "gold_index": 1},
    "model_response": {"text": ["Paris."], "input_tokens": [1, 2, 3]},
    "metric": {"accuracy": 1.0},
}
INSPECT = {
    "id": 7,
    "input": [{"role": "user", "content": "Capital of France?"}],
    "target": ["Paris"],
    "output": {"completion": "Paris."},
    "scores": {"accuracy": {"value": "C", "explanation": "It is."}},
}
OLDER_INSPECT = {
    **INSPECT,
    "output": {"choices": [{"message": {"content": "Paris."}, "stop_reason": "stop"}]},
}
PARTS = [{"type": "reasoning", "reasoning": "Hm."}, {"type": "text", "text": "Paris."}]
IN_PARTS = {**INSPECT, "output": {"choices": [{"message": {"content": PARTS}}]}}
MESSAGES = {
    "messages": [*INSPECT["input"], {"role": "assistant", "content": PARTS}],
    "reference": "Paris",
    "scores": {"accuracy": 1},
}
LAMBDA = {
    "statusCode": 200,
    "body": json.dumps(
        [
            {
                "query": "Capital of France?",
                "response": "Paris.",
                "reference": "Paris",
                "metrics_list": [{"name": "accuracy", "value": 1.0, "type": "Metric"}],
            }
        ]
    ),
}
FLAT = {
    "query": "Capital of France?",
    "response": "Paris.",
    "reference": "Paris",
    "metrics": {"accuracy": True},
}


def read(line: bytes | None) -> JudgedRecord:
    assert line is not None
    return read_record(line)


@pytest.mark.parametrize(
    "row",
    [
        OLD,
        {name: str(value) for name, value in OLD.items()},
        NEW,
        INSPECT,
        OLDER_INSPECT,
        IN_PARTS,
        MESSAGES,
        LAMBDA,
        FLAT,
    ],
    ids=[
        "lighteval 0.9",
        "texts",
        "lighteval 0.10",
        "InspectAI",
        "older InspectAI",
        "parts",
        "messages",
        "Lambda",
        "flat",
    ],
)
def test_every_known_shape_is_the_same_record(row: dict[str, Any]) -> None:
    [line] = detail_lines_of(row, "capitals")
    record = read(line)

    assert (record.prompt, record.reference) == ("Capital of France?", "Paris")
    assert (record.response, record.category) == ("Paris.", "capitals")
    assert {name: score.value for name, score in record.scores.items()} == {"accuracy": 1.0}


def test_a_scorers_line_is_known_by_its_id() -> None:
    record = read(
        detail_line(
            {
                "id": "sample-001",
                "aggregate_reward_score": 0.75,
                "metrics_list": [{"name": "fluency", "value": 0.9, "type": "Reward"}],
            },
            None,
        )
    )

    assert record.prompt == "Sample sample-001"
    assert {name: it.value for name, it in record.scores.items()} == {
        "aggregate_reward_score": 0.75,
        "fluency": 0.9,
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [("C", 1.0), ("P", 0.5), ("I", 0.0), ("0.25", 0.25), (False, 0.0), (float("nan"), None)],
)
def test_scores_are_numbers_where_they_can_be(value: Any, expected: float | None) -> None:
    record = read(detail_line({"input": "?", "score": value}, None))

    assert record.scores["score"].value == expected


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"prompt": "?", "inference": "!", "gold": "!"},
        {"metrics": {"a": 1.0}},
        {"prompt": "?", "metrics": None},
        {"prompt": "?", "metrics": "[" * 5000},
        {"prompt": "?", "metrics": {"a": None, "b": [1]}},
    ],
    ids=["nothing", "no scores", "nothing to know it by", "null", "nested", "no number"],
)
def test_a_row_that_can_not_be_compared_is_none(row: dict[str, Any]) -> None:
    assert detail_line(row, None) is None


def a_parquet(rows: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows), file, row_group_size=50)
    return file.getvalue()


def an_eval(rows: list[dict[str, Any]], packed: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as log:
        log.writestr("header.json", "{}")
        for number, row in enumerate(rows):
            log.writestr(f"samples/{number}_epoch_1.json", json.dumps(row))
    return file.getvalue()


def a_new_eval(rows: list[dict[str, Any]]) -> bytes:
    """As Inspect AI packs it since it uses Zstandard."""
    import zipfile_zstd  # noqa: F401

    return an_eval(rows, 93)


def json_lines(rows: list[dict[str, Any]]) -> bytes:
    return b"{\n" + "\n".join(map(json.dumps, rows)).encode()


def a_log(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"version": 2, "samples": rows}).encode()


def a_table(rows: list[dict[str, Any]]) -> bytes:
    lines = ["input,target,score_accuracy", *(f"{it['id']}?,x,{it['id'] % 2}" for it in rows)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("name", "made", "row"),
    [
        ("a.parquet", a_parquet, OLD),
        ("a.parquet", a_parquet, NEW),
        ("a.eval", an_eval, INSPECT),
        ("a.eval", a_new_eval, INSPECT),
        ("a.json", a_log, INSPECT),
        ("a.jsonl", json_lines, FLAT),
        ("a.csv", a_table, INSPECT),
        ("a.parquet.gz", lambda rows: gzip.compress(a_parquet(rows)), OLD),
        ("a.csv.gz", lambda rows: gzip.compress(a_table(rows)), INSPECT),
    ],
)
def test_every_kind_of_file_is_read_row_by_row(
    name: str, made: Callable[..., bytes], row: dict[str, Any]
) -> None:
    body = made([{**row, "id": number} for number in range(120)])
    found = list(detail_lines(name, io.BytesIO(body), None))

    assert len(found) == 120
    assert list(read(found[0]).scores) == ["accuracy"]


@pytest.mark.parametrize("name", ["a.parquet", "a.eval", "a.json"])
@pytest.mark.parametrize("body", [b"", b"PAR1", b"PK\x03\x04", b"[" * 90_000, b"\xff" * 40])
def test_a_broken_file_is_named(name: str, body: bytes) -> None:
    with pytest.raises(AnswerRejected) as caught:
        list(detail_lines(name, io.BytesIO(body), None))

    assert caught.value.message.startswith(f"{name} can't be read: ")


def test_where_pyarrow_is_not_installed_what_to_install_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)  # as if it were not there

    with pytest.raises(AnswerRejected) as caught:
        list(detail_lines("a.parquet", io.BytesIO(a_parquet([OLD])), None))
    assert caught.value.code == "results.pyarrow"
    assert caught.value.remedy == "pip install 'pyarrow>=15'"


@pytest.mark.parametrize(
    ("name", "task"),
    [
        (
            "x/details_custom|mmlu_zs_cot:law|0_2026-11-25T03-38-01.123456.parquet",
            "mmlu_zs_cot:law",
        ),
        ("details_gpqa_2026-11-25T03-38-01.parquet", "gpqa"),
        ("inference_output.jsonl", None),
    ],
)
def test_the_task_is_read_from_the_files_name(name: str, task: str | None) -> None:
    assert task_of(name) == task


def test_epochs_of_a_sample_are_one_record_with_their_mean() -> None:
    def a_sample(number: int, epoch: int, grade: str) -> dict[str, Any]:
        scores = {"match": {"value": grade}, "said": {"value": "words"}}
        return {"id": number, "epoch": epoch, "input": f"{number}?", "scores": scores}

    samples = [a_sample(1, 1, "C"), a_sample(1, 2, "I"), a_sample(2, 1, "P"), a_sample(2, 2, "C")]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as log:
        for it in samples:
            log.writestr(f"samples/{it['id']}_epoch_{it['epoch']}.json", json.dumps(it))

    files = {"a.eval": file.getvalue(), "a.json": a_log(samples), "a.jsonl": json_lines(samples)}
    for name, body in {**files, "a.csv": OF_SAMPLES_DF}.items():
        found = [read(line) for line in detail_lines(name, io.BytesIO(body), None)]

        assert [it.scores["match"].value for it in found] == [0.5, 0.75]


OF_SAMPLES_DF = b"""\
sample_id,eval_id,log,id,epoch,input,choices,target,metadata_category,score_match,error,limit,retries
AUxzh8,AVjpPX,/logs/a.eval,1,1,"user:
1?
",,2,sum,C,,,0
Zqa3f8,AVjpPX,/logs/a.eval,1,2,"user:
1?
",,2,sum,I,,,0
B7xzh8,AVjpPX,/logs/a.eval,2,1,"user:
2?
",,4,sum,0.5,,,0
Cqa3f8,AVjpPX,/logs/a.eval,2,2,"user:
2?
",,4,sum,1.0,,,0
"""


def test_a_table_without_answers_does_not_say_that_they_were_empty() -> None:
    with RecordStore() as store:
        arm = store.add_arm("m", detail_lines("a.csv", io.BytesIO(OF_SAMPLES_DF), None))

    assert (arm.records, arm.faults.found()) == (2, {})


def test_thinking_that_was_all_that_came_is_shown_as_such() -> None:
    message = {"content": [{"type": "reasoning", "reasoning": "Hm."}]}

    [line] = detail_lines_of({**INSPECT, "output": {"choices": [{"message": message}]}}, None)

    assert read(line).response == "<think>Hm."


def test_an_answer_that_is_json_stays_as_it_was_written() -> None:
    answer = '{"city":"Paris"}'

    assert read(detail_line({**FLAT, "response": answer}, None)).response == answer

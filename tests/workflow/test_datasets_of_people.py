"""Datasets as people have them: what the run then reads is what was put in, or it was said."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pyarrow
import pyarrow.parquet
import pytest
from interviews import answer_until, answered_until

from evalbook.datasets.formats import format_of
from evalbook.packaged import read_packaged
from evalbook.sandbox import world
from evalbook.workflow import slots
from evalbook.workflow.copies import effective_dataset, effective_report
from evalbook.workflow.estimate import estimate

pytestmark = pytest.mark.usefixtures("in_sandbox")

FRENCH = "Answer in French, in at most ten words."
PAIRS = [
    ("How do I reset the router?", "Hold the button for ten seconds."),
    ("Why was I charged twice?", "The second charge is a deposit that is returned."),
    ("Can I move my contract?", "Yes, in the portal under Contract."),
    ("Where is my parcel?", "At the depot, it arrives tomorrow."),
]


class Case(NamedTuple):
    file: str
    data: bytes
    reads: list[tuple[str, str | None, str | None]]
    """Prompt, system prompt and reference that the run has to read of each record."""
    said: tuple[str, ...] = ()
    """What has to be said on the way."""
    fixed_by: str | None = "convert"
    """The answer to data_fix; None where it must not be asked."""


def lines(record: Callable[[str, str], Any]) -> bytes:
    return "".join(json.dumps(record(*pair), ensure_ascii=False) + "\n" for pair in PAIRS).encode()


def plain(prompt: str, reference: str) -> dict[str, Any]:
    return {"query": prompt, "response": reference}


def questions(prompt: str, reference: str) -> dict[str, Any]:
    return {"question": prompt, "answer": reference}


def user(prompt: str) -> dict[str, Any]:
    return {"role": "user", "content": prompt}


def assistant(reference: str) -> dict[str, Any]:
    return {"role": "assistant", "content": reference}


def table() -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([("question", "answer"), *PAIRS])
    return text.getvalue().encode()


def parquet() -> bytes:
    file = io.BytesIO()
    rows = [questions(*pair) for pair in PAIRS]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), file)
    return file.getvalue()


def converse(prompt: str, reference: str) -> dict[str, Any]:
    return {
        "schemaVersion": "bedrock-conversation-2024",
        "system": [{"text": FRENCH}],
        "messages": [
            {"role": "user", "content": [{"text": prompt}]},
            {"role": "assistant", "content": [{"text": reference}]},
        ],
    }


def tool_calls(prompt: str, reference: str) -> dict[str, Any]:
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "c1"}]}
    result = {"role": "tool", "tool_call_id": "c1", "content": "found"}
    return {"messages": [user(prompt), call, result, assistant(reference)]}


def sharegpt_preference(prompt: str, reference: str) -> dict[str, Any]:
    return {
        "conversations": [{"from": "human", "value": prompt}],
        "chosen": {"from": "gpt", "value": reference},
        "rejected": {"from": "gpt", "value": "No."},
    }


def kto(prompt: str, reference: str) -> dict[str, Any]:
    good = prompt[0] == "W"
    return {"prompt": prompt, "completion": reference if good else "No.", "label": good}


ALL = [(prompt, None, reference) for prompt, reference in PAIRS]
IN_FRENCH = [(prompt, FRENCH, reference) for prompt, reference in PAIRS]
MADE = "an existing response; the run asks the models again"
NOT_JSON = "not JSON: a comma after the record"
CASES = (
    Case("prompt-answer.jsonl", lines(lambda q, a: {"prompt": q, "answer": a}), ALL,
         ("would read no reference answer in 4 records", "answer becomes response")),
    Case("reference-beside.jsonl",
         lines(lambda q, a: {"messages": [user(q)], "reference_answer": a}), ALL,
         ("would read no reference answer in 4 records",)),
    Case("converse.jsonl", lines(converse), IN_FRENCH, ("system becomes system",)),
    Case("top-level-system.jsonl",
         lines(lambda q, a: {"system": FRENCH, "messages": [user(q), assistant(a)]}), IN_FRENCH,
         ("would read no system prompt in 4 records",)),
    Case("kto.jsonl", lines(kto), [it for it in ALL if it[0][0] == "W"],
         ("label says that its answer is bad", "completion (2 of 4): not used")),
    Case("sharegpt.jsonl", lines(sharegpt_preference), ALL, ("rejected (4 of 4): not used",)),
    Case("reference-and-response.jsonl",
         lines(lambda q, a: {"user_input": q, "reference": a, "response": "old"}), ALL,
         (f"response (4 of 4): not used: {MADE}",)),
    Case("object.jsonl", lines(lambda q, a: {"question": q, "reference_answer": {"n": a}}),
         [(q, None, json.dumps({"n": a})) for q, a in PAIRS]),
    Case("context.jsonl", lines(lambda q, a: {"instruction": q, "context": a, "response": a}),
         [(f"{q}\n\n{a}", None, a) for q, a in PAIRS], ("context becomes query (asked with it)",)),
    Case("tool-calls.jsonl", lines(tool_calls), ALL,
         ("messages[tool] (4 of 4): not used: the model does not see tool results",)),
    Case("model-responses.jsonl",
         lines(lambda q, a: {"prompt": q, "referenceResponse": a, "modelResponses": [{}]}), ALL,
         (f"modelResponses (4 of 4): not used: {MADE}",)),
    Case("several-turns.jsonl",
         lines(lambda q, a: {"messages": [user("Hi"), assistant("Yes?"), user(q), assistant(a)]}),
         [(f"User: Hi\n\nAssistant: Yes?\n\nUser: {q}", None, a) for q, a in PAIRS],
         ("4 records have several user turns",)),
    Case("mt-bench.jsonl", lines(lambda q, a: {"turns": [q, "And?"], "reference": [a, "No."]}), ALL,
         ("turns (later) (4 of 4): not used: only the first question is asked",), "first_question"),
    Case("images.jsonl", lines(lambda q, a: {**plain(q, a), "images": ["s3://b/a.png"]}), ALL,
         ("images (4 of 4): not used: neither the model nor the judge gets it",), None),
    Case("thinking.jsonl", lines(lambda q, a: plain(f"{q} /no_think", f"<think></think>{a}")),
         [(f"{q} /no_think", None, f"<think></think>{a}") for q, a in PAIRS],
         ("4 prompts and 4 reference answers contain markers of a thinking model",), None),
    Case("commas.jsonl", lines(plain).replace(b"}\n", b"},\n"), ALL, (NOT_JSON,)),
    Case("windows.jsonl", lines(lambda q, a: plain(f"{q} é", a)).decode().encode("cp1252"),
         [(f"{q} é", None, a) for q, a in PAIRS], ("The object is text in Windows-1252.",)),
    Case("array.json", json.dumps([plain(*it) for it in PAIRS], indent=1).encode(), ALL,
         ("The object is one JSON array.",)),
    Case("table.csv", table(), ALL, ("looks like CSV with the columns question, answer",)),
    Case("questions.ndjson", lines(questions), ALL),
    Case("lines.ndjson", lines(plain), ALL, ("only objects with names ending in .jsonl",)),
    Case("rows.parquet", parquet(), ALL, ("The object is a Parquet file.",)),
    Case("packed.jsonl.gz", gzip.compress(lines(plain)), ALL, ("compressed with gzip",)),
)  # fmt: skip


def read_by_the_run(uri: str) -> list[tuple[str, str | None, str | None]]:
    """Return what a job reads of an object, by AWS's description of the formats."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    found = []
    for line in body.splitlines():
        record = json.loads(line)
        known = format_of(record)
        assert known is not None
        assert known.documented
        read = known.read(record)
        found.append((read.prompt, read.system, read.reference))
    return found


@pytest.mark.parametrize("case", CASES, ids=[case.file for case in CASES])
def test_what_was_put_in_is_what_the_run_reads(case: Case) -> None:
    Path(case.file).write_bytes(case.data)
    folder = f"s3://{world.DATA_BUCKET}/people/"
    workflow, turn = answered_until("data_sample", dataset=case.file, dataset_upload=folder)

    turn = workflow.answer("yes")
    said = [*turn.notices, *(check.message for check in turn.checks)]
    if case.fixed_by is not None:
        assert turn.step == "data_fix"
        turn = workflow.answer(case.fixed_by)
        said += [check.message for check in turn.checks]

    assert turn.step == "custom_metrics"
    assert read_by_the_run(effective_dataset(workflow.interview)) == case.reads
    for words in case.said:
        assert any(words in line for line in said), (words, said)


def test_prompts_of_the_training_data_are_named_and_can_be_left_out() -> None:
    workflow, turn = answered_until("training_data", model="seen-it-all")

    assert "seen-it-all-sft-1" in turn.question
    turn = workflow.answer("yes")
    assert turn.step == "training_overlap"
    (found,) = [check for check in turn.checks if check.id == "dataset.overlap"]
    assert found.message.startswith(
        "10 of 60 prompts are in the model's own training data (10 word for word, 0 nearly):"
        " records 41, 42, 43, 44, 45, 46, 47, 48, 49, 50. The fine-tuned"
    )
    assert workflow.answer("without").step == "judge_model"
    read = read_by_the_run(effective_dataset(workflow.interview))
    assert len(read) == 50
    assert "Case 41:" not in str(read)
    report = effective_report(workflow.interview)
    assert report is not None
    assert report.valid == 50
    copy = workflow.interview.facts(slots.TRAINING_OVERLAP)
    assert estimate(workflow.interview).record_bytes == copy.size / 50
    rechecked = dict(workflow.check())["training_overlap"]
    assert [check.id for check in rechecked] == ["dataset.unseen"]


def test_without_consent_the_training_data_are_not_read() -> None:
    workflow, _ = answered_until("training_data", model="seen-it-all")

    turn = workflow.answer("no")

    assert turn.step == "judge_model"
    assert [check.status for check in turn.checks if check.id == "dataset.overlap"] == ["skipped"]


def test_a_nova_model_is_given_the_system_prompt_before_the_query() -> None:
    Path("nova.jsonl").write_bytes(lines(converse))
    workflow, turn = answered_until(
        "data_fix", dataset="nova.jsonl", dataset_upload=f"s3://{world.DATA_BUCKET}/people/"
    )
    workflow.answer("convert")
    turn = answer_until(workflow, "data_fix", model="nova-support")

    assert [choice.value for choice in turn.choices] == ["convert", "system_in_query", "another"]
    assert "gets no system prompt, and 4 of 4 records have one" in turn.notices[-1] + str(turn)
    workflow.answer("system_in_query")
    assert read_by_the_run(effective_dataset(workflow.interview)) == [
        (f"{FRENCH}\n\n{prompt}", None, reference) for prompt, reference in PAIRS
    ]


def test_a_dataset_may_be_used_as_it_is_where_a_job_reads_no_wrong_reference() -> None:
    Path("kept.jsonl").write_bytes(lines(lambda q, a: {"prompt": q, "answer": a}))
    folder = f"s3://{world.DATA_BUCKET}/people/"
    workflow, turn = answered_until("data_fix", dataset="kept.jsonl", dataset_upload=folder)

    turn = workflow.answer("keep")

    assert (turn.step, effective_dataset(workflow.interview)) == (
        "custom_metrics",
        f"{folder}kept.jsonl",
    )
    report = effective_report(workflow.interview)
    assert report is not None
    assert report.with_reference == 0


def test_what_is_there_already_is_never_overwritten_by_an_upload() -> None:
    Path("eval.jsonl").write_bytes(lines(plain))
    place = f"s3://{world.DATA_BUCKET}/support/eval.jsonl"
    workflow, _ = answered_until("dataset_upload", dataset="eval.jsonl")

    turn = workflow.answer(place)

    assert (turn.status, turn.step) == ("rejected", "dataset_upload")
    assert turn.error is not None
    assert turn.error.code == "s3.exists"


def test_a_local_file_without_a_usable_record_is_refused_before_it_is_uploaded() -> None:
    Path("notes.jsonl").write_text('{"colour": "red"}\n')
    workflow, _ = answered_until("dataset")

    turn = workflow.answer("notes.jsonl")

    assert turn.error is not None
    assert turn.error.message == (
        "notes.jsonl: 1 of 1 record is invalid. line 1: no prompt; the fields are colour."
    )
    assert str(turn.error.remedy).startswith("Name the question field query")
    turn = workflow.answer("foo")
    assert turn.error is not None
    assert str(turn.error.remedy).endswith("or the path of a file.")


def test_what_is_not_used_is_said_again_before_the_confirmation() -> None:
    Path("seen.jsonl").write_bytes(lines(lambda q, a: {**plain(q, a), "images": ["a.png"]}))
    folder = f"s3://{world.DATA_BUCKET}/people/"
    _, turn = answered_until("confirm", dataset="seen.jsonl", dataset_upload=folder)

    assert (
        "Not evaluated: images (4 of 4): not used: neither the model nor the judge gets it"
    ) in turn.notices


def test_a_built_in_metric_with_a_custom_ones_name_is_refused() -> None:
    custom = json.loads(read_packaged("data/examples/custom_metrics.json"))
    custom[0]["customMetricDefinition"]["name"] = "correctness"
    workflow, _ = answered_until("builtin_metrics", custom_metrics=json.dumps(custom))

    turn = workflow.answer("Correctness, Helpfulness")

    assert turn.error is not None
    assert turn.error.code == "metrics.same_name"
    assert workflow.answer("Helpfulness").step == "model"


def test_empty_custom_metrics_are_none_and_that_is_said() -> None:
    workflow, _ = answered_until("custom_metrics")

    turn = workflow.answer("{}")

    assert turn.step == "builtin_metrics"
    assert "No custom metrics: {} holds none." in turn.notices


def test_prompts_that_may_be_too_long_for_a_judged_model_are_said() -> None:
    Path("longer.jsonl").write_bytes(lines(lambda q, a: plain(q * 1000, a)))
    folder = f"s3://{world.DATA_BUCKET}/people/"
    workflow, _ = answered_until("model_confirm", dataset="longer.jsonl", dataset_upload=folder)

    turn = workflow.answer("yes")

    (found,) = [check for check in turn.checks if check.id == "dataset.length"]
    assert found.message.startswith("4 prompts, of up to an estimated 6,500 tokens, may be")


def test_prompts_that_leave_no_room_for_the_answer_are_said() -> None:
    Path("long.jsonl").write_bytes(lines(lambda q, _: plain(q * 1000, "4")))
    workflow, _ = answered_until(
        "scorer",
        evaluation_type="custom_scorer",
        dataset="long.jsonl",
        dataset_upload=f"s3://{world.DATA_BUCKET}/people/",
    )
    workflow.answer("prime_math")

    turn = workflow.answer("yes")

    (found,) = [check for check in turn.checks if check.id == "parameters.length"]
    assert "longer prompts are cut off" in found.message


def test_whether_prompts_leave_room_is_checked_again_with_another_dataset() -> None:
    Path("long.jsonl").write_bytes(lines(lambda q, _: plain(q * 1000, "4")))
    answers = {
        "evaluation_type": "custom_scorer",
        "dataset": "long.jsonl",
        "dataset_upload": f"s3://{world.DATA_BUCKET}/people/room.jsonl",
        "advanced": "inference_parameters",
        "inference_parameters": "temperature=0",
    }
    workflow, turn = answered_until("confirm", **answers)
    assert "longer prompts are cut off" in str(turn.notices)

    workflow.answer("s3://evalbook-data/support/eval.jsonl", step="dataset")
    answer_until(workflow, "confirm", **answers)

    assert "longer prompts are cut off" not in str(workflow.summary().warnings)

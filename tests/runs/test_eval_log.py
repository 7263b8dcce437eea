from __future__ import annotations

import json
import zipfile
from pathlib import Path

from judged import a_report, lines

from evalbook.runs.detail_files import detail_lines
from evalbook.runs.eval_log import write_logs
from evalbook.runs.records import read_record
from evalbook.runs.store import RecordStore


def test_each_model_is_a_log_that_reads_back_as_the_same_records(tmp_path: Path) -> None:
    base, tuned = lines([0.5, None, 1.0], [1.0] * 3), lines([0.25, 0.5, "good"], [0.0] * 3)
    with RecordStore() as store:
        written = write_logs(a_report(store, base, tuned), tmp_path / "a-run.eval")

    assert [it.name for it in written] == ["a-run-base.eval", "a-run-fine-tuned.eval"]
    again = [read_record(it) for it in detail_lines("a.eval", written[1].open("rb"), None)]
    before = [read_record(it) for it in tuned]
    assert [(it.prompt, it.response) for it in again] == [(it.prompt, it.response) for it in before]
    assert [it.scores for it in again] == [it.scores for it in before]
    with zipfile.ZipFile(written[0]) as log:
        header = json.loads(log.read("header.json"))
        summaries = json.loads(log.read("summaries.json"))
    assert [(it["id"], it["input"]) for it in summaries][1:] == [
        (2, "Question 1"), (3, "Question 2")
    ]  # fmt: skip
    assert header["eval"]["model"] == "base"
    assert {it["name"]: it["metrics"]["mean"]["value"] for it in header["results"]["scores"]} == {
        "Metric1": 0.75,
        "Metric2": 1.0,
    }

"""A table of this machine, from the command line to what the run reads."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from commands import run, the_document

from evalbook.sandbox import world


@pytest.mark.usefixtures("in_sandbox")
def test_a_local_table_is_uploaded_accounted_for_and_converted() -> None:
    Path("faq.csv").write_bytes("ticket_id,Frage,Antwort\n7,Wie groß?,Sehr\n".encode("cp1252"))
    said = {
        "evaluation_type": "llm_as_judge",
        "task": "Answers questions.",
        "dataset": "faq.csv",
        "dataset_upload": f"s3://{world.DATA_BUCKET}/command-line/",
    }
    Path("answers.json").write_text(json.dumps(said))
    assert the_document(run("apply", "answers.json", "--json"))["step"] == "data_sample"

    sampled = the_document(run("answer", "yes", "--json"))
    assert (sampled["step"], sampled["choices"][0]["value"]) == ("data_fix", "convert")
    assert [(it["field"], it["use"], it["records"], it["example"]) for it in sampled["fields"]] == [
        ("Frage", "prompt", 1, "Wie groß?"),
        ("Antwort", "reference", 1, "Sehr"),
        ("ticket_id", "not used", 1, "7"),
    ]

    fixed = the_document(run("answer", "convert", "--json"))
    (copy,) = [it["message"] for it in fixed["checks"] if it["id"] == "dataset.copy"]
    key = copy.partition(f"s3://{world.DATA_BUCKET}/")[2].partition(";")[0]
    body = boto3.client("s3").get_object(Bucket=world.DATA_BUCKET, Key=key)["Body"].read()
    assert json.loads(body) == {"query": "Wie groß?", "response": "Sehr"}

    run("answer", "--step", "dataset", "faq.csv")
    again = the_document(run("answer", said["dataset_upload"], "--json"))
    assert "already holds faq.csv, byte for byte; nothing was uploaded." in str(again["notices"])

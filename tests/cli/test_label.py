from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from commands import run, the_document

from evalbook.sandbox.process import Sandbox
from runs.pipelines import start_evaluation

pytestmark = pytest.mark.e2e


@pytest.fixture
def evaluated(in_sandbox: Sandbox) -> str:
    arn = start_evaluation(boto3.client("sagemaker"), "a-run")
    in_sandbox.advance(60)
    return arn


def test_labels_are_kept_after_every_answer_and_correct_the_gain(
    evaluated: str, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.json"
    words = ("label", evaluated, "--records", "20", "--labels", str(labels))
    begun = run(*words, said="1\nwell\nsame\nq\n")
    assert begun.stdout.startswith("2 of 2") and begun.returncode == 0  # noqa: PT018
    assert "fine-tuned" not in begun.stderr
    assert "Which is better? 1, 2, same; s skips, q ends:" in begun.stderr
    few = run("results", evaluated, "--labels", str(labels))
    assert (few.returncode, "There are 2 labels" in few.stderr) == (3, True)

    run(*words, said="2\n" * 30)
    kept = json.loads(labels.read_text())
    assert list(kept["answers"].values())[:2] == ["1", "same"]
    document = the_document(run("results", evaluated, "--labels", str(labels), "--json"))
    found = document["corrected"]
    assert found["labels"] == len(kept["answers"])
    assert found["low"] < found["gain"] < found["high"]
    assert found["sentence"].startswith(f"By {found['labels']} labels of 60 records, the net")


def test_labels_of_another_run_are_refused(evaluated: str, tmp_path: Path) -> None:
    labels = tmp_path / "labels.json"
    labels.write_text(
        json.dumps({"evalbook_labels": 1, "run": "arn", "metric": None, "seed": "", "records": 9})
    )

    for words in (("label", evaluated), ("results", evaluated)):
        shown = run(*words, "--labels", str(labels))
        assert shown.returncode == 2
        assert "is for another run" in shown.stderr

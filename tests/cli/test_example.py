"""`evalbook example` writes what the other commands take."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import run, the_document

from evalbook.cli.example import _FORMATS
from evalbook.datasets.validate import validate
from evalbook.metrics.custom import parse_custom_metrics


@pytest.mark.parametrize("form", _FORMATS)
def test_each_dataset_can_be_used_as_it_is(tmp_path: Path, form: str) -> None:
    finished = run("example", "dataset", form, "--json", cwd=tmp_path)

    path = tmp_path / the_document(finished)["path"]
    report = validate([path.read_bytes()])
    assert (report.usable, report.format, report.records) == (True, form, 3)


def test_custom_metrics_and_a_scorer_can_be_used(tmp_path: Path) -> None:
    assert run("example", "custom_metrics", cwd=tmp_path).returncode == 0
    assert run("example", "scorer", "--out", "mine.py", cwd=tmp_path).returncode == 0

    metrics = (tmp_path / "custom_metrics.json").read_text()
    assert json.loads(metrics)[0]["customMetricDefinition"]["name"] == "MentionsNextStep"
    assert parse_custom_metrics(metrics)
    assert "def " in (tmp_path / "mine.py").read_text()


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "dataset.jsonl").write_text("mine")

    finished = run("example", "dataset", cwd=tmp_path)

    assert finished.returncode == 3
    assert "dataset.jsonl already exists" in finished.stderr
    assert (tmp_path / "dataset.jsonl").read_text() == "mine"

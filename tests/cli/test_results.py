from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import boto3
import pytest
from commands import run, the_document

from evalbook.sandbox.process import Sandbox
from runs.pipelines import start_evaluation

pytestmark = pytest.mark.e2e


@pytest.fixture
def evaluated(in_sandbox: Sandbox) -> str:
    """The ARN of an evaluation that succeeded."""
    arn = start_evaluation(boto3.client("sagemaker"), "a-run")
    in_sandbox.advance(60)
    return arn


def test_table_begins_with_the_claim_and_ends_with_exit_status_0(evaluated: str) -> None:
    shown = run("results", evaluated)

    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("a-run (Succeeded, model support-bot/2, judge amazon.nova")
    assert "The fine-tuned model against the base model, over 60 records: better on" in shown.stdout


def test_json_is_one_document_with_the_protocol(evaluated: str) -> None:
    document = the_document(run("results", evaluated, "--json"))

    assert (document["protocol"], document["status"]) == (1, "results")
    [comparison] = document["comparisons"]
    assert comparison["paired_records"] == 60
    assert {it["metric"] for it in comparison["metrics"]} == {
        "Correctness",
        "Helpfulness",
        "Refusal",
    }


def test_the_same_files_give_the_same_answer(evaluated: str) -> None:
    documents = [the_document(run("results", evaluated, "--json")) for _ in range(2)]

    assert documents[0] == documents[1]


def test_csv_is_read_by_a_spreadsheet(evaluated: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run("results", evaluated, "--csv").stdout)))

    assert [row["metric"] for row in rows] == ["Correctness", "Helpfulness", "Refusal"]
    assert float(rows[0]["low"]) < float(rows[0]["gain"]) < float(rows[0]["high"])


def test_pictures_and_a_page_are_written_and_named(evaluated: str, tmp_path: Path) -> None:
    shown = run("results", evaluated, "--plot", "a.svg", "--html", "a.html", "--json")

    assert the_document(shown)["written"] == ["a.svg", "a.html"]
    assert (tmp_path / "a.svg").read_text().startswith("<svg ")
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--plot", "a.gif"), "a.gif ends neither in .svg nor in .png."),
        (("--csv", "--json"), "--csv and --json can't be used together."),
    ],
)
def test_what_can_mean_nothing_is_wrong_usage(
    in_sandbox: Sandbox, words: tuple[str, ...], said: str
) -> None:
    assert in_sandbox.endpoint
    shown = run("results", *words)

    assert shown.returncode == 2
    assert said in shown.stdout + shown.stderr


@pytest.mark.parametrize("name", [".", "", "-"])
@pytest.mark.parametrize("option", ["--html", "--eval", "--labels"])
def test_a_file_cannot_be_a_folder_or_a_dash(option: str, name: str, in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    finished = run("results", option, name)

    assert finished.returncode == 2
    said = "'-' stands for no file here" if name == "-" else "'.' is a folder. Name a file."
    assert said in finished.stderr


@pytest.mark.parametrize("option", ["--html", "--plot"])
def test_a_device_is_a_rejection_and_stays_one(evaluated: str, option: str) -> None:
    Path("null.svg").symlink_to("/dev/null")

    shown = run("results", evaluated, option, "null.svg")

    assert shown.returncode == 3
    assert "null.svg can't be written: it is a device, not a regular file." in shown.stderr
    assert Path("/dev/null").is_char_device()


def test_a_run_that_goes_on_is_told_to_be_waited_for(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    shown = run("results", start_evaluation(boto3.client("sagemaker"), "slow-run"), "--json")

    assert shown.returncode == 3
    error: dict[str, Any] = the_document(shown)["error"]
    assert error["code"] == "results.not_ready"
    assert error["remedy"] == "Wait for it with `evalbook status --watch`."

from __future__ import annotations

import uuid
from pathlib import Path

import boto3
import pytest
from commands import run, the_document

from evalbook.sandbox.process import Sandbox
from real_terminal import RealTerminal
from runs.pipelines import start_evaluation


@pytest.fixture
def mark(in_sandbox: Sandbox) -> str:
    """A word in the name of one evaluation that succeeded."""
    word = uuid.uuid4().hex[:8]
    start_evaluation(boto3.client("sagemaker"), f"{word}-run", base=False)
    in_sandbox.advance(60)
    return word


def test_lists_name_type_state_model_and_judge(mark: str) -> None:
    lines = run("runs", mark).stdout.splitlines()

    assert len(lines) == 2
    assert lines[0].split() == ["Name", "State", "Started", "Type", "Model", "Judge"]
    assert lines[1].split()[:2] == [f"{mark}-run", "Succeeded"]
    assert lines[1].endswith("LLM as judge  support-bot/2  nova-pro")


def test_the_jobs_of_one_evaluation_are_one_run(in_sandbox: Sandbox) -> None:
    evaluation = f"parts-{uuid.uuid4().hex[:8]}"
    for part in (1, 2, 2):
        start_evaluation(boto3.client("sagemaker"), f"{evaluation}-{part}-of-2", base=False)
    in_sandbox.advance(60)

    [_, line] = run("runs", evaluation).stdout.splitlines()
    assert line.split()[:2] == [evaluation, "Succeeded"]
    assert "  LLM as judge, 2 jobs  " in line
    assert len(the_document(run("runs", evaluation, "--json"))["runs"]) == 3


def test_json_has_the_arn_and_what_was_evaluated(mark: str) -> None:
    document = the_document(run("runs", mark, "--since", "1h", "--json"))

    [found] = document["runs"]
    assert (document["protocol"], document["more"]) == (1, 0)
    assert found["arn"].startswith("arn:aws:sagemaker:us-east-1:123456789012:pipeline/Sagemaker")
    assert found["dataset"] == "s3://evalbook-data/support/eval.jsonl"


@pytest.mark.e2e
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_a_table_folds_within_its_columns_and_never_wraps(
    columns: int, mark: str, in_sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = in_sandbox.environment
    with RealTerminal("runs", mark, folder=tmp_path, size=(columns, 24), **settings) as terminal:
        assert terminal.ends() == 0
        head, first = terminal.everything.splitlines()[:2]

    assert head.split() == ["Name", "State", "Started", "Type", "Model", "Judge"]
    assert first.index("Succe") == head.index("State")


def test_where_none_fits_it_says_so(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    assert run("runs", "no-such-word").stdout == "No matching evaluation in us-east-1.\n"


def test_a_state_that_does_not_exist_is_wrong_usage(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    assert run("runs", "--status", "Broken").returncode == 2


def test_a_wrong_age_is_wrong_usage(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    assert run("runs", "--since", "yesterday").returncode == 2

from __future__ import annotations

import json
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
    """The ARN of an evaluation whose model gained on two of three metrics."""
    arn = start_evaluation(boto3.client("sagemaker"), "a-run")
    in_sandbox.advance(60)
    return arn


def approval_of(document: dict[str, Any]) -> tuple[str, str]:
    package = document["evidence"]["run"]["model"]
    found = boto3.client("sagemaker").describe_model_package(ModelPackageName=package)
    return found["ModelApprovalStatus"], found.get("ApprovalDescription", "")


@pytest.mark.parametrize(
    ("rules", "status", "outcome"),
    [
        (["--must-gain", "Correctness=0"], 0, "pass"),
        (["--must-gain", "Correctness=0.9"], 1, "fail"),
        (["--must-gain", "Correctness=0", "--min-records", "500"], 6, "undecided"),
    ],
)
def test_the_exit_status_is_the_decision(
    evaluated: str, rules: list[str], status: int, outcome: str
) -> None:
    shown = run("gate", evaluated, *rules, "--json")
    document = the_document(shown)

    assert (shown.returncode, document["status"]) == (status, outcome)
    assert document["evidence"]["paired_records"] == 60
    assert len(document["evidence"]["dataset_sha256"]) == 64


def test_a_policy_decides_and_its_files_are_written(evaluated: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[metrics.Correctness]\ngain = 0.02\n[metrics."*"]\nlose = 0.2\n')
    junit, markdown = tmp_path / "gate.xml", tmp_path / "gate.md"
    files = ("--junit", str(junit), "--markdown", str(markdown))
    shown = run("gate", evaluated, "--policy", str(policy), *files)

    assert shown.returncode == 0
    assert shown.stdout.startswith(
        f"a-run: fine-tuned against base, policy {policy}\n\nPass: 3 rules kept."
    )
    assert b'tests="3" failures="0" errors="0"' in junit.read_bytes()
    assert markdown.read_text(encoding="utf-8").startswith("## ✅ pass: a-run\n")


def test_rules_beside_a_policy_are_refused_in_words(tmp_path: Path) -> None:
    refused = run("gate", "--policy", "policy.toml", "--min-records", "9", cwd=tmp_path)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("With --policy, all rules come from the file.\n")


def test_a_decision_is_recorded_only_after_a_yes(evaluated: str) -> None:
    rules = (evaluated, "--must-gain", "Correctness=0.9", "--record")
    declined, refused = run("gate", *rules, said="well"), run("gate", *rules, "--json")
    untouched = run("gate", *rules[:-1], "--json")

    assert (declined.returncode, refused.returncode) == (3, 2)
    assert "to Rejected? yes or no (no):" in declined.stderr
    assert approval_of(json.loads(untouched.stdout))[0] != "Rejected"
    recorded = the_document(run("gate", *rules, "--json", "--yes"))
    status, why = approval_of(recorded)
    assert (status, recorded["recorded"]) == ("Rejected", recorded["evidence"]["run"]["model"])
    assert why.startswith("evalbook gate: Fail. Correctness gains at least 0.900: gain +0.")

"""The unpatched SageMaker SDK runs against the sandbox, pointed there by its settings alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evalbook.sandbox import Sandbox

SCRIPT = Path(__file__).with_name("sdk_run.py")


def sdk_run(sandbox: Sandbox, tmp_path: Path, **settings: Any) -> tuple[dict[str, Any], str]:
    """Run an evaluation in a process of its own; return what came of it, and what it printed."""
    found = subprocess.run(
        [sys.executable, str(SCRIPT), json.dumps(settings)],
        env={**os.environ, **sandbox.environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-4000:]
    shown, _, last = found.stdout.rpartition("\n=== ")
    return json.loads(last), shown


@pytest.mark.e2e
def test_evaluation_runs_until_its_results_are_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome, shown = sdk_run(sandbox, tmp_path)

    assert outcome["status"] == "Succeeded"
    assert outcome["after_dry_run"] == 0
    assert sorted(outcome["steps"]) == [
        "AssociateLineage",
        "CreateEvaluationAction",
        "EvaluateBaseInferenceModel",
        "EvaluateBaseModelMetrics",
        "EvaluateCustomInferenceModel",
        "EvaluateCustomModelMetrics",
    ]
    assert "Model Comparison - Aggregate Metrics" in shown
    assert "Win Rates" in shown
    assert "Evaluation 1 of 60" in shown


@pytest.mark.e2e
def test_nova_run_succeeds_and_show_results_does_not(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome, _ = sdk_run(sandbox, tmp_path, model="nova-support/1")

    assert outcome["status"] == "Succeeded"
    assert sorted(outcome["steps"]) == ["EvaluateWithJudge", "InspectAIInference"]
    assert "Could not extract training job name" in outcome["error"]


@pytest.mark.e2e
def test_failed_start_is_swallowed_by_the_sdk(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome, _ = sdk_run(sandbox, tmp_path, base_eval_name="fail-start")

    assert (outcome["arn"], outcome["status"]) == (None, "Failed")


@pytest.mark.e2e
def test_failed_judge_is_told_by_the_sdk(sandbox: Sandbox, tmp_path: Path) -> None:
    outcome, shown = sdk_run(sandbox, tmp_path, base_eval_name="fail-judge")

    assert "Step failure: One or multiple steps failed." in outcome["error"]
    assert "This model version has reached the end of its life" in shown

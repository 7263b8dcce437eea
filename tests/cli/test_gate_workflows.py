"""The workflows in docs/gate.md, as far as they are commands and calls of AWS."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import yaml

from evalbook.sandbox.process import Sandbox
from runs.pipelines import start_evaluation

pytestmark = pytest.mark.e2e

TEXT = (Path(__file__).parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")
POLICIES = {
    0: '[metrics.Correctness]\ngain = 0.0\n[metrics."*"]\nlose = 0.9\n',
    1: "[metrics.Correctness]\ngain = 0.9\n",
    6: "records = 500\n[metrics.Correctness]\ngain = 0.0\n",
}


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found[1]


def bash(script: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    (folder / "bin").mkdir()
    command = folder / "bin" / "evalbook"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m evalbook "$@"\n')
    command.chmod(0o755)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    # pytest's workers set a width; a job of a pipeline has none.
    given = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return subprocess.run(
        [shutil.which("bash") or "bash", "-ec", script],
        cwd=folder,
        env={**given, "PATH": path, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def evaluated(in_sandbox: Sandbox) -> str:
    arn = start_evaluation(boto3.client("sagemaker"), "a-run")
    in_sandbox.advance(60)
    return arn


@pytest.mark.parametrize("status", [0, 1, 6])
def test_the_github_workflow_ends_as_the_gate_decides(
    evaluated: str, tmp_path: Path, status: int
) -> None:
    steps = yaml.safe_load(block("yaml"))["jobs"]["gate"]["steps"]
    [decide] = [step["run"] for step in steps if step.get("name") == "Decide"]
    (tmp_path / "policy.toml").write_text(POLICIES[status])
    summary = tmp_path / "summary.md"
    done = bash(decide, tmp_path, RUN=evaluated, GITHUB_STEP_SUMMARY=str(summary))

    assert done.returncode == status, done.stderr
    assert ("::warning::Undecided" in done.stdout) == (status == 6)
    assert "a-run" in summary.read_text(encoding="utf-8")
    assert (tmp_path / "gate.xml").exists()


def test_the_pipeline_is_taken_by_sagemaker_and_its_step_decides_and_records(
    evaluated: str, tmp_path: Path
) -> None:
    names: dict[str, str] = {}
    exec(block("python"), names)  # noqa: S102 - the documentation's own code
    sagemaker = boto3.client("sagemaker")
    found = json.loads(
        sagemaker.describe_pipeline(PipelineName="release-gate")["PipelineDefinition"]
    )
    script = found["Steps"][0]["Arguments"]["AppSpecification"]["ContainerEntrypoint"][2]
    install, *decide = script.strip().splitlines()
    assert install.startswith("pip install ")
    approvals = {0: "Approved", 1: "Rejected", 6: "PendingManualApproval"}
    for status, approval in approvals.items():
        folder = tmp_path / approval
        folder.mkdir()
        (folder / "policy.toml").write_text(POLICIES[status])
        here = "\n".join(decide).replace("/opt/ml/processing/input/gate", str(folder))
        done = bash(here, folder, RUN=evaluated)

        assert done.returncode == status, done.stderr
        package = re.search(r"Recorded in (\S+)\.", done.stdout)
        assert package
        model = sagemaker.describe_model_package(ModelPackageName=package[1])
        assert model["ModelApprovalStatus"] == approval

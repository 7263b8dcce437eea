import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from skill_folder import an_installed_skill

from evalbook.skill.installer import SCRIPTS

RECORD = {"query": "How long do refunds take?", "response": "Five days."}


def run(tmp_path: Path, script: str, *arguments: str, stdin: str = "") -> tuple[int, str]:
    """Run an installed script in an empty folder; return its exit status and what it printed."""
    path = an_installed_skill(tmp_path / "skills") / "scripts" / script
    done = subprocess.run(
        [sys.executable, path, *arguments],
        cwd=tmp_path,
        input=stdin,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_says_itself_what_it_needs(script, tmp_path):
    text = (an_installed_skill(tmp_path) / "scripts" / script).read_text(encoding="utf-8")

    # Inline script metadata, as uv and pipx read it: packaging.python.org, PEP 723.
    block = re.search(r"(?m)^# /// script$\s(?P<content>(^#(| .*)$\s)+)^# ///$", text)
    assert block is not None
    assert block["content"] == '# requires-python = ">=3.10"\n# dependencies = ["evalbook"]\n'


def test_a_valid_dataset_passes(tmp_path):
    lines = (json.dumps({**RECORD, "query": f"{RECORD['query']} ({n})"}) for n in range(3))
    (tmp_path / "eval.jsonl").write_text("\n".join(lines), encoding="utf-8")

    status, said = run(tmp_path, "check_dataset.py", "eval.jsonl")

    assert status == 0
    assert "passed: 3 records, all valid." in said
    assert "response (3 of 3): reference. For example: Five days." in said


def test_a_dataset_with_an_invalid_record_fails(tmp_path):
    (tmp_path / "eval.jsonl").write_text(f"{json.dumps(RECORD)}\n{{broken\n", encoding="utf-8")

    status, said = run(tmp_path, "check_dataset.py", "eval.jsonl")

    assert status == 3
    assert "failed: 1 of 2 records" in said


def test_a_dataset_that_is_not_there_is_named(tmp_path):
    status, said = run(tmp_path, "check_dataset.py", "none.jsonl")

    assert status == 2
    assert "none.jsonl can't be read" in said


def test_custom_metrics_are_read_from_standard_input(tmp_path):
    metric = {"customMetricDefinition": {"name": "tone", "instructions": "Judge {{prediction}}"}}

    status, said = run(tmp_path, "validate_custom_metrics.py", "-", stdin=json.dumps([metric]))

    assert status == 0
    assert said.startswith("passed: Bedrock takes tone.\n")


def test_every_violation_of_custom_metrics_is_named(tmp_path):
    metric = {"customMetricDefinition": {"name": "a tone", "instructions": "Judge."}}

    status, said = run(tmp_path, "validate_custom_metrics.py", "-", stdin=json.dumps([metric]))

    assert status == 3
    assert said.count("failed:") == 2


def test_the_templates_are_shown_without_an_interview(tmp_path):
    status, said = run(tmp_path, "notebook_cells.py", "--templates")

    assert status == 0
    assert "# ---- start.py.j2" in said
    assert "# ---- llm_as_judge/arguments.py.j2" in said


def test_cells_of_an_interview_that_is_not_complete_are_refused(tmp_path):
    status, said = run(tmp_path, "notebook_cells.py")

    assert status == 3
    assert "There are no cells yet: evaluation_type is not answered." in said


def test_a_broken_state_is_named_and_left_alone(tmp_path):
    (tmp_path / "workflow_state.json").write_text("{", encoding="utf-8")

    status, said = run(tmp_path, "notebook_cells.py")

    assert status == 5
    assert "workflow_state.json can't be used" in said

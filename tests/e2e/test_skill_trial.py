"""A program that does only what SKILL.md says, and a person who is not easy.

The program has no wits: it shows `say`, passes whole replies on, and knows no step. The person is
vague, says several things at once, sets conditions, uses other words and changes things at the end.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from evalbook.sandbox.process import Sandbox
from evalbook.skill.installer import install
from evalbook.workflow.steps.bedrock_terms import TERMS

pytestmark = pytest.mark.e2e

PERSON = {
    "evaluation_type": [
        (
            "evaluate support-bot with nova pro on s3://evalbook-data/support/eval.jsonl, "
            "results to s3://evalbook-results/trial/"
        ),
        "a judge model should score it",
    ],
    "task": ["It answers our customers' billing questions (refunds of $5 and more)."],
    "dataset": ["yes, that one"],
    "data_sample": ["if nothing is stored, ok", "Yes, go ahead."],
    "custom_metrics": ["as I said, none"],
    "builtin_metrics": ["Correctness and Helpfulness"],
    "model": ["Yes."],
    "model_confirm": ["ok, version 2 then"],
    "judge_model": ["Yes, that is right."],
    "region": ["keep it"],
    "execution_role": ["the EvaluationRole please"],
    "s3_output": ["yes"],
    "advanced": ["no thanks"],
    "confirm": ["Almost: I also want Completeness, and call the project support-q4", "Yes."],
    "bedrock_terms": ["Yes, I agree."],
    "project": ["ok"],
    "notebook": ["A new one."],
}


@dataclass
class Assistant:
    """Follows SKILL.md: only the commands in it, in the person's folder."""

    folder: Path
    environment: dict[str, str]
    shown: list[str] = field(default_factory=list)
    messages: int = 0

    @property
    def skill(self) -> str:
        return next(self.folder.glob("skills/*/SKILL.md")).read_text(encoding="utf-8")

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def turn(self, line: str) -> dict[str, Any]:
        turn: dict[str, Any] = json.loads(self.run(line).stdout)
        assert set(turn) <= {"status", "step", "say", "reply", "for_you", "reference", "notebook"}
        self.shown.append(turn["say"])
        return turn

    def interview(self, person: dict[str, list[str]]) -> dict[str, Any]:
        start = re.search(r"`([^`]*evalbook next --json --brief)`", self.skill)
        answer = re.search(r"^ +(\S.*) <<'END'$", self.skill, re.MULTILINE)
        assert start, self.skill
        assert answer, self.skill
        left = {step: list(replies) for step, replies in person.items()}
        turn = self.turn(start[1])
        while turn["status"] != "complete":
            assert left[turn["step"]], turn["say"]
            reply = left[turn["step"]].pop(0)
            self.messages += 1
            turn = self.turn(f"{answer[1]} <<'END'\n{reply}\nEND")
        return turn


def test_a_difficult_person_gets_to_a_notebook_that_runs_in_twenty_messages(tmp_path):
    with Sandbox(step_seconds=0.2) as sandbox:
        install(tmp_path / "skills")
        path = os.pathsep.join(path for path in sys.path if path)
        environment = {**os.environ, **sandbox.environment, "PYTHONPATH": path}
        assistant = Assistant(tmp_path, environment)

        end = assistant.interview(PERSON)

        assert assistant.messages <= 20
        notebook = tmp_path / end["notebook"]
        assert notebook.parts[-3] == "support-q4"
        book = nbformat.read(notebook, as_version=4)
        nbformat.validate(book)
        where = {"metadata": {"path": str(notebook.parent)}}
        NotebookClient(book, timeout=300, kernel_name="python3", resources=where).execute(
            env=environment
        )
        answers = json.loads((tmp_path / "workflow_state.json").read_text())["evalbook"]["answers"]
        assert answers["builtin_metrics"]["value"] == ["Correctness", "Completeness", "Helpfulness"]
        assert answers["judge_model"]["value"] == "amazon.nova-pro-v1:0"
        assert answers["s3_output"]["value"] == "s3://evalbook-results/trial"
        assert answers["bedrock_terms"]["said"] == "Yes, I agree."
        assert sum(TERMS in said for said in assistant.shown) == 1
        judging = [said for said in assistant.shown if "nova-pro" in said and "Use it?" in said]
        assert judging[-1].startswith("You said nova pro. That is amazon.nova-pro-v1:0. Use it?")

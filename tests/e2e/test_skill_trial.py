"""An assistant that does what SKILL.md says and nothing else, and a person who is not easy.

The assistant has no wits: what a remark of the person is (an answer, a question, something for
another step) stands in the script, because that is all that SKILL.md leaves to an assistant. It has
the installed folder, and `evalbook` on its path.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
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

WITHOUT: dict[str, Any] = {
    "notices": [],
    "checks": [],
    "choices": [],
    **dict.fromkeys(("step", "question", "default", "help", "error", "notebook")),
}
"""What --brief leaves out means."""

GROUP_ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/support-bot"


@dataclass(frozen=True)
class Answers:
    """The person answers; ``words`` is what SKILL.md has the assistant pass on."""

    words: str


@dataclass(frozen=True)
class TakesTheDefault:
    """The person is fine with what the turn proposes."""


@dataclass(frozen=True)
class Asks:
    """The person asks or hesitates, which is no answer."""

    words: str


@dataclass(frozen=True)
class SaysFor:
    """The person says what belongs to another step."""

    step: str
    words: str


@dataclass(frozen=True)
class GoesBack:
    """The person wants an earlier question again."""

    step: str


Remark = Answers | TakesTheDefault | Asks | SaysFor | GoesBack

HESITANT: dict[str, list[Remark]] = {
    "evaluation_type": [
        Asks("I don't know. What is there?"),
        *map(Answers, ("Help me decide", "2", "Yes", "No", "1", "yes")),
    ],
    "task": [
        Asks("Hm. What do you mean, task?"),
        Answers("It answers our customers' billing questions (refunds of $5 and more)."),
    ],
    "dataset": [
        SaysFor("s3_output", "s3://evalbook-results/trial/"),
        Answers("s3://evalbook-data/support/evil.jsonl"),
        Answers("s3://evalbook-data/support/eval.jsonl"),
    ],
    "data_sample": [Asks("What happens to it then?"), Answers("yes")],
    "custom_metrics": [TakesTheDefault()],
    "builtin_metrics": [Answers("Correctness, Helpfulness")],
    "model": [Answers(GROUP_ARN)],
    "model_confirm": [Answers("yes")],
    "judge_model": [Asks("Which judge would you take?"), Answers("Amazon Nova Pro")],
    "region": [TakesTheDefault()],
    "execution_role": [Answers("SageMakerOnlyRole"), Answers("EvaluationRole")],
    "s3_output": [Answers("yes")],
    "advanced": [TakesTheDefault()],
    "confirm": [
        SaysFor("builtin_metrics", "Correctness, Completeness, Helpfulness"),
        GoesBack("judge_model"),
        Answers("yes"),
    ],
    "bedrock_terms": [
        Asks("What does that cost?"),
        Answers("maybe later"),
        Answers("Yes, I agree."),
    ],
    "project": [Answers("Support Bot!"), Answers("support-bot")],
    "notebook": [TakesTheDefault()],
}
AGAIN: dict[str, list[Remark]] = {"judge_model": [Answers("Anthropic Claude Haiku 4.5")]}


@dataclass
class Assistant:
    """Follows SKILL.md: only the commands that it names, in the person's folder."""

    folder: Path
    environment: dict[str, str]
    said: list[str] = field(default_factory=list)
    """Everything shown to the person."""
    turns: list[dict[str, Any]] = field(default_factory=list)

    @property
    def commands(self) -> set[str]:
        """The commands that SKILL.md names."""
        (skill,) = self.folder.glob(".claude/skills/*/SKILL.md")
        text = skill.read_text(encoding="utf-8")
        spans = re.findall(r"`(evalbook [^`]+)`", text)
        fenced = re.findall(r"(evalbook [^\n`]+) <<'END'", text)
        return {re.sub(r"\s+", " ", command) for command in (*spans, *fenced)}

    def run(self, command: str, step: str = "", words: str | None = None) -> dict[str, Any]:
        """Run one of SKILL.md's commands and show the turn that comes back."""
        assert command in self.commands, command
        line = command.replace("STEP", step)
        if words is not None:
            line += f" <<'END'\n{words}\nEND"
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        turn: dict[str, Any] = WITHOUT | json.loads(done.stdout)
        assert done.returncode == {"rejected": 3, "error": 4}.get(turn["status"], 0), done.stderr
        self.turns.append(turn)
        self.show(turn)
        return turn

    def shell(
        self, command: str, heredoc: str = "", step: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command that SKILL.md names, in the person's folder."""
        assert command in self.commands, command
        return subprocess.run(
            ["sh", "-c", command.replace("STEP", step) + heredoc],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def show(self, turn: dict[str, Any]) -> None:
        """Show what SKILL.md says is to be shown of a turn, and nothing else."""
        error = turn["error"] or {}
        lines: list[str | None] = [error.get("message"), error.get("remedy"), *turn["notices"]]
        for check in turn["checks"]:
            if check["status"] != "passed":
                lines += [check["message"], check.get("remedy")]
        lines.append(turn["question"])
        for number, choice in enumerate(turn["choices"], start=1):
            mark = " (recommended)" if choice.get("recommended") else ""
            label = choice.get("label", choice["value"])
            lines += [f"{number}. {label}{mark}", choice.get("description")]
        lines += [turn["default"], turn["help"]]
        self.said.append("\n".join(line for line in lines if line))

    def pass_on(self, remark: Remark, turn: dict[str, Any]) -> dict[str, Any]:
        """Do with a remark what SKILL.md says."""
        if isinstance(remark, Answers):
            return self.run("evalbook answer --json --brief -", words=remark.words)
        if isinstance(remark, TakesTheDefault):
            return self.run('evalbook answer --json --brief ""')
        if isinstance(remark, SaysFor):
            return self.run(
                "evalbook answer --json --brief --step STEP -", remark.step, remark.words
            )
        if isinstance(remark, GoesBack):
            return self.run("evalbook back STEP --json --brief", remark.step)
        if turn["step"] == "judge_model":
            self.said.append("The choice is yours.")
        self.show(turn)
        return turn

    def interview(self, person: dict[str, list[Remark]], again: dict[str, list[Remark]]) -> None:
        """Hold the whole interview."""
        remarks = {step: [*person[step], *again.get(step, [])] for step in person}
        turn = self.run("evalbook next --json --brief")
        while turn["status"] != "complete":
            turn = self.pass_on(remarks[turn["step"]].pop(0), turn)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(step_seconds=0.2) as running:
        yield running


def an_assistant(sandbox: Sandbox, place: Path) -> Assistant:
    """Return an assistant in a folder with nothing but the skill, and evalbook on its path."""
    commands = place / "bin"
    commands.mkdir()
    evalbook = commands / "evalbook"
    evalbook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m evalbook "$@"\n', encoding="utf-8")
    evalbook.chmod(0o755)
    folder = place / "work"
    install(folder / ".claude" / "skills")
    environment = {
        **os.environ,
        **sandbox.environment,
        "PATH": f"{commands}:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    return Assistant(folder, environment)


@pytest.fixture(scope="module")
def trial(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The assistant after the whole interview with the hesitant person."""
    assistant = an_assistant(sandbox, tmp_path_factory.mktemp("trial"))
    assistant.interview(HESITANT, AGAIN)
    return assistant


def saved(assistant: Assistant) -> dict[str, Any]:
    text = (assistant.folder / "workflow_state.json").read_text(encoding="utf-8")
    answers: dict[str, Any] = json.loads(text)["evalbook"]["answers"]
    return answers


def test_a_hesitant_person_gets_to_a_notebook(trial):
    notebook = trial.folder / trial.turns[-1]["notebook"]
    nbformat.validate(nbformat.read(notebook, as_version=4))
    answers = saved(trial)
    assert answers["task"]["said"] == HESITANT["task"][1].words
    assert answers["builtin_metrics"]["value"] == ["Correctness", "Completeness", "Helpfulness"]
    assert answers["model"]["value"].endswith("model-package/support-bot/2")
    assert answers["judge_model"]["value"] == "anthropic.claude-haiku-4-5-20251001-v1:0"
    assert answers["s3_output"]["value"] == "s3://evalbook-results/trial"


def test_the_notebook_runs_and_the_skills_commands_tell_what_came_out(trial):
    path = trial.folder / trial.turns[-1]["notebook"]
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )

    client.execute(env=trial.environment)

    assert "Succeeded" in trial.shell("evalbook status").stdout
    results = trial.shell("evalbook results").stdout
    for metric in ("Correctness", "Completeness", "Helpfulness"):
        assert metric in results


def test_the_terms_are_shown_word_for_word_and_agreed_to_in_the_persons_words(trial):
    shown = [text for text in trial.said if TERMS in text]
    # Asked, shown again after the question, and after an answer that was no yes.
    assert len(shown) == 3
    terms = saved(trial)["bedrock_terms"]
    assert terms["said"] == "Yes, I agree."
    assert terms["value"]["caller"].endswith("assumed-role/SandboxCaller/you")


def test_no_judge_is_recommended_by_anything_said(trial):
    turns = [turn for turn in trial.turns if turn["step"] == "judge_model"]
    assert turns
    for turn in turns:
        assert not any(choice.get("recommended") for choice in turn["choices"])
        assert [c["value"] for c in turn["choices"]] == sorted(c["value"] for c in turn["choices"])
    for text in trial.said:
        if "Which judge model?" in text:
            assert not re.search(r"recommend|suggest|best|prefer|should take|good choice", text)


def test_a_role_that_bedrock_may_not_assume_is_refused_with_the_remedy(trial):
    rejected = next(
        turn
        for turn in trial.turns
        if turn["status"] == "rejected" and turn["step"] == "execution_role"
    )

    assert "bedrock.amazonaws.com" in rejected["error"]["message"]
    assert rejected["error"]["remedy"] in "\n".join(trial.said)


def test_the_assistant_goes_on_where_the_person_stopped(sandbox, tmp_path):
    assistant = an_assistant(sandbox, tmp_path)
    assistant.run("evalbook next --json --brief")
    assistant.pass_on(Answers("LLM as judge"), assistant.turns[-1])
    assistant.pass_on(Answers("Answers billing questions."), assistant.turns[-1])
    state = (assistant.folder / "workflow_state.json").read_bytes()

    turn = assistant.run("evalbook next --json --brief")

    assert turn["step"] == "dataset"
    assert (assistant.folder / "workflow_state.json").read_bytes() == state

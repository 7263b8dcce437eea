"""A kill at any instant loses no accepted answer and leaves no broken file."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalbook.workflow import state
from evalbook.workflow.workflow import Workflow

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.usefixtures("in_sandbox"),
    pytest.mark.skipif(os.name != "posix", reason="kills by signal"),
]

KILLS = 40


def answers_said(path: Path) -> dict[str, str]:
    saved = state.load(path)["evalbook"].get("answers", {})
    return {step: answer["said"] for step, answer in saved.items()}


def seconds_to_answer(step: str) -> float:
    """Answer a step, left alone, and return how long that takes on this machine."""
    said = {
        "task": "Answers questions.",
        "dataset": "s3://evalbook-data/support/eval.jsonl",
        "notebook": "new",
    }[step]
    start = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "evalbook", "answer", said], check=True, capture_output=True
    )
    return time.monotonic() - start


def test_a_kill_at_random_instants_leaves_the_answers_before_or_after():
    path = Path("workflow_state.json")
    chance = random.Random(7)
    Workflow.load(path).answer("LLM as judge")
    longest = 1.3 * max(seconds_to_answer("task"), seconds_to_answer("dataset"))
    accepted = answers_said(path)
    for number in range(KILLS):
        # In turn a new task, which asks nothing of AWS, and a dataset, which does.
        step, said = (
            ("task", f"Answers questions, take {number}.")
            if number % 2
            else (
                "dataset",
                f"s3://evalbook-data/{chance.choice(['support/eval', 'formats/openai'])}.jsonl",
            )
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "evalbook", "answer", "--step", step, said, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0, longest))
        process.send_signal(signal.SIGKILL)
        told, _ = process.communicate()

        now = answers_said(path) if path.exists() else {}

        before, after = accepted, {**accepted, step: said}
        if told.strip() and json.loads(told)["status"] == "question" and step in now:
            assert now.get(step) == said
        assert now in (before, after, {k: v for k, v in after.items() if k != "data_sample"})
        accepted = now
    assert accepted.keys() == {"evaluation_type", "task", "dataset"}


def test_a_kill_while_the_notebook_is_written_leaves_a_whole_notebook_or_none(in_sandbox):
    from evalbook.sandbox import Sandbox

    assert isinstance(in_sandbox, Sandbox)
    answers = {
        "evaluation_type": "LLM as judge",
        "task": "Answers questions.",
        "dataset": "s3://evalbook-data/support/eval.jsonl",
        "data_sample": "yes",
        "custom_metrics": "none",
        "builtin_metrics": "Correctness",
        "model": "support-bot",
        "model_confirm": "yes",
        "judge_model": "amazon.nova-pro-v1:0",
        "region": "us-east-1",
        "execution_role": "EvaluationRole",
        "s3_output": "s3://evalbook-results/run1/",
        "advanced": "no",
        "confirm": "yes",
        "bedrock_terms": "I agree",
        "project": "support-bot",
    }
    Path("answers.json").write_text(json.dumps(answers))
    subprocess.run(
        [sys.executable, "-m", "evalbook", "apply", "answers.json"], check=True, capture_output=True
    )
    path = Path("support-bot/notebooks/support-bot_model-evaluation.ipynb")
    chance = random.Random(11)
    longest = 1.3 * seconds_to_answer("notebook")
    path.unlink()
    for _ in range(15):
        process = subprocess.Popen(
            [sys.executable, "-m", "evalbook", "answer", "new", "--step", "notebook"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.2, 1) * longest)
        process.kill()
        process.wait()
        assert answers_said(Path("workflow_state.json")).keys() >= answers.keys()
        if path.exists():
            assert len(json.loads(path.read_text())["cells"]) == 5

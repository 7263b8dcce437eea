"""Small settings and notebooks for the tests of this folder, and of tests/e2e."""

from __future__ import annotations

import ast
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from evalbook.notebook.settings import EvaluationSettings
from evalbook.workflow.kinds import STEPS_BY_TYPE


def some_settings(
    settings: EvaluationSettings | None = None, /, **changes: Any
) -> EvaluationSettings:
    """Settings with changes: fields by their names, and answers of the type's steps by theirs."""
    settings = settings or SETTINGS
    shared = {field.name for field in fields(EvaluationSettings)}
    kind = changes.get("evaluation_type", settings.evaluation_type)
    given = {**settings.answers, **{it: changes[it] for it in changes.keys() - shared}}
    # Of what a type does not ask, its cells can't be given an answer.
    answers = {step.name: given.get(step.name, step.unasked) for step in STEPS_BY_TYPE[kind]}
    if kind == "inspect_ai":  # its cells are made from what its answers come to, too
        answers |= {name: given.get(name) for name in ("tasks_folder", "task_names", "answering")}
    assert changes.keys() - shared <= answers.keys()
    return replace(
        settings,
        answers=answers,
        **{name: changes[name] for name in changes.keys() & shared},
    )


SETTINGS = some_settings(
    EvaluationSettings(
        evaluation_type="llm_as_judge",
        answers={},
        dataset="s3://support-data/eval.jsonl",
        records=200,
        model_package_arn="arn:aws:sagemaker:us-west-2:123456789012:model-package/support-bot/3",
        base_model_name="meta-textgeneration-llama-3-2-1b-instruct",
        run_name="support-bot",
        evaluate_base_model=True,
        minutes=(50, 80),
    ),
    task="Answer questions of a support desk",
    region="us-west-2",
    execution_role="arn:aws:iam::123456789012:role/Evaluation",
    s3_output="s3://support-results/evaluations",
    builtin_metrics=["Correctness", "Helpfulness"],
    judge_model="anthropic.claude-sonnet-4-5-20250929-v1:0",
)


INSPECT_AI: dict[str, Any] = {
    "evaluation_type": "inspect_ai",
    "tasks_folder": "s3://support-data/tasks",
    "task_names": ["capitals", "sums"],
    "tasks": ["ALL"],
    "sample_limit": None,
    "epochs": 1,
    "answering": {
        "fine-tuned": {"endpoint_name": "support-bot"},
        "base": {"bedrock_model_id": "us.amazon.nova-lite-v1:0"},
    },
    "generation": {},
    "minutes": None,
}


def a_cell(source: str, **changes: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "mine",
        "metadata": {},
        "outputs": [],
        "source": source,
        **changes,
    }


def a_notebook(path: Path, *cells: dict[str, Any], minor: int = 5, **metadata: Any) -> Path:
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def cells_in(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def names_in(path: Path) -> list[str]:
    """Which cell of ours each cell is; "" for the others."""
    return [cell["metadata"].get("evalbook", {}).get("cell", "") for cell in cells_in(path)]


def without_magics(source: str) -> str:
    """The code of a cell that Python can read."""
    return "\n".join("pass" if line.startswith("%") else line for line in source.split("\n"))


def constants_in(source: str) -> dict[str, Any]:
    """The values of the NAME: type = literal statements in some code, without running it."""
    found = {}
    for statement in ast.parse(without_magics(source)).body:
        if isinstance(statement, ast.AnnAssign) and statement.value:
            found[ast.unparse(statement.target)] = ast.literal_eval(statement.value)
    return found

"""Interviews for tests: what a person says at each step, said until a step is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evalbook.workflow.kinds import STEPS_BY_TYPE
from evalbook.workflow.turn import Turn
from evalbook.workflow.workflow import Workflow

ALL_STEPS = tuple(dict.fromkeys(step for steps in STEPS_BY_TYPE.values() for step in steps))

GOOD_ANSWERS = {
    "evaluation_type": "llm_as_judge",
    "task": "Answers customers' billing questions.",
    "dataset": "s3://evalbook-data/support/eval.jsonl",
    "data_sample": "yes",
    "custom_metrics": "none",
    "builtin_metrics": "Correctness, Helpfulness",
    "model": "support-bot",
    "model_confirm": "yes",
    "judge_model": "amazon.nova-pro-v1:0",
    "region": "",
    "execution_role": "EvaluationRole",
    "s3_output": "s3://evalbook-results/run1/",
    "advanced": "no",
    "confirm": "yes",
    "bedrock_terms": "I agree",
    "project": "support-bot",
    "notebook": "new",
}

SHARED = {
    step: answer
    for step, answer in GOOD_ANSWERS.items()
    if step
    not in {
        "dataset",
        "data_sample",
        "custom_metrics",
        "builtin_metrics",
        "judge_model",
        "bedrock_terms",
    }
}
"""What a person says at the steps that every evaluation type asks."""

ANSWERS_BY_TYPE = {
    "llm_as_judge": GOOD_ANSWERS,
    "custom_scorer": {
        **SHARED,
        "evaluation_type": "custom_scorer",
        "scorer": "prime_math",
        "dataset": "s3://evalbook-data/scorer/math.jsonl",
        "data_sample": "yes",
    },
    "multi_turn_rl": {
        **SHARED,
        "evaluation_type": "multi_turn_rl",
        "model": "travel-agent",
        "agent_config": "",
        "agent_qualifier": "",
        "dataset": "s3://evalbook-data/agents/trips.jsonl",
        "data_sample": "yes",
    },
    "benchmark": {
        **SHARED,
        "evaluation_type": "benchmark",
        "benchmark": "mmlu",
        "subtasks": "anatomy, astronomy, virology",
    },
    "inspect_ai": {
        **SHARED,
        "evaluation_type": "inspect_ai",
        "task_source": "s3://evalbook-data/tasks/",
        "tasks": "all",
        "sample_limit": "all",
        "epochs": "2",
        "answered_by": "support-bot-v2",
        "base_answered_by": "support-bot-base",
        # Of tasks that are made of one's own records, and of artefacts that are hosted.
        "dataset": "s3://evalbook-data/support/eval.jsonl",
        "data_sample": "yes",
        "answer_scorer": "includes",
        "tasks_upload": "s3://evalbook-data/inspect-tasks/",
        "hosting_image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.36.0-lmi",
        "hosting_instances": "",
    },
}


def an_interview(**settings: Any) -> Workflow:
    """Return a new interview in the current folder."""
    return Workflow.load(Path("workflow_state.json"), **settings)


def answered_until(step: str | None, **instead: str) -> tuple[Workflow, Turn]:
    """Answer a new interview until a step is asked, or all of it, with some answers replaced."""
    workflow = an_interview()
    return workflow, answer_until(workflow, step, **instead)


def answer_until(workflow: Workflow, step: str | None, **instead: str) -> Turn:
    """Go on answering until a step is asked."""
    kind = instead.get("evaluation_type", workflow.interview.type.name)
    answers = {**ANSWERS_BY_TYPE[kind], **instead}
    workflow.at_hand = {name: answer for name, answer in answers.items() if name != step}
    turn = workflow.turn()
    while turn.status == "question" and turn.step != step:
        asked = turn.step or ""
        turn = workflow.answer(answers[asked])
        assert turn.status != "rejected", (asked, turn.error)
    workflow.at_hand = {}
    return turn

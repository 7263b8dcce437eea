"""The unpatched SDK refuses the inputs that the table of refusals says it does, where it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from sdk_refusals import (
    AGENT,
    ARGUMENTS,
    BENCHMARK,
    INSPECT,
    JUDGE,
    REFUSED_BY_CODE,
    REFUSED_BY_TYPE,
    SCORER,
    Refusal,
    make_odd_packages,
)

from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.sandbox import Sandbox, world

pytestmark = pytest.mark.e2e

ROWS = (*REFUSED_BY_CODE, *REFUSED_BY_TYPE)
SHARED = {
    "model": world.package_arn("support-bot", 2),
    "s3_output_path": "s3://evalbook-results/refused",
    "region": "us-east-1",
    "role": f"arn:aws:iam::{world.ACCOUNT}:role/EvaluationRole",
    "base_eval_name": "refused",
}
GOOD = {
    JUDGE: {
        **SHARED,
        "dataset": "s3://evalbook-data/support/eval.jsonl",
        "evaluator_model": "amazon.nova-pro-v1:0",
        "builtin_metrics": ["Correctness"],
    },
    SCORER: {
        **SHARED,
        "dataset": "s3://evalbook-data/scorer/math.jsonl",
        "evaluator": "prime_math",
    },
    BENCHMARK: {**SHARED, "benchmark": "mmlu", "subtasks": ["anatomy"]},
    AGENT: {
        **SHARED,
        "model": world.package_arn("travel-agent", 1),
        "dataset": "s3://evalbook-data/agents/trips.jsonl",
        "agent_config": world.AGENTS[0].arn,
    },
    INSPECT: {
        **SHARED,
        "benchmarks_path": world.TASKS,
        "bedrock_model_id": world.DEPLOYMENT,
    },
}
"""Arguments that the SDK takes, by evaluation type."""


def handed(row: Refusal) -> dict[str, Any]:
    arguments = {**GOOD[row.kind], **row.beside, row.argument or ARGUMENTS[row.step]: row.value}
    return {
        "evaluator": EVALUATION_TYPES[row.kind].class_name,
        "arguments": arguments,
        "start": row.when == "start",
    }


def usual(kind: str) -> dict[str, Any]:
    return {"evaluator": EVALUATION_TYPES[kind].class_name, "arguments": GOOD[kind], "start": False}


def sdk_outcomes(inputs: list[dict[str, Any]], folder: Path) -> list[tuple[str, str]]:
    """When the SDK refuses each of the inputs, and in which words."""
    with Sandbox(step_seconds=0.2) as sandbox:
        endpoint, keys = sandbox.environment["AWS_ENDPOINT_URL"], world.CALLER
        make_odd_packages(
            lambda region: boto3.client(
                "sagemaker",
                region_name=region,
                endpoint_url=endpoint,
                aws_access_key_id=keys.access_key,
                aws_secret_access_key=world.SECRET_KEY,
                aws_session_token=world.SESSION_TOKEN,
            )
        )
        found = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("sdk_refusing.py"))],
            input=json.dumps(inputs),
            env={**os.environ, **sandbox.environment},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert found.returncode == 0, found.stderr[-4000:]
    return [tuple(outcome) for outcome in json.loads(found.stdout.rpartition("\n=== ")[2])]


def test_the_sdk_refuses_each_input_where_and_as_the_table_says(tmp_path: Path) -> None:
    found = sdk_outcomes([*map(usual, GOOD), *map(handed, ROWS)], tmp_path)
    beside_good_arguments, of_rows = found[: len(GOOD)], found[len(GOOD) :]

    assert beside_good_arguments == [("nowhere", "")] * len(GOOD)
    wrong = [
        f"{row.place} ({row.wrong}): {when}, not {row.when}: {words}"
        for row, (when, words) in zip(ROWS, of_rows, strict=True)
        if when != row.when or (when != "nowhere" and not says(row, words))
    ]
    assert not wrong, "\n".join(wrong)


def says(row: Refusal, words: str) -> bool:
    """Tell whether the SDK's words are those of the row's place, any value in the braces."""
    pattern = ".*".join(map(re.escape, re.split(r"\{[^{}]*\}", row.says)))
    return re.search(row.shown or pattern, words, re.S) is not None

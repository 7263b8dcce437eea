from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from evalbook.runs.causes import find_cause
from evalbook.workflow.step_names import StepName

ABOUT = {"role": "arn:aws:iam::1:role/R", "judge": "a.judge", "region": "us-east-1"}

STEPS = set(get_args(StepName))

# From public issue threads, AWS's documentation, and the services' own words: cause, message.
SAID = [
    line.split(": ", 1)
    for line in (Path(__file__).parent / "what_aws_says.txt").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize(("cause", "said"), SAID)
def test_what_aws_says_is_known(cause: str, said: str) -> None:
    found = find_cause([said], ABOUT)

    assert found is not None
    assert found.id == cause
    assert "{" not in found.cause + found.remedy


def test_names_the_role_and_what_to_do() -> None:
    found = find_cause([SAID[0][1]], ABOUT)

    assert found is not None
    assert found.cause == "Amazon Bedrock may not assume the execution role arn:aws:iam::1:role/R."
    assert "Add bedrock.amazonaws.com to the role's trust policy" in found.remedy


def test_the_innermost_message_decides() -> None:
    found = find_cause(["NoSuchBucket", "ThrottlingException"], ABOUT)

    assert found is not None
    assert (found.id, found.message) == ("data.missing", "NoSuchBucket")


def test_a_general_cause_gives_way_to_a_particular_one_further_out() -> None:
    found = find_cause(["AccessDenied", "Could not assume role X"], ABOUT)

    assert found is not None
    assert found.id == "role.sagemaker_trust"


def test_what_is_not_known_is_not_guessed() -> None:
    assert find_cause(["Step failure: One or multiple steps failed.", ""], ABOUT) is None


@pytest.mark.parametrize(
    "said",
    [
        "Settings: AcceptEula=True, EvaluationType=BenchmarkEvaluation",
        "Generated 1000 of 1000 responses; the longest has a limit of 10000 tokens",
        "The secret of the session was not found in the cache, made anew",
        "INFO Writing metrics to s3://bucket/key",
        "Loading checkpoint shards: 100%",
        "Logging to the MLflow run evaluation-1",
        "Sent 3 requests to the agent runtime",
        "Training job settings: {'MaxRuntimeInSeconds': 86400}",
        "DEPRECATION: Python 3.8 reached the end of its life on October 14th, 2024.",
        "Evaluating with 8 concurrent requests, limited by max_connections",
        "Folder /opt/ml/output already exists, using it",
        "mean score: 0.5, standard error: nan",
        "RPC call to execute_method timed out after 10000 ms, trying again",
    ],
)
def test_what_only_sounds_like_a_cause_is_none(said: str) -> None:
    assert find_cause([said], ABOUT) is None


def test_a_long_log_is_searched_at_its_end() -> None:
    found = find_cause(["settings " * 10_000 + "\nexit code: 137"], ABOUT)

    assert found is not None
    assert found.id == "memory"


def test_a_hostile_log_is_searched_in_no_time() -> None:
    hostile = ["bedrock " * 40_000, "a" * 100_000, "1" * 100_000, "(" * 100_000]

    assert find_cause(hostile, ABOUT) is None


def test_each_cause_has_its_own_name_and_says_what_to_do() -> None:
    text = (files("evalbook.runs") / "known_causes.json").read_text(encoding="utf-8")
    known = json.loads(text)
    causes = [*known["causes"], *known["general"]]

    assert sorted(it["id"] for it in causes) == sorted({cause for cause, _ in SAID})
    for it in causes:
        assert it["remedy"].endswith(".")
        assert set(re.findall(r"`evalbook back (\w+)`", it["remedy"])) <= STEPS
        assert set(re.findall(r"{(\w+)}", it["cause"] + it["remedy"])) <= {
            "role", "judge", "region", "action",
        }  # fmt: skip

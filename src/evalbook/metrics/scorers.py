"""Custom scorers: the presets, a function to start from, and a try-out of one's own.

The function's contract: https://docs.aws.amazon.com/sagemaker/latest/dg/nova-implementing-reward-functions.html,
read 2026-11-21, which AWS's page on custom scorers refers to.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from evalbook.errors import AnswerRejected

TRY_SECONDS = 20
"""How long a try-out may take; a Lambda function has 3 seconds unless more are asked for."""

SAMPLES: tuple[dict[str, Any], ...] = (
    {
        "id": "right",
        "messages": [
            {"role": "user", "content": "How many days has a week?"},
            {"role": "assistant", "content": "7"},
        ],
        "reference_answer": "7",
    },
    {
        "id": "wrong",
        "messages": [
            {"role": "user", "content": "How many days has a week?"},
            {"role": "assistant", "content": "I am not sure."},
        ],
        "reference_answer": "7",
    },
)
"""Two samples as the evaluation hands them over: the right answer, and none."""

# Runs in an interpreter of its own: what it prints, imports or breaks stays there.
_RUNNER = """
import contextlib, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("scorer", sys.argv[1])
module = importlib.util.module_from_spec(spec)
with contextlib.redirect_stdout(sys.stderr):
    spec.loader.exec_module(module)
    answer = module.lambda_handler(json.loads(sys.argv[2]), None)
print(json.dumps(answer))
"""


@dataclass(frozen=True)
class Preset:
    """A scorer that comes with the service."""

    name: str
    label: str
    description: str


# Names as in get_builtin_metrics() of sagemaker 3.27.0.
PRESETS = (
    Preset(
        "prime_math",
        "Prime Math",
        "Compares the answer to a mathematical question with the bare right one.",
    ),
    Preset(
        "prime_code",
        "Prime Code",
        "Runs the answer's program on test cases: metadata with inputs and outputs.",
    ),
)


def starter_function() -> str:
    """Return the source of a scorer to start from."""
    return (files("evalbook") / "data" / "starter_scorer.py").read_text(encoding="utf-8")


def try_out(path: Path) -> list[tuple[str, float]]:
    """Run a scorer on this machine on `SAMPLES`, and return each sample's id and score.

    Raises:
        AnswerRejected: it does not run, takes too long, or returns something else than scores.
    """
    try:
        run = subprocess.run(  # noqa: S603 - the person's own file, at their word
            [sys.executable, "-c", _RUNNER, str(path), json.dumps(SAMPLES)],
            capture_output=True,
            text=True,
            timeout=TRY_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _rejected(path, f"did not end within {TRY_SECONDS} seconds") from error
    if run.returncode != 0:
        last = run.stderr.strip().splitlines()[-1:] or ["it ended without a word"]
        raise _rejected(path, f"failed: {last[0]}")
    try:
        return [_score(path, sample) for sample in _results(path, json.loads(run.stdout))]
    except ValueError as error:
        raise _rejected(path, "returned something that is not JSON") from error


def _results(path: Path, answer: Any) -> list[Any]:
    if not isinstance(answer, list) or len(answer) != len(SAMPLES):
        raise _rejected(path, f"returned {_shown(answer)} instead of one result for each sample")
    return answer


def _score(path: Path, result: Any) -> tuple[str, float]:
    known = [sample["id"] for sample in SAMPLES]
    if not isinstance(result, dict) or result.get("id") not in known:
        raise _rejected(path, f"returned {_shown(result)}, which has no id of a sample")
    value = result.get("aggregate_reward_score")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        what = f"returned {_shown(result)}, whose aggregate_reward_score is no number"
        raise _rejected(path, what)
    return str(result["id"]), float(value)


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 80 else text[:79] + "…"


def _rejected(path: Path, what: str) -> AnswerRejected:
    return AnswerRejected(
        "scorer.try_out",
        f"Tried on two samples, {path.name} {what}.",
        "lambda_handler takes a list of samples and returns, for each, its id and an "
        "aggregate_reward_score.",
    )

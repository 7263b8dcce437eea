"""Custom scorers: the presets, a function to start from, and trying one before it is deployed.

The function's contract: https://docs.aws.amazon.com/sagemaker/latest/dg/nova-implementing-reward-functions.html,
read 2026-11-21, which AWS's page on custom scorers refers to.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from evalbook.errors import AnswerRejected
from evalbook.numeric import is_finite_number
from evalbook.packaged import read_packaged
from evalbook.texts import shortened


@dataclass(frozen=True)
class Preset:
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


def read_starter_function() -> str:
    return read_packaged("data/starter_scorer.py")


# --- trying one on this machine -----------------------------------------------------------------

TRY_SECONDS = 20
"""How long a try-out may take; a Lambda function has 3 seconds by default."""
MOST_RESULT_BYTES = 1_000_000
"""A score for each sample is a few hundred bytes."""

Sample = dict[str, Any]

SAMPLES: tuple[Sample, ...] = (
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


@dataclass(frozen=True)
class Tried:
    """What a scorer made of one sample: a score, or what went wrong."""

    id: str
    score: float | None
    problem: str | None = None
    caught: str | None = None
    """An error that the scorer caught and did not report."""


def try_out(path: Path) -> list[Tried]:
    """Run a scorer on `SAMPLES` at once, and return what it made of each.

    Raises:
        AnswerRejected: it does not run, takes too long, or returns something else than scores.
    """
    (tried,) = _run(path, [SAMPLES])
    found = _scores(SAMPLES, tried)
    problem = next((one.problem for one in found if one.problem), None)
    if problem is not None:
        raise AnswerRejected(
            "scorer.try_out",
            f"Tried on two samples, {path.name} {problem}.",
            "lambda_handler takes a list of samples and returns, for each, its id and an "
            "aggregate_reward_score.",
        )
    return found


def verdict(name: str, tried: Sequence[Tried]) -> str:
    """Say what came of trying a scorer on `SAMPLES`: it works if the right answer scores higher."""
    right, wrong = (one.score or 0.0 for one in tried)
    if right > wrong:
        scores = ", ".join(f"{one.score:g} for the {one.id} answer" for one in tried)
        return f"{name} works on two samples: {scores}."
    caught = next((one.caught for one in tried if one.caught), None)
    why = f" It caught an error without reporting it: {caught}." if caught else ""
    if right == wrong:
        return (
            f"{name} runs, but does not tell right from wrong: both the right and the wrong sample "
            f"answer score {right:g}.{why}"
        )
    return (
        f"{name} runs, but scores the wrong sample answer higher ({wrong:g}) than the right one "
        f"({right:g}).{why}"
    )


def try_on(path: Path, samples: Sequence[Sample]) -> list[Tried]:
    """Run a scorer on samples, each by itself, so that one that fails leaves the others."""
    outcomes = _run(path, [[sample] for sample in samples])
    return [
        _scores([sample], outcome)[0] for sample, outcome in zip(samples, outcomes, strict=True)
    ]


def _run(path: Path, batches: Sequence[Sequence[Sample]]) -> list[dict[str, Any]]:
    """Return for each batch its ``result``, or the ``problem``."""
    runner = read_packaged("data/run_scorer.py")
    with tempfile.TemporaryDirectory(prefix="evalbook-scorer-") as folder:
        asked, answered = Path(folder) / "asked.json", Path(folder) / "answered.jsonl"
        asked.write_text(json.dumps(list(map(list, batches))), encoding="utf-8")
        command = [sys.executable, "-c", runner, str(path), str(asked), str(answered)]
        why_not = _end_of(command)
        try:
            found = _answers(answered)
        except ValueError as error:
            found, why_not = [], str(error)
    if len(found) > len(batches):
        # Nothing tells which of them is whose.
        found, why_not = [], "returned more often than it was called: it forks its process"
    missing = {"problem": why_not or "ended without a result"}
    return [*found, *[missing] * (len(batches) - len(found))]


def _end_of(command: list[str]) -> str | None:
    """Run a command; return why it did not end well, if so."""
    # What it prints may be without end: it goes nowhere.
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(  # noqa: S603 - the person's own file, at their word
        command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
    )
    try:
        code = process.wait(timeout=TRY_SECONDS)
    except subprocess.TimeoutExpired:
        return f"did not end within {TRY_SECONDS} seconds"
    finally:
        _end_all(process)
    return None if code == 0 else f"ended with exit status {code}"


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """End a process with those that it started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _answers(path: Path) -> list[dict[str, Any]]:
    """Read what was written so far; a ValueError says that it is too much to be scores."""
    try:
        with path.open("rb") as results:
            text = results.read(MOST_RESULT_BYTES + 1)
    except FileNotFoundError:
        return []
    if len(text) > MOST_RESULT_BYTES:
        raise ValueError(f"returned more than {MOST_RESULT_BYTES // 1_000_000} MB")
    # A line without its end was being written when time was up.
    whole = text.decode("utf-8", errors="replace").splitlines(keepends=True)
    return [json.loads(line) for line in whole if line.endswith("\n")]


def _scores(samples: Sequence[Sample], outcome: dict[str, Any]) -> list[Tried]:
    """Return the outcome for each sample of a batch; a problem applies to all of them."""
    ids = [str(sample["id"]) for sample in samples]
    problem, results = outcome.get("problem"), cast("Any", outcome.get("result"))
    if problem is None:
        problem = _what_is_wrong(results, ids)
    elif not problem.startswith(("did not end", "ended", "returned")):
        problem = f"failed: {problem}"
    if problem is not None:
        return [Tried(name, None, problem) for name in ids]
    # They may come in any order.
    scores = {it["id"]: float(it["aggregate_reward_score"]) for it in results}
    return [Tried(name, scores[name], caught=outcome.get("caught")) for name in ids]


def _what_is_wrong(results: Any, ids: Sequence[str]) -> str | None:
    for it in results if isinstance(results, list) else ():
        if not isinstance(it, dict) or it.get("id") not in ids:
            return f"returned {_shown(it)}, which has no sample id"
        if not is_finite_number(it.get("aggregate_reward_score")):
            shown = _shown(it)
            return f"returned {shown}, with an aggregate_reward_score that is not a number"
    if not isinstance(results, list) or sorted(it["id"] for it in results) != sorted(ids):
        return f"returned {_shown(results)} instead of one result for each sample"
    return None


def _shown(value: Any) -> str:
    return shortened(json.dumps(value, default=str), 80)

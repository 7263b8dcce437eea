"""MLflow as SageMaker hosts it: what a run recorded, over MLflow's own REST API.

The metrics are named as on
https://docs.aws.amazon.com/sagemaker/latest/dg/model-customize-mtrl-evaluation.html, read
2026-11-25; the rollouts behind them are drawn, no agent was asked, and every dataset has 40
prompts. Of MLflow there is what records a run and reads it again.
"""

from __future__ import annotations

import json
import random
import re
import statistics
from collections.abc import Mapping, Sequence
from math import comb
from typing import Any
from urllib.parse import parse_qs

from evalbook.sandbox import world
from evalbook.sandbox.clock import CLOCK
from evalbook.sandbox.faults import AwsError
from evalbook.sandbox.sagemaker.models import sagemaker_in
from evalbook.sandbox.sagemaker.rollouts import RolloutJob
from evalbook.sandbox.sagemaker.tracking import missing, refusal
from evalbook.sandbox.wire import AwsRequest

PROMPTS = 40
_KS = "1, 2, 4, 8, 16, 32"
SUCCESS = 1.0
"""Reward from which a rollout has succeeded."""
_SERVER_HEADERS = ("HTTP_X_SM_MLFLOW_APP_ARN", "HTTP_X_MLFLOW_SM_TRACKING_SERVER_ARN")
"""By which a request names its app or tracking server, as WSGI calls them."""
_API = "/api/2.0/mlflow/"
_OPERATIONS = {
    "runs/get": "GetRun",
    "experiments/get-by-name": "GetExperimentByName",
    "experiments/create": "CreateExperiment",
    "runs/create": "CreateRun",
    "runs/log-batch": "LogBatch",
    "runs/update": "UpdateRun",
}


def as_mlflow_request(request: AwsRequest, path: str) -> AwsRequest:
    """Return a request to MLflow under the service and action that IAM knows it by."""
    operation = _OPERATIONS.get(path.removeprefix(_API), "")
    return AwsRequest("sagemaker-mlflow", operation, request.region, request.access_key)


def mlflow_answer(
    environ: Mapping[str, Any], request: AwsRequest, path: str
) -> tuple[int, dict[str, Any]]:
    """Answer one request: an HTTP status and a document."""
    if not request.operation:
        return refusal(404, "ENDPOINT_NOT_FOUND", f"The sandbox's MLflow has no {path}.")
    sagemaker = sagemaker_in(world.ACCOUNT, request.region or world.HOME_REGION)
    server = next((environ[header] for header in _SERVER_HEADERS if header in environ), "")
    if server not in sagemaker.registry.mlflow_arns():
        return missing(f"There is no MLflow {server!r}.")
    asked = {key: it[0] for key, it in parse_qs(environ.get("QUERY_STRING", "")).items()}
    if environ["REQUEST_METHOD"] == "POST":
        asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    told = sagemaker.tracking_of(server).answer(request.operation, asked)
    if told is not None:
        return told
    run_id = asked.get("run_id")
    for job in sagemaker.rollouts.values():
        details = job.document["ServiceOutput"].get("MlflowDetails", {})
        if details.get("RunId") == run_id and job.category == "AgentRFTEvaluation":
            return 200, {"run": _run(job, details)}
    return missing(f"Run with id={run_id} not found")


def refused(error: AwsError) -> tuple[int, dict[str, Any]]:
    """Tell in MLflow's words what AWS would not let through."""
    return refusal(error.status, "PERMISSION_DENIED", error.message)


def _run(job: RolloutJob, details: Mapping[str, str]) -> dict[str, Any]:
    over = job.status == "Completed"
    now = int(CLOCK.now() * 1000)
    found = rollout_metrics(job.document) if over else {}
    return {
        "info": {
            "run_id": details["RunId"],
            "run_uuid": details["RunId"],
            "run_name": details["RunName"],
            "experiment_id": details["ExperimentId"],
            "status": "FINISHED" if over else "RUNNING",
            "start_time": int(job.created.timestamp() * 1000),
            "lifecycle_stage": "active",
        },
        "data": {
            "metrics": [
                {"key": name, "value": value, "timestamp": now, "step": 0}
                for name, value in found.items()
            ]
        },
    }


def rollout_metrics(document: Mapping[str, Any]) -> dict[str, float]:
    """Return what an evaluation job would have recorded: plausible, the same for the same data."""
    tuned = "ModelPackageConfig" in document
    hyperparameters = document.get("EvaluationConfig", {}).get("HyperParameters", {})
    size = int(hyperparameters.get("eval_group_size", 1))
    # The recipe's parameter is a text; both a list and numbers with commas are seen in it.
    ks = [int(k) for k in re.findall(r"\d+", str(hyperparameters.get("pass_k_values", _KS)))]
    seed = f"{json.dumps(document.get('InputDataConfig'), sort_keys=True)}|{tuned}"
    chance = random.Random(seed)  # noqa: S311 - no secret
    skill = 0.72 if tuned else 0.36
    groups = [_group(chance, skill, size) for _ in range(PROMPTS)]
    rewards = [reward for group in groups for reward in group]
    turns = [chance.randint(3, 9) - tuned for _ in rewards]
    succeeded = sum(reward >= SUCCESS for reward in rewards)
    return {
        "eval/reward/mean": statistics.fmean(rewards),
        "eval/reward/min": min(rewards),
        "eval/reward/max": max(rewards),
        "eval/reward/std": statistics.pstdev(rewards),
        "eval/reward/zero_frac": sum(reward == 0 for reward in rewards) / len(rewards),
        **_passes(groups, [k for k in ks if k <= size]),
        "eval/reward/succeeded_rollouts": succeeded,
        "eval/reward/failed_rollouts": len(rewards) - succeeded,
        "eval/reward/num_prompts": PROMPTS,
        "eval/reward/rollouts_per_prompt": size,
        "eval/reward/success_threshold": SUCCESS,
        "eval/turns/mean": statistics.fmean(turns),
        "eval/turns/min": min(turns),
        "eval/turns/max": max(turns),
        "eval/tokens/response_mean": chance.uniform(150, 190),
        "timing_s/eval": chance.uniform(300, 400),
    }


def _group(chance: random.Random, skill: float, size: int) -> list[float]:
    """Return the rewards of one prompt's rollouts."""
    easy = min(max(skill + chance.gauss(0, 0.2), 0.02), 0.98)
    partly = (0.0, 0.2, 0.4)
    return [SUCCESS if chance.random() < easy else chance.choice(partly) for _ in range(size)]


def _passes(groups: Sequence[Sequence[float]], ks: Sequence[int]) -> dict[str, float]:
    """Return how often one of k rollouts succeeds, and how often all do, without bias."""
    found: dict[str, float] = {}
    for k in ks:
        counts = [(len(group), sum(reward >= SUCCESS for reward in group)) for group in groups]
        at = [1 - comb(size - good, k) / comb(size, k) for size, good in counts]
        power = [comb(good, k) / comb(size, k) for size, good in counts]
        found[f"eval/reward/pass_at_{k}"] = statistics.fmean(at)
        found[f"eval/reward/pass_power_{k}"] = statistics.fmean(power)
    return found

"""What a run recorded in MLflow as SageMaker hosts it, read and written over MLflow's REST API.

The setting SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT of sagemaker-mlflow 0.5.0 is honoured.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from urllib.parse import urlencode

from evalbook.aws.answers import Asked, AwsUnreadable
from evalbook.aws.arns import Arn, parse_arn
from evalbook.aws.documents import ForeignJson, read_document
from evalbook.aws.mlflow import MLFLOW_KINDS, MlflowKind
from evalbook.aws.session import (
    Aws,
    AwsDenied,
    AwsInternalError,
    AwsInvalid,
    AwsMissing,
    border,
)
from evalbook.errors import EvalbookError
from evalbook.numeric import is_finite_number
from evalbook.texts import printable

_API = "/api/2.0/mlflow"
_MOST_METRICS = 1000
"""Of one call of LogBatch."""


@dataclass(frozen=True)
class TrackedRun:
    """The MLflow run in which a multi-turn RL evaluation job recorded what came out."""

    mlflow_arn: str
    experiment: str | None
    name: str | None
    run_id: str


def find_tracked_run(aws: Aws, job_arn: str) -> TrackedRun | None:
    """Return where a job of a multi-turn RL evaluation recorded; None if it does not say."""
    found = aws.client("sagemaker", job_arn.split(":")[3]).describe_job(
        JobName=job_arn.rpartition("/")[2], JobCategory="AgentRFTEvaluation"
    )
    document = read_document(found.get("JobConfigDocument"))
    details = document["ServiceOutput"]["MlflowDetails"]
    where = document["OutputDataConfig"]["MlflowConfig"]["MlflowResourceArn"].text
    run_id = details["RunId"].text
    if not where or not run_id:
        return None
    return TrackedRun(where, details["ExperimentName"].text, details["RunName"].text, run_id)


def run_metrics(aws: Aws, run: TrackedRun) -> dict[str, float]:
    """Return the metrics of a run, each with its newest value."""
    found = _ask(aws, run.mlflow_arn, "GetRun", f"runs/get?{urlencode({'run_id': run.run_id})}")
    # MLflow writes what is no number as a text, such as "NaN".
    pairs = ((it["key"].text, it["value"].value) for it in found["run"]["data"]["metrics"].items)
    return {key: float(value) for key, value in pairs if key and is_finite_number(value)}


def record_run(
    aws: Aws,
    mlflow_arn: str,
    experiment: str,
    name: str,
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    files: Mapping[str, bytes],
) -> TrackedRun:
    """Record a finished run in an experiment, which is created if it does not exist."""
    ask = partial(_ask, aws, mlflow_arn)
    asked = urlencode({"experiment_name": experiment})
    try:
        found = ask("GetExperimentByName", f"experiments/get-by-name?{asked}")["experiment"]
    except AwsMissing:
        found = ask("CreateExperiment", "experiments/create", {"name": experiment})
    now = int(time.time() * 1000)
    wanted = {
        "experiment_id": found["experiment_id"].text,
        "run_name": name,
        "start_time": now,
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }
    run = ask("CreateRun", "runs/create", wanted)["run"]["info"]
    run_id, artifacts = run["run_id"].text or "", run["artifact_uri"].text or ""
    measured = [
        {"key": key, "value": value, "timestamp": now, "step": 0} for key, value in metrics.items()
    ]
    for first in range(0, len(measured), _MOST_METRICS):
        batch = measured[first : first + _MOST_METRICS]
        ask("LogBatch", "runs/log-batch", {"run_id": run_id, "metrics": batch})
    if not artifacts.startswith("s3://"):
        raise AwsInvalid("mlflow.artifacts", f"MLflow keeps its files at {artifacts}, not in S3.")
    for file, content in files.items():
        bucket, _, prefix = artifacts.removeprefix("s3://").rstrip("/").partition("/")
        aws.client("s3").put_object(Bucket=bucket, Key=f"{prefix}/{file}", Body=content)
    ask("UpdateRun", "runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": now})
    return TrackedRun(mlflow_arn, experiment, name, run_id)


def _ask(
    aws: Aws, mlflow_arn: str, operation: str, path: str, body: Mapping[str, object] | None = None
) -> ForeignJson:
    """Send MLflow one request: a POST if it has a body, else a GET."""
    arn = parse_arn(mlflow_arn)
    kind = MLFLOW_KINDS.get(arn.path[0]) if arn else None
    if arn is None or kind is None or arn.service != "sagemaker":
        raise AwsInvalid("mlflow.arn", f"{mlflow_arn} is not an MLflow app or tracking server.")
    endpoint = os.environ.get("SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT") or kind.host.format(
        region=arn.region
    )
    asked = Asked("sagemaker-mlflow", operation, endpoint)
    status, answer = _sent(aws, arn, kind, asked, path, body)
    document = read_document(answer)
    if status != 200:
        raise _refusal(asked, status, document["error_code"].text, document["message"].text)
    if not isinstance(document.value, dict):
        raise AwsUnreadable(asked, "it does not look like an answer from MLflow")
    return document


def _sent(
    aws: Aws, arn: Arn, kind: MlflowKind, asked: Asked, path: str, body: Mapping[str, object] | None
) -> tuple[int, bytes]:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    data = json.dumps(body).encode() if body is not None else b""
    headers = {kind.header: str(arn), "X-Amz-Content-SHA256": sha256(data).hexdigest()}
    if body is not None:
        headers["Content-Type"] = "application/json"
    method = "GET" if body is None else "POST"
    request = AWSRequest(method, f"{asked.endpoint}{_API}/{path}", headers=headers, data=data)

    def ask() -> tuple[int, bytes]:
        with border(asked):
            credentials = aws.session.get_credentials()
            SigV4Auth(credentials, kind.signing_name, arn.region).add_auth(request)
            answer = URLLib3Session(timeout=max(1, int(aws.patience))).send(request.prepare())
            return answer.status_code, answer.content

    return aws.wait_for(str(asked), ask)


def _refusal(asked: Asked, status: int, code: str | None, message: str | None) -> EvalbookError:
    """Return what a refusal means; without a code or a message of MLflow's, it is not MLflow's."""
    said = printable(message or code or f"HTTP status {status}")
    if status >= 500 or status == 429:
        return AwsInternalError("aws_internal", f"MLflow did not answer {asked}: {said}")
    if not message and not code:
        return AwsUnreadable(asked, f"{said} without a message from MLflow")
    if status in (401, 403):
        return AwsDenied("denied", f"{asked} was denied: {said}")
    if status == 404:
        return AwsMissing("missing", said)
    return AwsInvalid("mlflow.run", f"{asked} was refused: {said}")

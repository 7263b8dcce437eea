"""What a run recorded in MLflow as SageMaker hosts it, asked for over MLflow's REST API.

Hosts, signing names and headers are those of sagemaker-mlflow 0.5.0
(``mlflow_sagemaker_helpers.py``, ``auth_provider.py``,
``mlflow_sagemaker_request_header_provider.py``); its setting SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT is
honoured.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evalbook.aws.answers import Asked
from evalbook.aws.arns import Arn, parse_arn
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

_ASKING = "sagemaker-mlflow:GetRun"
_NO_BODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of nothing."""


@dataclass(frozen=True)
class _Kind:
    """How one kind of MLflow server is asked."""

    host: str
    signing_name: str
    header: str


_KINDS = {
    "mlflow-app": _Kind(
        "https://mlflow.sagemaker.{region}.app.aws", "sagemaker", "x-sm-mlflow-app-arn"
    ),
    "mlflow-tracking-server": _Kind(
        "https://{region}.experiments.sagemaker.aws",
        "sagemaker-mlflow",
        "x-mlflow-sm-tracking-server-arn",
    ),
}


@dataclass(frozen=True)
class TrackedRun:
    """The MLflow run in which a multi-turn RL evaluation job recorded what came out."""

    mlflow_arn: str
    experiment: str | None
    name: str | None
    run_id: str


def tracked_run(aws: Aws, job_arn: str) -> TrackedRun | None:
    """Return where a job of a multi-turn RL evaluation recorded; None where it does not say.

    Raises:
        AwsDenied, AwsMissing, AwsInvalid: AWS's answer was no.
        AwsUnavailable: there was no answer.
    """
    found = aws.client("sagemaker", job_arn.split(":")[3]).describe_job(
        JobName=job_arn.rpartition("/")[2], JobCategory="AgentRFTEvaluation"
    )
    document = json.loads(found.get("JobConfigDocument") or "{}")
    details = document.get("ServiceOutput", {}).get("MlflowDetails", {})
    config = document.get("OutputDataConfig", {}).get("MlflowConfig", {})
    where, run_id = config.get("MlflowResourceArn"), details.get("RunId")
    if not where or not run_id:
        return None
    return TrackedRun(where, details.get("ExperimentName"), details.get("RunName"), run_id)


def run_metrics(aws: Aws, run: TrackedRun) -> dict[str, float]:
    """Return the metrics of a run, each with its newest value.

    Raises:
        AwsDenied, AwsMissing, AwsInvalid: MLflow's answer was no, or it is no MLflow that is known.
        AwsUnavailable: there was no answer.
    """
    arn = parse_arn(run.mlflow_arn)
    kind = _KINDS.get(arn.resource.partition("/")[0]) if arn else None
    if arn is None or kind is None or arn.service != "sagemaker":
        raise AwsInvalid("mlflow.arn", f"{run.mlflow_arn} is no MLflow app or tracking server.")
    status, body = _get(aws, arn, kind, run)
    try:
        document = json.loads(body)
    except ValueError:
        document = {}
    if status != 200:
        raise _refusal(status, str(document.get("message") or f"HTTP status {status}"))
    metrics = document.get("run", {}).get("data", {}).get("metrics") or ()
    return _values(metrics)


def _get(aws: Aws, arn: Arn, kind: _Kind, run: TrackedRun) -> tuple[int, bytes]:
    from urllib.parse import urlencode

    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.httpsession import URLLib3Session

    endpoint = os.environ.get("SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT") or kind.host.format(
        region=arn.region
    )
    url = f"{endpoint}/api/2.0/mlflow/runs/get?{urlencode({'run_id': run.run_id})}"
    headers = {kind.header: str(arn), "X-Amz-Content-SHA256": _NO_BODY}
    request = AWSRequest("GET", url, headers=headers)

    def ask() -> tuple[int, bytes]:
        with border(Asked("sagemaker-mlflow", "GetRun", endpoint)):
            credentials = aws.session.get_credentials()
            SigV4Auth(credentials, kind.signing_name, arn.region).add_auth(request)
            answer = URLLib3Session(timeout=max(1, int(aws.patience))).send(request.prepare())
            return answer.status_code, answer.content

    return aws.wait_for(_ASKING, ask)


def _refusal(status: int, message: str) -> EvalbookError:
    if status in (401, 403):
        return AwsDenied("denied", f"{_ASKING} was denied: {message}")
    if status == 404:
        return AwsMissing("missing", message)
    if status >= 500 or status == 429:
        return AwsInternalError("aws_internal", f"MLflow did not answer {_ASKING}: {message}")
    return AwsInvalid("mlflow.run", f"{_ASKING} was refused: {message}")


def _values(metrics: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    # MLflow writes what is no number as a text, such as "NaN".
    pairs = ((str(it.get("key")), it.get("value")) for it in metrics)
    return {key: float(value) for key, value in pairs if is_finite_number(value)}

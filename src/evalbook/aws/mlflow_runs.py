"""What a run recorded in MLflow as SageMaker hosts it, asked for over MLflow's REST API.

Hosts, signing names and headers are those of sagemaker-mlflow 0.5.0
(``mlflow_sagemaker_helpers.py``, ``auth_provider.py``,
``mlflow_sagemaker_request_header_provider.py``); its setting SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT is
honoured.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

from evalbook.aws.answers import Asked, AwsUnreadable
from evalbook.aws.arns import Arn, parse_arn
from evalbook.aws.documents import Document, read_document
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

_ASKED = Asked("sagemaker-mlflow", "GetRun", "MLflow")
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


def find_tracked_run(aws: Aws, job_arn: str) -> TrackedRun | None:
    """Return where a job of a multi-turn RL evaluation recorded; None where it does not say.

    Raises:
        AwsDenied, AwsMissing, AwsInvalid: AWS's answer was no.
        AwsUnavailable: there was no answer.
    """
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
    """Return the metrics of a run, each with its newest value.

    Raises:
        AwsDenied, AwsMissing, AwsInvalid: MLflow's answer was no, or it is no MLflow that is known.
        AwsUnavailable: there was no answer.
    """
    arn = parse_arn(run.mlflow_arn)
    kind = _KINDS.get(arn.resource.partition("/")[0]) if arn else None
    if arn is None or kind is None or arn.service != "sagemaker":
        raise AwsInvalid("mlflow.arn", f"{run.mlflow_arn} is not an MLflow app or tracking server.")
    status, body = _get(aws, arn, kind, run)
    document = read_document(body)
    if status != 200:
        raise _refusal(status, document["error_code"].text, document["message"].text)
    if not isinstance(document["run"].value, dict):
        raise AwsUnreadable(_ASKED, "it is not in the form of MLflow's answers")
    return _values(document["run"]["data"]["metrics"].items)


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
        with border(replace(_ASKED, endpoint=endpoint)):
            credentials = aws.session.get_credentials()
            SigV4Auth(credentials, kind.signing_name, arn.region).add_auth(request)
            answer = URLLib3Session(timeout=max(1, int(aws.patience))).send(request.prepare())
            return answer.status_code, answer.content

    return aws.wait_for(str(_ASKED), ask)


def _refusal(status: int, code: str | None, message: str | None) -> EvalbookError:
    """Return what MLflow's refusal means; without a code or a message of its own it is none."""
    said = printable(message or code or f"HTTP status {status}")
    if status >= 500 or status == 429:
        return AwsInternalError("aws_internal", f"MLflow did not answer {_ASKED}: {said}")
    if not message and not code:
        return AwsUnreadable(_ASKED, f"{said} without a word of MLflow's")
    if status in (401, 403):
        return AwsDenied("denied", f"{_ASKED} was denied: {said}")
    if status == 404:
        return AwsMissing("missing", said)
    return AwsInvalid("mlflow.run", f"{_ASKED} was refused: {said}")


def _values(metrics: Iterable[Document]) -> dict[str, float]:
    # MLflow writes what is no number as a text, such as "NaN".
    pairs = ((str(it["key"].value), it["value"].value) for it in metrics)
    return {key: float(value) for key, value in pairs if is_finite_number(value)}

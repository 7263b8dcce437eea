"""MLflow as SageMaker hosts it: which app or tracking server records a run, and what is in it.

A run is read and written over MLflow's REST API; the setting SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT of
sagemaker-mlflow 0.5.0 is honoured.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from evalbook.aws.answers import Asked, AwsUnreadable
from evalbook.aws.arns import Arn, describe_arn_kind, parse_arn
from evalbook.aws.documents import ForeignJson, read_document
from evalbook.aws.session import (
    NO_HELP,
    Aws,
    AwsDenied,
    AwsInternalError,
    AwsInvalid,
    AwsMissing,
    border,
    in_parallel,
    unchecked,
)
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import EvalbookError, reject
from evalbook.numeric import is_finite_number
from evalbook.texts import printable

# _MLFLOW_ARN_PATTERN in sagemaker/train/evaluate/base_evaluator.py, 3.27.0, but with a name.
_MLFLOW_ARN = re.compile(
    r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:(?:mlflow-tracking-server|mlflow-app)/[^/\s]+"
)
_FORMS = (
    "Give arn:aws:sagemaker:REGION:ACCOUNT:mlflow-app/ID or …:mlflow-tracking-server/NAME; "
    "`aws sagemaker list-mlflow-apps` and `list-mlflow-tracking-servers` show them."
)
# What _resolve_mlflow_resource_arn takes in sagemaker/train/common_utils/finetune_utils.py, 3.27.0.
_SDK_READY = ("Created", "Updated")

_USABLE = frozenset({"Created", "MaintenanceComplete", "Started", "Updated"})
_GONE = frozenset({"Deleted", "Deleting"})
_UNDER_WAY = frozenset({"Creating", "MaintenanceInProgress", "Starting", "Updating"})
# These leave the thing as it was.
_FAILED = frozenset({"MaintenanceFailed", "StartFailed", "UpdateFailed"})


@dataclass(frozen=True)
class MlflowResource:
    arn: str
    name: str
    kind: str
    """``MLflow app`` or ``MLflow tracking server``."""
    status: str


@dataclass(frozen=True)
class _Kind:
    """One kind of MLflow resource: how SageMaker is asked about it, and how MLflow itself."""

    words: str
    action: str
    """What Describe and List end with."""
    method: str
    """The same, as boto3 writes it."""
    prefix: str
    """What the names of the members of SageMaker's answers begin with."""
    host: str
    signing_name: str
    header: str
    """Header of a request to MLflow that has the ARN."""

    def list_all(self, aws: Aws, region: str) -> list[MlflowResource]:
        sagemaker: Any = aws.client("sagemaker", region)
        pages = sagemaker.get_paginator(f"list_{self.method}s").paginate()
        return [self._read(it) for page in pages for it in page[f"{self.prefix}Summaries"]]

    def describe(self, aws: Aws, arn: Arn) -> MlflowResource:
        asked = {"TrackingServerName": arn.path[1]} if self.prefix else {"Arn": str(arn)}
        sagemaker: Any = aws.client("sagemaker", arn.region)
        return self._read(getattr(sagemaker, f"describe_{self.method}")(**asked))

    def _read(self, found: Mapping[str, Any]) -> MlflowResource:
        arn, name, status = (found.get(self.prefix + it, "") for it in ("Arn", "Name", "Status"))
        return MlflowResource(arn, name, self.words, status)


# Hosts, signing names and headers are those of sagemaker-mlflow 0.5.0 (mlflow_sagemaker_helpers.py,
# auth_provider.py, mlflow_sagemaker_request_header_provider.py).
_APP = _Kind(
    "MLflow app",
    "MlflowApp",
    "mlflow_app",
    "",
    "https://mlflow.sagemaker.{region}.app.aws",
    "sagemaker",
    "x-sm-mlflow-app-arn",
)
_SERVER = _Kind(
    "MLflow tracking server",
    "MlflowTrackingServer",
    "mlflow_tracking_server",
    "TrackingServer",
    "https://{region}.experiments.sagemaker.aws",
    "sagemaker-mlflow",
    "x-mlflow-sm-tracking-server-arn",
)
_KINDS = {"mlflow-app": _APP, "mlflow-tracking-server": _SERVER}
"""By what an ARN's resource begins with."""


def plan_mlflow(aws: Aws, region: str) -> Check:
    """Say what the SageMaker SDK does in a region where no MLflow ARN is given.

    It takes the first app that is ready, else it creates one. It would prefer the account's default
    one, but the list, in the service model of November 2026, does not mark it.
    """
    try:
        apps = _APP.list_all(aws, region)
    except NO_HELP as error:
        return skipped(
            "mlflow.plan",
            f"It is not known which MLflow app the SDK would use: {error.message}. If it may not "
            "list them either, it continues without MLflow.",
            "Ask for sagemaker:ListMlflowApps, or give an MLflow app's ARN.",
        )
    ready = next((app for app in apps if app.status in _SDK_READY), None)
    if ready is not None:
        name = ready.name or ready.arn
        return passed("mlflow.plan", f'The SDK will log to the MLflow app "{name}".')
    found = "There is no MLflow app"
    if apps:
        states = ", ".join(f"{app.name or app.arn}: {app.status}" for app in apps[:3])
        found = f"No MLflow app is ready ({states})"
    return warning(
        "mlflow.plan",
        f"{found} in {region}: the SDK will create one before the evaluation starts. That takes a "
        "few minutes (it waits at most ten) and creates a bucket "
        f"sagemaker-{region}-ACCOUNT if there is none; you pay for what the app stores there.",
        "To choose, give an MLflow app's or tracking server's ARN.",
    )


def list_mlflow_resources(aws: Aws, region: str) -> tuple[list[MlflowResource], list[Check]]:
    """Return the MLflow apps and tracking servers of a region, and what could not be listed."""
    found = in_parallel([partial(_listed, aws, region, kind) for kind in _KINDS.values()])
    resources = [it for part, _ in found for it in part if it.arn and it.status not in _GONE]
    return resources, [check for _, checks in found for check in checks]


def _listed(aws: Aws, region: str, kind: _Kind) -> tuple[list[MlflowResource], list[Check]]:
    try:
        return kind.list_all(aws, region), []
    except NO_HELP as error:
        unseen = f"Can't list {kind.words}s: {error.message}"
        remedy = f"Give an ARN, or ask for sagemaker:List{kind.action}s."
        return [], [skipped("mlflow.list", unseen, remedy)]


def check_mlflow_arn(aws: Aws, text: str, region: str) -> tuple[str, list[Check]]:
    """Return an MLflow app's or tracking server's ARN, and what was checked about it.

    Where it may not be described, it is returned with a warning.

    Raises:
        AnswerRejected: ``mlflow.form``, ``mlflow.region``, ``mlflow.missing``, ``mlflow.status``.
    """
    arn = _mlflow_arn(text)
    if arn.region != region:
        raise reject(
            "mlflow.region",
            f"{arn} is in {arn.region}, the evaluation in {region}.",
            f"Give an MLflow app or tracking server in {region}.",
        )
    kind = _KINDS[arn.path[0]]
    try:
        found = kind.describe(aws, arn)
    except AwsDenied as error:
        what = f"whether {arn} exists and is ready"
        grant = f"sagemaker:Describe{kind.action}"
        return str(arn), [unchecked("mlflow.resource", what, error, grant, warning)]
    except AwsMissing:
        found = None
    except AwsInvalid as error:
        raise reject("mlflow.form", error.message, _FORMS) from None
    # A tracking server is described by its name, so another account's would be taken for our own.
    if found is None or found.arn != str(arn):
        missing = f"There is no {kind.words} {arn} in this account."
        raise reject("mlflow.missing", missing, _FORMS)
    return str(arn), [_status_check(kind, arn.path[1], found.status)]


def _mlflow_arn(text: str) -> Arn:
    arn = parse_arn(text)
    if arn is None:
        found = f'"{text.strip()}" is not the ARN of an MLflow app or tracking server.'
        raise reject("mlflow.form", found, _FORMS)
    if not _MLFLOW_ARN.fullmatch(str(arn)):
        what = "incomplete" if arn.path[0] in _KINDS else describe_arn_kind(arn)
        found = f"{arn} is {what}. An MLflow app or tracking server is needed."
        raise reject("mlflow.form", found, _FORMS)
    return arn


def _status_check(kind: _Kind, name: str, status: str) -> Check:
    if status in _USABLE:
        return passed("mlflow.resource", f"The {kind.words} {name} is ready ({status}).")
    if status in _UNDER_WAY | _FAILED:
        return warning(
            "mlflow.resource",
            f"The {kind.words} {name} may not be ready: its status is {status}.",
            "Check it again before you start the evaluation.",
        )
    remedy = "Give another, or none."
    if kind is _SERVER and status == "Stopped":
        command = f"start-mlflow-tracking-server --tracking-server-name {name}"
        remedy = f"Start it (`aws sagemaker {command}`), or give another."
    refused = f"The {kind.words} {name} can't be used: its status is {status}."
    raise reject("mlflow.status", refused, remedy)


# --- what a run recorded -------------------------------------------------------------------------

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
    kind = _KINDS.get(arn.path[0]) if arn else None
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
    aws: Aws, arn: Arn, kind: _Kind, asked: Asked, path: str, body: Mapping[str, object] | None
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

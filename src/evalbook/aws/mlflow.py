"""Which MLflow app or tracking server an evaluation will log to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from evalbook.aws.arns import Arn, describe_arn_kind, parse_arn
from evalbook.aws.session import (
    NO_HELP,
    Aws,
    AwsDenied,
    AwsInvalid,
    AwsMissing,
    in_parallel,
    unchecked,
)
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import reject

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
# An update or maintenance that failed leaves the thing as it was; one under way ends by itself.
_PERHAPS = frozenset(
    {
        "Creating",
        "MaintenanceFailed",
        "MaintenanceInProgress",
        "StartFailed",
        "Starting",
        "UpdateFailed",
        "Updating",
    }
)


@dataclass(frozen=True)
class MlflowResource:
    arn: str
    name: str
    kind: str
    """``MLflow app`` or ``MLflow tracking server``."""
    status: str


@dataclass(frozen=True)
class MlflowKind:
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
_APP = MlflowKind(
    "MLflow app",
    "MlflowApp",
    "mlflow_app",
    "",
    "https://mlflow.sagemaker.{region}.app.aws",
    "sagemaker",
    "x-sm-mlflow-app-arn",
)
_SERVER = MlflowKind(
    "MLflow tracking server",
    "MlflowTrackingServer",
    "mlflow_tracking_server",
    "TrackingServer",
    "https://{region}.experiments.sagemaker.aws",
    "sagemaker-mlflow",
    "x-mlflow-sm-tracking-server-arn",
)
MLFLOW_KINDS = {"mlflow-app": _APP, "mlflow-tracking-server": _SERVER}
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
    found = in_parallel([partial(_listed, aws, region, kind) for kind in MLFLOW_KINDS.values()])
    resources = [it for part, _ in found for it in part if it.arn and it.status not in _GONE]
    return resources, [check for _, checks in found for check in checks]


def _listed(aws: Aws, region: str, kind: MlflowKind) -> tuple[list[MlflowResource], list[Check]]:
    try:
        return kind.list_all(aws, region), []
    except NO_HELP as error:
        unseen = f"Can't list {kind.words}s: {error.message}"
        remedy = f"Give an ARN, or ask for sagemaker:List{kind.action}s."
        return [], [skipped("mlflow.list", unseen, remedy)]


def check_mlflow_arn(aws: Aws, text: str, region: str) -> tuple[str, list[Check]]:
    """Return an MLflow app's or tracking server's ARN, and what was checked about it.

    Where it may not be described, it is returned with a warning.
    """
    arn = _mlflow_arn(text)
    if arn.region != region:
        raise reject(
            "mlflow.region",
            f"{arn} is in {arn.region}, the evaluation in {region}.",
            f"Give an MLflow app or tracking server in {region}.",
        )
    kind = MLFLOW_KINDS[arn.path[0]]
    found = None
    try:
        found = kind.describe(aws, arn)
    except AwsDenied as error:
        what = f"whether {arn} exists and is ready"
        grant = f"sagemaker:Describe{kind.action}"
        return str(arn), [unchecked("mlflow.resource", what, error, grant, warning)]
    except AwsMissing:
        pass
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
        found = f"{arn} is {describe_arn_kind(arn)}."
        if arn.path[0] in MLFLOW_KINDS:
            found = f"{arn} is incomplete."
        raise reject("mlflow.form", f"{found} An MLflow app or tracking server is needed.", _FORMS)
    return arn


def _status_check(kind: MlflowKind, name: str, status: str) -> Check:
    if status in _USABLE:
        return passed("mlflow.resource", f"The {kind.words} {name} is ready ({status}).")
    if status in _PERHAPS:
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

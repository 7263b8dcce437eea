"""Which MLflow app or tracking server an evaluation will log to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import MlflowAppSummaryTypeDef

# _MLFLOW_ARN_PATTERN in sagemaker/train/evaluate/base_evaluator.py, 3.27.0, but with a name.
_MLFLOW_ARN = re.compile(
    r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:(?:mlflow-tracking-server|mlflow-app)/[^/\s]+"
)
_FORMS = (
    "Give arn:aws:sagemaker:REGION:ACCOUNT:mlflow-app/ID or …:mlflow-tracking-server/NAME; "
    "`aws sagemaker list-mlflow-apps` and `list-mlflow-tracking-servers` show them."
)
# What _resolve_mlflow_resource_arn takes, and what it passes over, in
# sagemaker/train/common_utils/finetune_utils.py, 3.27.0.
_SDK_READY = ("Created", "Updated")
_SDK_FAILED = ("Failed", "CreateFailed", "DeleteFailed", "Stopped")
_GIVE_ONE = "To choose, give an MLflow app's or tracking server's ARN."

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


def plan_mlflow(aws: Aws, region: str) -> Check:
    """Say what the SageMaker SDK does in a region where no MLflow ARN is given.

    It takes the app that the list marks as the account's default (the list has no such mark in the
    service model of November 2026), else the first that is ready, else it creates one.
    """
    try:
        apps = _apps(aws, region)
    except NO_HELP as error:
        return skipped(
            "mlflow.plan",
            f"It is not known which MLflow app the SDK would use: {error.message}. If it may not "
            "list them either, it continues without MLflow.",
            "Ask for sagemaker:ListMlflowApps, or give an MLflow app's ARN.",
        )
    chosen = _sdk_choice(apps)
    if chosen is not None:
        name = chosen.get("Name", chosen["Arn"])
        return passed("mlflow.plan", f'The SDK will log to the MLflow app "{name}".')
    return _will_create(region, apps)


@dataclass(frozen=True)
class MlflowResource:
    arn: str
    name: str
    kind: str
    """``MLflow app`` or ``MLflow tracking server``."""
    status: str


def list_mlflow_resources(aws: Aws, region: str) -> tuple[list[MlflowResource], list[Check]]:
    """Return the MLflow apps and tracking servers of a region, and what could not be listed."""
    found = in_parallel([partial(_listed, aws, region, listing) for listing in _LISTINGS])
    resources = [resource for part, _ in found for resource in part]
    return resources, [check for _, check in found if check is not None]


def _apps(aws: Aws, region: str) -> list[MlflowAppSummaryTypeDef]:
    pages = aws.client("sagemaker", region).get_paginator("list_mlflow_apps").paginate()
    return [app for page in pages for app in page["Summaries"]]


def _list_apps(aws: Aws, region: str) -> list[MlflowResource]:
    return [
        MlflowResource(app["Arn"], app.get("Name", ""), "MLflow app", app.get("Status", ""))
        for app in _apps(aws, region)
    ]


def _list_servers(aws: Aws, region: str) -> list[MlflowResource]:
    pages = aws.client("sagemaker", region).get_paginator("list_mlflow_tracking_servers").paginate()
    return [
        MlflowResource(
            server["TrackingServerArn"],
            server["TrackingServerName"],
            "MLflow tracking server",
            server.get("TrackingServerStatus", ""),
        )
        for page in pages
        for server in page["TrackingServerSummaries"]
    ]


@dataclass(frozen=True)
class _Listing:
    ask: Callable[[Aws, str], list[MlflowResource]]
    action: str
    kind: str


_LISTINGS = (
    _Listing(_list_apps, "ListMlflowApps", "MLflow app"),
    _Listing(_list_servers, "ListMlflowTrackingServers", "MLflow tracking server"),
)


def _listed(aws: Aws, region: str, listing: _Listing) -> tuple[list[MlflowResource], Check | None]:
    try:
        found = listing.ask(aws, region)
    except NO_HELP as error:
        unseen = f"Can't list {listing.kind}s: {error.message}"
        remedy = f"Give an ARN, or ask for sagemaker:{listing.action}."
        return [], skipped("mlflow.list", unseen, remedy)
    return [it for it in found if it.arn and it.status not in _GONE], None


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
    try:
        found, status = _describe(aws, arn)
    except AwsDenied as error:
        kind = "App" if arn.path[0] == "mlflow-app" else "TrackingServer"
        what, grant = f"whether {arn} exists and is ready", f"sagemaker:DescribeMlflow{kind}"
        return str(arn), [unchecked("mlflow.resource", what, error, grant, warning)]
    except AwsMissing:
        found, status = "", ""
    except AwsInvalid as error:
        raise reject("mlflow.form", error.message, _FORMS) from None
    # A tracking server is described by its name, so another account's would be taken for our own.
    if found != str(arn):
        missing = f"There is no {_words(arn)} {arn} in this account."
        raise reject("mlflow.missing", missing, _FORMS)
    return str(arn), [_status_check(arn, status)]


def _sdk_choice(apps: list[MlflowAppSummaryTypeDef]) -> MlflowAppSummaryTypeDef | None:
    default = [app for app in apps if app.get("AccountDefaultStatus") == "ENABLED"]
    ready = [app for app in apps if app.get("Status") in _SDK_READY]
    chosen = next(iter((*default, *ready)), None)
    if chosen is not None and chosen.get("Status") in _SDK_FAILED:
        return None
    return chosen


def _will_create(region: str, apps: list[MlflowAppSummaryTypeDef]) -> Check:
    found = "There is no MLflow app"
    if apps:
        states = ", ".join(
            f"{app.get('Name', app.get('Arn'))}: {app.get('Status')}" for app in apps[:3]
        )
        found = f"No MLflow app is ready ({states})"
    return warning(
        "mlflow.plan",
        f"{found} in {region}: the SDK will create one before the evaluation starts. That takes a "
        "few minutes (it waits at most ten) and creates a bucket "
        f"sagemaker-{region}-ACCOUNT if there is none; you pay for what the app stores there.",
        _GIVE_ONE,
    )


def _mlflow_arn(text: str) -> Arn:
    arn = parse_arn(text)
    if arn is None:
        found = f'"{text.strip()}" is not the ARN of an MLflow app or tracking server.'
        raise reject("mlflow.form", found, _FORMS)
    if not _MLFLOW_ARN.fullmatch(str(arn)):
        found = f"{arn} is {describe_arn_kind(arn)}."
        if arn.path[0] in {"mlflow-app", "mlflow-tracking-server"}:
            found = f"{arn} is incomplete."
        raise reject("mlflow.form", f"{found} An MLflow app or tracking server is needed.", _FORMS)
    return arn


def _describe(aws: Aws, arn: Arn) -> tuple[str, str]:
    """Return the ARN and the status of what AWS finds under an ARN."""
    if arn.path[0] == "mlflow-app":
        app = aws.client("sagemaker", arn.region).describe_mlflow_app(Arn=str(arn))
        return app.get("Arn", ""), app.get("Status", "")
    server = aws.client("sagemaker", arn.region).describe_mlflow_tracking_server(
        TrackingServerName=arn.path[1]
    )
    return server.get("TrackingServerArn", ""), server.get("TrackingServerStatus", "")


def _status_check(arn: Arn, status: str) -> Check:
    if status in _USABLE:
        return passed("mlflow.resource", f"The {_words(arn)} {arn.path[1]} is ready ({status}).")
    if status in _PERHAPS:
        return warning(
            "mlflow.resource",
            f"The {_words(arn)} {arn.path[1]} may not be ready: its status is {status}.",
            "Check it again before you start the evaluation.",
        )
    stopped = arn.path[0] == "mlflow-tracking-server" and status == "Stopped"
    command = f"start-mlflow-tracking-server --tracking-server-name {arn.path[1]}"
    raise reject(
        "mlflow.status",
        f"The {_words(arn)} {arn.path[1]} can't be used: its status is {status}.",
        f"Start it (`aws sagemaker {command}`), or give another."
        if stopped
        else "Give another, or none.",
    )


def _words(arn: Arn) -> str:
    return describe_arn_kind(arn).removeprefix("an ").removeprefix("a ")

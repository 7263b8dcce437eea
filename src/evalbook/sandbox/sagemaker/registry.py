"""Hubs, lineage artifacts and MLflow apps: what an evaluation looks up in SageMaker."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evalbook.sandbox.clock import CLOCK, moment
from evalbook.sandbox.sagemaker.exceptions import ResourceNotFound, ValidationException

PUBLIC_HUB = "SageMakerPublicHub"


@dataclass(frozen=True)
class HubContent:
    """A version of something in a hub: a base model, a data set, an evaluator."""

    hub: str
    owner: str
    """Account ID, or ``aws`` for the public hub."""
    region: str
    kind: str
    """``Model``, ``DataSet`` or ``JsonDoc``."""
    name: str
    version: str
    document: str
    created: float
    keywords: tuple[str, ...] = ()
    """Words that it is found by, such as ``@recipe:evaluation_mtrlevaluation``."""

    @property
    def hub_arn(self) -> str:
        """The hub it is in."""
        return f"arn:aws:sagemaker:{self.region}:{self.owner}:hub/{self.hub}"

    @property
    def arn(self) -> str:
        """This very version."""
        return (
            f"arn:aws:sagemaker:{self.region}:{self.owner}:hub-content/"
            f"{self.hub}/{self.kind}/{self.name}/{self.version}"
        )

    def summary(self) -> dict[str, Any]:
        """Return what ListHubContents shows."""
        return {
            "HubContentName": self.name,
            "HubContentArn": self.arn,
            "HubContentVersion": self.version,
            "HubContentType": self.kind,
            "DocumentSchemaVersion": "2.0.0",
            "HubContentDisplayName": self.name,
            "HubContentSearchKeywords": list(self.keywords),
            "HubContentStatus": "Available",
            "CreationTime": moment(self.created),
        }

    def description(self) -> dict[str, Any]:
        """Return what DescribeHubContent shows."""
        return {
            **self.summary(),
            "HubName": self.hub,
            "HubArn": self.hub_arn,
            "HubContentDocument": self.document,
            "LastModifiedTime": moment(self.created),
        }


@dataclass
class Registry:
    """What one account has registered in one region."""

    account: str
    region: str
    contents: list[HubContent] = field(default_factory=list)
    artifacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By ARN, as DescribeArtifact shows them."""
    mlflow_apps: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By ARN, as DescribeMlflowApp shows them."""
    tracking_servers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By name, as DescribeMlflowTrackingServer shows them."""

    def hub(self, name: str) -> dict[str, Any]:
        """Return a hub as DescribeHub shows it.

        Raises:
            ResourceNotFound: there is no such hub.
        """
        name = name.split("/")[-1]
        inside = [content for content in self.contents if content.hub == name]
        if not inside:
            raise ResourceNotFound(f"Hub {name} does not exist.")
        return {
            "HubName": name,
            "HubArn": inside[0].hub_arn,
            "HubDisplayName": name,
            "HubStatus": "InService",
            "CreationTime": moment(inside[0].created),
            "LastModifiedTime": moment(inside[0].created),
        }

    def hubs(self) -> list[dict[str, Any]]:
        """Return the hubs as ListHubs shows them, by name."""
        names = sorted({content.hub for content in self.contents})
        return [self.hub(name) for name in names]

    def hub_contents(self, hub: str, kind: str, name_contains: str | None) -> list[HubContent]:
        """Return the newest version of each content of a kind in a hub, by name."""
        self.hub(hub)
        newest = {
            content.name: content
            for content in sorted(self.contents, key=lambda content: _numbers(content.version))
            if content.hub == hub.split("/")[-1]
            and content.kind == kind
            and (name_contains or "") in content.name
        }
        return [newest[name] for name in sorted(newest)]

    def hub_content(self, hub: str, kind: str, name: str, version: str | None) -> HubContent:
        """Return a content's version, or its newest.

        Raises:
            ResourceNotFound: the hub has no such content or version.
        """
        self.hub(hub)
        found = [
            content
            for content in self.contents
            if (content.hub, content.kind, content.name) == (hub.split("/")[-1], kind, name)
            and version in (None, content.version)
        ]
        if not found:
            wanted = f"{name} version {version}" if version else name
            raise ResourceNotFound(
                f"HubContent {wanted} of type {kind} does not exist in hub {hub}."
            )
        return max(found, key=lambda content: _numbers(content.version))

    def content_by_arn(self, arn: str) -> HubContent | None:
        """Return the content an ARN names; without a version, the newest."""
        match = re.fullmatch(r"arn:[^:]+:sagemaker:[^:]+:[^:]+:hub-content/(.+)", arn)
        parts = match.group(1).split("/") if match else []
        try:
            hub, kind, name, version = (*parts, None)[:4]
            return self.hub_content(str(hub), str(kind), str(name), version)
        except (ResourceNotFound, ValueError):
            return None

    def create_artifact(
        self,
        artifact_id: str,
        name: str | None,
        source: Mapping[str, Any],
        kind: str,
        properties: Any,
    ) -> str:
        """Register a lineage artifact and return its ARN."""
        arn = f"arn:aws:sagemaker:{self.region}:{self.account}:artifact/{artifact_id}"
        now = moment(CLOCK.now())
        self.artifacts[arn] = {
            "ArtifactName": name,
            "ArtifactArn": arn,
            "Source": dict(source),
            "ArtifactType": kind,
            "Properties": properties,
            "CreationTime": now,
            "LastModifiedTime": now,
        }
        return arn

    def create_mlflow_app(self, app_id: str, request: Mapping[str, Any], ready_at: float) -> str:
        """Create an MLflow app that is ready at a moment, and return its ARN.

        Raises:
            ValidationException: an app of that name exists.
        """
        if any(app["Name"] == request["Name"] for app in self.mlflow_apps.values()):
            raise ValidationException(f"An MLflow app named {request['Name']} already exists.")
        arn = f"arn:aws:sagemaker:{self.region}:{self.account}:mlflow-app/{app_id}"
        default = request.get("AccountDefaultStatus", "DISABLED")
        if default == "ENABLED":
            for app in self.mlflow_apps.values():
                app["AccountDefaultStatus"] = "DISABLED"
        now = moment(CLOCK.now())
        self.mlflow_apps[arn] = {
            "Arn": arn,
            "Name": request["Name"],
            "ArtifactStoreUri": request["ArtifactStoreUri"],
            "MlflowVersion": "3.10.0",
            "RoleArn": request["RoleArn"],
            "ModelRegistrationMode": request.get(
                "ModelRegistrationMode", "AutoModelRegistrationDisabled"
            ),
            "AccountDefaultStatus": default,
            "DefaultDomainIdList": list(request.get("DefaultDomainIdList") or ()),
            "CreationTime": now,
            "LastModifiedTime": now,
            "ReadyAt": ready_at,
        }
        return arn

    def mlflow_app(self, arn: str) -> dict[str, Any]:
        """Return an MLflow app as DescribeMlflowApp shows it now.

        Raises:
            ResourceNotFound: there is no such app.
        """
        if arn not in self.mlflow_apps:
            raise ResourceNotFound(f"MLflow app {arn} does not exist.")
        app = dict(self.mlflow_apps[arn])
        app["Status"] = "Created" if CLOCK.now() >= app.pop("ReadyAt") else "Creating"
        return app

    def mlflow_app_list(self, filters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the apps that pass ListMlflowApps' filters, newest first.

        The service's summary has no AccountDefaultStatus, though it can be filtered by.
        """
        apps = [self.mlflow_app(arn) for arn in self.mlflow_apps]
        for name in ("Status", "MlflowVersion", "AccountDefaultStatus"):
            if filters.get(name):
                apps = [app for app in apps if app[name] == filters[name]]
        domain = filters.get("DefaultForDomainId")
        if domain:
            apps = [app for app in apps if domain in app["DefaultDomainIdList"]]
        shown = ("Arn", "Name", "Status", "CreationTime", "LastModifiedTime", "MlflowVersion")
        apps.sort(key=lambda app: app["CreationTime"], reverse=True)
        return [{name: app[name] for name in shown} for app in apps]

    def add_tracking_server(self, name: str, status: str, request: Mapping[str, Any]) -> None:
        """Add an MLflow tracking server."""
        now = moment(CLOCK.now())
        self.tracking_servers[name] = {
            "TrackingServerArn": (
                f"arn:aws:sagemaker:{self.region}:{self.account}:mlflow-tracking-server/{name}"
            ),
            "TrackingServerName": name,
            "TrackingServerStatus": status,
            "IsActive": "Active" if status == "Created" else "Inactive",
            "MlflowVersion": "2.16.2",
            "ArtifactStoreUri": request["ArtifactStoreUri"],
            "RoleArn": request["RoleArn"],
            "TrackingServerSize": "Small",
            "CreationTime": now,
            "LastModifiedTime": now,
        }

    def tracking_server(self, name: str) -> dict[str, Any]:
        """Return a tracking server as DescribeMlflowTrackingServer shows it.

        Raises:
            ResourceNotFound: there is not one of that name.
        """
        if name not in self.tracking_servers:
            raise ResourceNotFound(f"MLflow tracking server {name} does not exist.")
        return self.tracking_servers[name]

    def mlflow_arns(self) -> set[str]:
        """Return the ARNs of all MLflow apps and tracking servers."""
        servers = (server["TrackingServerArn"] for server in self.tracking_servers.values())
        return {*self.mlflow_apps, *servers}

    def tracking_server_list(self) -> list[dict[str, Any]]:
        """Return the tracking servers as ListMlflowTrackingServers shows them, by name."""
        hidden = {"ArtifactStoreUri", "RoleArn", "TrackingServerSize"}
        return [
            {key: value for key, value in server.items() if key not in hidden}
            for _, server in sorted(self.tracking_servers.items())
        ]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

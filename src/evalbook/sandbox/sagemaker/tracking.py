"""What clients recorded in an MLflow server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from evalbook.sandbox import world

Told = tuple[int, dict[str, Any]]
"""An HTTP status and a document."""


def refusal(status: int, code: str, message: str) -> Told:
    """Refuse in MLflow's words."""
    return status, {"error_code": code, "message": message}


def missing(message: str) -> Told:
    """Say that something is not there."""
    return refusal(404, "RESOURCE_DOES_NOT_EXIST", message)


class Tracking:
    """What clients recorded in one server."""

    def __init__(self) -> None:
        self._experiments: dict[str, str] = {}
        """Ids by names."""
        self._runs: dict[str, dict[str, Any]] = {}

    def answer(self, operation: str, asked: Mapping[str, Any]) -> Told | None:
        """Answer a request; None if it is about a run that is not known here."""
        if operation == "GetExperimentByName":
            name = asked["experiment_name"]
            if name not in self._experiments:
                return missing(f"No Experiment {name} exists.")
            return 200, {"experiment": {"experiment_id": self._experiments[name], "name": name}}
        if operation == "CreateExperiment":
            number = str(len(self._experiments) + 1)
            return 200, {"experiment_id": self._experiments.setdefault(asked["name"], number)}
        if operation == "CreateRun":
            return 200, {"run": self._created(asked)}
        run = self._runs.get(asked["run_id"])
        if run is None:
            return None
        if operation == "LogBatch":
            run["data"]["metrics"] += asked.get("metrics", [])
        elif operation == "UpdateRun":
            run["info"]["status"] = asked["status"]
        return 200, {"run": run} if operation == "GetRun" else {}

    def _created(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        run_id = uuid4().hex
        info = {
            "run_id": run_id,
            "run_name": asked["run_name"],
            "experiment_id": asked["experiment_id"],
            "status": "RUNNING",
            "artifact_uri": f"s3://{world.RESULTS_BUCKET}/mlflow/{run_id}/artifacts",
            "lifecycle_stage": "active",
        }
        data = {"metrics": [], "tags": asked.get("tags", [])}
        return self._runs.setdefault(run_id, {"info": info, "data": data})

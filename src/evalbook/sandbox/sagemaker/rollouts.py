"""Jobs of multi-turn RL, in the shape of SageMaker's Job: training an agent, and playing rollouts.

No agent is asked: a job ends as asked, and says which MLflow run holds its rewards; what is in
that run, `evalbook.sandbox.mlflow` draws.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from evalbook.sandbox.clock import moment

AGENT_FIELDS = {"BedrockAgentCoreConfig": "AgentRuntimeArn", "CustomAgentLambdaConfig": "LambdaArn"}


class RolloutJob:
    """A job of category AgentRFT or AgentRFTEvaluation."""

    def __init__(
        self,
        name: str,
        arn: str,
        request: Mapping[str, Any],
        started: float,
        output: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.arn = arn
        self.request = request
        self.status = "InProgress"
        self.failure: str | None = None
        self.created = self.modified = moment(started)
        self.document: dict[str, Any] = json.loads(request["JobConfigDocument"])
        self.document["ServiceOutput"] = dict(output or self._tracked())

    @property
    def category(self) -> str:
        """``AgentRFT`` or ``AgentRFTEvaluation``."""
        return str(self.request["JobCategory"])

    def _tracked(self) -> dict[str, Any]:
        """Return the MLflow run that the service would record the rewards in."""
        config = self.document.get("OutputDataConfig", {}).get("MlflowConfig", {})
        number = hashlib.sha256(self.name.encode()).hexdigest()
        details = {
            "ExperimentName": config.get("MlflowExperimentName", "default"),
            "RunName": config.get("MlflowRunName", "run"),
            "ExperimentId": str(int(number[:6], 16)),
            "RunId": number[:32],
        }
        return {"MlflowDetails": details}

    def problem(self) -> str | None:
        """Return why the service would refuse the job; None if it would not."""
        seconds = self.document.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 1)
        if not 0 < seconds <= 259200:
            return f"ValidationException: MaxRuntimeInSeconds {seconds} is out of range."
        config = self.document.get("AgentConfig") or {}
        if not any(config.get(kind, {}).get(name) for kind, name in AGENT_FIELDS.items()):
            return "ValidationException: AgentConfig names no agent."
        return None

    def end(self, status: str, at: float, failure: str | None = None) -> None:
        """Note how the job ended."""
        self.status, self.modified, self.failure = status, moment(at), failure

    def summary(self) -> dict[str, Any]:
        """Return what ListJobs shows."""
        return {
            "JobArn": self.arn,
            "JobName": self.name,
            "JobCategory": self.request["JobCategory"],
            "JobStatus": self.status,
            "JobSecondaryStatus": self.status,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
        }

    def description(self) -> dict[str, Any]:
        """Return what DescribeJob shows."""
        over = self.status != "InProgress"
        return {
            "JobName": self.name,
            "JobArn": self.arn,
            "RoleArn": self.request["RoleArn"],
            "JobCategory": self.request["JobCategory"],
            "JobConfigSchemaVersion": self.request["JobConfigSchemaVersion"],
            "JobConfigDocument": json.dumps(self.document),
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "EndTime": self.modified if over else None,
            "JobStatus": self.status,
            "SecondaryStatus": self.status,
            "SecondaryStatusTransitions": [],
            "FailureReason": self.failure,
        }

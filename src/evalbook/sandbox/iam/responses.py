"""IAM operations that moto lacks."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse as MotoIamResponse

from evalbook.sandbox.answers import CheckedResponse, page_of
from evalbook.sandbox.iam.exceptions import InvalidInput
from evalbook.sandbox.iam.models import principal_permissions
from evalbook.sandbox.iam.policies import Permissions, Verdict


class IamResponse(MotoIamResponse, CheckedResponse):
    """moto's IAM, with policy simulation."""

    def simulate_principal_policy(self) -> ActionResult:
        """Evaluate actions against a role's policies, each resource by itself.

        Kinder than AWS: policies given with the request, resource policies and caller ARNs are
        not looked at.
        """
        permissions = principal_permissions(self._get_param("PolicySourceArn"))
        resources = self._get_param("ResourceArns") or ["*"]
        context = {
            entry["ContextKeyName"]: list(entry.get("ContextKeyValues") or ())
            for entry in self._get_param("ContextEntries") or ()
        }
        results = [
            _result(permissions, action, resource, context)
            for action in self._get_param("ActionNames")
            for resource in resources
        ]
        page, marker = page_of(
            results, self._get_param("Marker"), self._get_int_param("MaxItems"), InvalidInput
        )
        return self.checked(
            {"EvaluationResults": page, "IsTruncated": marker is not None, "Marker": marker}
        )


def _result(
    permissions: Permissions, action: str, resource: str, context: dict[str, list[str]]
) -> dict[str, Any]:
    verdict: Verdict = permissions.decide(action, resource, context)
    boundary = verdict.boundary_allows
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": verdict.decision,
        "MatchedStatements": [{"SourcePolicyId": name} for name in verdict.matched],
        "MissingContextValues": list(verdict.missing_context),
        "PermissionsBoundaryDecisionDetail": (
            None if boundary is None else {"AllowedByPermissionsBoundary": boundary}
        ),
    }

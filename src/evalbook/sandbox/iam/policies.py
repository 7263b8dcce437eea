"""Whether a role's policies allow an action, as IAM evaluates them.

Kinder than AWS: conditions other than StringEquals, StringLike and ArnLike never hold, so a
statement that has one does not apply; service control policies and session policies do not exist;
and where a request's resource is not known, an Allow for any resource counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

Decision = Literal["allowed", "explicitDeny", "implicitDeny"]

UNKNOWN_RESOURCE = None
"""Stands for a resource that the request does not tell."""


@dataclass(frozen=True)
class Verdict:
    """How one action came out, and what decided it."""

    decision: Decision
    matched: tuple[str, ...] = ()
    """Names of the policies whose statements decided."""
    missing_context: tuple[str, ...] = ()
    boundary_allows: bool | None = None
    """None if the role has no permissions boundary."""


@dataclass(frozen=True)
class Permissions:
    """What a role may do: its policies by name, and its boundary if it has one."""

    policies: Mapping[str, Mapping[str, Any]]
    boundary: Mapping[str, Any] | None = None

    def decide(
        self,
        action: str,
        resource: str | None = "*",
        context: Mapping[str, Sequence[str]] | None = None,
    ) -> Verdict:
        """Evaluate one action on one resource; ``context`` maps condition keys to values."""
        tally = _Tally(action, resource, context or {})
        for name, document in self.policies.items():
            tally.add(name, document)
        if self.boundary is None:
            return tally.verdict()
        limit = _Tally(action, resource, context or {})
        limit.add("PermissionsBoundary", self.boundary)
        return tally.verdict(limit.verdict().decision)


@dataclass
class _Tally:
    action: str
    resource: str | None
    context: Mapping[str, Sequence[str]]
    allowing: list[str] = field(default_factory=list)
    denying: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, name: str, document: Mapping[str, Any]) -> None:
        for statement in _listed(document.get("Statement")):
            side = self.allowing if statement.get("Effect") == "Allow" else self.denying
            if self._applies(statement, denies=side is self.denying):
                side.append(name)

    def verdict(self, boundary: Decision | None = None) -> Verdict:
        decision: Decision = "implicitDeny"
        if self.denying or boundary == "explicitDeny":
            decision = "explicitDeny"
        elif self.allowing and boundary in (None, "allowed"):
            decision = "allowed"
        return Verdict(
            decision,
            tuple(dict.fromkeys(self.denying or self.allowing)),
            tuple(dict.fromkeys(self.missing)),
            None if boundary is None else boundary == "allowed",
        )

    def _applies(self, statement: Mapping[str, Any], *, denies: bool) -> bool:
        if not _named(statement, "Action", [self.action.lower()], lower=True):
            return False
        if self.resource is not UNKNOWN_RESOURCE:
            covered = _named(statement, "Resource", [self.resource])
        else:
            covered = not denies or "*" in _listed(statement.get("Resource", "*"))
        return covered and self._conditions_hold(statement)

    def _conditions_hold(self, statement: Mapping[str, Any]) -> bool:
        known = {key.lower(): values for key, values in self.context.items()}
        holds = True
        for operator, wanted in (statement.get("Condition") or {}).items():
            for key, patterns in wanted.items():
                values = known.get(key.lower())
                if values is None:
                    self.missing.append(key)
                    holds = holds and operator.endswith("IfExists")
                else:
                    holds = holds and _condition(operator, values, _listed(patterns))
        return holds


def permissions_of(role: Any, managed: Mapping[str, Any]) -> Permissions:
    """Collect a moto role's inline and attached policies; ``managed`` maps ARNs to policies."""
    policies = {name: _document(text) for name, text in role.policies.items()}
    for policy in role.managed_policies.values():
        policies[policy.name] = _document(_current(policy))
    boundary = managed.get(role.permissions_boundary_arn)
    return Permissions(policies, None if boundary is None else _document(_current(boundary)))


def trusts(role: Any, service: str) -> bool:
    """Tell whether a moto role may be assumed by a service, such as ``bedrock.amazonaws.com``.

    Kinder than AWS: conditions of the trust policy are not looked at.
    """
    for statement in _listed(_document(role.assume_role_policy_document).get("Statement")):
        principal = statement.get("Principal")
        services = ["*"] if principal == "*" else _listed((principal or {}).get("Service", ()))
        if (
            statement.get("Effect") == "Allow"
            and _named(statement, "Action", ["sts:assumerole"], lower=True)
            and (service in services or "*" in services)
        ):
            return True
    return False


def _current(policy: Any) -> str:
    """Return the text of a moto policy's version that is in force."""
    texts = {version.version_id: version.document for version in policy.versions}
    return str(texts[policy.default_version_id])


def _document(text: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(text, str):
        parsed: Mapping[str, Any] = json.loads(unquote(text) if text.startswith("%") else text)
        return parsed
    return text


def _named(
    statement: Mapping[str, Any], key: str, values: Iterable[str], *, lower: bool = False
) -> bool:
    """Tell whether ``Action``/``NotAction`` or ``Resource``/``NotResource`` covers the values."""
    exclude = f"Not{key}" in statement
    patterns = _listed(statement.get(f"Not{key}" if exclude else key, "*"))
    if lower:
        patterns = [pattern.lower() for pattern in patterns]
    covered = all(any(_like(value, pattern) for pattern in patterns) for value in values)
    return covered != exclude


def _condition(operator: str, values: Sequence[str], patterns: Sequence[str]) -> bool:
    name = operator.removesuffix("IfExists")
    if name == "StringEquals":
        return any(value in patterns for value in values)
    if name in {"StringLike", "ArnLike"}:
        return any(_like(value, pattern) for value in values for pattern in patterns)
    return False


def _like(value: str, pattern: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]

"""What was checked about an answer, and how it came out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["passed", "warning", "failed", "skipped"]


@dataclass(frozen=True)
class Check:
    """One check of one answer.

    ``skipped`` means that it could not be told; it is repeated at ``confirm`` among what was not
    checked. ``message`` says what was found and, unless passed, what was expected; ``remedy`` the
    next thing to do.
    """

    id: str
    """Subject and property, such as ``s3.object`` or ``role.trust.bedrock``."""
    status: Status
    message: str
    remedy: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the check as the contract's turns carry it."""
        return asdict(self)


def passed(id: str, message: str) -> Check:  # noqa: A002 - the contract's name
    """Return a check that came out well."""
    return Check(id, "passed", message)


def warning(id: str, message: str, remedy: str | None = None) -> Check:  # noqa: A002
    """Return a check whose finding the person should know about and may accept."""
    return Check(id, "warning", message, remedy)


def failed(id: str, message: str, remedy: str | None = None) -> Check:  # noqa: A002
    """Return a check that stands against the answer."""
    return Check(id, "failed", message, remedy)


def skipped(id: str, message: str, remedy: str | None = None) -> Check:  # noqa: A002
    """Return a check that could not be made."""
    return Check(id, "skipped", message, remedy)

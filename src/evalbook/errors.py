"""Everything that evalbook raises on purpose; only the command line makes exit statuses of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from evalbook.checks import Check, Remedy, failed
from evalbook.texts import presentable


class EvalbookError(Exception):
    """Base of all foreseen errors: a code for programs, a message and a remedy for people."""

    exit_status: ClassVar[int] = 1

    def __init__(
        self,
        code: str,
        message: str,
        remedy: str | Remedy | None = None,
        checks: Sequence[Check] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = presentable(message)
        self.remedy = presentable(remedy) if isinstance(remedy, str) else remedy
        self.checks = tuple(checks)


class UsageError(EvalbookError):
    """The command was called in a way that can't mean anything, such as an unknown step."""

    exit_status = 2


class AnswerRejected(EvalbookError):
    """An answer can't be used; the state stays as it was and the same turn is shown again."""

    exit_status = 3


class RunFailed(AnswerRejected):
    """What is asked for is not there, because the run itself failed or was stopped."""

    exit_status = 1


class AwsUnavailable(EvalbookError):
    """AWS could not be asked: no or expired credentials, no network, throttled after retries."""

    exit_status = 4


class StateFileError(EvalbookError):
    """The state file can't be used; it is named and left as it is."""

    exit_status = 5


def rejection_for(check: Check, *others: Check) -> AnswerRejected:
    """Turn a failed check into the rejection of the answer it was made about."""
    return AnswerRejected(check.id, check.message, check.remedy, (check, *others))


def refuse_failed(checks: Sequence[Check]) -> None:
    """Refuse an answer of whose checks one failed.

    Raises:
        AnswerRejected: the first that failed.
    """
    bad = next((check for check in checks if check.status == "failed"), None)
    if bad is not None:
        raise rejection_for(bad, *(check for check in checks if check is not bad))


def reject(code: str, message: str, remedy: str | Remedy | None = None) -> AnswerRejected:
    """Return the rejection of an answer, with the failed check that says the same."""
    return rejection_for(failed(code, message, remedy))

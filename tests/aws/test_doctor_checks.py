from __future__ import annotations

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from evalbook.aws.doctor_checks import (
    Subject,
    _check_clock,
    _check_expiry,
    check_credentials,
    check_everything,
    check_region,
)
from evalbook.aws.session import Aws
from evalbook.errors import AwsUnavailable
from evalbook.sandbox import world
from evalbook.sandbox.process import Sandbox

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
READING = ("Describe", "Get", "Head", "List", "Simulate")

JUDGED = "llm_as_judge"


def test_asks_only_what_reads(in_sandbox: Sandbox) -> None:
    before = len(in_sandbox.calls())
    checks = check_everything(
        Aws(), Subject(JUDGED, role="EvaluationRole", buckets=("evalbook-results",))
    )

    asked = {call["operation"] for call in in_sandbox.calls()[before:]}
    assert [it for it in checks if it.status == "failed"] == []
    assert {it for it in asked if not it.startswith(READING)} == set()


def test_finds_what_would_stop_a_run(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    subject = Subject(JUDGED, role="SageMakerOnlyRole", buckets=("evalbook-eu", "no-such-bucket"))
    checks = {check.id: check for check in check_everything(Aws(), subject)}

    assert checks["role.trust.bedrock"].status == "failed"
    assert checks["s3.region"].status == "failed"
    assert checks["s3.no_bucket"].status == "failed"


def test_credentials_that_expired_can_not_be_asked(
    in_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in in_sandbox.environment_of(world.EXPIRED).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(AwsUnavailable):
        check_everything(Aws(), Subject(JUDGED))


def test_one_question_that_fails_stops_no_other(in_sandbox: Sandbox) -> None:
    in_sandbox.fail("sagemaker:ListMlflowApps", "InternalFailure", status=500, times=None)
    try:
        checks = {check.id: check for check in check_everything(Aws(), Subject(JUDGED))}
    finally:
        in_sandbox.heal()

    assert checks["mlflow.plan"].status == "skipped"
    assert checks["judge.list"].status == "passed"


def test_says_who_asks(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    who, _, clock = check_credentials(Aws())

    assert "SandboxCaller/you, account 123456789012." in who.message
    assert clock.message == "This computer's clock agrees with AWS's."


@pytest.mark.parametrize(
    ("minutes", "status"), [(None, "skipped"), (5, "warning"), (14, "warning"), (120, "passed")]
)
def test_credentials_that_end_soon_are_warned_about(minutes: int | None, status: str) -> None:
    ends = None if minutes is None else NOW + timedelta(minutes=minutes)

    assert _check_expiry(SimpleNamespace(token="t", _expiry_time=ends), NOW).status == status


def test_the_end_of_credentials_is_told_in_utc() -> None:
    ends = (NOW + timedelta(hours=2)).astimezone(timezone(timedelta(hours=-5)))

    message = _check_expiry(SimpleNamespace(token="t", _expiry_time=ends), NOW).message
    assert message == "The credentials are valid until 2026-11-21 14:00 UTC."


@pytest.mark.parametrize(
    ("date", "status"),
    [
        ("Sat, 21 Nov 2026 12:00:20 GMT", "passed"),
        ("Sat, 21 Nov 2026 12:02:00 GMT", "warning"),
        ("Sat, 21 Nov 2026 11:50:00 GMT", "failed"),
        ("yesterday", "skipped"),
        (None, "skipped"),
    ],
)
def test_a_clock_that_is_off_is_told(date: str | None, status: str) -> None:
    assert _check_clock(date, NOW).status == status


@pytest.mark.parametrize(
    ("region", "status"), [("us-east-1", "passed"), ("nowhere", "failed"), (None, "failed")]
)
def test_regions_are_looked_at(region: str | None, status: str) -> None:
    assert check_region(region).status == status

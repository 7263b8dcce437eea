"""A simulated AWS for each test, walled off from the settings of whoever runs the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from evalbook.aws.session import Aws

REGION = "us-east-1"
ACCOUNT = "123456789012"  # moto's account


@pytest.fixture(autouse=True)
def no_aws_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Forget the AWS settings of this machine: no profile, no region, no credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws" / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws" / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def credentials(no_aws_settings: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Credentials that no AWS would take."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "testing")


@pytest.fixture
def aws(credentials: None) -> Iterator[Aws]:  # noqa: ARG001
    """An empty simulated AWS, looked at from us-east-1."""
    with mock_aws():
        yield Aws(region=REGION)

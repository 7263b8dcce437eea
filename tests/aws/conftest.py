"""A simulated AWS for each test, walled off from the settings of whoever runs the tests."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber
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


@pytest.fixture
def stub(aws: Aws) -> Iterator[Callable[..., Stubber]]:
    """Script the answers of one service's client: ``stub("sagemaker", "us-east-1")``.

    For what the simulated AWS lacks. Answers are checked against botocore's service model; each
    must be asked for, in this order.
    """
    stubbers: list[Stubber] = []

    def start(service: str, region: str = REGION) -> Stubber:
        stubber = Stubber(aws.client(service, region))
        stubber.activate()
        stubbers.append(stubber)
        return stubber

    yield start
    for stubber in stubbers:
        stubber.assert_no_pending_responses()
        stubber.deactivate()


@pytest.fixture
def endpoint(
    credentials: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Aws]]:
    """Start a web server of one's own in the place of AWS: ``endpoint(answer)``.

    ``answer`` gets the request handler, for what a well-behaved simulation never does.
    """
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[Any], None]) -> Aws:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            do_POST = do_HEAD = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names http.server looks for

            def log_message(self, *_: object) -> None:
                """Keep the tests' output clean."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        return Aws(region=REGION)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()

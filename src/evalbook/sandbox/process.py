"""The sandbox as a process of its own: started, asked for its settings, ended.

moto patches botocore and keeps global state; a process of its own keeps that away from whoever
uses boto3 normally, and can be ended by its id.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from evalbook.sandbox import world
from evalbook.sandbox.clock import STEP_SECONDS_VARIABLE
from evalbook.sandbox.paths import CONTROL_PATH, MLFLOW_PATH

_FOLDER = "evalbook-sandbox-"
"""What the name of a sandbox's folder of temporary files begins with."""

# The SDK reports its use from a thread of its own; off, as nobody asked a trial for it.
SDK_DEFAULTS = """\
SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


class SandboxDidNotStart(RuntimeError):
    """The sandbox's process ended before it was ready; the text is what it said."""


def settings(
    endpoint: str,
    folder: Path,
    credentials: world.Credentials = world.CALLER,
    region: str = world.HOME_REGION,
) -> dict[str, str]:
    """Return the environment by which boto3 and the SDK reach a sandbox and nothing else.

    The user's own AWS files are walled off by files in ``folder``, which are written here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("config", ""), ("credentials", ""), ("sdk-defaults.yaml", SDK_DEFAULTS)):
        (folder / name).write_text(text, encoding="utf-8")
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": world.SECRET_KEY,
        "AWS_SESSION_TOKEN": world.SESSION_TOKEN,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": endpoint + MLFLOW_PATH,
        "SAGEMAKER_USER_CONFIG_OVERRIDE": str(folder / "sdk-defaults.yaml"),
        "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(folder / "sdk-defaults.yaml"),
    }


def serve(
    port: int = 0,
    *,
    step_seconds: float | None = None,
    ready: Callable[[str, dict[str, str]], None] | None = None,
) -> None:
    """Serve in this very process until interrupted.

    ``ready`` is called once, with the endpoint and the environment to export; port 0 takes a free
    one. Forgets this process's AWS settings, which would confuse moto.

    Raises:
        OSError: the port is taken.
        UsageError: the environment's step seconds can't be meant.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    if step_seconds is not None:
        os.environ[STEP_SECONDS_VARIABLE] = str(step_seconds)

    from evalbook.sandbox.server import make_server

    server = make_server(port)
    endpoint = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory(prefix=_FOLDER) as folder:
        environment = settings(endpoint, Path(folder))
        if ready is not None:
            ready(endpoint, environment)
        # Ctrl-C is how one ends it.
        with suppress(KeyboardInterrupt):
            server.serve_forever()
        server.server_close()


def start_in_background(port: int = 0) -> tuple[int, dict[str, str]]:
    """Start a sandbox that outlives this process; return its process id and its environment.

    Raises:
        SandboxDidNotStart: the port is taken, for example.
    """
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_"))}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "evalbook.sandbox", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            # Ctrl-C in the terminal that it was started from is not meant for it.
            start_new_session=True,
        )
    endpoint = _endpoint_of(process, folder)
    return process.pid, settings(endpoint, folder / "aws")


def is_in_background(environment: Mapping[str, str]) -> bool:
    """Tell whether an environment leads to a sandbox that is running."""
    return _answers(environment, "GET", "/calls")


def stop_in_background(environment: Mapping[str, str]) -> bool:
    """End the sandbox that an environment leads to; tell whether there was one."""
    found = False
    # Asked until nobody answers: it has ended when we say so.
    while _answers(environment, "POST", "/stop"):
        found = True
        time.sleep(0.05)
    folder = Path(environment.get("AWS_CONFIG_FILE", "")).parent.parent
    if found and folder.name.startswith(_FOLDER):
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _answers(environment: Mapping[str, str], method: str, path: str) -> bool:
    import urllib.request

    endpoint = environment.get("AWS_ENDPOINT_URL", "")
    if not endpoint.startswith("http://127.0.0.1:"):
        return False
    body = b"{}" if method == "POST" else None
    request = urllib.request.Request(f"{endpoint}{CONTROL_PATH}{path}", method=method, data=body)  # noqa: S310 - this machine's
    try:
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
    except OSError:
        return False
    return True


def _endpoint_of(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Return the endpoint that a sandbox prints first.

    Raises:
        SandboxDidNotStart: it ended instead.
    """
    line = process.stdout.readline() if process.stdout is not None else b""
    if not line:
        process.wait()
        said = (folder / "log").read_text(encoding="utf-8", errors="replace").strip()
        shutil.rmtree(folder, ignore_errors=True)
        raise SandboxDidNotStart(said or "The sandbox ended without a word.")
    endpoint: str = json.loads(line)["endpoint"]
    return endpoint


class Sandbox:
    """A simulated AWS, running until it is stopped, its `with` block ends, or its maker dies.

    ``step_seconds`` is how long one training step of a pipeline takes; by default what the
    environment variable EVALBOOK_SANDBOX_STEP_SECONDS says, else two seconds.
    """

    def __init__(self, step_seconds: float | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_"))}
        if step_seconds is not None:
            environment[STEP_SECONDS_VARIABLE] = str(step_seconds)
        # Where evalbook is not installed, the child finds it as we did.
        environment["PYTHONPATH"] = os.pathsep.join([path for path in sys.path if path])
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "evalbook.sandbox", "--until-stdin-closes"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
            )
        self.endpoint = _endpoint_of(self._process, self._folder)

    @property
    def pid(self) -> int:
        """The process to end, should nobody call `stop`."""
        return self._process.pid

    @property
    def environment(self) -> dict[str, str]:
        """What to put into the environment of whoever is to use this sandbox."""
        return self.environment_of(world.CALLER)

    def environment_of(
        self, credentials: world.Credentials, region: str = world.HOME_REGION
    ) -> dict[str, str]:
        """Return the same for other credentials or another region."""
        return settings(self.endpoint, self._folder / "aws", credentials, region)

    def fail(
        self,
        operation: str,
        code: str | None = None,
        message: str = "As a test asked.",
        *,
        status: int = 400,
        times: int | None = 1,
        skip: int = 0,
        delay: float = 0.0,
        drop: bool = False,
        match: dict[str, str] | None = None,
    ) -> None:
        """Have an operation, such as ``s3:HeadObject`` or ``sagemaker:*``, fail or be slow.

        ``code`` is AWS's error code, or None to be only slow; ``times`` how often, None for ever;
        ``skip`` how many such requests are answered as usual first; ``delay`` seconds before the
        answer; ``drop`` closes the connection instead of answering; ``match`` parameters that the
        request must have, such as ``{"region": "eu-*"}``.
        """
        error = None if code is None else {"code": code, "message": message, "status": status}
        self.control(
            "POST",
            "/faults",
            {
                "operation": operation,
                "error": error,
                "times": times,
                "skip": skip,
                "delay": delay,
                "drop": drop,
                "match": match or {},
            },
        )

    def heal(self) -> None:
        """Forget all faults."""
        self.control("DELETE", "/faults")

    def calls(self) -> list[dict[str, Any]]:
        """Return what was asked since the last reset: service, operation, region, status."""
        found: list[dict[str, Any]] = self.control("GET", "/calls")["calls"]
        return found

    def advance(self, seconds: float) -> None:
        """Put the sandbox's clock forward, instead of waiting for a run."""
        self.control("POST", "/clock", {"advance": seconds})

    def reset(self) -> None:
        """Make the world as it was at the start, without faults."""
        self.control("POST", "/reset")

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask the sandbox itself; see `evalbook.sandbox.control` for what there is.

        Raises:
            urllib.error.HTTPError: there is no such request, or it can't be meant.
        """
        import urllib.request

        request = urllib.request.Request(  # noqa: S310 - our own http endpoint
            f"{self.endpoint}{CONTROL_PATH}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            document: dict[str, Any] = json.load(answer)
        return document

    def stop(self) -> None:
        """End the process and remove its files."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

"""The sandbox is a process of its own, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

from evalbook.sandbox import Sandbox, SandboxDidNotStart, world
from evalbook.sandbox.process import settings

pytestmark = pytest.mark.e2e

START = """
import sys
from evalbook.sandbox import Sandbox

sandbox = Sandbox()
print(sandbox.pid, flush=True)
sys.stdin.read()
"""


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ends(pid: int, within: float = 10.0) -> bool:
    deadline = time.monotonic() + within
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(pid)


def test_settings_are_enough_and_wall_off_the_users_own(tmp_path: Path) -> None:
    found = settings("http://127.0.0.1:1", tmp_path, world.LIMITED, "eu-west-1")

    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert found["AWS_ACCESS_KEY_ID"] == "ASIASANDBOXLIMITED00"
    assert (found["AWS_REGION"], found["AWS_DEFAULT_REGION"]) == ("eu-west-1", "eu-west-1")
    assert Path(found["AWS_CONFIG_FILE"]).read_text(encoding="utf-8") == ""
    assert Path(found["AWS_SHARED_CREDENTIALS_FILE"]).read_text(encoding="utf-8") == ""
    assert "TelemetryOptOut: true" in Path(found["SAGEMAKER_USER_CONFIG_OVERRIDE"]).read_text(
        encoding="utf-8"
    )


def test_process_and_files_are_gone_after_the_block() -> None:
    with Sandbox() as sandbox:
        pid, files = sandbox.pid, Path(sandbox.environment["AWS_CONFIG_FILE"])
        assert is_running(pid)
        assert files.exists()

    assert ends(pid)
    assert not files.exists()


def test_sandbox_ends_with_whoever_started_it(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", START],
        # Who is killed can't remove the sandbox's files; they shall not stay on this machine.
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert is_running(pid)

    starter.kill()
    starter.communicate()

    assert ends(pid)


def test_module_prints_where_it_is_and_serves() -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "evalbook.sandbox", "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert server.stdout is not None
    ready = json.loads(server.stdout.readline())

    assert ready["pid"] == server.pid
    assert ready["endpoint"].startswith("http://127.0.0.1:")

    server.communicate(timeout=20)
    assert server.returncode == 0


def test_starting_it_imports_no_moto_here() -> None:
    code = (
        "import sys; from evalbook.sandbox import Sandbox\n"
        "with Sandbox(): print(sorted(m for m in sys.modules if m in {'moto', 'boto3'}))"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_sandbox_that_can_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALBOOK_SANDBOX_STEP_SECONDS", "soon")

    with pytest.raises(SandboxDidNotStart, match="EVALBOOK_SANDBOX_STEP_SECONDS is 'soon'"):
        Sandbox()


def test_its_log_is_not_left_open_in_the_process_that_starts_it() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)

        Sandbox().stop()

    assert [str(it.message) for it in told] == []

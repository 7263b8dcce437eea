from __future__ import annotations

import json

import pytest
from commands import run, the_document

from evalbook.sandbox import world
from evalbook.sandbox.process import Sandbox

pytestmark = pytest.mark.e2e


@pytest.mark.usefixtures("in_sandbox")
def test_a_healthy_account_passes() -> None:
    shown = run("doctor")

    assert shown.returncode == 0
    assert (
        "\nok           You are arn:aws:sts::123456789012:assumed-role/SandboxCaller"
        in shown.stdout
    )
    assert "\n\nFound nothing that would stop a run. (15 ok, " in shown.stdout


@pytest.mark.usefixtures("in_sandbox")
def test_a_role_that_bedrock_may_not_assume_is_found() -> None:
    shown = run("doctor", "--role", "SageMakerOnlyRole", "--json")
    document = the_document(shown)

    assert (shown.returncode, document["status"]) == (3, "failed")
    failed = [check["id"] for check in document["checks"] if check["status"] == "failed"]
    assert failed == ["role.trust.bedrock"]


def test_expired_credentials_are_a_finding_and_exit_status_4(in_sandbox: Sandbox) -> None:
    shown = run("doctor", "--json", env=in_sandbox.environment_of(world.EXPIRED))

    assert shown.returncode == 4
    assert the_document(shown)["checks"][-1]["status"] == "failed"


@pytest.mark.usefixtures("in_sandbox")
@pytest.mark.parametrize("which", ["caller", "role", "trust"])
def test_a_policy_is_printed_ready_for_iam(which: str) -> None:
    shown = run("doctor", "--policy", which, "--role", "EvaluationRole")

    policy = json.loads(shown.stdout)
    assert (shown.returncode, policy["Version"]) == (0, "2012-10-17")
    assert all(it["Effect"] == "Allow" for it in policy["Statement"])


@pytest.mark.usefixtures("in_sandbox")
def test_all_policies_are_printed_unless_one_is_named() -> None:
    document = the_document(run("doctor", "--policy", "--json"))

    assert list(document["policies"]) == ["caller", "role", "trust"]
    assert "iam:SimulatePrincipalPolicy" in document["note"]

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from interviews import answered_until

from evalbook.aws.permissions import ACTIONS, list_gated_actions
from evalbook.aws.policies import Scope, build_policies
from evalbook.sandbox import world
from evalbook.sandbox.process import Sandbox

KNOWN = Scope(
    account="123456789012",
    region="us-east-1",
    evaluation_type="llm_as_judge",
    role="arn:aws:iam::123456789012:role/EvaluationRole",
    group="support-bot",
    dataset_bucket="evalbook-data",
    output_bucket="evalbook-results",
    judge="amazon.nova-pro-v1:0",
    kms_keys=("arn:aws:kms:us-east-1:123456789012:key/k",),
    vpc=True,
    own_instances=True,
)
UNKNOWN = Scope("123456789012", "us-east-1", "llm_as_judge")

# What IAM knows no resource for, or the SDK simulates on every resource.
ON_EVERYTHING = {
    "Agents", "Estimates", "GatedBySdk", "Judges", "Lists", "Network", "OwnJobsLists",
}  # fmt: skip


def actions(policy: dict[str, Any]) -> set[str]:
    return {action for it in policy["Statement"] for action in it["Action"]}


@pytest.mark.parametrize("whose", ["caller", "role"])
@pytest.mark.parametrize("scope", [KNOWN, UNKNOWN])
def test_iam_takes_the_policies(in_sandbox: Sandbox, whose: str, scope: Scope) -> None:
    assert in_sandbox.endpoint
    text = json.dumps(build_policies(scope)[whose], separators=(",", ":"))
    name = f"{whose}-{scope.group.strip('*')}"

    boto3.client("iam").create_policy(PolicyName=name, PolicyDocument=text)
    # A managed policy's limit, in characters without white space.
    assert len(text) <= 6144


@pytest.mark.parametrize("whose", ["caller", "role"])
def test_only_what_has_no_resource_is_granted_on_everything(whose: str) -> None:
    wide = {
        it["Sid"] for it in build_policies(KNOWN)[whose]["Statement"] if it["Resource"] == ["*"]
    }

    assert wide <= ON_EVERYTHING
    assert not any(action.endswith("*") for action in actions(build_policies(KNOWN)[whose]))


def test_caller_may_do_all_that_the_sdk_asks_of_it() -> None:
    facts = ACTIONS.facts

    needed = {*facts["caller_actions"], *facts["own_instances_caller_actions"]}
    assert needed - actions(build_policies(KNOWN)["caller"]) == set()
    gated = set(list_gated_actions("llm_as_judge"))
    [statement] = [
        it for it in build_policies(KNOWN)["role"]["Statement"] if it["Sid"] == "GatedBySdk"
    ]
    assert set(statement["Action"]) == gated


# What IAM calls otherwise than the operation that asks for it.
CALLED = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "bedrock-agentcore-control:ListAgentRuntimes": "bedrock-agentcore:ListAgentRuntimes",
    "service-quotas:ListServiceQuotas": "servicequotas:ListServiceQuotas",
}
# Needs no permission; is left out on purpose, see NOTE; only proposes a role.
NOT_GRANTED = {"sts:GetCallerIdentity", "iam:SimulatePrincipalPolicy", "iam:ListRoles"}
ADVANCED = {
    "advanced": "mlflow, kms_key, vpc, tags",
    "mlflow": "team-tracking",
    "kms_key": "alias/evalbook",
    "vpc": "subnet-0123456789abcdef0, sg-0123456789abcdef0",
    "tags": "team=support",
}


@pytest.mark.parametrize(
    ("kind", "instead"),
    [
        ("llm_as_judge", ADVANCED),
        ("custom_scorer", {"scorer": "exact-match"}),
        ("benchmark", {"advanced": "compute", "compute": "ml.g5.12xlarge"}),
        ("multi_turn_rl", {}),
        ("inspect_ai", {"base_answered_by": world.DEPLOYMENT}),
        ("inspect_ai", {"answered_by": world.IMPORTED, "base_answered_by": "none"}),
    ],
)
def test_caller_may_do_all_that_an_interview_asks_of_aws(
    in_sandbox: Sandbox, kind: str, instead: dict[str, str]
) -> None:
    before = len(in_sandbox.calls())

    answered_until(None, evaluation_type=kind, **instead)

    asked = {f"{it['service']}:{it['operation']}" for it in in_sandbox.calls()[before:]}
    needed = {CALLED.get(action, action) for action in asked} - NOT_GRANTED
    assert needed - actions(build_policies(replace(KNOWN, evaluation_type=kind))["caller"]) == set()


@pytest.mark.parametrize("whose", ["caller", "role"])
def test_logs_of_rollouts_may_be_read_and_written_where_they_lie(whose: str) -> None:
    def groups(kind: str) -> list[str]:
        statements = build_policies(replace(KNOWN, evaluation_type=kind))[whose]["Statement"]
        [logs] = [it for it in statements if it["Sid"] == "Logs"]
        return [arn.partition(":log-group:")[2] for arn in logs["Resource"]]

    assert groups("benchmark") == ["/aws/sagemaker/TrainingJobs*"]
    assert groups("multi_turn_rl") == [
        "/aws/sagemaker/Job/AgentRFTEvaluation*",
        "/aws/sagemaker/TrainingJobs*",
    ]


def test_role_may_invoke_the_judge_and_no_other_model() -> None:
    [statement] = [it for it in build_policies(KNOWN)["role"]["Statement"] if it["Sid"] == "Judge"]

    assert statement["Resource"] == [
        "arn:aws:bedrock:*:123456789012:inference-profile/*amazon.nova-pro-v1:0",
        "arn:aws:bedrock:*::foundation-model/amazon.nova-pro-v1:0",
    ]


def test_the_role_may_have_a_base_nova_model_answer_where_one_does() -> None:
    nova = replace(KNOWN, base_profile="us.amazon.nova-lite-v1:0")
    [statement] = [
        it for it in build_policies(nova)["role"]["Statement"] if it["Sid"] == "BaseModel"
    ]

    assert statement["Resource"] == [
        "arn:aws:bedrock:*:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
        "arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1:0",
    ]
    assert "BaseModel" not in {it["Sid"] for it in build_policies(KNOWN)["role"]["Statement"]}


def test_the_role_may_be_passed_to_no_service_but_those_that_run_its_jobs() -> None:
    sagemaker, bedrock = "sagemaker.amazonaws.com", "bedrock.amazonaws.com"
    for policy, services in (
        (build_policies(KNOWN)["caller"], [sagemaker]),
        (build_policies(KNOWN)["role"], [sagemaker, bedrock]),
        (build_policies(replace(KNOWN, evaluation_type="benchmark"))["role"], [sagemaker]),
    ):
        [statement] = [it for it in policy["Statement"] if "iam:PassRole" in it["Action"]]

        assert statement["Resource"] == [KNOWN.role]
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": services}}


def test_a_role_may_do_what_the_sdk_insists_on_for_its_type_and_no_judging() -> None:
    without = build_policies(replace(KNOWN, evaluation_type="benchmark"))["role"]
    trusted = build_policies(replace(KNOWN, evaluation_type="benchmark"))["trust"]

    assert set(list_gated_actions("benchmark")) <= actions(without)
    assert not [action for action in actions(without) if action.startswith("bedrock:")]
    assert trusted["Statement"][0]["Principal"] == {"Service": "sagemaker.amazonaws.com"}


def test_the_trust_policy_passes_our_own_check() -> None:
    from evalbook.aws.trust import Assumption, trust

    document = build_policies(KNOWN)["trust"]
    for service in ("sagemaker.amazonaws.com", "bedrock.amazonaws.com"):
        who = Assumption(service, "123456789012", "us-east-1", "aws")
        assert trust(document, who)[0] is True

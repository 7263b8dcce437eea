from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from importlib.resources import files
from typing import Any

import pytest
from border import answer
from sdk_source import sdk_module

from evalbook.aws.permissions import check_caller_permissions
from evalbook.aws.roles import check_role, find_execution_role
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected, AwsUnavailable

ACCOUNT = "123456789012"
REGION = "us-east-1"
JUDGED = "llm_as_judge"
BOTH = ("sagemaker.amazonaws.com", "bedrock.amazonaws.com")
ARN = f"arn:aws:iam::{ACCOUNT}:role/Evaluator"


def a_role(
    aws: Aws,
    name: str = "Evaluator",
    trusts: tuple[str, ...] = BOTH,
    path: str = "/",
    denies: tuple[str, ...] = (),
    **more: Any,
) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": list(trusts)},
        "Action": "sts:AssumeRole",
        **more,
    }
    deny = {**statement, "Effect": "Deny", "Principal": {"Service": list(denies)}}
    policy = {"Version": "2012-10-17", "Statement": [statement, *([deny] if denies else [])]}
    made = aws.client("iam", REGION).create_role(
        RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(policy)
    )
    return str(made["Role"]["Arn"])


def a_simulator(aws: Aws, **denied: str) -> list[dict[str, Any]]:
    """IAM's simulator; ``denied`` maps an action, its colon an underscore, to how it is denied."""

    def result(action: str) -> dict[str, Any]:
        how = denied.get(action.replace(":", "_"), "allowed")
        found: dict[str, Any] = {"EvalActionName": action, "EvalDecision": how}
        if how == "organization":
            found["EvalDecision"] = "implicitDeny"
            found["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": False}
        return found

    def respond(params: Mapping[str, Any]) -> dict[str, Any]:
        # Two pages, because the SDK's own simulation once stopped at the first.
        actions = list(params["ActionNames"])
        half = len(actions) // 2
        if "Marker" in params:
            return {"EvaluationResults": [result(it) for it in actions[half:]]}
        return {
            "EvaluationResults": [result(it) for it in actions[:half]],
            "IsTruncated": True,
            "Marker": "2",
        }

    return answer(aws.client("iam", REGION), "SimulatePrincipalPolicy", respond)


def a_caller(aws: Aws, resource: str) -> None:
    service = "iam" if resource == "root" or resource.startswith("user/") else "sts"
    identity = {
        "UserId": "x",
        "Account": ACCOUNT,
        "Arn": f"arn:aws:{service}::{ACCOUNT}:{resource}",
    }
    answer(aws.client("sts"), "GetCallerIdentity", lambda _: identity)


def a_training_job(aws: Aws, name: str, role: str) -> None:
    aws.client("sagemaker", REGION).create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={"TrainingImage": "img", "TrainingInputMode": "File"},
        RoleArn=role,
        OutputDataConfig={"S3OutputPath": "s3://bucket"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )


def checked(aws: Aws, text: str = "Evaluator", **more: Any) -> dict[str, str]:
    _, checks = check_role(aws, text, region=REGION, **{"actions_for": "llm_as_judge", **more})
    return {it.id: it.status for it in checks}


def rejection(aws: Aws, text: str = "Evaluator") -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        check_role(aws, text, region=REGION, actions_for=JUDGED)
    return caught.value


@pytest.mark.parametrize("text", ["Evaluator", ARN, f' "{ARN}" '])
def test_good_role_passes_every_check(aws: Aws, text: str) -> None:
    a_role(aws)
    a_simulator(aws)

    arn, checks = check_role(aws, text, region=REGION, actions_for=JUDGED)

    assert arn == ARN
    assert [(it.id, it.status) for it in checks] == [
        ("role.exists", "passed"),
        ("role.trust.sagemaker", "passed"),
        ("role.trust.bedrock", "passed"),
        ("role.permissions", "passed"),
        ("role.permissions.invoke", "passed"),
        ("caller.permissions", "passed"),
    ]


def test_role_without_bedrock_trust_is_rejected_with_the_statement_to_add(aws: Aws) -> None:
    a_role(aws, trusts=("sagemaker.amazonaws.com",))
    a_simulator(aws)

    error = rejection(aws)

    assert error.code == "role.trust.bedrock"
    assert error.message == f"bedrock.amazonaws.com may not assume {ARN}."
    assert error.remedy == (
        'Add this statement to its trust policy: {"Effect": "Allow", "Principal": {"Service": '
        '"bedrock.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": '
        '{"aws:SourceAccount": "123456789012"}}}'
    )
    assert ("role.trust.sagemaker", "passed") in [(it.id, it.status) for it in error.checks]


def test_role_without_sagemaker_trust_is_rejected(aws: Aws) -> None:
    a_role(aws, trusts=("bedrock.amazonaws.com",))
    a_simulator(aws)

    assert rejection(aws).code == "role.trust.sagemaker"


def test_a_role_whose_trust_policy_denies_is_not_helped_by_another_statement(aws: Aws) -> None:
    a_role(aws, denies=("bedrock.amazonaws.com",))
    a_simulator(aws)

    error = rejection(aws)

    assert error.code == "role.trust.bedrock"
    assert error.remedy == "Remove the service from that statement, or give another role."


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ({"Action": "sts:Assume*"}, "failed"),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, "warning"),
    ],
)
def test_trust_that_the_sdk_does_not_see_or_that_is_uncertain_is_said(
    aws: Aws, statement: dict[str, Any], status: str
) -> None:
    a_role(aws, **statement)
    a_simulator(aws)
    try:
        _, checks = check_role(aws, "Evaluator", region=REGION, actions_for="benchmark")
    except AnswerRejected as rejection:
        checks = list(rejection.checks)

    found = {it.id: it for it in checks}["role.trust.sagemaker"]
    assert found.status == status
    assert "the SDK requires it" in found.message or "can't be evaluated" in found.message


def test_bedrock_trust_is_only_needed_where_bedrock_judges(aws: Aws) -> None:
    a_role(aws, trusts=("sagemaker.amazonaws.com",))
    a_simulator(aws)

    found = checked(aws, actions_for="benchmark")

    assert found["role.trust.sagemaker"] == "passed"
    assert "role.trust.bedrock" not in found
    assert "role.permissions.invoke" not in found


def test_unknown_role_tells_near_names(aws: Aws) -> None:
    a_role(aws)

    error = rejection(aws, "Evaluater")

    assert error.message == 'There is no role "Evaluater" in account 123456789012.'
    assert error.remedy == 'Did you mean "Evaluator"?'


def test_arn_with_the_wrong_path_names_the_right_one(aws: Aws) -> None:
    right = a_role(aws, path="/service-role/")

    error = rejection(aws, ARN)

    assert right == f"arn:aws:iam::{ACCOUNT}:role/service-role/Evaluator"
    assert error.message == f"There is no role {ARN}; the role of that name is {right}."
    assert error.remedy == f"Give {right}"


def test_role_of_another_account_is_rejected_though_the_name_exists(aws: Aws) -> None:
    a_role(aws)

    error = rejection(aws, "arn:aws:iam::999999999999:role/Evaluator")

    assert error.code == "role.account"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "role.name"),
        ("no such/role", "role.name"),
        ("arn:aws:iam", "role.arn"),
        (f"arn:aws:iam::{ACCOUNT}:user/me", "role.kind"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Evaluator/me", "role.kind"),
    ],
)
def test_what_is_no_role_is_rejected(aws: Aws, text: str, code: str) -> None:
    assert rejection(aws, text).code == code


def test_service_linked_role_is_rejected(aws: Aws) -> None:
    made = aws.client("iam", REGION).create_service_linked_role(AWSServiceName="lex.amazonaws.com")

    error = rejection(aws, made["Role"]["RoleName"])

    assert error.code == "role.kind"


@pytest.mark.parametrize("denied", [False, True])
def test_role_of_identity_center_is_rejected_with_another_remedy(aws: Aws, denied: bool) -> None:
    path = "/aws-reserved/sso.amazonaws.com/"
    arn = a_role(aws, "AWSReservedSSO_Analyst_0123456789abcdef", trusts=(), path=path)
    if denied:
        answer(aws.client("iam", REGION), "GetRole", lambda _: "AccessDenied")

    with pytest.raises(AnswerRejected) as caught:
        check_role(aws, arn, region=REGION, actions_for=JUDGED)

    assert caught.value.code == "role.kind"
    # Which `doctor` shows instead of the rejection.
    assert [it.id for it in caught.value.checks if it.status == "failed"] == ["role.kind"]
    assert "only AWS can change its trust policy" in caught.value.message
    assert "trust policy:" not in str(caught.value.remedy)
    assert str(caught.value.remedy).startswith("Give a role made for the evaluation")


def test_unreadable_role_is_a_warning_and_its_trust_skipped(aws: Aws) -> None:
    answer(aws.client("iam", REGION), "GetRole", lambda _: "AccessDenied")
    a_simulator(aws)

    arn, checks = check_role(aws, "Evaluator", region=REGION, actions_for=JUDGED)

    assert arn == ARN
    assert [(it.id, it.status) for it in checks[:3]] == [
        ("role.exists", "warning"),
        ("role.trust.sagemaker", "skipped"),
        ("role.trust.bedrock", "skipped"),
    ]


def test_denied_action_is_rejected_by_name(aws: Aws) -> None:
    a_role(aws)
    a_simulator(aws, bedrock_CreateEvaluationJob="implicitDeny")

    error = rejection(aws)

    assert error.code == "role.permissions"
    assert error.message == f"{ARN} may not do bedrock:CreateEvaluationJob."


def test_gate_is_simulated_without_resources(aws: Aws) -> None:
    a_role(aws)
    asked = a_simulator(aws)

    checked(aws)

    gate = [it for it in asked if "bedrock:CreateEvaluationJob" in it["ActionNames"]]
    assert [sorted(set(it) - {"Marker"}) for it in gate] == [["ActionNames", "PolicySourceArn"]] * 2


def test_denial_by_an_organization_is_a_warning(aws: Aws) -> None:
    a_role(aws)
    a_simulator(aws, bedrock_GetEvaluationJob="organization")

    assert checked(aws)["role.permissions"] == "warning"


def test_invoke_model_is_simulated_on_the_judge_and_only_warned_about(aws: Aws) -> None:
    a_role(aws)
    asked = a_simulator(aws, bedrock_InvokeModel="implicitDeny")

    found = checked(aws, judge="anthropic.claude-x-v1:0")

    assert found["role.permissions.invoke"] == "warning"
    assert ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x-v1:0"] in [
        it.get("ResourceArns") for it in asked
    ]


def test_simulation_denied_is_said_not_passed(aws: Aws) -> None:
    a_role(aws)
    answer(aws.client("iam", REGION), "SimulatePrincipalPolicy", lambda _: "AccessDenied")

    found = checked(aws)

    assert (found["role.permissions"], found["caller.permissions"]) == ("skipped", "skipped")


def test_throttled_simulation_is_an_outage(aws: Aws) -> None:
    a_role(aws)
    answer(aws.client("iam", REGION), "SimulatePrincipalPolicy", lambda _: "Throttling")

    with pytest.raises(AwsUnavailable):
        checked(aws)


def test_calling_role_without_an_action_is_rejected(aws: Aws) -> None:
    a_role(aws)
    me = a_role(aws, "Analyst", path="/people/")
    a_caller(aws, "assumed-role/Analyst/me")
    asked = a_simulator(aws, sagemaker_CreatePipeline="implicitDeny")

    error = rejection(aws)

    assert error.code == "caller.permissions"
    assert error.message == f"You ({me}) may not do sagemaker:CreatePipeline."
    assert me in [it["PolicySourceArn"] for it in asked]


def test_calling_user_without_an_action_is_warned(aws: Aws) -> None:
    a_caller(aws, "user/me")
    a_simulator(aws, sagemaker_CreatePipeline="implicitDeny")

    checks = check_caller_permissions(aws, REGION, ARN)

    assert [(it.id, it.status) for it in checks] == [("caller.permissions", "warning")]


def test_root_is_not_simulated(aws: Aws) -> None:
    a_caller(aws, "root")

    assert [it.status for it in check_caller_permissions(aws, REGION, ARN)] == ["skipped"]


def test_role_that_may_not_be_passed_is_a_warning(aws: Aws) -> None:
    a_caller(aws, "user/me")
    asked = a_simulator(aws, iam_PassRole="implicitDeny")

    checks = check_caller_permissions(aws, REGION, ARN)

    assert [(it.id, it.status) for it in checks] == [
        ("caller.permissions", "passed"),
        ("caller.pass_role", "warning"),
    ]
    # Asked at the same time as the caller's other rights: in no order.
    passing = [it for it in asked if it.get("ResourceArns") == [ARN]]
    assert {tuple(it["ActionNames"]) for it in passing} == {("iam:PassRole",)}
    to = [it["ContextEntries"][0]["ContextKeyValues"] for it in passing]
    assert ["sagemaker.amazonaws.com"] in to


def test_own_role_is_proposed_with_its_path(aws: Aws) -> None:
    mine = a_role(aws, "Studio", path="/service-role/")
    trained = a_role(aws, "Trainer")
    other = a_role(aws)
    a_caller(aws, "assumed-role/Studio/SageMaker")
    a_training_job(aws, "tune-7", trained)

    offer = find_execution_role(aws, REGION, actions_for=JUDGED, training_job="tune-7")

    assert offer.default == mine
    assert [(it.arn, it.about) for it in offer.roles] == [
        (mine, "the role you are signed in with"),
        (trained, "the role of training job tune-7"),
        (other, f"made {datetime.now(timezone.utc):%Y-%m-%d}"),
    ]


def test_a_role_that_lacks_what_the_sdk_insists_on_is_not_proposed(aws: Aws) -> None:
    a_role(aws, "Studio")
    a_caller(aws, "assumed-role/Studio/SageMaker")
    a_simulator(aws, bedrock_GetEvaluationJob="implicitDeny")

    offer = find_execution_role(aws, REGION, actions_for=JUDGED)

    assert (offer.default, offer.roles) == (None, ())


def test_training_jobs_role_comes_second(aws: Aws) -> None:
    a_role(aws, "Studio", trusts=("sagemaker.amazonaws.com",))
    trained = a_role(aws)
    a_role(aws, "Another")
    a_caller(aws, "assumed-role/Studio/SageMaker")
    a_training_job(aws, "tune-7", trained)

    offer = find_execution_role(aws, REGION, actions_for=JUDGED, training_job="tune-7")

    assert offer.default == trained
    assert offer.roles[0].about == "the role of training job tune-7"


def test_only_role_of_the_account_is_proposed(aws: Aws) -> None:
    only = a_role(aws)
    a_role(aws, "Half", trusts=("sagemaker.amazonaws.com",))

    assert find_execution_role(aws, REGION, actions_for=JUDGED).default == only


def test_of_several_roles_none_is_guessed(aws: Aws) -> None:
    roles = {a_role(aws), a_role(aws, "Another")}

    offer = find_execution_role(aws, REGION, actions_for=JUDGED, training_job="unknown")

    assert offer.default is None
    assert {it.arn for it in offer.roles} == roles
    assert [it.status for it in offer.checks] == ["skipped"]


def test_unlistable_roles_are_said(aws: Aws) -> None:
    answer(aws.client("iam", REGION), "ListRoles", lambda _: "AccessDenied")

    offer = find_execution_role(aws, REGION, actions_for=JUDGED)

    assert offer.default is None
    assert offer.checks[0].message == (
        "Could not list the account's roles to look for a suitable one. "
        "iam:ListRoles was denied: said AccessDenied"
    )


def test_actions_are_those_of_the_installed_sdk() -> None:
    ours = json.loads((files("evalbook") / "data" / "role_actions.json").read_text("utf-8"))
    sdk = sdk_module("core/helper/iam_policies.py")

    for role_type, gate in ours["gated_role_actions"].items():
        statements = [
            statement
            for policy in sdk.IAM_POLICY_CONFIG[role_type]["policies"].values()
            for statement in policy["Statement"]
        ]
        assert gate == [it for one in statements if one["Resource"] == "*" for it in one["Action"]]
        assert ours["all_role_actions"][role_type] == sorted(
            {it for one in statements for it in one["Action"]}
        )
    assert ours["caller_actions"] == list(sdk.EVALUATION_CALLER_ACTIONS)

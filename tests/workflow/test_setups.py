"""Setups that started and failed, or misled: each is told by a turn, in the sandbox."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import boto3
import pyarrow
import pyarrow.parquet
import pytest
from interviews import GOOD_ANSWERS, an_interview, answered_until

from evalbook.aws.doctor_checks import Subject, check_everything
from evalbook.aws.session import Aws
from evalbook.runs.causes import find_cause
from evalbook.sandbox import world
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.usefixtures("in_sandbox")
LOCKED_KEY = f"arn:aws:kms:us-east-1:{world.ACCOUNT}:key/{world.LOCKED_KEY_ID}"


def warnings(checks, check_id: str) -> list[str]:
    return [it.message for it in checks if it.id == check_id and it.status == "warning"]


@pytest.fixture
def private_base(in_sandbox):
    """A model package whose base model the public hub does not have."""
    sagemaker = boto3.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="acme-tuned")
    container = {
        "BaseModel": {"HubContentName": "acme-private-llama", "HubContentVersion": "1.0.0"},
        "ModelDataUrl": "s3://evalbook-models-us-east-1/acme/",
        "Image": "made-up",
    }
    made = sagemaker.create_model_package(
        ModelPackageGroupName="acme-tuned",
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )
    yield made["ModelPackageArn"]
    in_sandbox.reset()


@pytest.mark.parametrize("kind", ["llm_as_judge", "benchmark", "custom_scorer", "multi_turn_rl"])
def test_a_base_model_that_is_not_in_the_hub_is_a_definite_no(kind, private_base):
    workflow, _ = answered_until("model", evaluation_type=kind)

    turn = workflow.answer(private_base)

    assert turn.error is not None
    assert (turn.error.code, turn.step) == ("model.hub", "model")
    assert "acme-private-llama is not in the hub SageMakerPublicHub" in turn.error.message
    said = "Hub content acme-private-llama, version 1.0.0, does not exist"
    cause = find_cause([said], {})
    assert cause is not None
    assert cause.id == "model.hub_content"


def test_instances_without_a_gpu_are_refused():
    workflow, _ = answered_until("confirm", evaluation_type="benchmark")
    workflow.answer("compute", step="advanced")

    turn = workflow.answer("ml.m5.large")

    assert turn.error is not None
    assert turn.error.code == "compute.gpu"


def test_a_bucket_whose_own_key_leaves_out_the_role_is_refused_and_seen_by_doctor():
    workflow, _ = answered_until("s3_output")

    turn = workflow.answer(f"s3://{world.LOCKED_BUCKET}/results")

    assert turn.error is not None
    assert turn.error.code == "kms.role"
    assert LOCKED_KEY in turn.error.message
    assert "EvaluationRole" in str(turn.error.remedy)


def test_doctor_holds_the_role_against_the_buckets_own_key():
    role = f"arn:aws:iam::{world.ACCOUNT}:role/EvaluationRole"
    subject = Subject("benchmark", "us-east-1", role, None, (world.LOCKED_BUCKET,))

    found = [it for it in check_everything(Aws(), subject) if it.id == "kms.role"]

    assert [it.status for it in found] == ["failed"]
    assert LOCKED_KEY in found[0].message


@pytest.mark.parametrize("which", ["role", "caller"])
def test_policies_have_the_keys_that_buckets_encrypt_with(which):
    answered_until("confirm")
    state = Path("workflow_state.json")
    document = json.loads(state.read_text(encoding="utf-8"))
    answers = document["evalbook"]["answers"]
    answers["s3_output"]["value"] = f"s3://{world.LOCKED_BUCKET}/results"
    answers["s3_output"]["facts"]["kms_key"] = None
    state.write_text(json.dumps(document), encoding="utf-8")

    found = subprocess.run(
        [sys.executable, "-m", "evalbook", "doctor", "--policy", which, "--json"],
        capture_output=True,
        text=True,
        check=True,
    )

    statements = json.loads(found.stdout)["policies"][which]["Statement"]
    [key] = [it for it in statements if it["Sid"] == "Key"]
    assert key["Resource"] == [LOCKED_KEY]
    assert {"kms:Decrypt", "kms:GenerateDataKey"} <= set(key["Action"])


def test_prompts_longer_than_the_recipes_length_allows_are_told():
    record = {"query": "How many words has this? " * 1120, "response": "5600"}
    key = "setups/long.jsonl"
    boto3.client("s3").put_object(
        Bucket=world.DATA_BUCKET, Key=key, Body=f"{json.dumps(record)}\n".encode() * 3
    )
    dataset = f"s3://{world.DATA_BUCKET}/{key}"
    workflow, _ = answered_until("data_sample", evaluation_type="custom_scorer", dataset=dataset)

    turn = workflow.answer("yes")

    said = [it.message for it in turn.checks if "max_model_len" in it.message]
    assert said, [it.message for it in turn.checks]
    assert "max_new_tokens" in said[0]


def parquet(row: dict[str, str]) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([row, {"prompt": "Hi?"}]), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("ending", "write"),
    [("jsonl", lambda row: f"{json.dumps(row)}\n".encode()), ("parquet", parquet)],
)
def test_prompts_too_long_for_rollouts_are_told_by_the_recipe_for_scorers(ending, write):
    row = {"prompt": "How many words has this? " * 1600}
    key = f"setups/long-prompts.{ending}"
    boto3.client("s3").put_object(Bucket=world.DATA_BUCKET, Key=key, Body=write(row))
    dataset = f"s3://{world.DATA_BUCKET}/{key}"
    workflow, _ = answered_until("data_sample", evaluation_type="multi_turn_rl", dataset=dataset)

    turn = workflow.answer("yes")

    [said] = [it.message for it in turn.checks if it.id == "dataset.length"]
    assert "an estimated 10,000 tokens, may be too long" in said


def test_a_scorer_that_returns_0_for_everything_does_not_work():
    workflow, _ = answered_until("scorer", evaluation_type="custom_scorer")
    Path("zero.py").write_text(
        "def lambda_handler(event, context):\n"
        "    try:\n"
        "        return [{'id': s['id'], 'aggregate_reward_score': s['x']} for s in event]\n"
        "    except Exception:\n"
        "        return [{'id': s['id'], 'aggregate_reward_score': 0} for s in event]\n",
        encoding="utf-8",
    )

    turn = workflow.answer("zero.py")

    assert "does not tell right from wrong: both" in turn.notices[0]
    assert "line 3: KeyError: 'x'" in turn.notices[0]


def test_a_role_of_identity_center_gets_a_remedy_that_can_be_followed():
    name = "AWSReservedSSO_Analyst_0123456789abcdef"
    iam = boto3.client("iam")
    iam.create_role(
        RoleName=name,
        Path="/aws-reserved/sso.amazonaws.com/",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}),
    )
    try:
        workflow, _ = answered_until("execution_role")
        turn = workflow.answer(name)
    finally:
        iam.delete_role(RoleName=name)

    assert turn.error is not None
    assert turn.error.code == "role.kind"
    assert str(turn.error.remedy).startswith("Give a role made for the evaluation")


def test_a_question_is_asked_anew_when_somebody_else_signs_in(in_sandbox, monkeypatch):
    answered_until("execution_role")
    before = len(in_sandbox.calls())
    an_interview().turn()
    assert len(in_sandbox.calls()) == before  # kept: showing it again asks nothing

    for name, value in in_sandbox.environment_of(world.LIMITED).items():
        monkeypatch.setenv(name, value)
    Workflow.load(Path("workflow_state.json"), aws=Aws()).turn()

    assert len(in_sandbox.calls()) > before


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("eu.amazon.nova-pro-v1:0", "eu.amazon.nova-pro-v1:0 is an inference profile of eu"),
        ("amazon.nova-pro-v1:0", None),
    ],
)
def test_where_the_data_go_is_said_for_a_judge_of_another_geography(said, found):
    workflow, _ = answered_until("judge_model")

    turn = workflow.answer(said)

    assert turn.error is None, turn.error
    told = warnings(turn.checks, "judge.geography")
    assert [found in it for it in told] == ([] if found is None else [True])


def test_an_application_inference_profile_is_named_for_what_it_is():
    workflow, _ = answered_until("judge_model", judge_model=GOOD_ANSWERS["judge_model"])
    arn = f"arn:aws:bedrock:us-east-1:{world.ACCOUNT}:application-inference-profile/abc123def456"

    turn = workflow.answer(arn)

    assert turn.error is not None
    assert "is an application inference profile" in turn.error.message

"""The setting `compute`: what is read, what is refused, and what an estimate says of it."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from interviews import an_interview, answer_until, answered_until

from evalbook.aws.found import Instances
from evalbook.sandbox import world
from evalbook.workflow import slots
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.usefixtures("in_sandbox")

VPC = "subnet-0123456789abcdef0"
_AT_CONFIRM: dict[tuple[str, ...], bytes] = {}


def at_confirm(kind: str = "benchmark", **instead: str) -> Workflow:
    """An interview answered until the configuration is shown, with no advanced setting."""
    state, before = Path("workflow_state.json"), (kind, *instead.values())
    if before not in _AT_CONFIRM:
        answered_until("confirm", evaluation_type=kind, **instead)
        _AT_CONFIRM[before] = state.read_bytes()
    state.write_bytes(_AT_CONFIRM[before])
    return an_interview()


def with_setting(step: str, said: str, kind: str = "benchmark", **instead: str) -> Workflow:
    """The same with an advanced setting answered before `compute` is."""
    workflow = at_confirm(kind, **instead)
    workflow.answer(said, step=step)
    turn = workflow.answer("yes")
    assert turn.step == "confirm", turn.error
    return workflow


def chosen(workflow: Workflow, said: str) -> Workflow:
    """Say that the setting is wanted, and what the evaluation should run on."""
    assert workflow.answer("compute", step="advanced").step == "compute"
    assert workflow.answer(said).step == "confirm"
    return workflow


def refusal(workflow: Workflow, said: str) -> tuple[str, str]:
    """The code and the message by which an answer is refused, the state being left as it was."""
    workflow.answer("compute", step="advanced")
    before = Path("workflow_state.json").read_bytes()
    turn = workflow.answer(said)
    assert turn.error is not None, said
    assert turn.error.remedy
    assert Path("workflow_state.json").read_bytes() == before
    return turn.error.code, turn.error.message


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("ml.g5.12xlarge", 1),
        ("ML.G5.12xlarge", 1),
        ("2 x ml.g5.12xlarge", 2),
        ("2 x g5.12xlarge", 2),
        ("2x ml.g5.12xlarge", 2),
        ("2 ml.g5.12xlarge", 2),
        ("ml.g5.12xlarge * 2", 2),
        ("ml.g5.12xlarge, 2", 2),
        ('{"instance_type": "ml.g5.12xlarge", "instance_count": 2}', 2),
        ('{"InstanceType": "ml.g5.12xlarge"}', 1),
    ],
)
def test_instances_are_read_in_the_ways_people_write_them(said, count):
    workflow = at_confirm()
    workflow.answer("compute", step="advanced")

    assert workflow.answer(said).step == "confirm"
    assert workflow.interview.value(slots.COMPUTE) == Instances("ml.g5.12xlarge", count)


@pytest.mark.parametrize("said", ["", "serverless", "none", "no"])
def test_serverless_is_what_nothing_said_means(said):
    workflow = at_confirm()
    workflow.answer("compute", step="advanced")

    assert workflow.answer(said).step == "confirm"
    assert workflow.interview.value(slots.COMPUTE) is None


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ("a big machine", "compute.form", "'a big machine' is not an instance type"),
        ("{", "compute.form", "not valid JSON"),
        ('{"a":' * 50_000, "answer.long", "accepts at most"),
        ('{"instance_type": "ml.g5.12xlarge", "spot": true}', "compute.form", "spot"),
        ("g5.99xlarge", "compute.type", "'ml.g5.99xlarge' is not an instance type"),
        ("0 x ml.g5.12xlarge", "compute.count", "0 instances were given"),
        ("101 x ml.g5.12xlarge", "compute.count", "101 instances"),
        ("3 x ml.g5.12xlarge", "compute.quota", "is 2; 3 would be needed"),
        ("ml.p4d.24xlarge", "compute.quota", "in us-east-1 is 0"),
    ],
)
def test_what_cannot_run_is_refused(said, code, words):
    found, message = refusal(at_confirm(), said)

    assert found == code
    assert words in message


def test_instances_are_read_where_only_the_interview_knows_the_region(monkeypatch):
    at_confirm().answer("compute", step="advanced")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)

    assert an_interview().answer("ml.g5.12xlarge").step == "confirm"


def test_a_name_that_is_nearly_an_instance_type_is_told_which():
    workflow = at_confirm()
    workflow.answer("compute", step="advanced")

    turn = workflow.answer("ml.g5.12xlage")
    assert turn.error is not None
    assert "ml.g5.12xlarge" in (turn.error.remedy or "")


@pytest.mark.parametrize(
    ("step", "said"),
    [("tags", "team=support"), ("vpc", "the subnet and group that there are")],
)
def test_settings_that_the_sdk_would_leave_out_are_refused_in_either_order(step, said):
    said = network() if step == "vpc" else said
    assert refusal(with_setting(step, said), "ml.g5.12xlarge")[0] == f"compute.{step}"

    workflow = chosen(at_confirm(), "ml.g5.12xlarge")
    workflow.answer(said, step=step)
    turn = workflow.answer("yes")
    assert turn.step == "compute"
    (fallen,) = [check for check in turn.checks if check.id == f"compute.{step}"]
    assert "no longer holds" in fallen.message


def network() -> str:
    ec2 = boto3.client("ec2", region_name="us-east-1")
    subnet = ec2.describe_subnets()["Subnets"][0]
    of_its_vpc = [{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
    group = ec2.describe_security_groups(Filters=of_its_vpc)["SecurityGroups"][0]
    return f"{subnet['SubnetId']}, {group['GroupId']}"


def test_a_kms_key_is_a_warning_where_the_recipe_has_a_place_for_it():
    workflow = with_setting("kms_key", world.KEY_ALIAS)
    workflow.answer("compute", step="advanced")

    turn = workflow.answer("ml.g5.12xlarge")
    assert turn.step == "confirm"
    assert "compute.kms" in [check.id for check in turn.checks]


def test_a_kms_key_is_refused_where_the_recipe_has_none():
    nova = with_setting("kms_key", world.KEY_ALIAS, model="nova-support", benchmark="gpqa")

    assert refusal(nova, "ml.g5.12xlarge")[0] == "compute.kms"


def test_a_parameter_that_the_recipe_lacks_is_refused():
    template = "recipes/meta-textgeneration-llama-3-2-1b-instruct/DeterministicEvaluation/"
    where = {"Bucket": "jumpstart-cache-prod-us-east-1", "Key": f"{template}template.yaml"}
    s3 = boto3.client("s3")
    before = s3.get_object(**where)["Body"].read()
    workflow = with_setting("inference_parameters", "top_k=5, temperature=0.1")
    s3.put_object(**where, Body=before.replace(b"top_k", b"other"))

    try:
        code, message = refusal(workflow, "ml.g5.12xlarge")
    finally:
        s3.put_object(**where, Body=before)
    assert code == "compute.parameters"
    assert "top_k can't be set" in message


def test_a_registered_dataset_is_refused_with_its_place():
    hub = f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:hub-content/{world.DATASET_HUB}"
    dataset = f"{hub}/DataSet/support-questions/1.0.0"
    workflow = at_confirm("custom_scorer", dataset=dataset, scorer="exact-match")
    workflow.answer("compute", step="advanced")

    turn = workflow.answer("ml.g5.12xlarge")
    assert turn.error is not None
    assert turn.error.code == "compute.dataset"
    assert "Give s3://evalbook-data/" in (turn.error.remedy or "")


def test_what_it_means_is_said_before_anything_is_confirmed():
    workflow = at_confirm()
    workflow.answer("compute", step="advanced")
    turn = workflow.answer("2 x ml.g5.12xlarge")

    told = "\n".join(turn.notices)
    assert "Compute: 2 x ml.g5.12xlarge, one training job per model" in told
    assert (
        "Instances: two training jobs, one per model, on 2 x ml.g5.12xlarge, billed by the "
        "hour from start to end." in told
    )
    assert {"compute.recipe", "compute.quota", "compute.hour", "compute.dry_run"} <= {
        check.id for check in turn.checks
    }


def test_a_quota_that_may_not_be_read_is_not_held_against_anybody(in_sandbox):
    workflow = at_confirm()
    workflow.answer("compute", step="advanced")
    in_sandbox.fail("service-quotas:ListServiceQuotas", "AccessDeniedException")

    turn = workflow.answer("ml.p4d.24xlarge")
    in_sandbox.heal()
    (quota,) = [check for check in turn.checks if check.id == "compute.quota"]
    assert quota.status == "skipped"


def test_how_to_run_it_promises_no_dry_run():
    workflow = at_confirm()
    workflow.answer("compute", step="advanced")
    workflow.answer("ml.g5.12xlarge")

    turn = answer_until(workflow, None, evaluation_type="benchmark")

    assert "Cell 2: starts the evaluation. Run it again, and it finds the same run." in turn.notices

from __future__ import annotations

import boto3
import pytest

from evalbook.aws.found import Instances
from evalbook.aws.instances import check_gpus, find_gpu_memory, read_instances
from evalbook.aws.own_instances import Recipe, check_instances
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected


@pytest.mark.parametrize(
    ("instance_type", "billions", "found"),
    [
        (
            "ml.g5.2xlarge",
            1,
            [("passed", "24 GiB of GPU memory; the weights take an estimated 2 GiB")],
        ),
        ("ml.g5.2xlarge", 70, [("warning", "which alone take about 130 GiB at 2 bytes each")]),
        ("ml.p5en.48xlarge", 70, [("passed", "1128 GiB")]),
        ("ml.g4dn.12xlarge", 8, [("passed", "64 GiB"), ("warning", "bfloat16")]),
        ("ml.g5.2xlarge", None, []),
        # Newer than the list: what is not known is not guessed.
        ("ml.g7.48xlarge", 70, []),
    ],
)
def test_memory_is_compared_with_the_weights(instance_type, billions, found):
    checks = check_gpus("compute.gpu", instance_type, billions)

    assert [it.status for it in checks] == [status for status, _ in found]
    assert all(said in it.message for it, (_, said) in zip(checks, found, strict=True))


@pytest.mark.parametrize("instance_type", ["ml.m5.large", "ml.trn1.32xlarge", "ml.c7i-flex.large"])
def test_a_family_without_gpus_is_refused(instance_type):
    with pytest.raises(AnswerRejected) as caught:
        check_gpus("compute.gpu", instance_type, 8, ", or answer serverless")

    assert caught.value.message == (
        f"{instance_type} has no GPU, but the model needs one to answer."
    )
    assert caught.value.remedy == (
        "Name a type with GPUs, such as ml.g5.2xlarge, or answer serverless."
    )


def test_every_type_of_sagemaker_is_told_to_have_gpus_or_none():
    model = boto3.client("sagemaker", region_name="us-east-1").meta.service_model
    types = {*model.shape_for("TrainingInstanceType").enum}
    untold = {it for it in types if find_gpu_memory(it) is None}

    assert {it.split(".")[1] for it in untold} == {"g7"}


@pytest.mark.parametrize("instance_type", ["ml.m5.large", "ml.g5.2xlarge"])
def test_where_a_recipe_names_types_it_runs_on_no_other(instance_type):
    recipe = Recipe("", {}, ("ml.g6.48xlarge", "ml.p5.48xlarge"))

    assert check_instances(recipe, Instances("ml.p5.48xlarge", 1), 70) == []
    with pytest.raises(AnswerRejected) as caught:
        check_instances(recipe, Instances(instance_type, 1), 70)
    assert caught.value.code == "compute.instance"
    assert caught.value.remedy == "It runs on ml.g6.48xlarge, ml.p5.48xlarge."


@pytest.mark.parametrize(
    ("use", "said", "found"),
    [
        ("hosting", "ml.g5.12xlarg", "for SageMaker endpoints. Did you mean ml.g5.12xlarge"),
        ("hosting", "huge", "Give one such as ml.g5.12xlarge."),
        ("hosting", "a big one", "Answer ml.g5.12xlarge or 2 x ml.g5.12xlarge, for example."),
        ("compute", "a big one", "2 x ml.g5.12xlarge or serverless, for example."),
        ("compute", "ml.m5d.large", "is not an instance type for SageMaker training jobs."),
        ("compute", "{", 'Write it like this: {"instance_type": "ml.g5.12xlarge", '),
    ],
)
def test_what_is_no_instance_for_its_use_is_refused(use, said, found):
    with pytest.raises(AnswerRejected) as caught:
        read_instances(Aws(region="us-east-1"), said, "us-east-1", use)

    assert caught.value.code in (f"{use}.form", f"{use}.type")
    assert found in f"{caught.value.message} {caught.value.remedy}"


def test_an_endpoint_may_have_types_that_no_training_job_has():
    found = read_instances(Aws(region="us-east-1"), "2 x ml.m5d.large", "us-east-1", "hosting")

    assert found == Instances("ml.m5d.large", 2)

"""Runs that are a training job of their own, on instances of one's own."""

from __future__ import annotations

from typing import Any

import pytest
from shown import in_words

from evalbook.aws.session import Aws
from evalbook.cli.stop import stop_words
from evalbook.errors import AnswerRejected
from evalbook.runs.find import Target
from evalbook.runs.status import look, status_parts
from evalbook.sandbox.process import Sandbox

ROLE = "arn:aws:iam::123456789012:role/EvaluationRole"


def created(sagemaker: Any, name: str) -> str:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://evalbook-results/no-recipe"}
    answer = sagemaker.create_training_job(
        TrainingJobName=name,
        RoleArn=ROLE,
        AlgorithmSpecification={"TrainingImage": "made-up", "TrainingInputMode": "File"},
        InputDataConfig=[{"ChannelName": "model", "DataSource": {"S3DataSource": source}}],
        OutputDataConfig={"S3OutputPath": "s3://evalbook-results/jobs"},
        ResourceConfig={"InstanceType": "ml.g5.2xlarge", "InstanceCount": 2, "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
    )
    return str(answer["TrainingJobArn"])


def test_a_job_that_failed_says_why_in_the_phase_it_came_to(
    in_sandbox: Sandbox, sagemaker: Any, live_aws: Aws
) -> None:
    arn = created(sagemaker, "failing-1")
    in_sandbox.advance(60)
    status = look(live_aws, Target(arn))

    assert (status.run.kind, status.run.status, status.run.over) == ("training_job", "Failed", True)
    assert status.steps[-1].status == "Failed"
    shown = in_words(status_parts(status))
    assert shown.count("There is no recipe in /opt/ml/input/data/recipe.") == 1


def test_what_stopping_a_job_saves_is_its_instances(sagemaker: Any, live_aws: Aws) -> None:
    status = look(live_aws, Target(created(sagemaker, "stuck-run-7")))

    assert "If it continues, you pay for 2 x ml.g5.2xlarge until it ends." in stop_words(status)


def test_a_job_that_there_is_not_is_a_rejection(live_aws: Aws) -> None:
    with pytest.raises(AnswerRejected) as refused:
        look(live_aws, Target("arn:aws:sagemaker:us-east-1:123456789012:training-job/nothing"))

    assert refused.value.code == "run.missing"

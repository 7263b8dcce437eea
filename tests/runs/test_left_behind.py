"""An endpoint that a stopped run of Inspect AI leaves is found, and what it costs is said."""

from __future__ import annotations

import json
import time

import boto3
import pytest
from shown import in_words

from evalbook.aws.session import Aws
from evalbook.cli.stop import stop_words
from evalbook.runs.find import Target
from evalbook.runs.status import look, status_parts
from evalbook.sandbox import world

pytestmark = pytest.mark.usefixtures("in_sandbox")
CONFIG = {
    "inference_provider": {
        "sagemaker_endpoint": {
            "endpoint_name": None,
            "region": "us-east-1",
            "model_s3_uri": "s3://evalbook-models-us-east-1/support-bot-sft-2/output/model/",
            "inference_image_uri": "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:1",
            "cleanup_endpoint": True,
            "execution_role_arn": f"arn:aws:iam::{world.ACCOUNT}:role/EvaluationRole",
        }
    },
    "benchmarks": {"s3_path": world.TASKS},
    "output": {"s3_path": "s3://evalbook-results/left/inspectai-results/"},
}


def a_run(sagemaker, name: str) -> str:
    """Start the pipeline that the SDK makes of an evaluation, slowly."""
    key = "left/config/inspect_config.yaml"
    boto3.client("s3").put_object(Bucket="evalbook-results", Key=key, Body=json.dumps(CONFIG))
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://evalbook-results/left/config"}
    step = {
        "Name": "InspectAIEvaluation",
        "Type": "Training",
        "Arguments": {
            "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
            "RoleArn": f"arn:aws:iam::{world.ACCOUNT}:role/EvaluationRole",
            "ResourceConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 30,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
            "InputDataConfig": [{"ChannelName": "config", "DataSource": {"S3DataSource": source}}],
            "OutputDataConfig": {"S3OutputPath": "s3://evalbook-results/left"},
        },
    }
    definition = {"Version": "2020-12-01", "Metadata": {}, "Parameters": [], "Steps": [step]}
    pipeline = "SagemakerEvaluation-InspectAIEvaluation-left"
    sagemaker.create_pipeline(
        PipelineName=pipeline,
        PipelineDefinition=json.dumps(definition),
        RoleArn=f"arn:aws:iam::{world.ACCOUNT}:role/EvaluationRole",
        ClientRequestToken="t" * 32,
    )
    return sagemaker.start_pipeline_execution(
        PipelineName=pipeline, PipelineExecutionDisplayName=name
    )["PipelineExecutionArn"]


def test_an_endpoint_that_a_stopped_run_leaves_is_named_with_what_deletes_it():
    sagemaker = boto3.client("sagemaker")
    arn = a_run(sagemaker, "stuck-run")
    target = Target(arn, "evaluation")
    running = look(Aws(), target)
    assert "its endpoint stays, and you keep paying" in stop_words(running)

    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    for _ in range(50):
        status = look(Aws(), target)
        if status.run.over and "still there" in in_words(status_parts(status)):
            break
        time.sleep(0.1)

    [left] = [
        it["EndpointName"]
        for it in sagemaker.list_endpoints()["Endpoints"]
        if it["EndpointName"].startswith("inspectai")
    ]
    said = in_words(status_parts(status))
    assert f", at your cost: {left}." in said
    assert f"delete-endpoint --region us-east-1 --endpoint-name {left}" in said
    sagemaker.delete_endpoint(EndpointName=left)

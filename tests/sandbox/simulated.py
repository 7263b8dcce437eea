"""Builders for what tests ask the sandbox."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from evalbook.sandbox import Sandbox
from evalbook.sandbox.world import (
    ACCOUNT,
    CALLER,
    HOME_REGION,
    RESULTS_BUCKET,
    SECRET_KEY,
    SESSION_TOKEN,
    Credentials,
    package_arn,
)

ROLE = f"arn:aws:iam::{ACCOUNT}:role/EvaluationRole"
DATASET = "s3://evalbook-data/support/eval.jsonl"
OUTPUT = f"s3://{RESULTS_BUCKET}/runs"
BASE = (
    "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/"
    "meta-textgeneration-llama-3-2-1b-instruct/1.10.0"
)
JUDGE = "amazon.nova-pro-v1:0"


@cache
def client_of(
    sandbox: Sandbox, service: str, region: str = HOME_REGION, caller: Credentials = CALLER
) -> Any:
    """Return a boto3 client that asks the sandbox once and does not retry."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=caller.access_key,
        aws_secret_access_key=SECRET_KEY,
        aws_session_token=SESSION_TOKEN,
        config=Config(retries={"total_max_attempts": 1}),
    )


def own_instances_request(name: str, **changes: Any) -> dict[str, Any]:
    """Return CreateTrainingJob's arguments as the SDK makes them on instances of one's own."""
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": "made-up", "TrainingInputMode": "File"},
        "InputDataConfig": [
            channel("recipe", f"{OUTPUT}/recipe.yaml"),
            channel("model", "s3://evalbook-models-us-east-1/support-bot-sft-2/output/model/"),
        ],
        "OutputDataConfig": {"S3OutputPath": OUTPUT, "CompressionType": "GZIP"},
        "ResourceConfig": {
            "InstanceType": "ml.g5.12xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **changes,
    }


def channel(name: str, uri: str) -> dict[str, Any]:
    """Return an input channel that reads a place in S3."""
    source = {"S3DataType": "S3Prefix", "S3Uri": uri}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def inference_step(**changes: Any) -> dict[str, Any]:
    """Return a step that has the tuned model answer the dataset."""
    arguments: dict[str, Any] = {
        "TrainingJobName": "CustomInference",
        "RoleArn": changes.get("role", ROLE),
        "ServerlessJobConfig": {
            "BaseModelArn": changes.get("base", BASE),
            "JobType": "Evaluation",
            "EvaluationType": "BenchmarkEvaluation",
        },
        "HyperParameters": {"name": "CustomInference", "task": "inference_only"},
        "OutputDataConfig": {"S3OutputPath": changes.get("output", OUTPUT)},
        "ModelPackageConfig": {
            "ModelPackageGroupArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model-package-group/x",
            "SourceModelPackageArn": package_arn("support-bot", 2),
        },
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": changes.get("dataset", DATASET),
                    }
                },
            }
        ],
    }
    return {"Name": "EvaluateCustomInferenceModel", "Type": "Training", "Arguments": arguments}


def judging_step(**changes: Any) -> dict[str, Any]:
    """Return a step that has the answers judged, as the SDK submits it."""
    inference = "Steps.EvaluateCustomInferenceModel"
    name = join("-", "custom-llmaj-eval", {"Get": "Execution.PipelineExecutionId"})
    settings: dict[str, Any] = {
        "name": name,
        "judge_model_id": changes.get("judge", JUDGE),
        "inference_data_s3_path": join(
            "",
            {"Get": f"{inference}.OutputDataConfig.S3OutputPath"},
            "/",
            {"Get": f"{inference}.TrainingJobName"},
            "/output/output/CustomInference/eval_results/inference_output.jsonl",
        ),
        "llmaj_metrics": json.dumps(changes.get("metrics", ["Correctness"])),
    }
    if "custom_metrics" in changes:
        settings["custom_metrics"] = changes["custom_metrics"]
    arguments = {
        **inference_step(**changes)["Arguments"],
        "TrainingJobName": name,
        "HyperParameters": settings,
    }
    del arguments["InputDataConfig"]
    arguments["ServerlessJobConfig"]["EvaluationType"] = "LLMAJEvaluation"
    return {
        "Name": "EvaluateCustomModelMetrics",
        "Type": "Training",
        "DependsOn": ["EvaluateCustomInferenceModel"],
        "Arguments": arguments,
    }


def join(on: str, *values: Any) -> dict[str, Any]:
    """Return the definition language's way to put strings together."""
    return {"Std:Join": {"On": on, "Values": list(values)}}


def definition(*steps: dict[str, Any], **more: Any) -> str:
    """Return a pipeline definition of these steps."""
    return json.dumps({"Version": "2020-12-01", "Steps": list(steps), **more})


def start(sagemaker: Any, *steps: dict[str, Any], name: str = "run-1") -> str:
    """Create a pipeline of these steps, start it and return the execution's ARN."""
    pipeline = f"SagemakerEvaluation-{name}"
    sagemaker.create_pipeline(
        PipelineName=pipeline,
        PipelineDefinition=definition(*steps),
        RoleArn=ROLE,
        ClientRequestToken="a" * 32,
    )
    arn: str = sagemaker.start_pipeline_execution(
        PipelineName=pipeline, PipelineExecutionDisplayName=name, ClientRequestToken="b" * 32
    )["PipelineExecutionArn"]
    return arn


def run(sandbox: Sandbox, sagemaker: Any, *steps: dict[str, Any], name: str = "run-1") -> str:
    """Start an execution, let all its time pass, and return its ARN."""
    arn = start(sagemaker, *steps, name=name)
    sandbox.advance(3600)
    return arn


def step_of(sagemaker: Any, arn: str, name: str) -> dict[str, Any]:
    """Return one step of an execution as it stands now."""
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    found: dict[str, Any] = {s["StepName"]: s for s in steps["PipelineExecutionSteps"]}[name]
    return found


def refused(code: str) -> Any:
    """Expect AWS to refuse with an error code."""
    return pytest.raises(ClientError, match=rf"\({code}\)")

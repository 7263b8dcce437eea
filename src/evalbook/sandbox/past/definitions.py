"""What the SDK submitted to start the sandbox's past runs: one pipeline definition for each type.

Steps, their names and their settings are those of sagemaker 3.27.0,
``train/evaluate/pipeline_templates.py`` and ``mtrl_pipeline_templates.py``.

Kinder than AWS: the lineage of results is left out, and InspectAI's inference for Nova models is
written as any other inference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evalbook.sandbox import world
from evalbook.sandbox.past.table import PastRun
from evalbook.sandbox.sagemaker.registry import PUBLIC_HUB

ROLE = f"arn:aws:iam::{world.ACCOUNT}:role/EvaluationRole"
_SAGEMAKER = f"arn:aws:sagemaker:{world.HOME_REGION}"
_MLFLOW = f"{_SAGEMAKER}:{world.ACCOUNT}:mlflow-app/{world.MLFLOW_APP_ID}"
_MODEL_SETTINGS = {"max_new_tokens": "8192", "temperature": "0", "top_k": "-1", "top_p": "1.0"}
_ID = {"Get": "Execution.PipelineExecutionId"}
_RUNTIME = {"MaxRuntimeInSeconds": 86400}


def definition_of(run: PastRun) -> dict[str, Any]:
    """Return the definition that a past run was started with."""
    steps = {
        "LLMAJEvaluation": _nova if run.nova else _judged,
        "BenchmarkEvaluation": _measured,
        "CustomScorerEvaluation": _measured,
        "MTRLEvaluation": _rollouts,
        "InspectAIEvaluation": _inspected,
    }[run.type](run)
    action = {"ActionName": _ID, "ActionType": "Evaluation", "Source": {"SourceUri": run.package}}
    first = {
        "Name": "CreateEvaluationAction",
        "Type": "Lineage",
        "Arguments": {"Actions": [action]},
    }
    last = {
        "Name": "AssociateLineage",
        "Type": "Lineage",
        "DependsOn": [step["Name"] for step in steps],
        "Arguments": {},
    }
    lineage = run.type != "InspectAIEvaluation"
    return {
        "Version": "2020-12-01",
        "Metadata": {},
        "Parameters": [],
        "Steps": [first, *steps, last] if lineage else steps,
    }


def _models(run: PastRun) -> list[str]:
    return ["Base", "Custom"] if run.base else ["Custom"]


def _step(name: str, arguments: Mapping[str, Any], after: str | None = None) -> dict[str, Any]:
    waits = {"DependsOn": [after]} if after else {}
    return {"Name": name, "Type": "Training", **waits, "Arguments": dict(arguments)}


def _job(run: PastRun, evaluation: str, which: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    serverless = {
        "BaseModelArn": _base_model(run),
        "AcceptEula": True,
        "JobType": "Evaluation",
        "EvaluationType": evaluation,
    }
    if run.evaluator:
        serverless["EvaluatorArn"] = run.evaluator
    job: dict[str, Any] = {
        "RoleArn": ROLE,
        "ServerlessJobConfig": serverless,
        "StoppingCondition": _RUNTIME,
        "HyperParameters": dict(settings),
        "OutputDataConfig": {"S3OutputPath": run.output, "CompressionType": "NONE"},
    }
    if which == "Custom":
        group = f"{_SAGEMAKER}:{world.ACCOUNT}:model-package-group/{run.group}"
        package = {"ModelPackageGroupArn": group, "SourceModelPackageArn": run.package}
        job["ModelPackageConfig"] = package
    return job


def _base_model(run: PastRun) -> str:
    group = next(group for group in world.GROUPS if group.name == run.group)
    base = group.versions[run.version - 1].base
    if base is None:
        raise ValueError(f"{run.group} has no base model to evaluate.")
    return f"{_SAGEMAKER}:aws:hub-content/{PUBLIC_HUB}/Model/{base.name}/{base.version}"


def _channel(run: PastRun) -> list[dict[str, Any]]:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": run.dataset}}
    return [{"ChannelName": "train", "DataSource": source}]


def _joined(on: str, *values: Any) -> dict[str, Any]:
    return {"Std:Join": {"On": on, "Values": list(values)}}


def _inference(run: PastRun, name: str, which: str) -> dict[str, Any]:
    settings = {"name": f"{which}Inference", "task": "inference_only"}
    job = _job(run, "BenchmarkEvaluation", which, settings)
    return _step(name, {**job, "InputDataConfig": _channel(run)})


def _judging(run: PastRun, name: str, which: str, inference: str, job_name: str) -> dict[str, Any]:
    responses = _joined(
        "",
        {"Get": f"Steps.{inference}.OutputDataConfig.S3OutputPath"},
        "/",
        {"Get": f"Steps.{inference}.TrainingJobName"},
        f"/output/output/{which}Inference/eval_results/inference_output.jsonl",
    )
    settings = {
        "name": _joined("-", job_name, _ID),
        "judge_model_id": run.judge,
        "inference_data_s3_path": responses,
        "output_path": run.output,
        "llmaj_metrics": json.dumps(list(run.metrics)),
        **_MODEL_SETTINGS,
    }
    if run.custom_metrics:
        settings["custom_metrics"] = run.custom_metrics
    return _step(name, _job(run, "LLMAJEvaluation", which, settings), inference)


def _judged(run: PastRun) -> list[dict[str, Any]]:
    steps = []
    for which in _models(run):
        inference = f"Evaluate{which}InferenceModel"
        steps.append(_inference(run, inference, which))
        name, job = f"Evaluate{which}ModelMetrics", f"{which.lower()}-llmaj-eval"
        steps.append(_judging(run, name, which, inference, job))
    return steps


def _nova(run: PastRun) -> list[dict[str, Any]]:
    which = "Base" if run.nova == "base" else "Custom"
    inference = _inference(run, "InspectAIInference", which)
    return [
        inference,
        _judging(run, "EvaluateWithJudge", which, "InspectAIInference", "llmaj-eval"),
    ]


def _measured(run: PastRun) -> list[dict[str, Any]]:
    steps = []
    for which in _models(run):
        job = _job(run, run.type, which, {**run.settings, **_MODEL_SETTINGS})
        if run.dataset:
            job["InputDataConfig"] = _channel(run)
        steps.append(_step(f"Evaluate{which}Model", job))
    return steps


def _rollouts(run: PastRun) -> list[dict[str, Any]]:
    steps = []
    for which in _models(run):
        document: dict[str, Any] = {
            "AgentConfig": {"BedrockAgentCoreConfig": {"AgentRuntimeArn": world.AGENTS[0].arn}},
            "EvaluationConfig": {
                "AcceptEula": True,
                "BaseModelArn": _base_model(run),
                "HyperParameters": {"eval_group_size": "4"},
            },
            "InputDataConfig": _channel(run),
            "OutputDataConfig": {
                "S3OutputPath": run.output,
                "MlflowConfig": {
                    "MlflowResourceArn": _MLFLOW,
                    "MlflowExperimentName": run.group,
                    "MlflowRunName": run.name,
                },
            },
            "StoppingCondition": _RUNTIME,
        }
        if which == "Custom":
            document["ModelPackageConfig"] = {"InputModelPackageArn": run.package}
        steps.append(
            {
                "Name": "EvaluateFineTunedModel" if which == "Custom" else "EvaluateBaseModel",
                "Type": "Job",
                "Arguments": {
                    "RoleArn": ROLE,
                    "JobCategory": "AgentRFTEvaluation",
                    "JobConfigSchemaVersion": "1.0.0",
                    "JobConfigDocument": json.dumps(document),
                },
            }
        )
    return steps


def _inspected(run: PastRun) -> list[dict[str, Any]]:
    config = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{run.output}/config"}}
    image = (
        f"{world.AWS_OWN_ACCOUNT}.dkr.ecr.{world.HOME_REGION}.amazonaws.com/sagemaker-inspect-ai"
    )
    arguments = {
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "StoppingCondition": _RUNTIME,
        "InputDataConfig": [{"ChannelName": "config", "DataSource": config}],
        "OutputDataConfig": {"S3OutputPath": run.output, "CompressionType": "NONE"},
    }
    return [_step("InspectAIEvaluation", arguments)]

"""Evaluations started in the simulated AWS without the SDK: the definitions it would submit."""

from __future__ import annotations

import json
import uuid
from typing import Any

HUB = "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model"
GROUP = "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/support-bot"
PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/support-bot/2"
ROLE = "arn:aws:iam::123456789012:role/EvaluationRole"
DATASET = "s3://evalbook-data/support/eval.jsonl"
OUTPUT = "s3://evalbook-results/run1"
JUDGE = "amazon.nova-pro-v1:0"


def start_evaluation(
    sagemaker: Any,
    name: str = "support-bot-test",
    *,
    base: bool = True,
    metrics: tuple[str, ...] = ("Correctness", "Helpfulness", "Refusal"),
    dataset: str = DATASET,
    output: str = OUTPUT,
    role: str = ROLE,
    judge: str = JUDGE,
    base_model: str = "",
    custom_metrics: str = "",
    package: str = PACKAGE,
) -> str:
    """Start an LLM-as-judge evaluation as the SDK does, and return its ARN."""
    model = base_model or _base_model(sagemaker)
    common = {"role": role, "model": model, "output": output}
    steps = [_inference("Custom", dataset, **common), _judging("Custom", judge, metrics, **common)]
    if custom_metrics:
        steps[1]["Arguments"]["HyperParameters"]["custom_metrics"] = custom_metrics
    if base:
        steps += [_inference("Base", dataset, **common), _judging("Base", judge, metrics, **common)]
    steps = json.loads(json.dumps(steps).replace(PACKAGE, package))
    return _start(sagemaker, "SagemakerEvaluation-LLMAJEvaluation-1", name, steps)


def start_nova_evaluation(sagemaker: Any, name: str, *, tuned: bool) -> str:
    """Start a run of one model in two steps, named as the SDK names a Nova model's."""
    which = "Custom" if tuned else "Base"
    common = {"role": ROLE, "model": _base_model(sagemaker), "output": OUTPUT}
    inference = _inference(which, DATASET, **common)
    judging = _judging(which, JUDGE, ("Correctness", "Helpfulness"), **common)
    before = inference["Name"]
    inference["Name"], judging["Name"] = "InspectAIInference", "EvaluateWithJudge"
    steps = json.loads(json.dumps([inference, judging]).replace(before, "InspectAIInference"))
    return _start(sagemaker, "SagemakerEvaluation-LLMAJEvaluation-1", name, steps)


def start_benchmark(sagemaker: Any, name: str) -> str:
    """Start a benchmark of both models; the sandbox runs it as it runs inference."""
    common = {"role": ROLE, "model": _base_model(sagemaker), "output": OUTPUT}
    steps = [_inference(which, DATASET, **common) for which in ("Base", "Custom")]
    for step in steps:
        step["Name"] = step["Name"].replace("InferenceModel", "Model")
    return _start(sagemaker, "SagemakerEvaluation-BenchmarkEvaluation-1", name, steps)


def start_measuring(
    sagemaker: Any, name: str, settings: dict[str, str], kind: str = "Benchmark", **more: str
) -> str:
    """Start a benchmark or a custom scorer of both models, whose jobs do it themselves."""
    common = {"role": ROLE, "model": _base_model(sagemaker), "output": more.get("output", OUTPUT)}
    steps = [
        _inference(which, more.get("dataset", DATASET), **common) for which in ("Base", "Custom")
    ]
    for step in steps:
        step["Name"] = step["Name"].replace("InferenceModel", "Model")
        step["Arguments"]["HyperParameters"] = settings
        step["Arguments"]["ServerlessJobConfig"]["EvaluationType"] = f"{kind}Evaluation"
    return _start(sagemaker, f"SagemakerEvaluation-{kind}Evaluation-1", name, steps)


def start_inspect(sagemaker: Any, name: str, output: str) -> str:
    """Start a run of one step, named as the SDK names an InspectAI evaluation's."""
    common = {"role": ROLE, "model": _base_model(sagemaker), "output": output}
    step = {**_inference("Custom", DATASET, **common), "Name": "InspectAIEvaluation"}
    return _start(sagemaker, "SagemakerEvaluation-InspectAIEvaluation-1", name, [step])


def _base_model(sagemaker: Any) -> str:
    package = sagemaker.describe_model_package(ModelPackageName=PACKAGE)
    base = package["InferenceSpecification"]["Containers"][0]["BaseModel"]
    return f"{HUB}/{base['HubContentName']}/{base['HubContentVersion']}"


def _start(sagemaker: Any, pipeline: str, name: str, steps: list[dict[str, Any]]) -> str:
    definition = json.dumps({"Version": "2020-12-01", "Steps": steps})
    shared = {"PipelineName": pipeline, "PipelineDefinition": definition, "RoleArn": ROLE}
    names = [it["PipelineName"] for it in sagemaker.list_pipelines()["PipelineSummaries"]]
    if pipeline in names:
        sagemaker.update_pipeline(**shared)
    else:
        sagemaker.create_pipeline(ClientRequestToken="t" * 32, **shared)
    arn: str = sagemaker.start_pipeline_execution(
        PipelineName=pipeline,
        PipelineExecutionDisplayName=name,
        ClientRequestToken=uuid.uuid4().hex,
    )["PipelineExecutionArn"]
    return arn


def _job(role: str, model: str, output: str, evaluation: str, which: str) -> dict[str, Any]:
    job: dict[str, Any] = {
        "RoleArn": role,
        "ServerlessJobConfig": {
            "BaseModelArn": model,
            "AcceptEula": True,
            "JobType": "Evaluation",
            "EvaluationType": evaluation,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "OutputDataConfig": {"S3OutputPath": output, "CompressionType": "NONE"},
    }
    if which == "Custom":
        job["ModelPackageConfig"] = {
            "ModelPackageGroupArn": GROUP,
            "SourceModelPackageArn": PACKAGE,
        }
    return job


def _inference(which: str, dataset: str, *, role: str, model: str, output: str) -> dict[str, Any]:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": dataset}}
    return {
        "Name": f"Evaluate{which}InferenceModel",
        "Type": "Training",
        "Arguments": {
            **_job(role, model, output, "BenchmarkEvaluation", which),
            "HyperParameters": {"name": f"{which}Inference", "task": "inference_only"},
            "InputDataConfig": [{"ChannelName": "train", "DataSource": source}],
        },
    }


def _judging(
    which: str, judge: str, metrics: tuple[str, ...], *, role: str, model: str, output: str
) -> dict[str, Any]:
    before = f"Steps.Evaluate{which}InferenceModel"
    name = _join("-", [f"{which.lower()}-llmaj-eval", {"Get": "Execution.PipelineExecutionId"}])
    responses = [
        {"Get": f"{before}.OutputDataConfig.S3OutputPath"},
        "/",
        {"Get": f"{before}.TrainingJobName"},
        f"/output/output/{which}Inference/eval_results/inference_output.jsonl",
    ]
    return {
        "Name": f"Evaluate{which}ModelMetrics",
        "Type": "Training",
        "DependsOn": [f"Evaluate{which}InferenceModel"],
        "Arguments": {
            **_job(role, model, output, "LLMAJEvaluation", which),
            "HyperParameters": {
                "name": name,
                "judge_model_id": judge,
                "inference_data_s3_path": _join("", responses),
                "output_path": output,
                "llmaj_metrics": json.dumps(list(metrics)),
                "max_new_tokens": "512",
                "temperature": "0",
                "top_k": "-1",
                "top_p": "1.0",
            },
        },
    }


def _join(on: str, values: list[Any]) -> dict[str, Any]:
    return {"Std:Join": {"On": on, "Values": values}}

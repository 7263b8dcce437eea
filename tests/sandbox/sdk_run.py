"""One LLM-as-judge evaluation by the SageMaker SDK; the last line it prints is JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3
from sagemaker.train.evaluate import LLMAsJudgeEvaluator

ACCOUNT = "123456789012"
CUSTOM_METRIC = {
    "customMetricDefinition": {
        "name": "brevity",
        "instructions": "Is {{prediction}} brief?",
        "ratingScale": [
            {"definition": "no", "value": {"floatValue": 0}},
            {"definition": "yes", "value": {"floatValue": 1}},
        ],
    }
}


def main(settings: dict[str, Any]) -> None:
    package = settings.pop("model", "support-bot/2")
    evaluator = LLMAsJudgeEvaluator(
        model=f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model-package/{package}",
        evaluator_model="amazon.nova-pro-v1:0",
        dataset="s3://evalbook-data/support/eval.jsonl",
        builtin_metrics=["Correctness", "Builtin.Helpfulness"],
        custom_metrics=json.dumps([CUSTOM_METRIC]),
        s3_output_path="s3://evalbook-results/sdk/",
        evaluate_base_model=True,
        role=f"arn:aws:iam::{ACCOUNT}:role/EvaluationRole",
        **{"base_eval_name": "support", **settings},
    )
    sagemaker = boto3.client("sagemaker")
    before = _executions(sagemaker)
    evaluator.evaluate(dry_run=True)
    outcome: dict[str, Any] = {"after_dry_run": len(_executions(sagemaker) - before)}
    execution = evaluator.evaluate()
    outcome["arn"] = execution.arn
    if execution.arn:
        try:
            execution.wait(poll=1, timeout=120)
            execution.show_results(limit=2, show_explanations=True)
        except Exception as error:  # noqa: BLE001 - what the SDK raises is what is looked at
            outcome["error"] = str(error)
        steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution.arn)
        outcome["steps"] = [step["StepName"] for step in steps["PipelineExecutionSteps"]]
    outcome["status"] = execution.status.overall_status
    sys.stdout.write(f"\n=== {json.dumps(outcome)}")


def _executions(sagemaker: Any) -> set[str]:
    pipelines = sagemaker.list_pipelines()["PipelineSummaries"]
    return {
        execution["PipelineExecutionArn"]
        for pipeline in pipelines
        for execution in sagemaker.list_pipeline_executions(PipelineName=pipeline["PipelineName"])[
            "PipelineExecutionSummaries"
        ]
    }


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

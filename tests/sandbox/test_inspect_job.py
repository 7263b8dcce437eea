"""The unpatched SDK's InspectAIEvaluator runs in the sandbox, whatever answers for the model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from simulated import client_of

from evalbook.sandbox import Sandbox, world

_RUN = f"""
import json, sys, time, boto3
from sagemaker.train.evaluate import InspectAIEvaluator

told = []
sagemaker = boto3.client("sagemaker")
for answers in json.loads(sys.argv[1]):
    evaluator = InspectAIEvaluator(
        model="arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:model-package/support-bot/2",
        benchmarks_path="{world.TASKS}",
        tasks=[{{"name": "refunds", "epochs": 2}}],
        s3_output_path=f"s3://evalbook-results/inspect/{{len(told)}}",
        region="us-east-1",
        role="arn:aws:iam::{world.ACCOUNT}:role/EvaluationRole",
        **answers,
    )
    evaluator.evaluate(dry_run=True)
    arn = evaluator.evaluate().arn
    while True:
        run = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        if run["PipelineExecutionStatus"] != "Executing":
            break
        time.sleep(0.1)
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    told.append([steps["PipelineExecutionSteps"][0].get("FailureReason", "succeeded")])
print("===" + json.dumps(told))
"""
HOSTED = {
    "model_s3_uri": "s3://evalbook-models-us-east-1/support-bot-sft-2/output/model/",
    "inference_image_uri": "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:1",
}


@pytest.mark.e2e
def test_a_run_by_each_way_of_answering(sandbox: Sandbox, tmp_path: Path) -> None:
    ways: list[dict[str, Any]] = [
        {"endpoint_name": "support-bot-v2"},
        {"bedrock_model_id": world.DEPLOYMENT},
        HOSTED,
        {"endpoint_name": "gone"},
        {"bedrock_model_id": "acme.unknown-v1:0"},
    ]
    found = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(ways)],
        env={**os.environ, **sandbox.environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-4000:]
    told = [it for [it] in json.loads(found.stdout.rpartition("===")[2])]

    assert told[:3] == ["succeeded"] * 3
    assert "Endpoint gone of account" in told[3]
    assert "provided model identifier is invalid" in told[4]
    # What was made to host the model is gone again.
    endpoints = client_of(sandbox, "sagemaker").list_endpoints()["Endpoints"]
    assert {it["EndpointName"] for it in endpoints} == set(world.ENDPOINTS)
    # A name is taken for a part of those of the tasks: both of them ran.
    keys = client_of(sandbox, "s3").list_objects_v2(Bucket="evalbook-results", Prefix="inspect/0/")
    logs = [it["Key"] for it in keys["Contents"] if it["Key"].endswith(".eval")]
    assert len(logs) == 2

"""Each type from the first question to an executed notebook, by the SDK, in a real kernel."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from interviews import ANSWERS_BY_TYPE, answered_until

from evalbook.cli.demo import execute_notebook

TRACKING = "arn:aws:sagemaker:us-east-1:123456789012:mlflow-tracking-server/team-tracking"
pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("in_sandbox")]


SETTINGS = {
    "advanced": "mlflow, mlflow_experiment, tags, inference_parameters",
    "mlflow": "team-tracking",
    "mlflow_experiment": "Bots of 2026 & après",
    "tags": "team=support bot, stage=x=1",
}


def executed(kind: str, **instead: str) -> list[str]:
    _, turn = answered_until(None, evaluation_type=kind, **instead)
    assert turn.notebook is not None
    return execute_notebook(Path(turn.notebook).absolute())


@pytest.fixture
def no_pipeline(in_sandbox):  # noqa: ARG001
    """No pipeline of an earlier run, so that the SDK creates its own."""
    sagemaker = boto3.client("sagemaker")
    for found in sagemaker.list_pipelines()["PipelineSummaries"]:
        sagemaker.delete_pipeline(PipelineName=found["PipelineName"], ClientRequestToken="t" * 32)


def submitted(started: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The definition of the pipeline that cell 2 started, and the pipeline's tags."""
    sagemaker = boto3.client("sagemaker")
    (arn,) = re.findall(r"^(arn:aws:sagemaker:\S+): \w+\.", started, flags=re.M)
    shown = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    tags = sagemaker.list_tags(ResourceArn=arn.rpartition("/execution/")[0])["Tags"]
    return json.loads(shown["PipelineDefinition"]), {tag["Key"]: tag["Value"] for tag in tags}


def sent_parameters(definition: dict[str, Any]) -> list[dict[str, str]]:
    """The hyperparameters of each model's step."""
    steps = (step["Arguments"] for step in definition["Steps"] if step["Type"] == "Training")
    return [step["HyperParameters"] for step in steps]


@pytest.mark.usefixtures("no_pipeline")
def test_a_benchmarks_subtasks_are_compared_one_by_one():
    chosen = "temperature=0.25, max_new_tokens=2048, aggregation=median"
    _, started, _, results = executed("benchmark", **SETTINGS, inference_parameters=chosen)

    definition, tags = submitted(started)
    assert definition["MlflowConfig"] == {
        "MlflowResourceArn": TRACKING,
        "MlflowExperimentName": "Bots of 2026 & après",
    }
    assert tags == {
        "SagemakerModelEvaluation": "true",
        "team": "support bot",
        "stage": "x=1",
    }
    assert len(sent_parameters(definition)) == 2
    for sent in sent_parameters(definition):
        assert (sent["temperature"], sent["max_new_tokens"]) == ("0.25", "2048")
        assert (sent["aggregation"], sent["top_k"]) == ("median", "-1")

    for task in ("anatomy", "astronomy", "virology"):
        row = rf"^mmlu_zs_cot:{task} +accuracy +0\.\d{{3}} +0\.\d{{3}} "
        assert re.search(row, results, flags=re.M)
    assert "The fine-tuned model against the base model, over 120 records: " in results


def test_a_registered_scorers_own_score_stands_beside_f1_rouge_and_bleu():
    chosen = SETTINGS | {"inference_parameters": "top_p=0.9, aggregation=max"}
    dataset = "s3://evalbook-data/formats/openai.jsonl"
    answers = {**chosen, "scorer": "exact-match", "dataset": dataset}
    _, started, _, results = executed("custom_scorer", **answers)

    definition, _ = submitted(started)
    assert definition["MlflowConfig"]["MlflowExperimentName"] == "Bots of 2026 & après"
    for sent in sent_parameters(definition):
        assert (sent["top_p"], sent["aggregation"]) == ("0.9", "max")
    for metric in ("custom_score", "f1", "rougeL", "bleu"):
        assert f"\n{metric} " in results


def test_rollouts_end_at_rewards_and_pass_at_k_in_the_notebook_and_at_the_command_line():
    chosen = SETTINGS | {"inference_parameters": "eval_group_size=8, pass_k_values=1,8"}
    _, started, polled, results = executed("multi_turn_rl", **chosen)

    assert "Attached to training job travel-agent-rft-1" in started
    for job in (step for step in submitted(started)[0]["Steps"] if step["Type"] == "Job"):
        assert {"Key": "team", "Value": "support bot"} in job["Arguments"]["Tags"]
        document = json.loads(job["Arguments"]["JobConfigDocument"])
        mlflow = document["OutputDataConfig"]["MlflowConfig"]
        assert mlflow["MlflowExperimentName"] == "Bots of 2026 & après"
        sent = document["EvaluationConfig"]["HyperParameters"]
        assert (sent["eval_group_size"], sent["pass_k_values"]) == ("8", "1,8")
        assert sent["max_tokens"] == "4096"
    assert "authToken" not in started + results
    assert "EvaluateFineTunedModel" in polled
    assert re.search(r"^pass@1 +0\.316 +0\.659 +\+0\.344 ", results, flags=re.M)
    told = json.loads(printed("results", "--json"))
    (compared,) = told["figures"]
    assert compared["headline"].startswith(
        "The fine-tuned model against the base model: better on pass@1"
    )


def test_tasks_of_inspect_ai_are_run_for_each_model_and_compared_sample_by_sample():
    _, started, polled, results = executed("inspect_ai")

    assert len(re.findall(r"^(?:fine-tuned|base): arn:", started, flags=re.M)) == 2
    assert polled.count("InspectAIEvaluation") >= 2
    # Two tasks of 12 samples; of the two epochs of a sample the mean is taken.
    shown = re.search(r"^match +(\S+) +(\S+) +(\S+) .* 24 ", results, flags=re.M)
    assert shown, results
    (compared,) = json.loads(printed("results", "--json"))["comparisons"]
    (match,) = compared["metrics"]
    assert match["records"] == 24
    gain = f"{match['gain']:+.3f}".replace("+0.000", "0.000")
    assert shown.groups() == (f"{match['first']:.3f}", f"{match['second']:.3f}", gain)


def test_a_task_of_ones_own_records_is_run_on_a_model_that_is_hosted_for_the_run():
    hosted = "s3://evalbook-models-us-east-1/support-bot-sft-2/output/model/"
    answers = {"task_source": "records", "answered_by": hosted, "base_answered_by": "none"}

    _, started, _, results = executed("inspect_ai", **answers, epochs="1", sample_limit="8")

    assert len(re.findall(r"^fine-tuned: arn:", started, flags=re.M)) == 1
    assert re.search(r"^match +.* 8 ", results, flags=re.M)
    endpoints = boto3.client("sagemaker").list_endpoints()["Endpoints"]
    assert not [it for it in endpoints if it["EndpointName"].startswith("inspectai")]


def printed(*command: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "evalbook", *command], capture_output=True, text=True, check=True
    ).stdout


def test_every_type_has_answers_that_lead_through_it():
    assert list(ANSWERS_BY_TYPE) == [
        "llm_as_judge",
        "custom_scorer",
        "multi_turn_rl",
        "benchmark",
        "inspect_ai",
    ]

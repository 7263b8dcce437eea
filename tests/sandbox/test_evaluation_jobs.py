"""What the jobs of an evaluation leave behind, and what they fail of."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from simulated import DATASET, OUTPUT, inference_step, judging_step, run, step_of

from evalbook.sandbox import Sandbox, world

Client = Callable[..., Any]
INFERENCE, JUDGING = "EvaluateCustomInferenceModel", "EvaluateCustomModelMetrics"
FALCON = (
    "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/"
    "huggingface-llm-falcon-7b-instruct-bf16/1.0.0"
)
PASS_OR_FAIL = {
    "customMetricDefinition": {
        "name": "tone",
        "instructions": "Is {{prediction}} kind?",
        "ratingScale": [
            {"definition": "kind", "value": {"stringValue": "Pass"}},
            {"definition": "not kind", "value": {"stringValue": "Fail"}},
        ],
    }
}


def objects(client: Client, ending: str) -> list[str]:
    listing = client("s3").list_objects_v2(Bucket="evalbook-results", Prefix="runs/")
    return [found["Key"] for found in listing["Contents"] if found["Key"].endswith(ending)]


def content(client: Client, ending: str) -> str:
    body = client("s3").get_object(Bucket="evalbook-results", Key=objects(client, ending)[0])
    return str(body["Body"].read().decode())


def judged(sandbox: Sandbox, client: Client, **changes: Any) -> list[dict[str, Any]]:
    run(sandbox, client("sagemaker"), inference_step(**changes), judging_step(**changes))
    return [json.loads(line) for line in content(client, "_output.jsonl").splitlines()]


def failure(sandbox: Sandbox, client: Client, **changes: Any) -> str:
    """Run to a failed judging step, and return what its Bedrock job says."""
    name = changes.pop("name", "run-1")
    steps = inference_step(**changes), judging_step(**changes)
    arn = run(sandbox, client("sagemaker"), *steps, name=name)
    step = step_of(client("sagemaker"), arn, JUDGING)
    bedrock = client("bedrock")
    found = bedrock.list_evaluation_jobs(nameContains=arn.split("/")[-1])["jobSummaries"][0]
    job = bedrock.get_evaluation_job(jobIdentifier=found["jobArn"])
    execution = client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=arn)
    assert (job["status"], step["StepStatus"]) == ("Failed", "Failed")
    assert step["FailureReason"].endswith(job["failureMessages"][0])
    assert execution["FailureReason"] == "Step failure: One or multiple steps failed."
    return str(job["failureMessages"][0])


def test_results_lie_where_the_sdk_looks(sandbox: Sandbox, client: Client) -> None:
    arn = run(sandbox, client("sagemaker"), inference_step(), judging_step())
    step = step_of(client("sagemaker"), arn, JUDGING)
    job, bedrock_job = step["Metadata"]["TrainingJob"]["Arn"].split("/")[-1], arn.split("/")[-1]

    folder = f"runs/{job}/output/output/custom-llmaj-eval-{bedrock_job}"

    assert objects(client, ".json") == [f"{folder}/bedrock_llm_judge_results.json"]
    assert objects(client, "_output.jsonl")[0].startswith(f"runs/custom-llmaj-eval-{bedrock_job}/")


def test_every_record_of_the_dataset_is_judged(sandbox: Sandbox, client: Client) -> None:
    rows = judged(sandbox, client, metrics=["Correctness", "Helpfulness"])

    assert len(rows) == 60
    assert rows[0]["inputRecord"]["prompt"] == (
        "[{'role': 'user', 'content': 'Case 1: explain in one sentence what to do about "
        "a password that was forgotten.'}]"
    )
    assert rows[0]["modelResponses"][0]["response"].startswith("['About a password")
    names = [score["metricName"] for score in rows[0]["automatedEvaluationResult"]["scores"]]
    assert names == ["Builtin.Correctness", "Builtin.Helpfulness"]


@pytest.mark.parametrize("key", ["openai", "completion", "chat-completion", "preference", "verl"])
def test_every_format_is_read(sandbox: Sandbox, client: Client, key: str) -> None:
    rows = judged(sandbox, client, dataset=f"s3://evalbook-data/formats/{key}.jsonl")

    assert len(rows) == 60
    assert "Case 60:" in rows[59]["inputRecord"]["prompt"]
    assert rows[59]["inputRecord"]["referenceResponse"].endswith("Case 60.")


def test_scores_are_grades_between_0_and_1(sandbox: Sandbox, client: Client) -> None:
    rows = judged(sandbox, client, metrics=["Completeness"])

    entries = [row["automatedEvaluationResult"]["scores"][0] for row in rows]
    results = {entry["result"] for entry in entries if "result" in entry}

    assert results <= {0.0, 0.25, 0.5, 0.75, 1.0}
    assert len(results) > 2
    assert all(entry["evaluatorDetails"][0]["explanation"] for entry in entries)


def test_same_output_gives_the_same_scores(sandbox: Sandbox, client: Client) -> None:
    first = judged(sandbox, client)
    sandbox.reset()

    second = judged(sandbox, client)

    assert first == second


def test_judge_that_refuses_gives_null(sandbox: Sandbox, client: Client) -> None:
    steps = inference_step(), judging_step()
    run(sandbox, client("sagemaker"), *steps, name="no-scores")

    rows = [json.loads(line) for line in content(client, "_output.jsonl").splitlines()]
    summary = json.loads(content(client, "bedrock_llm_judge_results.json"))

    assert {row["automatedEvaluationResult"]["scores"][0]["result"] for row in rows} == {None}
    assert summary["results"] == {}


def test_custom_metric_takes_the_values_of_its_scale(sandbox: Sandbox, client: Client) -> None:
    uri = f"{OUTPUT}/evaluationinputs/custom-metrics.json"
    body = json.dumps([PASS_OR_FAIL]).encode()
    client("s3").put_object(
        Bucket="evalbook-results", Key="runs/evaluationinputs/custom-metrics.json", Body=body
    )

    rows = judged(sandbox, client, metrics=[], custom_metrics=uri)

    entries = [row["automatedEvaluationResult"]["scores"][0] for row in rows]
    assert {entry["metricName"] for entry in entries} == {"tone"}
    assert {entry["result"] for entry in entries if "result" in entry} == {"Pass", "Fail"}


def test_custom_metrics_that_are_none_fail_the_job(sandbox: Sandbox, client: Client) -> None:
    uri = "s3://evalbook-data/support/eval.jsonl"

    reason = failure(sandbox, client, custom_metrics=uri)

    assert reason.startswith(f"{uri} is no list of custom metrics")


def test_summary_agrees_with_the_records(sandbox: Sandbox, client: Client) -> None:
    rows = judged(sandbox, client)
    entries = [row["automatedEvaluationResult"]["scores"][0] for row in rows]
    results = [entry["result"] for entry in entries if "result" in entry]

    summary = json.loads(content(client, "bedrock_llm_judge_results.json"))["results"]

    assert summary["Correctness"]["total_evaluations"] == len(results)
    assert summary["Correctness"]["score"] == pytest.approx(sum(results) / len(results))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"role": world.ROLES[3].arn},
            "Access denied when attempting to assume role arn:aws:iam::123456789012:role/SageMaker",
        ),
        ({"role": world.ROLES[5].arn}, "is not authorized to perform: bedrock:CreateEvaluationJob"),
        ({"judge": "anthropic.claude-3-5-sonnet-20240620-v1:0"}, "reached the end of its life"),
        ({"judge": "anthropic.claude-3-7-sonnet-20250219-v1:0"}, "reached the end of its life"),
        ({"judge": "anthropic.claude-3-5-haiku-20241022-v1:0"}, "marked by provider as Legacy"),
        ({"judge": "mistral.pixtral-large-2502-v1:0"}, "on-demand throughput isn't supported"),
        ({"dataset": "s3://evalbook-data/broken/too-many.jsonl"}, "has 1001 prompts"),
        ({"name": "fail-judge"}, "reached the end of its life"),
        ({"name": "fail-role"}, "Access denied when attempting to assume role"),
        ({"dataset": "s3://evalbook-data/runs/fail-judge.jsonl"}, "reached the end of its life"),
    ],
)
def test_judging_fails_as_on_aws(
    sandbox: Sandbox, client: Client, changes: dict[str, Any], reason: str
) -> None:
    assert reason in failure(sandbox, client, **changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"role": world.ROLES[4].arn}, "principal 'sagemaker.amazonaws.com' to assume the role."),
        ({"base": FALCON}, "DownstreamServiceUnavailable: no evaluation recipe is available"),
        ({"output": "s3://evalbook-west/runs"}, "is in us-west-2; the job runs in us-east-1."),
        ({"output": "s3://not-there/runs"}, "does not exist"),
        ({"dataset": "s3://evalbook-data/gone.jsonl"}, "NoSuchKey"),
        ({"dataset": "s3://evalbook-data/broken/empty.jsonl"}, "The dataset has no records."),
        ({"dataset": "s3://evalbook-data/broken/lines.jsonl"}, "Line 7 is not valid JSON"),
        ({"name": "fail-inference"}, "DownstreamServiceUnavailable"),
    ],
)
def test_inference_fails_as_on_aws(
    sandbox: Sandbox, client: Client, changes: dict[str, Any], reason: str
) -> None:
    name = changes.get("name", "run-1")
    steps = inference_step(**changes), judging_step(**changes)

    arn = run(sandbox, client("sagemaker"), *steps, name=name)

    step = step_of(client("sagemaker"), arn, INFERENCE)
    listing = client("sagemaker").list_pipeline_execution_steps(PipelineExecutionArn=arn)
    assert step["FailureReason"].startswith("ClientError: ")
    assert reason in step["FailureReason"]
    assert len(listing["PipelineExecutionSteps"]) == 1


def test_judge_is_reached_through_its_inference_profile(sandbox: Sandbox, client: Client) -> None:
    rows = judged(sandbox, client, judge="anthropic.claude-sonnet-4-5-20250929-v1:0")

    assert len(rows) == 60


def test_running_judge_can_be_looked_at(sandbox: Sandbox, client: Client) -> None:
    run(sandbox, client("sagemaker"), inference_step(), judging_step())
    bedrock = client("bedrock")

    job = bedrock.list_evaluation_jobs(nameContains="custom-llmaj-eval")["jobSummaries"][0]
    shown = bedrock.get_evaluation_job(jobIdentifier=job["jobArn"])

    assert shown["status"] == "Completed"
    assert "failureMessages" not in shown
    judges = shown["evaluationConfig"]["automated"]["evaluatorModelConfig"]
    assert judges == {"bedrockEvaluatorModels": [{"modelIdentifier": "amazon.nova-pro-v1:0"}]}


def test_data_set_of_a_hub_leads_to_its_object(sandbox: Sandbox, client: Client) -> None:
    step = inference_step()
    arn = "arn:aws:sagemaker:us-east-1:123456789012:hub-content/evalbook-datasets/DataSet"
    step["Arguments"]["InputDataConfig"][0]["DataSource"] = {
        "DatasetSource": {"DatasetArn": f"{arn}/support-questions/1.0.0"}
    }

    run(sandbox, client("sagemaker"), step)

    assert DATASET == "s3://evalbook-data/support/eval.jsonl"
    assert len(content(client, "inference_output.jsonl").splitlines()) == 60

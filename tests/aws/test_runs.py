from __future__ import annotations

import json

import pytest

from evalbook.aws.runs import RunPlan, read_definition, read_execution_arn, read_kind
from evalbook.errors import AnswerRejected

ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SagemakerEvaluation-LLMAJEvaluation-9f", "llm_as_judge"),
        ("SagemakerEvaluation-BenchmarkEvaluation-9f", "benchmark"),
        ("SagemakerEvaluation-CustomScorerEvaluation-9f", "custom_scorer"),
        ("SagemakerEvaluation-MTRLEvaluation-9f", "multi_turn_rl"),
        ("sagemakerevaluation-llmajevaluation-9f", "llm_as_judge"),
        ("my-own-pipeline", "unknown"),
    ],
)
def test_a_pipelines_name_tells_the_evaluation_type(name: str, kind: str) -> None:
    assert read_kind(f"{ARN}/{name}/execution/abc") == kind


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hello", "'hello' is not an ARN."),
        (f"{ARN}/p", "is a SageMaker pipeline."),
        ("arn:aws:sagemaker:us-east-1:123456789012:processing-job/j", "is a processing job."),
        (f"{ARN}/p/execution/e".replace("east", "esat"), '"us-esat-1" is not an AWS region.'),
    ],
)
def test_what_is_no_execution_is_named(text: str, found: str) -> None:
    with pytest.raises(AnswerRejected) as caught:
        read_execution_arn(text)

    assert found in caught.value.message


def test_a_training_job_of_its_own_is_a_run_too() -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/j"

    assert read_execution_arn(arn) == arn


def test_an_executions_arn_may_have_space_around_it() -> None:
    assert read_execution_arn(f" {ARN}/p/execution/abc\n") == f"{ARN}/p/execution/abc"


@pytest.mark.parametrize("document", [None, [], {}, {"Steps": [1, {"Name": "a"}]}])
def test_a_definition_that_tells_nothing_makes_a_plan_that_tells_nothing(document: object) -> None:
    plan = read_definition(json.dumps(document))

    assert (plan.judge, plan.model_package, plan.metrics) == (None, None, ())


def test_the_model_that_stands_in_for_nova_at_the_judge_is_not_taken_for_the_one_evaluated() -> (
    None
):
    judging = {"ServerlessJobConfig": {"BaseModelArn": "llama"}}
    steps = [{"Name": "EvaluateWithJudge", "Type": "Training", "Arguments": judging}]

    assert read_definition(json.dumps({"Steps": steps})).base_model is None
    steps[0]["Name"] = "EvaluateBaseModelMetrics"
    assert read_definition(json.dumps({"Steps": steps})).base_model == "llama"


def test_a_plan_is_read_from_the_steps_that_train() -> None:
    judging = {
        "RoleArn": "role",
        "OutputDataConfig": {"S3OutputPath": "s3://out"},
        "HyperParameters": {"judge_model_id": "a.judge", "llmaj_metrics": '["Correctness"]'},
        "ModelPackageConfig": {"SourceModelPackageArn": "package"},
    }
    document = {
        "Steps": [
            {"Name": "CreateEvaluationAction", "Type": "Lineage", "Arguments": {}},
            {"Name": "EvaluateCustomModelMetrics", "Type": "Training", "Arguments": judging},
        ]
    }

    assert read_definition(json.dumps(document)) == RunPlan(
        model_package="package",
        judge="a.judge",
        output="s3://out",
        role="role",
        metrics=("Correctness",),
        steps=("EvaluateCustomModelMetrics",),
    )

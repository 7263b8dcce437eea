from __future__ import annotations

import json
from typing import Any

import pytest
from simulated import definition, inference_step, join, judging_step

from evalbook.sandbox.sagemaker.definition import parse_definition, resolve
from evalbook.sandbox.sagemaker.exceptions import ValidationException


def refusal(text: str) -> str:
    with pytest.raises(ValidationException) as why:
        parse_definition(text)
    return why.value.message


def test_steps_keep_their_order_and_what_they_wait_for() -> None:
    parsed = parse_definition(definition(inference_step(), judging_step()))

    assert [(step.name, step.waits_for) for step in parsed.steps] == [
        ("EvaluateCustomInferenceModel", ()),
        ("EvaluateCustomModelMetrics", ("EvaluateCustomInferenceModel",)),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"Steps": [', "It is not valid JSON"),
        ("[]", "Property 'Steps' with value 'null' could not be parsed."),
        (definition(inference_step(output="s3://b/{{ x }}")), "'s3://b/{{ x }}'"),
        (definition(inference_step(role="None")), "RoleArn: 'None' does not match"),
        (definition(inference_step(output="None")), "OutputDataConfig.S3OutputPath: 'None'"),
        (definition(inference_step(base=None)), "BaseModelArn: NoneType None instead of string"),
        (
            definition(MlflowConfig={"MlflowResourceArn": "None"}),
            "MlflowConfig.MlflowResourceArn: 'None' does not match",
        ),
        (definition({"Name": "a", "Type": "Condition"}), "'Condition' could not be parsed"),
        (definition(judging_step()), "depends on 'EvaluateCustomInferenceModel'"),
    ],
)
def test_definition_that_aws_would_not_take_is_refused(text: str, reason: str) -> None:
    assert refusal(text).startswith("Unable to parse pipeline definition. ")
    assert reason in refusal(text)


def test_steps_that_wait_for_each_other_are_refused() -> None:
    first: dict[str, Any] = {"Name": "a", "Type": "Lineage", "DependsOn": ["b"]}
    second: dict[str, Any] = {"Name": "b", "Type": "Lineage", "DependsOn": ["a"]}

    assert "depend on each other in a circle" in refusal(definition(first, second))


def test_references_are_resolved() -> None:
    context = {
        "Execution.PipelineExecutionId": "abc",
        "Steps.First": {"OutputDataConfig": {"S3OutputPath": "s3://b/out"}},
    }
    path = {"Get": "Steps.First.OutputDataConfig.S3OutputPath"}

    resolved = resolve({"a": [join("/", path, {"Get": "Execution.PipelineExecutionId"})]}, context)

    assert resolved == {"a": ["s3://b/out/abc"]}


def test_reference_to_nothing_is_refused() -> None:
    with pytest.raises(ValidationException, match=r"'Steps.First.Name' refers to nothing"):
        resolve({"Get": "Steps.First.Name"}, {})


def test_sdk_templates_are_taken() -> None:
    text = json.dumps({"Steps": [json.loads(json.dumps(inference_step()))]})

    assert parse_definition(text).mlflow is None

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from evalbook.sandbox.shapes import AnswerDoesNotFit, check_answer

ARN = "arn:aws:sagemaker:us-east-1:123456789012:mlflow-app/app-1"
NOW = datetime(2026, 11, 20, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("summary", "found"),
    [
        ({"Arn": "app-1"}, "Summaries[0].Arn: 'app-1' does not match"),
        ({"Status": "Ready"}, "Summaries[0].Status: 'Ready' is not one of Creating, Created"),
        ({"Name": 7}, "Summaries[0].Name: int 7 instead of string"),
        ({"CreationTime": "now"}, "Summaries[0].CreationTime: str 'now' instead of timestamp"),
        ({"Default": True}, "Summaries[0].Default: not a member of MlflowAppSummary"),
        ({"Name": "n" * 300}, "Summaries[0].Name: 300 is above 256"),
    ],
)
def test_answer_that_does_not_fit_is_named_with_its_place(
    summary: dict[str, Any], found: str
) -> None:
    with pytest.raises(AnswerDoesNotFit) as why:
        check_answer("sagemaker", "ListMlflowApps", {"Summaries": [summary]})

    assert found in str(why.value)


def test_answer_that_fits_passes() -> None:
    summary = {"Arn": ARN, "Name": "mine", "Status": "Created", "CreationTime": NOW}

    check_answer("sagemaker", "ListMlflowApps", {"Summaries": [summary]})


def test_required_member_may_not_be_missing() -> None:
    with pytest.raises(AnswerDoesNotFit, match="HubContentSummaries: missing though required"):
        check_answer("sagemaker", "ListHubContents", {})


def test_union_has_exactly_one_member() -> None:
    with pytest.raises(AnswerDoesNotFit, match="a union has exactly one member"):
        check_answer("bedrock", "GetEvaluationJob", {"evaluationConfig": {}})


def test_inference_profile_is_taken_though_the_service_model_lacks_it() -> None:
    model = {"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/a.b", "modelId": "a.bcd"}

    check_answer(
        "bedrock",
        "GetFoundationModel",
        {"modelDetails": {**model, "inferenceTypesSupported": ["INFERENCE_PROFILE"]}},
    )

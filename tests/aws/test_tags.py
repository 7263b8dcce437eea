"""Whether the SDK will set tags, as far as SageMaker tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from border import answer

from evalbook.aws.session import Aws
from evalbook.aws.tags import SDK_TAG, check_pipeline_tags, check_tags
from evalbook.errors import AnswerRejected

PREFIX = "SagemakerEvaluation-LLMAJEvaluation"
ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/"


def pipelines_with(aws: Aws, tags: dict[str, dict[str, str]] | str) -> list[dict[str, Any]]:
    """Pipelines by name with their tags, or an AWS error code for every question about tags."""
    names = ["mine"] if isinstance(tags, str) else list(tags)

    def respond(params: Mapping[str, Any]) -> dict[str, Any] | str:
        if isinstance(tags, str):
            return tags
        found = tags[params["ResourceArn"].removeprefix(ARN)]
        return {"Tags": [{"Key": key, "Value": value} for key, value in found.items()]}

    summaries = [{"PipelineName": name, "PipelineArn": ARN + name} for name in names]
    sagemaker = aws.client("sagemaker", "us-east-1")
    answer(sagemaker, "ListTags", respond)
    return answer(sagemaker, "ListPipelines", lambda _: {"PipelineSummaries": summaries})


def test_the_pipeline_that_carries_the_sdks_tag_is_the_one_that_counts(aws: Aws) -> None:
    asked = pipelines_with(aws, {"mine": {"team": "a"}, "sdks": {SDK_TAG: "true", "team": "b"}})

    check = check_pipeline_tags(aws, "us-east-1", PREFIX, {"team": "a"})

    assert check.status == "warning"
    assert f"--resource-arn {ARN}sdks --tags 'Key=team,Value=a'" in (check.remedy or "")
    assert asked == [{"PipelineNamePrefix": PREFIX}]


def test_a_pipeline_without_the_sdks_tag_is_not_used_again(aws: Aws) -> None:
    pipelines_with(aws, {"mine": {"team": "a"}})

    assert check_pipeline_tags(aws, "us-east-1", PREFIX, {"team": "a"}).status == "passed"


def test_what_can_not_be_told_is_not_passed(aws: Aws) -> None:
    pipelines_with(aws, "AccessDeniedException")

    check = check_pipeline_tags(aws, "us-east-1", PREFIX, {"team": "a"})

    assert check.status == "skipped"
    assert check.message.startswith(
        "Can't check whether the tags will be set: the SDK sets them only when it creates the "
        f"account's pipeline {PREFIX}-…, and sagemaker:ListTags was denied"
    )


@pytest.mark.parametrize("text", ["Größe", "日本", "a b", "x_.:/=+-@9", "٣", "\u00a0"])
def test_letters_digits_and_spaces_of_all_scripts_are_taken(text: str) -> None:
    check_tags({"k": text}, keeps_empty=False)


@pytest.mark.parametrize("text", ["a,b", "a\tb", "50%", "😀", "a'b", "{", "e\u0301"])
def test_other_characters_are_refused(text: str) -> None:
    with pytest.raises(AnswerRejected) as caught:
        check_tags({"k": text}, keeps_empty=False)

    assert caught.value.code == "tags.characters"

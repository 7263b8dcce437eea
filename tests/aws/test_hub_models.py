from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from border import answer

from evalbook.aws.base_models import MOST_DESCRIBED, find_base_models, find_similar_names
from evalbook.aws.hub_models import describe_hub_model, hub_name, read_hub_model_arn
from evalbook.aws.session import Aws, AwsDenied
from evalbook.evaluation_types import CUSTOM_SCORER, LLM_AS_JUDGE

NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)
PUBLIC = "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model"
EVALUATION = "@recipe:evaluation_deterministicevaluation"


def a_listed(name: str, *keywords: str, day: int = 0) -> dict[str, Any]:
    return {
        "HubContentName": name,
        "HubContentArn": f"{PUBLIC}/{name}/1.0.0",
        "HubContentVersion": "1.0.0",
        "HubContentType": "Model",
        "DocumentSchemaVersion": "2.0.0",
        "HubContentStatus": "Available",
        "CreationTime": NEW_YEAR + timedelta(days=day),
        "HubContentSearchKeywords": list(keywords),
    }


def a_hub(aws: Aws, *listed: dict[str, Any], size: int = 100) -> list[dict[str, Any]]:
    """A public hub that lists these models, some a page; returns what it is asked."""

    def respond(params: Mapping[str, Any]) -> dict[str, Any] | str:
        found = [it for it in listed if params["NameContains"] in it["HubContentName"]]
        start = int(params.get("NextToken", 0))
        page: dict[str, Any] = {"HubContentSummaries": found[start : start + size]}
        return page if start + size >= len(found) else {**page, "NextToken": str(start + size)}

    return answer(aws.client("sagemaker"), "ListHubContents", respond)


def documents(aws: Aws, document: Any) -> list[dict[str, Any]]:
    """A public hub in which every model has this document, or an AWS error code."""

    def respond(params: Mapping[str, Any]) -> dict[str, Any] | str:
        if isinstance(document, str):
            return document
        hub = {"HubName": "SageMakerPublicHub", "HubArn": "arn"}
        listed = a_listed(params["HubContentName"])
        return {**listed, **hub, "HubContentDocument": json.dumps(document)}

    return answer(aws.client("sagemaker"), "DescribeHubContent", respond)


def names_found(aws: Aws, words: str) -> list[str]:
    found = find_base_models(aws, words, None, LLM_AS_JUDGE.name)
    return [model.name for model in found.models]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("llama", ["llama-3-1b", "meta-llama-3-70b", "llama-3-1b-instruct"]),
        ("llama3", ["llama-3-1b", "meta-llama-3-70b", "llama-3-1b-instruct"]),
        ("Llama 1B", ["llama-3-1b", "llama-3-1b-instruct"]),
        ("llama3-1b-instruct", ["llama-3-1b-instruct"]),
        ("llama 7b", []),
        ("70b", ["meta-llama-3-70b"]),
        ("...", []),
    ],
)
def test_words_fit_names_however_figures_are_set_apart(
    aws: Aws, words: str, found: list[str]
) -> None:
    names = ("meta-llama-3-70b", "llama-3-1b-instruct", "llama-3-1b", "qwen-7b")
    a_hub(aws, *(a_listed(name, EVALUATION) for name in names))

    assert names_found(aws, words) == found


def test_all_pages_are_read_and_the_newer_comes_first(aws: Aws) -> None:
    listed = [a_listed(f"llama-{letter}", EVALUATION, day=day) for day, letter in enumerate("abc")]
    asked = a_hub(aws, *listed, size=2)

    assert names_found(aws, "llama") == ["llama-c", "llama-b", "llama-a"]
    assert [params.get("NextToken") for params in asked] == [None, "2"]


def test_recipes_are_told_by_keywords_without_reading_a_document(aws: Aws) -> None:
    a_hub(aws, a_listed("llama-a", EVALUATION), a_listed("llama-b", "@recipe:finetuning_sft_lora"))
    read = documents(aws, {})

    found = find_base_models(aws, "llama", None, CUSTOM_SCORER.name)

    assert [model.name for model in found.models] == ["llama-a"]
    assert (found.unfit, found.untold, read) == (("llama-b",), 0, [])


def test_where_keywords_tell_nothing_some_documents_are_read(aws: Aws) -> None:
    a_hub(aws, *(a_listed(f"llama-{number}") for number in range(MOST_DESCRIBED + 3)))
    read = documents(aws, {"RecipeCollection": [{"Type": "Evaluation", "EvaluationType": "X"}]})

    found = find_base_models(aws, "llama", None, LLM_AS_JUDGE.name)

    assert (len(found.models), found.untold, len(read)) == (MOST_DESCRIBED, 3, MOST_DESCRIBED)


def test_a_strategy_may_follow_the_kind_in_a_keyword(aws: Aws) -> None:
    a_hub(aws, a_listed("llama", "@recipe:Evaluation_MTRLEvaluation_lora"))
    found = find_base_models(aws, "llama", None, LLM_AS_JUDGE.name).models[0]

    assert found.has_recipe(("MTRLEvaluation",))
    assert not found.has_recipe(("MTRL",))


def test_a_document_tells_licence_and_recipes(aws: Aws) -> None:
    documents(aws, {"RecipeCollection": [], "HostingEulaUri": "s3://b/eula.txt"})

    model = describe_hub_model(aws, "llama", None)

    assert model is not None
    assert (model.kinds, model.licence) == (frozenset(), "s3://b/eula.txt")
    assert model.answer == f"{PUBLIC}/llama"


@pytest.mark.parametrize(("said", "name"), [("ResourceNotFound", "llama"), ({}, "no.name")])
def test_what_is_not_there_is_none(aws: Aws, said: Any, name: str) -> None:
    documents(aws, said)

    assert describe_hub_model(aws, name, None) is None


def test_a_denied_listing_is_raised_and_suggests_nothing(aws: Aws) -> None:
    answer(aws.client("sagemaker"), "ListHubContents", lambda _: "AccessDeniedException")

    with pytest.raises(AwsDenied):
        find_base_models(aws, "llama", None, LLM_AS_JUDGE.name)
    assert find_similar_names(aws, "llama", None) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("amazon.nova-lite-v1", "nova-textgeneration-lite"),
        ("eu.amazon.nova-2-lite-v1:0", "nova-textgeneration-lite-v2"),
        ("jp.amazon.nova-2-lite-v1:0", "nova-textgeneration-lite-v2"),
        ("support-bot", "support-bot"),
    ],
)
def test_bedrocks_ids_are_known_by_the_hubs_names(text: str, name: str) -> None:
    assert hub_name(text) == name


@pytest.mark.parametrize(
    ("text", "is_model"),
    [
        (f"{PUBLIC}/llama/1.0.0", True),
        (f"{PUBLIC}/llama", True),
        (f"{PUBLIC.replace('/Model', '/DataSet')}/data/1", False),
        ("arn:aws:sagemaker:us-east-1:123456789012:model-package/bot/1", False),
        ("llama", False),
    ],
)
def test_only_the_arn_of_a_model_in_a_hub_is_one(text: str, is_model: bool) -> None:
    assert (read_hub_model_arn(text) is not None) is is_model

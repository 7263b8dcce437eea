from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pytest
from border import answer

from evalbook.aws.base_models import (
    NOVA_INSTANCE,
    can_be_named,
    check_base_alone,
    check_base_model,
    is_nova,
    read_model_size,
)
from evalbook.aws.found import BaseModel
from evalbook.aws.hub_models import NOVA, PUBLIC_HUB, HubModel, find_nova_in_bedrock
from evalbook.aws.packages import ModelPackage
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected, AwsUnavailable

NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)
REGION = "us-east-1"
JUDGED = "llm_as_judge"
PUBLIC = f"arn:aws:sagemaker:{REGION}:aws:hub-content/SageMakerPublicHub/Model"


def a_package(
    base: str = "meta-llama", model_data: str | None = "s3://b/m", region: str = REGION
) -> ModelPackage:
    hub = f"arn:aws:sagemaker:{REGION}:aws:hub-content/SageMakerPublicHub/Model/{base}/1.2.0"
    return ModelPackage(
        arn=f"arn:aws:sagemaker:{REGION}:123456789012:model-package/support-bot/1",
        group="support-bot",
        version=1,
        status="Completed",
        approval="Approved",
        created="2026-01-01T00:00:00+00:00",
        base_model=BaseModel(base, "1.2.0", hub),
        model_data=model_data,
        image=None,
        region=region,
        account="123456789012",
        partition="aws",
        training_job=None,
    )


def a_hub(aws: Aws, document: Any, region: str = REGION) -> list[dict[str, Any]]:
    """A hub in which every model has this document, or an AWS error code for every question."""

    def respond(params: Mapping[str, Any]) -> dict[str, Any] | str:
        if isinstance(document, str):
            return document
        return {
            "HubContentName": params["HubContentName"],
            "HubContentArn": "arn",
            "HubContentVersion": "1.2.0",
            "HubContentType": "Model",
            "DocumentSchemaVersion": "1.0.0",
            "HubName": "SageMakerPublicHub",
            "HubArn": "arn",
            "HubContentDocument": json.dumps(document),
            "HubContentStatus": "Available",
            "CreationTime": NEW_YEAR,
        }

    return answer(aws.client("sagemaker", region), "DescribeHubContent", respond)


def a_recipe(kind: str = "DeterministicEvaluation") -> dict[str, str]:
    return {"Name": "eval", "Type": "Evaluation", "EvaluationType": kind}


def test_evaluation_recipe_passes_and_the_package_version_is_asked(aws: Aws) -> None:
    asked = a_hub(aws, {"RecipeCollection": [{"Type": "FineTuning"}, a_recipe()]})

    checks = check_base_model(aws, a_package(), JUDGED)

    assert [(it.id, it.status) for it in checks] == [("model.recipe", "passed")]
    assert asked == [
        {
            "HubName": "SageMakerPublicHub",
            "HubContentType": "Model",
            "HubContentName": "meta-llama",
            "HubContentVersion": "1.2.0",
        }
    ]


@pytest.mark.parametrize(
    ("name", "evaluation_type", "expected"),
    [
        ("nova-textgeneration-lite", JUDGED, True),
        ("nova-textgeneration-premier", JUDGED, False),
        ("nova-textgeneration-premier", "benchmark", True),
        ("meta-llama", JUDGED, True),
    ],
)
def test_base_model_is_evaluated_by_its_name_where_the_sdk_finds_it(
    name: str, evaluation_type: str, expected: bool
) -> None:
    assert can_be_named(name, REGION, evaluation_type) is expected


@pytest.mark.parametrize("recipes", [[], [{"Type": "FineTuning"}]])
def test_no_evaluation_recipe_is_rejected(aws: Aws, recipes: list[Any]) -> None:
    a_hub(aws, {"RecipeCollection": recipes})

    with pytest.raises(AnswerRejected) as caught:
        check_base_model(aws, a_package(), JUDGED)

    assert caught.value.code == "model.recipe"
    assert caught.value.message == (
        "The base model meta-llama has no evaluation recipe in us-east-1: the run would end with "
        "DownstreamServiceUnavailable."
    )


@pytest.mark.parametrize(
    ("evaluation_type", "recipe"),
    [
        ("benchmark", "DeterministicEvaluation"),
        ("custom_scorer", "DeterministicEvaluation"),
        ("multi_turn_rl", "MTRLEvaluation"),
    ],
)
def test_other_types_need_their_own_recipe(aws: Aws, evaluation_type: str, recipe: str) -> None:
    a_hub(aws, {"RecipeCollection": [a_recipe("SomethingElse")]})

    with pytest.raises(AnswerRejected, match=f"of type {recipe} "):
        check_base_model(aws, a_package(), evaluation_type)


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({}, "skipped"),
        ([], "skipped"),
        ("AccessDeniedException", "warning"),
    ],
)
def test_unknown_recipes_are_no_rejection(aws: Aws, document: Any, status: str) -> None:
    a_hub(aws, document)

    assert [it.status for it in check_base_model(aws, a_package(), JUDGED)] == [status]


def test_throttled_hub_is_no_rejection(aws: Aws) -> None:
    a_hub(aws, "ThrottlingException")

    with pytest.raises(AwsUnavailable):
        check_base_model(aws, a_package(), JUDGED)


def in_hubs(aws: Aws, *there: tuple[str, str, str]) -> None:
    """Hubs that have these models only, each given by hub, name and version."""

    def respond(params: Mapping[str, Any]) -> dict[str, Any] | str:
        hub, name = params["HubName"].rpartition("/")[2], params["HubContentName"]
        wanted = params.get("HubContentVersion")
        found = [it for it in there if it[:2] == (hub, name) and wanted in (None, it[2])]
        if not found:
            return "ResourceNotFound"
        arn = f"arn:aws:sagemaker:{REGION}:aws:hub-content/{'/'.join(found[0])}"
        return {
            "HubContentName": name,
            "HubContentArn": arn,
            "HubContentVersion": found[0][2],
            "HubContentType": "Model",
            "DocumentSchemaVersion": "1.0.0",
            "HubName": hub,
            "HubArn": "arn",
            "HubContentDocument": json.dumps({"RecipeCollection": [a_recipe()]}),
            "HubContentStatus": "Available",
            "CreationTime": NEW_YEAR,
        }

    answer(aws.client("sagemaker", REGION), "DescribeHubContent", respond)


@pytest.mark.parametrize(
    ("there", "setting", "found"),
    [
        ([], "", "not in the hub SageMakerPublicHub in us-east-1, so the run would fail"),
        ([(PUBLIC_HUB, "meta-llama", "1.9.0")], "", "in version 1.2.0, so the run would fail"),
        # The SDK is told to look in the private hub first, and takes what it finds there.
        (
            [("our-hub", "meta-llama", "1.2.0"), (PUBLIC_HUB, "meta-llama", "1.2.0")],
            "our-hub",
            "comes from the private hub our-hub",
        ),
        ([(PUBLIC_HUB, "meta-llama", "1.2.0")], "our-hub", None),
        ([(PUBLIC_HUB, "meta-llama", "1.2.0")], PUBLIC_HUB, None),
    ],
)
def test_base_model_has_to_be_in_the_public_hub(
    aws: Aws,
    monkeypatch: pytest.MonkeyPatch,
    there: list[tuple[str, str, str]],
    setting: str,
    found: str | None,
) -> None:
    in_hubs(aws, *there)
    monkeypatch.setenv("SAGEMAKER_HUB_NAME", setting)
    package = a_package()

    if found is None:
        assert [it.status for it in check_base_model(aws, package, JUDGED)] == ["passed"]
        return
    with pytest.raises(AnswerRejected, match=found) as caught:
        check_base_model(aws, package, JUDGED)

    assert caught.value.code == "model.hub"
    assert ("Unset SAGEMAKER_HUB_NAME" in str(caught.value.remedy)) is bool(setting)


def test_base_model_alone_is_not_taken_from_a_private_hub(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_hubs(aws, ("our-hub", "meta-llama", "3.0.0"))
    monkeypatch.setenv("SAGEMAKER_HUB_NAME", "our-hub")
    model = HubModel("meta-llama", "1.2.0", f"{PUBLIC}/meta-llama/1.2.0", "", frozenset({"x"}))

    with pytest.raises(AnswerRejected, match="comes from the private hub our-hub"):
        check_base_alone(aws, model, REGION, JUDGED)


def test_nova_extra_cost_and_single_model_are_said(aws: Aws) -> None:
    asked = a_hub(aws, {})

    checks = check_base_model(aws, a_package("nova-textgeneration-lite"), JUDGED)

    assert [(it.id, it.status) for it in checks] == [
        ("model.nova.artifacts", "passed"),
        ("model.nova.proxy", "passed"),
        ("model.nova.cost", "warning"),
        ("model.nova.scope", "warning"),
        ("model.nova.references", "warning"),
    ]
    assert "ml.m5.large" in checks[2].message
    assert asked[0]["HubContentName"] == "meta-textgeneration-llama-3-2-1b-instruct"


def test_nova_in_another_region_is_rejected(aws: Aws) -> None:
    with pytest.raises(AnswerRejected) as caught:
        check_base_model(aws, a_package("nova-textgeneration-lite", region="eu-west-1"), JUDGED)

    assert caught.value.message == (
        "nova-textgeneration-lite can't be judged in eu-west-1: the SDK supports Nova models in "
        "eu-west-2, us-east-1, us-west-2 only."
    )


def test_nova_without_model_data_is_rejected(aws: Aws) -> None:
    with pytest.raises(AnswerRejected) as caught:
        check_base_model(aws, a_package("nova-textgeneration-lite", model_data=None), JUDGED)

    assert caught.value.code == "model.nova.artifacts"


def test_nova_without_proxy_model_is_rejected(aws: Aws) -> None:
    a_hub(aws, "ResourceNotFound")

    with pytest.raises(AnswerRejected) as caught:
        check_base_model(aws, a_package("nova-textgeneration-lite"), JUDGED)

    assert caught.value.code == "model.nova.proxy"


def test_nova_proxy_that_may_not_be_seen_is_a_warning(aws: Aws) -> None:
    a_hub(aws, "AccessDeniedException")

    checks = check_base_model(aws, a_package("nova-textgeneration-lite"), JUDGED)

    assert ("model.nova.proxy", "warning") in [(it.id, it.status) for it in checks]


def test_nova_benchmark_needs_nova_recipes(aws: Aws) -> None:
    a_hub(aws, {"RecipeCollection": [a_recipe("DeterministicTextBenchmark")]})

    checks = check_base_model(aws, a_package("nova-textgeneration-lite"), "benchmark")

    assert [it.status for it in checks] == ["passed"]


def test_a_type_without_recipes_asks_for_none(aws: Aws) -> None:
    a_hub(aws, {"RecipeCollection": []})

    assert check_base_model(aws, a_package("meta-llama"), "inspect_ai") == []


@pytest.mark.parametrize(
    ("name", "nova"), [("nova-textgeneration-lite", True), ("Amazon-Nova", True), ("llama", False)]
)
def test_nova_is_told_by_its_name(name: str, nova: bool) -> None:
    assert is_nova(name) is nova


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("meta-textgeneration-llama-3-2-1b-instruct", 1.0),
        ("meta-textgeneration-llama-3-3-70b-instruct", 70.0),
        ("huggingface-reasoning-qwen3-32b", 32.0),
        ("huggingface-llm-qwen2-5-0-5b-instruct", 0.5),
        ("huggingface-llm-qwen2.5-1.5b", 1.5),
        ("deepseek-llm-r1-distill-qwen-1p5b", 1.5),
        ("qwen.qwen3-coder-30b-a3b-v1", 30.0),
        ("mixtral-8x7b-instruct", 56.0),
        ("openai-reasoning-gpt-oss-120b", 120.0),
        ("nova-textgeneration-lite", None),
        ("model-b", None),
    ],
)
def test_size_is_guessed_from_the_name(name: str, size: float | None) -> None:
    assert read_model_size(name) == size


def test_nova_names_and_profiles_are_those_of_the_installed_sdk() -> None:
    from sdk_source import sdk_file, sdk_module

    names = NOVA.facts["hub_names"]
    aliases = sdk_module("train/common_utils/model_aliases.py")
    constants = sdk_file("train/evaluate/constants.py")
    mapping = constants.split("_REGION_TO_BEDROCK_PREFIX = {")[1].split("}")[0].split('"')

    assert names == aliases.MODEL_NAME_ALIASES
    assert NOVA.facts["profile_prefixes"] == dict(zip(mapping[1::4], mapping[3::4], strict=True))
    assert {
        name: (find_nova_in_bedrock(name, "us-east-1") or "").removeprefix("us.")
        for name in names.values()
    } == aliases.NOVA_BEDROCK_MODEL_IDS


def test_nova_facts_are_those_of_the_installed_sdk() -> None:
    from sdk_source import sdk_file

    judge = sdk_file("train/evaluate/llm_as_judge_evaluator.py")
    templates = sdk_file("train/evaluate/pipeline_templates.py")

    assert '_LLMAJ_PROXY_MODEL_ID = "meta-textgeneration-llama-3-2-1b-instruct"' in judge
    assert f'inspectai_instance_type = "{NOVA_INSTANCE}"' in judge
    template = templates.split("LLMAJ_INSPECTAI_TEMPLATE = ")[1]
    assert "evaluate_base_model" not in template

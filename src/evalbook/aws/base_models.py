"""What a package's base model means for an evaluation: recipes, regions, and Nova's own path.

Facts are those of the SageMaker SDK 3.27.0: ``train/common_utils/recipe_utils.py`` (recipes),
``train/evaluate/llm_as_judge_evaluator.py`` and ``constants.py`` (Nova).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from evalbook.aws.arns import parse_arn
from evalbook.aws.package_answers import PUBLIC_HUB, BaseModel, ModelPackage
from evalbook.aws.session import (
    NO_HELP,
    Aws,
    AwsDenied,
    AwsInternalError,
    AwsInvalid,
    AwsMissing,
)
from evalbook.checks import Check, failed, passed, skipped, warning
from evalbook.errors import rejection_for

# constants._REGION_TO_BEDROCK_PREFIX: where InspectAI and Bedrock's Nova inference both are.
NOVA_REGIONS = ("eu-west-2", "us-east-1", "us-west-2")

# The judging step takes no Nova base model, so the SDK gives it this one in Nova's place.
NOVA_PROXY_MODEL = "meta-textgeneration-llama-3-2-1b-instruct"

# llmaj_inference_benchmark.convert_dataset_to_inspectai_format raises on a record without either.
NOVA_FIELDS = ("prompt", "query")

# Evaluation types whose recipe the SDK looks for by name; any Evaluation recipe serves the others.
_RECIPE_TYPES = {
    "benchmark": ("DeterministicEvaluation",),
    "custom_scorer": ("DeterministicEvaluation",),
    "multi_turn_rl": ("MTRLEvaluation",),
}
_NOVA_RECIPE_TYPES = {
    **_RECIPE_TYPES,
    "benchmark": ("DeterministicTextBenchmark", "DeterministicMultiModalBenchmark"),
}


@dataclass(frozen=True)
class NovaPlan:
    """How an LLM-as-judge evaluation of a fine-tuned Nova model runs, and what it costs extra.

    The pipeline of this path evaluates one model a run, whatever ``evaluate_base_model`` says:
    its template has one inference step and one judging step. A comparison takes two runs, the
    second with the base model's JumpStart id.
    """

    orchestrator_instance: str = "ml.m5.large"
    """Training instance that sends the prompts."""
    inference: str = "SageMaker endpoint"
    """Created for the run and deleted after it; base Nova models use Bedrock instead."""
    models_per_run: int = 1
    steps: tuple[str, ...] = ("InspectAIInference", "EvaluateWithJudge")


def is_nova(name: str) -> bool:
    """Tell whether the SDK takes a hub-content name for a Nova model's."""
    return "nova" in name.lower()


def nova_needs_fields(record: dict[str, Any]) -> bool:
    """Tell whether a dataset record has what Nova's path reads: ``prompt`` or ``query``."""
    return any(field in record for field in NOVA_FIELDS)


def model_size_billions(name: str) -> float | None:
    """Guess a model's parameters, in billions, from its name; None where the name tells nothing.

    In hub names a version runs into the size (``llama-3-2-1b``): the number right before the
    ``b`` counts, with a decimal point, ``p`` or, below one, a dash (``qwen2-5-0-5b``). Of a
    mixture (``8x7b``) all experts count, of ``30b-a3b`` the whole.
    """
    text = name.lower()
    mixture = re.search(r"(?<![a-z0-9])(\d+)x(\d+(?:[.p]\d+)?)b(?![a-z0-9])", text)
    if mixture:
        return int(mixture[1]) * float(mixture[2].replace("p", "."))
    size = re.search(r"(?<![a-z0-9.])(0-\d+|\d+(?:[.p]\d+)?)b(?![a-z0-9])", text)
    return float(size[1].replace("p", ".").replace("-", ".")) if size else None


def base_model_checks(
    aws: Aws, package: ModelPackage, region: str, evaluation_type: str = "llm_as_judge"
) -> list[Check]:
    """Check what the base model has to bring for this kind of evaluation in this region.

    Raises:
        AnswerRejected: the SDK or the service would surely refuse the run.
        AwsUnavailable: SageMaker could not be asked.
    """
    base = package.base_model
    if base is None:
        raise rejection_for(
            failed(
                "model.base_model",
                f"{package.arn} has no base-model metadata.",
                "Give a package made by SageMaker's fine-tuning.",
            )
        )
    if is_nova(base.name) and evaluation_type == "llm_as_judge":
        return _nova_checks(aws, package, base, region)
    types = (_NOVA_RECIPE_TYPES if is_nova(base.name) else _RECIPE_TYPES).get(evaluation_type)
    return [_recipe_check(aws, base, region, types)]


# --- recipes ----------------------------------------------------------------------------------


def _recipe_check(aws: Aws, base: BaseModel, region: str, types: tuple[str, ...] | None) -> Check:
    """Look for an evaluation recipe in the base model's hub content.

    Without one the evaluation is accepted and fails half an hour later, with
    DownstreamServiceUnavailable.
    """
    try:
        document = _hub_document(aws, base, region)
    except (AwsDenied, AwsInternalError) as error:
        return warning(
            "model.recipe",
            "It could not be told whether the base model has an evaluation recipe. "
            f"{error.message}",
            "Ask for sagemaker:DescribeHubContent; the SDK needs it too.",
        )
    except (AwsMissing, AwsInvalid) as error:
        return warning(
            "model.recipe",
            f"The base model {base.arn} was not found in its hub: {error.message}",
            f"Check that it is offered in {region}.",
        )
    if document is None or "RecipeCollection" not in document:
        return skipped("model.recipe", f"The hub content of {base.name} does not list its recipes.")
    recipes = [
        recipe
        for recipe in document["RecipeCollection"] or ()
        if isinstance(recipe, dict) and recipe.get("Type") == "Evaluation"
    ]
    if any(types is None or recipe.get("EvaluationType") in types for recipe in recipes):
        return passed("model.recipe", f"{base.name} has an evaluation recipe.")
    kinds = f" of type {' or '.join(types)}" if types else ""
    raise rejection_for(
        failed(
            "model.recipe",
            f"The base model {base.name} has no evaluation recipe{kinds} in {region}: the run "
            "would end with DownstreamServiceUnavailable.",
            "Name a package whose base model can be evaluated.",
        )
    )


def recipe_technique(aws: Aws, base: BaseModel, region: str) -> str | None:
    """Return by which technique a model's recipe trained it, such as SFT; None where unknown.

    Raises:
        AwsUnavailable: AWS could not be asked.
    """
    try:
        document = _hub_document(aws, base, region) or {}
    except NO_HELP:
        return None
    recipes = [it for it in document.get("RecipeCollection") or () if isinstance(it, dict)]
    named = (it for it in recipes if it.get("Name") == base.recipe)
    technique = next(named, {}).get("CustomizationTechnique")
    return str(technique) if technique else None


def _hub_document(aws: Aws, base: BaseModel, region: str) -> dict[str, Any] | None:
    """Read the hub content of a base model; None where its document is not a JSON object."""
    arn = parse_arn(base.arn)
    hub, name, version = PUBLIC_HUB, base.name, base.version
    if arn is not None:
        parts = arn.resource.split("/")
        if len(parts) >= 4:
            hub, name = parts[1], parts[3]
        if arn.account != "aws":
            # A private hub is named by its ARN, which works from another account too.
            hub = f"arn:{arn.partition}:sagemaker:{arn.region}:{arn.account}:hub/{hub}"
    return _describe_hub_content(aws, region, hub, name, version)


def _describe_hub_content(
    aws: Aws, region: str, hub: str, name: str, version: str | None = None
) -> dict[str, Any] | None:
    wanted = {"HubContentVersion": version} if version else {}
    content = aws.call(
        "sagemaker",
        "describe_hub_content",
        region=region,
        HubName=hub,
        HubContentType="Model",
        HubContentName=name,
        **wanted,
    )
    try:
        document = json.loads(content.get("HubContentDocument") or "")
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


# --- Nova -------------------------------------------------------------------------------------


def _nova_checks(aws: Aws, package: ModelPackage, base: BaseModel, region: str) -> list[Check]:
    if region not in NOVA_REGIONS:
        raise rejection_for(
            failed(
                "model.nova.region",
                f"{base.name} can't be judged in {region}: the SDK takes Nova models in "
                f"{', '.join(NOVA_REGIONS)} only.",
                "Name a package in one of these regions.",
            )
        )
    artifacts = _nova_artifacts(package, region)
    plan = NovaPlan()
    return [
        artifacts,
        _proxy_check(aws, region),
        warning(
            "model.nova.cost",
            f"A Nova model costs extra: a training instance ({plan.orchestrator_instance}) that "
            f"sends the prompts, and a {plan.inference} that answers them, beside the judge.",
        ),
        warning(
            "model.nova.scope",
            "The SDK's pipeline for Nova models evaluates one model a run; to compare with the "
            "base model, the notebook starts two runs, one after the other.",
            "Choose the fine-tuned model alone in the advanced settings to start only one.",
        ),
        warning(
            "model.nova.references",
            "The SDK sends a Nova model the prompts alone: reference answers and system prompts of "
            "the dataset don't reach the judge.",
            "Prefer metrics that need no reference answer; put what matters into the prompts.",
        ),
    ]


def _nova_artifacts(package: ModelPackage, region: str) -> Check:
    """Check what an endpoint is made of, as ``_resolve_model_artifacts_for_endpoint`` does.

    The image is no trouble: where the package names none, the SDK knows Nova's own in every one
    of `NOVA_REGIONS`.
    """
    if not package.model_data:
        raise rejection_for(
            failed(
                "model.nova.artifacts",
                f"{package.arn} names no model data: its first container has neither "
                "ModelDataUrl nor ModelDataSource. A fine-tuned Nova model is deployed to an "
                "endpoint for its evaluation and needs one.",
                "Give the package that the fine-tuning job registered.",
            )
        )
    image = package.image or f"Nova's inference image of {region}"
    return passed(
        "model.nova.artifacts", f"An endpoint can be made from {package.model_data} and {image}."
    )


def _proxy_check(aws: Aws, region: str) -> Check:
    try:
        _describe_hub_content(aws, region, PUBLIC_HUB, NOVA_PROXY_MODEL)
    except (AwsDenied, AwsInternalError) as error:
        return warning(
            "model.nova.proxy",
            f"It could not be told whether {NOVA_PROXY_MODEL}, which the judging step of a Nova "
            f"evaluation needs, is there. {error.message}",
            "Ask for sagemaker:DescribeHubContent; the SDK stops without it.",
        )
    except (AwsMissing, AwsInvalid) as error:
        raise rejection_for(
            failed(
                "model.nova.proxy",
                f"{NOVA_PROXY_MODEL}, which the judging step of a Nova evaluation needs, is not "
                f"in {PUBLIC_HUB} of {region}: {error.message}",
                "Name a package in another region.",
            )
        ) from error
    return passed("model.nova.proxy", f"{NOVA_PROXY_MODEL} is there for the judging step.")

"""Base models: which ones some words mean, and what one needs to be evaluated.

That is its recipes, region and licence, and Nova's own path.

Facts are those of the SageMaker SDK 3.27.0: ``train/common_utils/recipe_utils.py`` (recipes),
``train/evaluate/llm_as_judge_evaluator.py`` and ``constants.py`` (Nova).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial

from evalbook.aws.found import BaseModel
from evalbook.aws.hub_models import (
    NOVA,
    PUBLIC_HUB,
    HubModel,
    describe_hub_content,
    describe_hub_model,
    find_nova_in_bedrock,
    list_hub_models,
)
from evalbook.aws.packages import ModelPackage
from evalbook.aws.session import NO_HELP, Aws, in_parallel, try_asking, unchecked
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import AnswerRejected, reject
from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.texts import nearest

_HUB_SETTING = "SAGEMAKER_HUB_NAME"
"""Names a hub in which the SDK looks first (``train/constants.py``)."""
# The judging step takes no Nova base model, so the SDK gives it this one in Nova's place.
NOVA_PROXY_MODEL = "meta-textgeneration-llama-3-2-1b-instruct"
# Sends the prompts. On this path a run evaluates one model, whatever ``evaluate_base_model`` says:
# a comparison takes two runs.
NOVA_INSTANCE = "ml.m5.large"
MOST_OFFERED = 20
"""Models that a question shows; another word narrows down more of them."""
MOST_DESCRIBED = 10
"""Models whose document is read where their keywords name no recipe; each costs one question."""
_LETTERS = re.compile(r"[a-z]{2,}")
_LOOK = "sagemaker:DescribeHubContent"


def is_nova(name: str) -> bool:
    """Tell whether the SDK takes a model of this hub-content name for a Nova model."""
    return "nova" in name.lower()


def read_model_size(name: str) -> float | None:
    """Guess a model's parameters, in billions, from its name; None if the name tells nothing.

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


def check_base_model(aws: Aws, package: ModelPackage, evaluation_type: str) -> list[Check]:
    """Check what a package's base model needs for this kind of evaluation in its region.

    Raises:
        AnswerRejected: the SDK or the service would surely refuse the run.
    """
    base = package.base_model
    assert base is not None  # noqa: S101 - no other package is resolved
    if _is_judged_nova(base.name, evaluation_type):
        return _check_tuned_nova(aws, package, base.name)
    types = recipe_types(base.name, evaluation_type)
    return [] if types == () else [_find_recipe(aws, base, package.region, types)]


def check_base_alone(aws: Aws, model: HubModel, region: str, evaluation_type: str) -> list[Check]:
    """Check what a base model needs to be evaluated alone, by its name.

    Raises:
        AnswerRejected: the SDK or the service would surely refuse the run.
    """
    types = recipe_types(model.name, evaluation_type)
    checks = []
    if types != ():
        # By its name the SDK takes the newest version, there as here.
        _refuse_private_hub(aws, model.name, None, region)
    if _is_judged_nova(model.name, evaluation_type):
        checks = _check_base_nova(aws, model.name, region)
    elif types != ():
        checks = [_check_recipe(model, region, types)]
    if model.licence:
        checks.append(
            warning(
                "model.licence",
                f"Running {model.name} accepts its licence: the SDK (3.27.0) always does so on "
                "behalf of whoever starts the run.",
                f"Read it first: {model.licence}",
            )
        )
    return checks


def recipe_types(base_model: str, evaluation_type: str) -> tuple[str, ...] | None:
    """Return the types of recipe of which a base model needs one: None is any, empty is none."""
    known = EVALUATION_TYPES[evaluation_type]
    return (is_nova(base_model) and known.nova_recipes) or known.recipes


def _is_judged_nova(base_model: str, evaluation_type: str) -> bool:
    return is_nova(base_model) and EVALUATION_TYPES[evaluation_type].bedrock_judges


def answers_by(name: str, region: str, evaluation_type: str) -> str | None:
    """Return the inference profile by which a base model answers; None if it takes none."""
    judged = EVALUATION_TYPES[evaluation_type].bedrock_judges
    return find_nova_in_bedrock(name, region) if judged else None


def can_be_named(name: str, region: str, evaluation_type: str) -> bool:
    """Tell whether the SDK finds a base model by its name: a judged Nova in Bedrock."""
    in_bedrock = find_nova_in_bedrock(name, region) is not None
    return in_bedrock or not _is_judged_nova(name, evaluation_type)


# --- recipes ----------------------------------------------------------------------------------


def _find_recipe(aws: Aws, base: BaseModel, region: str, types: tuple[str, ...] | None) -> Check:
    """Look for an evaluation recipe in the base model's hub content.

    Without one, the run would fail after half an hour with DownstreamServiceUnavailable.
    """
    try:
        model = describe_hub_model(aws, base.name, region, base.version)
    except NO_HELP as error:
        what = "whether the base model has an evaluation recipe"
        return unchecked("model.recipe", what, error, _LOOK, warning)
    if model is None:
        raise _not_in_hub(aws, base, region)
    _refuse_private_hub(aws, base.name, base.version, region)
    return _check_recipe(model, region, types)


def _refuse_private_hub(aws: Aws, name: str, version: str | None, region: str) -> None:
    """Refuse a base model that the SDK would take from a private hub.

    It does so if the hub that `_HUB_SETTING` names has the model in that version
    (``_resolve_base_model_hub`` of ``common_utils/model_resolution.py``); serverless runs accept
    only the public hub (https://github.com/aws/sagemaker-python-sdk/pull/5959, read 2026-11-27).
    """
    hub = os.environ.get(_HUB_SETTING) or PUBLIC_HUB
    if hub == PUBLIC_HUB:
        return
    if try_asking(lambda: describe_hub_content(aws, region, hub, "Model", name, version)):
        raise reject(
            "model.hub",
            f"The base model {name} comes from the private hub {hub}, but serverless evaluations "
            "accept only models from the public hub.",
            f"Unset {_HUB_SETTING}, here and where the notebook runs. Give a package that was "
            "fine-tuned from a model in the public hub.",
        )


def _not_in_hub(aws: Aws, base: BaseModel, region: str) -> AnswerRejected:
    """Say what is missing: the model, or only its version."""
    version = ""
    remedy = "Give a package with a base model from the public hub, or such a base model."
    newest = try_asking(lambda: describe_hub_model(aws, base.name, region))
    if newest is not None:
        version = f" in version {base.version}"
        remedy = (
            f"The hub has version {newest.version}: retrain the model with that, or evaluate "
            f"{base.name} alone."
        )
    return reject(
        "model.hub",
        f"The base model {base.name} is not in the hub {PUBLIC_HUB} in {region}{version}, so the "
        "run would fail.",
        remedy,
    )


def _check_recipe(model: HubModel, region: str, types: tuple[str, ...] | None) -> Check:
    if model.kinds is None:
        text = f"The hub content of {model.name} does not list its recipes."
        return skipped("model.recipe", text)
    if model.has_recipe(types):
        return passed("model.recipe", f"{model.name} has an evaluation recipe.")
    kinds = f" of type {' or '.join(types)}" if types else ""
    raise reject(
        "model.recipe",
        f"The base model {model.name} has no evaluation recipe{kinds} in {region}: the run "
        "would end with DownstreamServiceUnavailable.",
        "Name a package whose base model can be evaluated, or such a base model.",
    )


def find_technique(aws: Aws, base: BaseModel, region: str) -> str | None:
    """Return the technique of the recipe that trained a model, such as SFT; None if unknown."""
    model = try_asking(lambda: describe_hub_model(aws, base.name, region, base.version))
    recipes = model.recipes if model else ()
    return next((it.technique for it in recipes if it.name == base.recipe), None)


# --- Nova -------------------------------------------------------------------------------------


def _check_tuned_nova(aws: Aws, package: ModelPackage, base: str) -> list[Check]:
    region = package.region
    _refuse_nova_elsewhere(base, region)
    if find_nova_in_bedrock(base, region) is None:
        scope = (
            "Only the fine-tuned model is evaluated: the SDK (3.27.0) knows no Bedrock model for "
            f"{base}, so there is nothing to compare with."
        )
        remedy = None
    else:
        scope = (
            "The SDK's pipeline for Nova models evaluates one model per run; to compare with the "
            "base model, the notebook starts two runs, one after the other."
        )
        remedy = "To start only one, choose one of the models in the advanced settings."
    return [
        _check_artifacts(package),
        _find_proxy(aws, region),
        warning(
            "model.nova.cost",
            f"A Nova model costs extra, on top of the judge: a training instance ({NOVA_INSTANCE}) "
            "sends the prompts; a SageMaker endpoint answers for the fine-tuned model, and Bedrock "
            "inference for its base model.",
        ),
        warning("model.nova.scope", scope, remedy),
        _NOVA_REFERENCES,
    ]


def _check_base_nova(aws: Aws, name: str, region: str) -> list[Check]:
    _refuse_nova_elsewhere(name, region)
    profile = find_nova_in_bedrock(name, region)
    if profile is None:
        known = ", ".join(sorted(NOVA.facts["hub_names"].values()))
        raise reject(
            "model.nova.bedrock",
            f"{name} can't be judged as a base model: Bedrock would have to serve it, and the SDK "
            "(3.27.0) knows no Bedrock model of that name.",
            f"It knows {known}. A fine-tuned model is served by an endpoint instead.",
        )
    return [
        _find_proxy(aws, region),
        warning(
            "model.nova.cost",
            "A base Nova model costs extra, on top of the judge: a training instance "
            f"({NOVA_INSTANCE}) sends the prompts, and Bedrock inference by {profile} answers "
            "them.",
        ),
        _NOVA_REFERENCES,
    ]


_NOVA_REFERENCES = warning(
    "model.nova.references",
    "The SDK sends a Nova model only the prompts: the dataset's reference answers and system "
    "prompts don't reach the judge.",
    "Prefer metrics that need no reference answer; put whatever matters into the prompts.",
)


def _refuse_nova_elsewhere(name: str, region: str) -> None:
    regions = NOVA.facts["profile_prefixes"]
    if region not in regions:
        raise reject(
            "model.nova.region",
            f"{name} can't be judged in {region}: the SDK supports Nova models in "
            f"{', '.join(sorted(regions))} only.",
            "Name a model in one of these regions.",
        )


def _check_artifacts(package: ModelPackage) -> Check:
    """Check what an endpoint is made from, as ``_resolve_model_artifacts_for_endpoint`` does.

    The package need not name an image: the SDK knows Nova's own wherever it takes Nova models.
    """
    if not package.model_data:
        raise reject(
            "model.nova.artifacts",
            f"{package.arn} names no model data: its first container has neither "
            "ModelDataUrl nor ModelDataSource. The evaluation deploys a fine-tuned Nova model to "
            "an endpoint, which needs it.",
            "Give the package that the fine-tuning job registered.",
        )
    image = package.image or f"Nova's inference image of {package.region}"
    return passed(
        "model.nova.artifacts", f"An endpoint can be created from {package.model_data} and {image}."
    )


def _find_proxy(aws: Aws, region: str) -> Check:
    needed = f"{NOVA_PROXY_MODEL}, which the judging step of a Nova evaluation needs,"
    try:
        proxy = describe_hub_model(aws, NOVA_PROXY_MODEL, region)
    except NO_HELP as error:
        return unchecked("model.nova.proxy", f"whether {needed} exists", error, _LOOK, warning)
    if proxy is None:
        raise reject(
            "model.nova.proxy",
            f"{needed} is not in {PUBLIC_HUB} in {region}.",
            "Name a package in another region.",
        )
    return passed("model.nova.proxy", f"{NOVA_PROXY_MODEL} is available for the judging step.")


# --- finding them ------------------------------------------------------------------------------


@dataclass(frozen=True)
class HubMatches:
    """Base models whose names match some words, the closest first."""

    models: tuple[HubModel, ...] = ()
    """Those that can be evaluated as wanted."""
    unfit: tuple[str, ...] = ()
    """Names of those that can't."""
    untold: int = 0
    """How many more there are whose recipes are not known."""


def find_base_models(aws: Aws, text: str, region: str | None, evaluation_type: str) -> HubMatches:
    """Find the models whose names contain all the words of a text.

    ``llama3-2-1b-instruct`` finds ``meta-textgeneration-llama-3-2-1b-instruct``: the hub writes
    letters and figures apart where the SDK's documentation does not.

    Raises:
        AwsDenied: hub contents may not be listed.
    """
    words = [word for word in re.split(r"[\s,;/]+", text.lower()) if _tokens(word)]
    if not words:
        return HubMatches()
    longest = max(_LETTERS.findall(text.lower()) or _tokens(text), key=len)
    listed = [
        model
        for model in list_hub_models(aws, longest, region)
        if all(_contains(model.name, word) for word in words)
    ]
    listed.sort(key=lambda model: model.created, reverse=True)
    listed.sort(key=lambda model: len(_tokens(model.name)))
    untold = [model.name for model in listed if model.kinds is None][:MOST_DESCRIBED]
    questions = [partial(describe_hub_model, aws, name, region) for name in untold]
    read = in_parallel([partial(try_asking, question) for question in questions])
    described = {model.name: model for model in read if model is not None}
    all_told = [described.get(model.name, model) for model in listed]
    told = [model for model in all_told if model.kinds is not None]
    fit = [it for it in told if _can_be_evaluated(it, region or "", evaluation_type)]
    unfit = [model.name for model in told if model not in fit]
    return HubMatches(tuple(fit), tuple(unfit), len(listed) - len(told))


def _can_be_evaluated(model: HubModel, region: str, evaluation_type: str) -> bool:
    """Tell whether a base model can be evaluated alone, as far as its name and recipes tell."""
    if _is_judged_nova(model.name, evaluation_type):
        return can_be_named(model.name, region, evaluation_type)
    return model.has_recipe(recipe_types(model.name, evaluation_type))


def find_similar_names(aws: Aws, text: str, region: str | None) -> list[str]:
    """Return names in the public hub that may have been meant; none where it can't be checked."""
    name = "-".join(_tokens(text))
    beginnings = list(dict.fromkeys(word[:4] for word in _LETTERS.findall(name) if len(word) > 3))
    questions = [partial(list_hub_models, aws, part, region) for part in beginnings[:4]]
    pages = try_asking(lambda: in_parallel(questions)) or []
    known = {"-".join(_tokens(model.name)): model.name for page in pages for model in page}
    return [known[near] for near in nearest(name, known)]


def _tokens(text: str) -> list[str]:
    """Split a name into its letters and figures: ``llama3-2-1b`` is llama, 3, 2, 1, b."""
    return re.findall(r"[a-z]+|\d+", text.lower())


def _contains(name: str, word: str) -> bool:
    inside, wanted = _tokens(name), _tokens(word)
    runs = (inside[start : start + len(wanted)] for start in range(len(inside)))
    return word in name.lower() or wanted in runs

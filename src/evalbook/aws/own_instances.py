"""Whether an evaluation can run on instances of your own: a training job that the SDK starts.

The SDK calls this SMTJ and does it when given ``compute`` (``_evaluate_serverful_smtj`` in
train/evaluate/benchmark_evaluator.py and custom_scorer_evaluator.py, the helpers in
base_evaluator.py; sagemaker 3.22.0 to 3.27.0). It checks nothing before the paid job is created.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evalbook.aws.base_models import is_nova, recipe_types
from evalbook.aws.found import Instances
from evalbook.aws.hub_models import HubRecipe, describe_hub_model
from evalbook.aws.instances import check_gpus
from evalbook.aws.recipes import read_overrides, read_parameter, read_recipe_file
from evalbook.aws.session import NO_HELP, Aws, AwsInternalError
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import AnswerRejected

MINUTES = 60
"""Minutes after which such a job is stopped: the SDK passes on no stopping condition, and its
default is 3600 seconds (DEFAULT_MAX_RUNTIME_IN_SECONDS in train/defaults.py, 3.27.0)."""
# Parts of the display names of the recipes that the SDK prefers to the first one.
_PREFERRED = {
    "benchmark": ("general text benchmark",),
    "custom_scorer": ("custom", "scorer"),
}


@dataclass(frozen=True)
class Recipe:
    """The recipe that the SDK would take, and what it says."""

    template: str
    """The text of its template."""
    parameters: Mapping[str, Any]
    """What can be set, by name."""
    instance_types: tuple[str, ...]
    """What it runs on; empty if it does not say."""


def find_own_recipe(
    aws: Aws, region: str, base_model: str, evaluation_type: str
) -> tuple[Recipe | None, list[Check]]:
    """Return the recipe by which the SDK evaluates on instances of your own; None if unreadable.

    Raises:
        AnswerRejected: ``compute.recipe``, there is none that can be used.
    """
    try:
        model = describe_hub_model(aws, base_model, region)
    except NO_HELP as error:
        return None, [_unread(base_model, error.message)]
    recipe = _choose(model.evaluations if model else [], evaluation_type)
    if model is None or recipe is None or recipe.own_template is None:
        raise _no_recipe(base_model, "its hub content has no recipe for them")
    if not recipe.own_image:
        raise _no_recipe(base_model, "its recipe for them names no container image (SmtjImageUri)")
    kinds = recipe_types(base_model, evaluation_type) or ()
    if recipe.evaluation and recipe.evaluation not in kinds:
        found = f"the recipe that the SDK would use is for {recipe.evaluation}"
        raise _no_recipe(base_model, found)
    if not is_nova(base_model) and not model.weights:
        raise _no_recipe(base_model, "its hub content does not say where its weights are")
    try:
        template = read_recipe_file(aws, recipe.own_template).decode("utf-8", "replace")
        parameters = read_overrides(aws, recipe.parameters)
    except (AnswerRejected, AwsInternalError) as error:
        return None, [_unread(base_model, error.message)]
    return Recipe(template, parameters, recipe.instance_types), [
        passed("compute.recipe", f"{base_model} has a recipe for your own instances.")
    ]


def _choose(recipes: list[HubRecipe], evaluation_type: str) -> HubRecipe | None:
    """Return the recipe that the SDK would choose, by its display name or as the first one."""
    own = [it for it in recipes if it.own_template]
    wanted = _PREFERRED[evaluation_type]
    named = [it for it in own if any(word in it.display_name.lower() for word in wanted)]
    return next(iter(named or own), None)


def _no_recipe(base_model: str, why: str) -> AnswerRejected:
    return AnswerRejected(
        "compute.recipe",
        f"{base_model} can't be evaluated on your own instances: {why}.",
        "Answer serverless.",
    )


def _unread(base_model: str, why: str) -> Check:
    return skipped(
        "compute.recipe",
        f"Can't check whether {base_model} has a recipe for your own instances: {why}",
        "Ask for sagemaker:DescribeHubContent, and s3:GetObject on the recipe; the SDK needs them "
        "too, but only when it starts the job.",
    )


def check_instances(
    recipe: Recipe | None, instances: Instances, billions: float | None
) -> list[Check]:
    """Check the instances against the recipe, or their GPUs if it names no types.

    Raises:
        AnswerRejected: ``compute.gpu``, they have none.
    """
    kind, types = instances.instance_type, recipe.instance_types if recipe else ()
    if not types:
        return check_gpus("compute.gpu", kind, billions, ", or answer serverless")
    if kind not in types:
        raise AnswerRejected(
            "compute.instance",
            f"The recipe does not run on {kind}.",
            f"It runs on {', '.join(types)}.",
        )
    return []


def check_recipe(recipe: Recipe, parameters: Mapping[str, Any], kms_key: str | None) -> list[Check]:
    """Check settings against what the recipe takes.

    Raises:
        AnswerRejected: ``compute.instance``, ``compute.parameters`` or ``compute.kms``.
    """
    unknown = [
        name
        for name in parameters
        if read_parameter(name, recipe.parameters.get(name)) is None or name not in recipe.template
    ]
    if unknown:
        raise AnswerRejected(
            "compute.parameters",
            f"On your own instances, {', '.join(unknown)} can't be set: their recipe does not have "
            "it.",
            "Leave it out of inference_parameters, or answer serverless.",
        )
    if not kms_key:
        return []
    if "kms_key_id" not in recipe.template:
        raise AnswerRejected(
            "compute.kms",
            f"On your own instances, {kms_key} would encrypt nothing: the SDK passes it only to "
            "the recipe, which does not use it.",
            "Set kms_key to none and let the bucket encrypt, or answer serverless.",
        )
    return [
        warning(
            "compute.kms",
            "On your own instances, the SDK passes the KMS key only to the recipe; the job's "
            "archive and disks get the default encryption of the bucket and of SageMaker.",
            "To encrypt everything with the key, make it the bucket's default.",
        )
    ]


def refuse_archive(base_model: str, model_data: str | None) -> None:
    """Refuse weights that the SDK can't pass to the job.

    Raises:
        AnswerRejected: ``compute.weights``.
    """
    remedy = "Answer serverless."
    if model_data is None:
        found = "The model package does not say where its weights are (ModelDataSource)."
    elif model_data.endswith(".tar.gz") and not is_nova(base_model):
        found = (
            f"The model package's weights are an archive, {model_data}; on your own instances, an "
            "open-weight model must be uncompressed under a prefix."
        )
        remedy = "Answer serverless, or name a package with uncompressed weights."
    elif "-hp-" in model_data:
        found = (
            f"By its name, {model_data} was trained on HyperPod, and can only be evaluated there."
        )
    else:
        return
    raise AnswerRejected("compute.weights", found, remedy)

"""What hubs say of base models, and what Bedrock calls those of Nova.

The SageMaker SDK 3.27.0 takes a base model by its name in the public hub, in its newest version
(``train/common_utils/model_resolution.py``); which recipes it has is told by its search keywords
(``train/common_utils/recipe_utils.py``), or else by its document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from evalbook.aws.arns import Arn, parse_arn
from evalbook.aws.documents import ForeignJson, read_document
from evalbook.aws.found import BaseModel
from evalbook.aws.regions import GEOGRAPHIES
from evalbook.aws.session import Aws, AwsMissing
from evalbook.moments import iso_utc
from evalbook.packaged import DataFile

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.literals import HubContentTypeType
    from mypy_boto3_sagemaker.type_defs import (
        DescribeHubContentResponseTypeDef,
        HubContentInfoTypeDef,
    )

PUBLIC_HUB = "SageMakerPublicHub"
_MOST_PAGES = 100
"""Pages, of a hundred each, that are read of one listing."""
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


@dataclass(frozen=True)
class HubRecipe:
    """One way to train or to evaluate a model, as its hub content lists it."""

    name: str | None
    evaluates: bool
    evaluation: str | None
    """Type of evaluation, such as ``DeterministicEvaluation``."""
    technique: str | None
    """How it trains, such as SFT."""
    display_name: str
    parameters: str | None
    """S3 URI of what can be set, and to which values."""
    own_template: str | None
    """S3 URI of its template for training jobs on instances of your own."""
    own_image: str | None
    instance_types: tuple[str, ...]


@dataclass(frozen=True)
class HubModel:
    """A version of a model in the public hub: the newest, unless another was asked for.

    A listing tells only which kinds of evaluation it has; its document tells the rest.
    """

    name: str
    version: str
    arn: str
    created: str
    """ISO 8601, UTC."""
    kinds: frozenset[str] | None = None
    """Kinds of evaluation that it has a recipe for, in lower case; None if it isn't told."""
    recipes: tuple[HubRecipe, ...] = ()
    licence: str | None = None
    """S3 URI of the licence that running it accepts."""
    weights: str | None = None

    @property
    def answer(self) -> str:
        """Its ARN without a version, which names the newest."""
        return self.arn.rpartition("/")[0]

    @property
    def base(self) -> BaseModel:
        return BaseModel(self.name, self.version, self.arn)

    @property
    def evaluations(self) -> list[HubRecipe]:
        return [it for it in self.recipes if it.evaluates]

    def has_recipe(self, wanted: tuple[str, ...] | None) -> bool:
        """Tell whether it has a recipe of one of these kinds; None is any, empty none."""
        kinds = self.kinds or frozenset()
        if not wanted:
            return wanted is not None or bool(kinds)
        # A keyword may name a strategy after the kind.
        return any(f"{kind}_".startswith(f"{it.lower()}_") for kind in kinds for it in wanted)


def _read_recipe(found: ForeignJson) -> HubRecipe:
    types = found["SupportedInstanceTypes"].items or found["InstanceTypes"].items
    return HubRecipe(
        found["Name"].text,
        found["Type"].value == "Evaluation",
        found["EvaluationType"].text,
        found["CustomizationTechnique"].text,
        found["DisplayName"].text or "",
        found["SmtjOverrideParamsS3Uri"].text,
        found["SmtjRecipeTemplateS3Uri"].text,
        found["SmtjImageUri"].text,
        tuple(it.text for it in types if it.text),
    )


def list_hub_contents(
    aws: Aws, region: str | None, hub: str, kind: HubContentTypeType, **only: Any
) -> Iterator[HubContentInfoTypeDef]:
    """Yield what a hub holds of one type; boto3 has no paginator for that."""
    for _ in range(_MOST_PAGES):
        page = aws.client("sagemaker", region).list_hub_contents(
            HubName=hub, HubContentType=kind, MaxResults=100, **only
        )
        yield from page["HubContentSummaries"]
        if not page.get("NextToken"):
            return
        only["NextToken"] = page["NextToken"]


def describe_hub_content(
    aws: Aws, region: str | None, hub: str, kind: HubContentTypeType, name: str, version: str | None
) -> DescribeHubContentResponseTypeDef:
    """Return what a hub holds under a name, in its newest version unless one is named."""
    wanted: dict[str, Any] = {"HubContentVersion": version} if version else {}
    return aws.client("sagemaker", region).describe_hub_content(
        HubName=hub, HubContentType=kind, HubContentName=name, **wanted
    )


# --- models by name ------------------------------------------------------------------------------


def read_hub_model_arn(text: str) -> Arn | None:
    """Return the ARN of a model in a hub that a text is; None for another text."""
    arn = parse_arn(text)
    if arn is None or arn.service != "sagemaker":
        return None
    parts = arn.path
    return arn if parts[0] == "hub-content" and len(parts) > 3 and parts[2] == "Model" else None


class _Nova(TypedDict):
    hub_names: dict[str, str]
    """By the model's id in Bedrock."""
    profile_prefixes: dict[str, str]
    """Of inference profiles, by region: where InspectAI and Bedrock's Nova inference both are."""


NOVA = DataFile("data/nova_models.json", _Nova)


def hub_name(text: str) -> str:
    """Return the hub's name of a model, given its id in Bedrock; another text is returned as is.

    Bedrock's ids may carry a version (``:0``) and the prefix of an inference profile (``us.``).
    """
    plain = re.sub(rf"^({'|'.join(GEOGRAPHIES)})\.|:\d+$", "", text.strip().lower())
    return NOVA.facts["hub_names"].get(plain, text.strip())


def find_nova_in_bedrock(name: str, region: str) -> str | None:
    """Return the inference profile by which a base Nova model answers; None if the SDK has none.

    As ``_resolve_bedrock_model_id`` of ``train/evaluate/llm_as_judge_evaluator.py``.
    """
    known = {hub: bedrock for bedrock, hub in NOVA.facts["hub_names"].items()}
    prefix = NOVA.facts["profile_prefixes"].get(region)
    return f"{prefix}.{known[name]}:0" if prefix and name in known else None


def describe_hub_model(
    aws: Aws, name: str, region: str | None, version: str | None = None
) -> HubModel | None:
    """Return the model with exactly this name in the public hub, by default its newest version."""
    if not _NAME.fullmatch(name):
        return None
    try:
        content = describe_hub_content(aws, region, PUBLIC_HUB, "Model", name, version)
    except AwsMissing:
        return None
    document = read_document(content["HubContentDocument"])
    recipes = tuple(_read_recipe(it) for it in document["RecipeCollection"].items)
    kinds = frozenset((it.evaluation or "").lower() for it in recipes if it.evaluates)
    return HubModel(
        content["HubContentName"],
        content["HubContentVersion"],
        content["HubContentArn"],
        iso_utc(content["CreationTime"]),
        kinds if "RecipeCollection" in document else None,
        recipes,
        document["HostingEulaUri"].text,
        document["TrainingArtifactUri"].text,
    )


def list_hub_models(aws: Aws, name_contains: str, region: str | None) -> list[HubModel]:
    """Return the newest versions of the models in the public hub whose names contain a text."""
    models, part = [], name_contains[:63]
    for it in list_hub_contents(aws, region, PUBLIC_HUB, "Model", NameContains=part):
        words = [word.lower() for word in it.get("HubContentSearchKeywords") or ()]
        named = [word for word in words if word.startswith("@recipe:")]
        kinds = {word.partition(":evaluation_")[2] for word in named if ":evaluation_" in word}
        told = frozenset(kinds) if named else None
        name, version, arn = it["HubContentName"], it["HubContentVersion"], it["HubContentArn"]
        models.append(HubModel(name, version, arn, iso_utc(it["CreationTime"]), told))
    return models

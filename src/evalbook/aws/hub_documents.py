"""What a hub says of a base model: its recipes, its licence, where its weights are.

The members are those that the SageMaker SDK 3.27.0 reads (``train/common_utils/recipe_utils.py``
and ``train/evaluate/base_evaluator.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evalbook.aws.documents import ForeignJson, read_document
from evalbook.aws.session import Aws

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.literals import HubContentTypeType
    from mypy_boto3_sagemaker.type_defs import (
        DescribeHubContentResponseTypeDef,
        HubContentInfoTypeDef,
    )


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
class HubDocument:
    recipes: tuple[HubRecipe, ...] | None
    """None if they are not listed."""
    licence: str | None
    """S3 URI of the licence that running the model accepts."""
    weights: str | None

    @property
    def evaluations(self) -> list[HubRecipe]:
        return [it for it in self.recipes or () if it.evaluates]


def read_hub_document(text: str | None) -> HubDocument | None:
    """Read the document of a hub content; None if it is not a JSON object."""
    found = read_document(text)
    if not isinstance(found.value, dict):
        return None
    listed = "RecipeCollection" in found
    return HubDocument(
        tuple(_read_recipe(it) for it in found["RecipeCollection"].items) if listed else None,
        found["HostingEulaUri"].text,
        found["TrainingArtifactUri"].text,
    )


def _read_recipe(found: ForeignJson) -> HubRecipe:
    kinds = found["SupportedInstanceTypes"].items or found["InstanceTypes"].items
    return HubRecipe(
        found["Name"].text,
        found["Type"].value == "Evaluation",
        found["EvaluationType"].text,
        found["CustomizationTechnique"].text,
        found["DisplayName"].text or "",
        found["SmtjOverrideParamsS3Uri"].text,
        found["SmtjRecipeTemplateS3Uri"].text,
        found["SmtjImageUri"].text,
        tuple(it.text for it in kinds if it.text),
    )


def list_hub_contents(
    aws: Aws, region: str | None, hub: str, kind: HubContentTypeType, most_pages: int, **only: Any
) -> Iterator[HubContentInfoTypeDef]:
    """Yield what a hub holds of one type; boto3 has no paginator for that.

    Raises:
        AwsDenied, AwsMissing, AwsInvalid: SageMaker's answer was no.
    """
    for _ in range(most_pages):
        page = aws.client("sagemaker", region).list_hub_contents(
            HubName=hub, HubContentType=kind, MaxResults=100, **only
        )
        yield from page["HubContentSummaries"]
        if not page.get("NextToken"):
            return
        only["NextToken"] = page["NextToken"]


def describe_hub_content(
    aws: Aws,
    region: str | None,
    hub: str,
    name: str,
    version: str | None = None,
    *,
    kind: HubContentTypeType = "Model",
) -> DescribeHubContentResponseTypeDef:
    """Return what a hub holds under a name, in its newest version unless one is named.

    Raises:
        AwsDenied, AwsMissing, AwsInvalid: SageMaker's answer was no.
    """
    wanted: dict[str, Any] = {"HubContentVersion": version} if version else {}
    return aws.client("sagemaker", region).describe_hub_content(
        HubName=hub, HubContentType=kind, HubContentName=name, **wanted
    )


def describe_hub_document(
    aws: Aws, region: str, hub: str, name: str, version: str | None = None
) -> HubDocument | None:
    """Return what a hub says of a model; None if that is not a JSON object.

    Raises:
        AwsDenied, AwsMissing, AwsInvalid: SageMaker's answer was no.
    """
    content = describe_hub_content(aws, region, hub, name, version)
    return read_hub_document(content["HubContentDocument"])

"""What SageMaker and the SDK make of each evaluation type: its pipeline, its role, its recipes.

Read in sagemaker 3.27.0: ``train/evaluate/constants.py`` (pipelines), the ``role_type`` that each
evaluator names, and ``train/common_utils/recipe_utils.py`` (recipes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PIPELINE_PREFIX = "SagemakerEvaluation"


@dataclass(frozen=True)
class EvaluationType:
    """One evaluation type, as AWS has it."""

    pipeline: str
    """Second word of its pipelines' names."""
    role_type: Literal["model_eval", "training"] = "training"
    """Which actions the SDK insists on for its role; see ``data/role_actions.json``."""
    recipes: tuple[str, ...] | None = None
    """Types of recipe, one of which the base model has to have; None for any, empty for none."""
    nova_recipes: tuple[str, ...] | None = None
    """Those of a Nova model, where they are others."""
    bedrock_judges: bool = False
    """Whether a model of Bedrock judges: Bedrock has to be trusted by the role, and be asked."""


EVALUATION_TYPES: dict[str, EvaluationType] = {
    "llm_as_judge": EvaluationType("LLMAJEvaluation", role_type="model_eval", bedrock_judges=True),
    "custom_scorer": EvaluationType("CustomScorerEvaluation", recipes=("DeterministicEvaluation",)),
    "benchmark": EvaluationType(
        "BenchmarkEvaluation",
        recipes=("DeterministicEvaluation",),
        nova_recipes=("DeterministicTextBenchmark", "DeterministicMultiModalBenchmark"),
    ),
    "multi_turn_rl": EvaluationType("MTRLEvaluation", recipes=("MTRLEvaluation",)),
    "inspect_ai": EvaluationType("InspectAIEvaluation", recipes=()),
}
"""By name. Runs of all of them are told apart; evalbook sets up those of ``workflow/kinds.py``."""


def pipeline_prefix(evaluation_type: str) -> str:
    """Return how the names of a type's pipelines begin."""
    return f"{PIPELINE_PREFIX}-{EVALUATION_TYPES[evaluation_type].pipeline}"

"""What is known of each evaluation type: to people, to SageMaker, to the SDK, to the interview.

Read in sagemaker 3.27.0 unless a line says otherwise: ``train/evaluate/constants.py`` (pipelines),
the ``role_type`` that each evaluator names, and ``train/common_utils/recipe_utils.py`` (recipes).
What a type asks, and in which order, is in ``workflow/kinds.py``; its cells are in
``notebook/cells/``, in a folder of the type's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from evalbook.records import dataclass
from evalbook.texts import Notice

PIPELINE_PREFIX = "SagemakerEvaluation"

MOST_JUDGED_RECORDS = 1000
"""Rows of one LLM-as-judge job.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-prompt-datasets-judge.html,
read 2026-11-20.
"""


@dataclass(frozen=True, kw_only=True)
class EvaluationType:
    """One evaluation type."""

    name: str
    """In the contract, in state files and in ``notebook/cells/``."""
    label: str
    description: str

    # SageMaker's side.
    pipeline: str
    """Second word of its pipelines' names."""
    role_type: Literal["model_eval", "training"] = "training"
    """Which actions the SDK insists on for its role; see ``data/role_actions.json``."""
    recipes: tuple[str, ...] | None = None
    """Types of recipe, one of which the base model must have; None for any, empty for none."""
    nova_recipes: tuple[str, ...] | None = None
    """Those of a Nova model, where they are others."""
    bedrock_judges: bool = False
    """Whether a model of Bedrock judges: the role has to trust Bedrock, the person to agree to its
    terms."""
    minutes_known: bool = False
    """Whether AWS says how long a run takes."""
    tags_jobs: bool = False
    """Whether tags reach every run's jobs; else they reach the pipeline, when it is created."""

    # The dataset.
    file_types: tuple[str, ...] = (".jsonl",)
    """How the names of its datasets end."""
    most_records: int | None = None
    """Rows that one job takes; None if AWS names no limit."""
    needs_reference: bool = False
    """Whether a record without a reference answer is of no use."""
    prompts_alone: bool = False
    """Whether nothing is wanted of a record but its prompt."""

    # The models.
    one_nova_a_run: bool = False
    """Whether the SDK evaluates a Nova model alone, so that a comparison takes two runs."""
    one_model_a_run: bool = False
    """Whether the SDK evaluates any model alone, so that a comparison takes two runs."""
    trained_by_rollouts: bool = False
    """Whether it is for models trained with multi-turn RL, and their training job is of use."""
    parameters: tuple[str, ...] = ()
    """Parameters that the SDK lets be set where the base model's recipe has them."""
    fixed_parameters: str = ""
    """What the SDK sends where none can be set."""

    # The SDK's side.
    class_name: str
    """The SDK's evaluator, in ``sagemaker.train.evaluate``."""
    recognised_by: tuple[str, ...] = ()
    """Settings whose values the definition of a run's pipeline holds, in the names of cell 2."""
    scores: Literal["by_record", "totals", "mlflow"] = "totals"
    """What results hold, and so which of the templates in ``cells/results/`` read them."""
    evaluated_on: str = "records"
    """What is put to the models, as people call it."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """What its cells need beside the usual, and the oldest version."""
    experiment: str = "the pipeline's name"
    """What the SDK calls the MLflow experiment unless it is named."""


# Of one answer, as the SDK takes them (_extract_eval_override_options in
# train/common_utils/recipe_utils.py). LLM as judge sends fixed ones.
_OF_ANSWERS = tuple(
    "max_new_tokens temperature top_k top_p aggregation postprocessing max_model_len".split()
)
# Of rollouts (_build_template_context in train/evaluate/multi_turn_rl_evaluator.py).
_OF_ROLLOUTS = tuple(
    "eval_group_size sampling_temperature top_p max_tokens pass_k_values success_threshold".split()
)

LLM_AS_JUDGE = EvaluationType(
    name="llm_as_judge",
    label="LLM as judge",
    description=Notice(
        "A Bedrock judge model scores the answers of the base and the fine-tuned model.",
        "A Bedrock judge model scores the answers",
    ),
    pipeline="LLMAJEvaluation",
    role_type="model_eval",
    bedrock_judges=True,
    minutes_known=True,
    most_records=MOST_JUDGED_RECORDS,
    one_nova_a_run=True,
    # _get_llmaj_template_additions in train/evaluate/llm_as_judge_evaluator.py, 3.22.0 to 3.27.0.
    fixed_parameters="max_new_tokens 8192, temperature 0, top_k -1, top_p 1.0",
    class_name="LLMAsJudgeEvaluator",
    recognised_by=("JUDGE_MODEL", "DATASET"),
    scores="by_record",
)

CUSTOM_SCORER = EvaluationType(
    name="custom_scorer",
    label="Custom scorer",
    description=Notice(
        "Code scores the answers: a preset for mathematics or programs, or your own function.",
        "Code scores the answers",
    ),
    pipeline="CustomScorerEvaluation",
    recipes=("DeterministicEvaluation",),
    needs_reference=True,
    parameters=_OF_ANSWERS,
    class_name="CustomScorerEvaluator",
    recognised_by=("SCORER", "DATASET"),
)

BENCHMARK = EvaluationType(
    name="benchmark",
    label="Benchmark",
    description=Notice(
        "A public benchmark, such as MMLU, measures general abilities; you need no dataset.",
        "A public benchmark, such as MMLU",
    ),
    pipeline="BenchmarkEvaluation",
    recipes=("DeterministicEvaluation",),
    nova_recipes=("DeterministicTextBenchmark", "DeterministicMultiModalBenchmark"),
    parameters=_OF_ANSWERS,
    class_name="BenchMarkEvaluator",
    recognised_by=("BENCHMARK", 'S3_OUTPUT.rstrip("/")'),
    evaluated_on="questions",
)

MULTI_TURN_RL = EvaluationType(
    name="multi_turn_rl",
    label="Multi-turn RL",
    description=Notice(
        "An agent runs whole rollouts in its environment and is rewarded; for models that act.",
        "An agent is rewarded for whole rollouts",
    ),
    pipeline="MTRLEvaluation",
    recipes=("MTRLEvaluation",),
    tags_jobs=True,
    file_types=(".parquet", ".jsonl", ".json", ".csv"),
    prompts_alone=True,
    trained_by_rollouts=True,
    parameters=_OF_ROLLOUTS,
    class_name="MultiTurnRLEvaluator",
    recognised_by=("AGENT_CONFIG", "DATASET"),
    scores="mlflow",
    evaluated_on="prompts",
    experiment="mtrl-eval- and the base model's name",
)

INSPECT_AI = EvaluationType(
    name="inspect_ai",
    label="Inspect AI",
    description=Notice(
        "Tasks written for Inspect AI, or one written from your records, for a model on an "
        "endpoint or in Bedrock.",
        "Tasks for Inspect AI, yours or written from your records",
    ),
    pipeline="InspectAIEvaluation",
    recipes=(),
    needs_reference=True,
    one_model_a_run=True,
    class_name="InspectAIEvaluator",
    recognised_by=("S3_OUTPUT",),
    scores="by_record",
    evaluated_on="samples",
    packages={"zipfile-zstd": "0.0.4"},
)

EVALUATION_TYPES: dict[str, EvaluationType] = {
    it.name: it for it in (LLM_AS_JUDGE, CUSTOM_SCORER, BENCHMARK, MULTI_TURN_RL, INSPECT_AI)
}
"""By name. Runs of all of them are told apart; evalbook sets up those of ``workflow/kinds.py``."""


def build_pipeline_prefix(evaluation_type: str) -> str:
    """Return how the names of a type's pipelines begin."""
    return f"{PIPELINE_PREFIX}-{EVALUATION_TYPES[evaluation_type].pipeline}"

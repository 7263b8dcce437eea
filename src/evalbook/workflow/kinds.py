"""The evaluation types, each an ordered list of steps: reading this is reading the interview.

What types share stands once, in the groups of steps below, and is shared by reference. What a step
has to know of the type it serves stands in the type's entry, so that no step asks which type it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalbook.errors import StateFileError
from evalbook.workflow.step import Step
from evalbook.workflow.steps import (
    advanced,
    agent_config,
    agent_qualifier,
    bedrock_terms,
    benchmark,
    builtin_metrics,
    compute,
    confirm,
    custom_metrics,
    data_description,
    data_fix,
    data_sample,
    dataset,
    evaluation_type,
    execution_role,
    inference_parameters,
    judge_model,
    kms_key,
    mlflow,
    mlflow_experiment,
    model,
    model_confirm,
    notebook,
    project,
    prompts,
    region,
    run_name,
    s3_output,
    scope,
    scorer,
    stopping_condition,
    subtasks,
    tags,
    task,
    vpc,
)

if TYPE_CHECKING:
    from evalbook.workflow.interview import Interview

MOST_JUDGED_RECORDS = 1000
"""Rows of one LLM-as-judge job.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-prompt-datasets-judge.html,
read 2026-11-20.
"""


@dataclass(frozen=True)
class Kind:
    """An evaluation type: its name in the contract, what people call it, and what it asks.

    The SDK's class, the pipeline's name and the cells are found under the same name in `notebook/`.
    """

    name: str
    label: str
    description: str
    steps: tuple[Step, ...]
    most_records: int | None = None
    """Rows that one job takes; None where AWS names no limit."""
    needs_reference: bool = False
    """Whether a record without a reference answer is of no use."""
    bedrock_judges: bool = False
    """Whether Bedrock judges: it has to be trusted by the role, and its terms agreed to."""
    one_nova_a_run: bool = False
    """Whether the SDK evaluates a Nova model alone, so that a comparison takes two runs."""
    file_types: tuple[str, ...] = (".jsonl",)
    """How the names of its datasets end."""
    minutes_known: bool = False
    """Whether AWS says how long a run takes."""
    experiment: str = "the pipeline's name"
    """What the SDK calls the MLflow experiment unless it is named."""
    tags_jobs: bool = False
    """Whether tags reach every run's jobs; else they reach the pipeline, when it is created."""
    parameters: tuple[str, ...] = ()
    """Parameters that the SDK lets be set where the base model's recipe has them."""
    fixed_parameters: str = ""
    """What the SDK sends where none can be set."""
    trained_by_rollouts: bool = False
    """Whether it is for models trained with multi-turn RL, and their training job is of use."""

    @property
    def settings(self) -> tuple[Step, ...]:
        """The advanced settings that it takes."""
        return tuple(step for step in self.steps if step.advanced)


# What they share ---------------------------------------------------------------------------------

_WHAT = (evaluation_type.STEP, task.STEP)
_RECORDS = (data_sample.STEP, data_description.STEP, data_fix.STEP)
_DATASET = (dataset.STEP, *_RECORDS)
_MODEL = (model.STEP, model_confirm.STEP)
_PLACE = (region.STEP, execution_role.STEP, s3_output.STEP)
_ADVANCED = (
    advanced.STEP,
    scope.STEP,
    mlflow.STEP,
    mlflow_experiment.STEP,
    kms_key.STEP,
    vpc.STEP,
    tags.STEP,
    run_name.STEP,
)
_NOTEBOOK = (project.STEP, notebook.STEP)

# Of one answer, as the SDK takes them (_extract_eval_override_options in
# train/common_utils/recipe_utils.py, 3.27.0). LLM as judge sends fixed ones.
_INFERENCE = (
    "max_new_tokens",
    "temperature",
    "top_k",
    "top_p",
    "aggregation",
    "postprocessing",
    "max_model_len",
)
# Of rollouts (_build_template_context in train/evaluate/multi_turn_rl_evaluator.py, 3.27.0).
_ROLLOUTS = (
    "eval_group_size",
    "sampling_temperature",
    "top_p",
    "max_tokens",
    "pass_k_values",
    "success_threshold",
)

# Where they differ -------------------------------------------------------------------------------

LLM_AS_JUDGE = Kind(
    "llm_as_judge",
    "LLM as judge",
    "A judge model of Bedrock scores the answers of the base and the fine-tuned model.",
    (
        *_WHAT,
        *_DATASET,
        custom_metrics.STEP,
        builtin_metrics.STEP,
        *_MODEL,
        judge_model.STEP,
        *_PLACE,
        *_ADVANCED,
        confirm.STEP,
        bedrock_terms.STEP,
        *_NOTEBOOK,
    ),
    most_records=MOST_JUDGED_RECORDS,
    bedrock_judges=True,
    one_nova_a_run=True,
    minutes_known=True,
    # _get_llmaj_template_additions in train/evaluate/llm_as_judge_evaluator.py, 3.22.0 to 3.27.0.
    fixed_parameters="max_new_tokens 8192, temperature 0, top_k -1, top_p 1.0",
)

BENCHMARK = Kind(
    "benchmark",
    "Benchmark",
    "A public benchmark, such as MMLU, measures general abilities; it needs no dataset of yours.",
    (
        *_WHAT,
        *_MODEL,
        benchmark.STEP,
        subtasks.STEP,
        *_PLACE,
        *_ADVANCED,
        inference_parameters.STEP,
        compute.STEP,
        confirm.STEP,
        *_NOTEBOOK,
    ),
    parameters=_INFERENCE,
)

CUSTOM_SCORER = Kind(
    "custom_scorer",
    "Custom scorer",
    "Code scores the answers: a preset for mathematics or programs, or a function of your own.",
    (
        *_WHAT,
        *_MODEL,
        # Known first, so that a function can be tried on it; validated by what the scorer wants.
        dataset.STEP,
        scorer.STEP,
        *_RECORDS,
        *_PLACE,
        *_ADVANCED,
        inference_parameters.STEP,
        compute.STEP,
        confirm.STEP,
        *_NOTEBOOK,
    ),
    needs_reference=True,
    parameters=_INFERENCE,
)

MULTI_TURN_RL = Kind(
    "multi_turn_rl",
    "Multi-turn RL",
    "An agent plays whole rollouts in its environment and is rewarded; for models that act.",
    (
        *_WHAT,
        *_MODEL,
        agent_config.STEP,
        agent_qualifier.STEP,
        dataset.STEP,
        prompts.STEP,
        *_PLACE,
        *_ADVANCED,
        inference_parameters.STEP,
        stopping_condition.STEP,
        confirm.STEP,
        *_NOTEBOOK,
    ),
    file_types=(".parquet", ".jsonl", ".json", ".csv"),
    experiment="mtrl-eval- and the base model's name",
    tags_jobs=True,
    parameters=_ROLLOUTS,
    trained_by_rollouts=True,
)

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (LLM_AS_JUDGE, CUSTOM_SCORER, BENCHMARK, MULTI_TURN_RL)
}

ALL_STEPS: tuple[Step, ...] = tuple(
    dict.fromkeys(step for kind in KINDS.values() for step in kind.steps)
)
"""The steps of all types, each once."""


def kind_of(interview: Interview) -> Kind:
    """Return the evaluation type of an interview; the first one until it is answered.

    Raises:
        StateFileError: the answer is a type that this version does not know.
    """
    name = interview.value("evaluation_type", LLM_AS_JUDGE.name)
    if name not in KINDS:
        raise StateFileError(
            "state.evaluation_type",
            f"{interview.state_path} is about an evaluation of type {name!r}; this version knows "
            f"{', '.join(KINDS)}.",
            "Use a newer evalbook, or another state file.",
        )
    return KINDS[name]


def possible_steps(interview: Interview) -> tuple[Step, ...]:
    """Return the steps that can be named: those of all types until the type is chosen."""
    return kind_of(interview).steps if interview.answers else ALL_STEPS


def step_names(steps: tuple[Step, ...]) -> list[str]:
    """Return the names of steps in their order, each once: types may ask one in their own way."""
    return list(dict.fromkeys(step.name for step in steps))

"""The evaluation types, each an ordered list of steps: reading this is reading the interview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalbook.workflow.step import Step
from evalbook.workflow.steps import (
    advanced,
    bedrock_terms,
    builtin_metrics,
    confirm,
    custom_metrics,
    data_description,
    data_fix,
    data_sample,
    dataset,
    evaluation_type,
    execution_role,
    judge_model,
    kms_key,
    mlflow,
    model,
    model_confirm,
    notebook,
    project,
    region,
    run_name,
    s3_output,
    scope,
    task,
    vpc,
)

if TYPE_CHECKING:
    from evalbook.workflow.interview import Interview


@dataclass(frozen=True)
class Kind:
    """An evaluation type: its name in the contract, what people call it, and what it asks."""

    name: str
    label: str
    description: str
    steps: tuple[Step, ...]


LLM_AS_JUDGE = Kind(
    "llm_as_judge",
    "LLM as judge",
    "A judge model of Bedrock scores the answers of the base and the fine-tuned model.",
    (
        evaluation_type.STEP,
        task.STEP,
        dataset.STEP,
        data_sample.STEP,
        data_description.STEP,
        data_fix.STEP,
        custom_metrics.STEP,
        builtin_metrics.STEP,
        model.STEP,
        model_confirm.STEP,
        judge_model.STEP,
        region.STEP,
        execution_role.STEP,
        s3_output.STEP,
        advanced.STEP,
        scope.STEP,
        mlflow.STEP,
        kms_key.STEP,
        vpc.STEP,
        run_name.STEP,
        confirm.STEP,
        bedrock_terms.STEP,
        project.STEP,
        notebook.STEP,
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in (LLM_AS_JUDGE,)}


def kind_of(interview: Interview) -> Kind:
    """Return the evaluation type of an interview; the first one until it is answered."""
    return KINDS[interview.value("evaluation_type", LLM_AS_JUDGE.name)]


def step_names(kind: Kind) -> list[str]:
    """Return the names of a type's steps in the order in which they are asked."""
    return [step.name for step in kind.steps]

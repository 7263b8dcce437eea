"""The evaluation types, each an ordered list of steps: reading this is reading the interview."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evalbook.workflow.interview import Step
from evalbook.workflow.steps import (
    advanced,
    agent,
    answered_by,
    bedrock_terms,
    benchmark,
    compute,
    confirm,
    data_fix,
    data_sample,
    dataset,
    evaluation_type,
    execution_role,
    inference_parameters,
    inspect_tasks,
    job_settings,
    judge_model,
    metrics,
    mlflow,
    model,
    names,
    notebook,
    pilot,
    region,
    s3_output,
    samples,
    scope,
    scorer,
    task,
    training_data,
)

_FIRST = (evaluation_type.STEP, task.STEP)
_DATASET = (
    dataset.STEP,
    dataset.UPLOAD_STEP,  # where it is a file of this machine
)
_RECORDS = (
    data_sample.STEP,
    data_sample.DESCRIPTION_STEP,  # where the dataset may not be read
    data_fix.STEP,  # where it can't be used as it is
)
_MODEL = (model.STEP, model.CONFIRM_STEP)
_TRAINED_ON = (
    training_data.STEP,  # where the training job says which data it read
    training_data.OVERLAP_STEP,  # where prompts of the dataset are among them
)
_PLACE = (region.STEP, execution_role.STEP, s3_output.STEP)
# Each only where the answer to the first names it.
_SETTINGS = (
    advanced.STEP,
    scope.STEP,
    mlflow.STEP,
    mlflow.EXPERIMENT_STEP,
    job_settings.KMS_KEY_STEP,
    job_settings.VPC_STEP,
    job_settings.TAGS_STEP,
    names.RUN_NAME_STEP,
)
_LAST = (names.PROJECT_STEP, notebook.STEP)


def _only_of_records(step: Step[Any, Any]) -> Step[Any, Any]:
    return replace(step, applies=lambda it: inspect_tasks.of_records(it) and step.applies(it))


STEPS_BY_TYPE: dict[str, tuple[Step[Any, Any], ...]] = {
    "llm_as_judge": (
        *_FIRST,
        *_DATASET,
        *_RECORDS,
        metrics.CUSTOM_STEP,
        metrics.BUILTIN_STEP,
        *_MODEL,
        *_TRAINED_ON,
        judge_model.STEP,
        *_PLACE,
        *_SETTINGS,
        pilot.STEP,  # where there are many records
        confirm.STEP,
        bedrock_terms.STEP,
        *_LAST,
    ),
    "custom_scorer": (
        *_FIRST,
        *_MODEL,
        # Before the scorer, so that a function can be tried on it; read by what the scorer wants.
        *_DATASET,
        scorer.STEP,
        *_RECORDS,
        *_TRAINED_ON,
        *_PLACE,
        *_SETTINGS,
        inference_parameters.STEP,  # a setting
        compute.STEP,  # a setting
        confirm.STEP,
        *_LAST,
    ),
    "benchmark": (
        *_FIRST,
        *_MODEL,
        benchmark.STEP,
        benchmark.SUBTASKS_STEP,  # where the benchmark has any
        *_PLACE,
        *_SETTINGS,
        inference_parameters.STEP,  # a setting
        compute.STEP,  # a setting
        confirm.STEP,
        *_LAST,
    ),
    "multi_turn_rl": (
        *_FIRST,
        *_MODEL,
        agent.STEP,
        agent.QUALIFIER_STEP,  # where the agent has endpoints
        *_DATASET,
        data_sample.STEP,
        data_fix.STEP,  # where the rows are no prompts as they are
        *_PLACE,
        *_SETTINGS,
        inference_parameters.STEP,  # a setting
        job_settings.STOPPING_CONDITION_STEP,  # a setting
        confirm.STEP,
        *_LAST,
    ),
    "inspect_ai": (
        *_FIRST,
        *_MODEL,
        inspect_tasks.SOURCE_STEP,
        # Where the task is written of your own records.
        *(_only_of_records(step) for step in (*_DATASET, *_RECORDS, *_TRAINED_ON)),
        samples.SCORER_STEP,
        inspect_tasks.UPLOAD_STEP,  # where they are not in S3
        inspect_tasks.WHICH_STEP,  # if there are several
        samples.LIMIT_STEP,
        samples.EPOCHS_STEP,
        region.STEP,
        answered_by.STEP,
        answered_by.BASE_STEP,  # where a fine-tuned model is evaluated
        answered_by.IMAGE_STEP,  # where artefacts are hosted
        answered_by.INSTANCES_STEP,
        execution_role.STEP,
        s3_output.STEP,
        advanced.STEP,
        mlflow.STEP,  # the SDK makes an app if there is none, though the run does not use it
        job_settings.KMS_KEY_STEP,
        job_settings.VPC_STEP,
        job_settings.TAGS_STEP,
        names.RUN_NAME_STEP,
        samples.GENERATION_STEP,  # a setting
        confirm.STEP,
        *_LAST,
    ),
}

STEPS: dict[str, Step[Any, Any]] = {
    step.name: step for steps in STEPS_BY_TYPE.values() for step in steps
}
"""Those of all evaluation types by name; of what people see, they differ in nothing."""

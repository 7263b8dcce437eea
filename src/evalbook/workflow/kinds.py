"""The evaluation types, each an ordered list of steps: reading this is reading the interview."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evalbook.workflow.interview import Step
from evalbook.workflow.steps import (
    advanced,
    agent_config,
    agent_qualifier,
    answer_scorer,
    answered_by,
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
    dataset_upload,
    epochs,
    evaluation_type,
    execution_role,
    generation,
    hosting,
    inference_parameters,
    judge_model,
    kms_key,
    mlflow,
    mlflow_experiment,
    model,
    model_confirm,
    notebook,
    pilot,
    project,
    region,
    run_name,
    s3_output,
    sample_limit,
    scope,
    scorer,
    stopping_condition,
    subtasks,
    tags,
    task,
    task_source,
    tasks,
    tasks_upload,
    training_data,
    training_overlap,
    vpc,
)

_FIRST = (
    evaluation_type.STEP,
    task.STEP,
)
_DATASET = (
    dataset.STEP,
    dataset_upload.STEP,  # where it is a file of this machine
)
_RECORDS = (
    data_sample.STEP,
    data_description.STEP,  # where the dataset may not be read
    data_fix.STEP,  # where it can't be used as it is
)
_MODEL = (
    model.STEP,
    model_confirm.STEP,
)
_TRAINED_ON = (
    training_data.STEP,  # where the training job says which data it read
    training_overlap.STEP,  # where prompts of the dataset are among them
)
_PLACE = (
    region.STEP,
    execution_role.STEP,
    s3_output.STEP,
)
# Each only where the answer to the first names it.
_SETTINGS = (
    advanced.STEP,
    scope.STEP,
    mlflow.STEP,
    mlflow_experiment.STEP,
    kms_key.STEP,
    vpc.STEP,
    tags.STEP,
    run_name.STEP,
)
_LAST = (
    project.STEP,
    notebook.STEP,
)


def only_of_records(step: Step[Any, Any]) -> Step[Any, Any]:
    return replace(step, applies=lambda it: task_source.of_records(it) and step.applies(it))


STEPS_BY_TYPE: dict[str, tuple[Step[Any, Any], ...]] = {
    "llm_as_judge": (
        *_FIRST,
        *_DATASET,
        *_RECORDS,
        custom_metrics.STEP,
        builtin_metrics.STEP,
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
        subtasks.STEP,  # where the benchmark has any
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
        agent_config.STEP,
        agent_qualifier.STEP,  # where the agent has endpoints
        *_DATASET,
        data_sample.STEP,
        data_fix.STEP,  # where the rows are no prompts as they are
        *_PLACE,
        *_SETTINGS,
        inference_parameters.STEP,  # a setting
        stopping_condition.STEP,  # a setting
        confirm.STEP,
        *_LAST,
    ),
    "inspect_ai": (
        *_FIRST,
        *_MODEL,
        task_source.STEP,
        # Where the task is written of one's own records.
        *(only_of_records(step) for step in (*_DATASET, *_RECORDS, *_TRAINED_ON)),
        answer_scorer.STEP,
        tasks_upload.STEP,  # where they are not in S3
        tasks.STEP,  # where there are several
        sample_limit.STEP,
        epochs.STEP,
        region.STEP,
        answered_by.STEP,
        answered_by.BASE_STEP,  # where a fine-tuned model is evaluated
        hosting.IMAGE_STEP,  # where artefacts are hosted
        hosting.INSTANCES_STEP,
        execution_role.STEP,
        s3_output.STEP,
        advanced.STEP,
        mlflow.STEP,  # the SDK makes an app where there is none, though the run does not use it
        kms_key.STEP,
        vpc.STEP,
        tags.STEP,
        run_name.STEP,
        generation.STEP,  # a setting
        confirm.STEP,
        *_LAST,
    ),
}

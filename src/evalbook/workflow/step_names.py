"""The names of all steps, so that a misspelt one is mypy's error."""

from __future__ import annotations

from typing import Literal

StepName = Literal[
    "advanced", "agent_config", "agent_qualifier", "answer_scorer", "answered_by",
    "base_answered_by", "bedrock_terms", "benchmark", "builtin_metrics", "compute", "confirm",
    "custom_metrics", "data_description", "data_fix", "data_sample", "dataset", "dataset_upload",
    "epochs", "evaluation_type", "execution_role", "generation", "hosting_image",
    "hosting_instances", "inference_parameters", "judge_model", "kms_key", "mlflow",
    "mlflow_experiment", "model", "model_confirm", "notebook", "pilot", "project", "region",
    "run_name", "s3_output", "sample_limit", "scope", "scorer", "stopping_condition", "subtasks",
    "tags", "task", "task_source", "tasks", "tasks_upload", "training_data", "training_overlap",
    "vpc",
]  # fmt: skip

"""Every answer that a state file may hold: its name, the type of its value, what was found out.

A value is what the answer means, facts are what its checks found out and later steps use. Both are
plain data, so that they can be kept as JSON and read back strictly.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from evalbook.aws.found import Answering, Evaluator, Instances, Judge, VpcChoice
from evalbook.records import dataclass
from evalbook.workflow import facts
from evalbook.workflow.step_names import StepName

V = TypeVar("V", covariant=True)
F = TypeVar("F", covariant=True)

ParameterValue = str | int | float | bool


@dataclass(frozen=True)
class Slot(Generic[V, F]):
    """The place of one step's answer, with a value of type V and facts of type F."""

    name: StepName


EVALUATION_TYPE: Slot[str, None] = Slot("evaluation_type")
TASK: Slot[str, None] = Slot("task")
DATASET: Slot[str, facts.DatasetFacts] = Slot("dataset")
DATA_SAMPLE: Slot[bool, facts.SampleFacts | facts.PromptFacts | None] = Slot("data_sample")
DATA_DESCRIPTION: Slot[str, None] = Slot("data_description")
DATA_FIX: Slot[str, facts.CopyFacts | None] = Slot("data_fix")
DATASET_UPLOAD: Slot[str, None] = Slot("dataset_upload")
TRAINING_DATA: Slot[bool, facts.OverlapFacts | None] = Slot("training_data")
TRAINING_OVERLAP: Slot[str, facts.CopyFacts | None] = Slot("training_overlap")
PILOT: Slot[str, facts.PartsFacts | None] = Slot("pilot")
"""``all``, how many records a pilot has, or ``rest``; without facts, all is one job."""
CUSTOM_METRICS: Slot[str, facts.CustomMetricsFacts | None] = Slot("custom_metrics")
"""As JSON text in Bedrock's format; empty for none."""
BUILTIN_METRICS: Slot[list[str], None] = Slot("builtin_metrics")
MODEL: Slot[str, facts.ModelFacts] = Slot("model")
MODEL_CONFIRM: Slot[bool, None] = Slot("model_confirm")
JUDGE_MODEL: Slot[str, Judge] = Slot("judge_model")
SCORER: Slot[str, Evaluator | None] = Slot("scorer")
BENCHMARK: Slot[str, None] = Slot("benchmark")
SUBTASKS: Slot[list[str], None] = Slot("subtasks")
AGENT_CONFIG: Slot[str, facts.AgentFacts] = Slot("agent_config")
AGENT_QUALIFIER: Slot[str | None, None] = Slot("agent_qualifier")
TASK_SOURCE: Slot[str, facts.TasksFacts | None] = Slot("task_source")
ANSWER_SCORER: Slot[str, None] = Slot("answer_scorer")
TASKS_UPLOAD: Slot[str, facts.UploadFacts] = Slot("tasks_upload")
TASKS: Slot[list[str], None] = Slot("tasks")
SAMPLE_LIMIT: Slot[int | None, None] = Slot("sample_limit")
EPOCHS: Slot[int, None] = Slot("epochs")
ANSWERED_BY: Slot[str, Answering] = Slot("answered_by")
BASE_ANSWERED_BY: Slot[str | None, Answering | None] = Slot("base_answered_by")
HOSTING_IMAGE: Slot[str, None] = Slot("hosting_image")
HOSTING_INSTANCES: Slot[Instances, None] = Slot("hosting_instances")
GENERATION: Slot[dict[str, ParameterValue] | None, None] = Slot("generation")
REGION: Slot[str, None] = Slot("region")
EXECUTION_ROLE: Slot[str, None] = Slot("execution_role")
S3_OUTPUT: Slot[str, facts.OutputFacts] = Slot("s3_output")
ADVANCED: Slot[bool | list[str], None] = Slot("advanced")
SCOPE: Slot[str, None] = Slot("scope")
MLFLOW: Slot[str | None, None] = Slot("mlflow")
MLFLOW_EXPERIMENT: Slot[str | None, None] = Slot("mlflow_experiment")
KMS_KEY: Slot[str | None, None] = Slot("kms_key")
VPC: Slot[str | None, VpcChoice | None] = Slot("vpc")
TAGS: Slot[dict[str, str] | None, None] = Slot("tags")
RUN_NAME: Slot[str, None] = Slot("run_name")
INFERENCE_PARAMETERS: Slot[dict[str, ParameterValue] | None, None] = Slot("inference_parameters")
COMPUTE: Slot[Instances | None, None] = Slot("compute")
STOPPING_CONDITION: Slot[int, None] = Slot("stopping_condition")
"""Seconds."""
CONFIRM: Slot[bool, None] = Slot("confirm")
BEDROCK_TERMS: Slot[facts.Agreement, None] = Slot("bedrock_terms")
PROJECT: Slot[str, None] = Slot("project")
NOTEBOOK: Slot[str, facts.NotebookFacts] = Slot("notebook")


@cache
def slot_forms() -> dict[str, tuple[Any, Any]]:
    """Return the types of each step's value and facts, by its name."""
    here = sys.modules[__name__]
    hints = get_type_hints(here)
    slots = {key: it for key, it in vars(here).items() if isinstance(it, Slot)}
    return {slot.name: get_args(hints[key]) for key, slot in slots.items()}

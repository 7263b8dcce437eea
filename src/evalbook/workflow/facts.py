"""Every answer that a state file may hold: its name, the type of its value, what was found out.

A value is what the answer means, facts are what its checks found out and later steps use. Both are
plain data, so that they can be kept as JSON and read back strictly.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from evalbook.aws.found import (
    Answering,
    BaseModel,
    Evaluator,
    Instances,
    Judge,
    Training,
    VpcChoice,
)
from evalbook.datasets.report import Report
from evalbook.records import dataclass
from evalbook.workflow.step_names import StepName

V = TypeVar("V", covariant=True)
F = TypeVar("F", covariant=True)

ParameterValue = str | int | float | bool


@dataclass(frozen=True)
class Slot(Generic[V, F]):
    """The place of one step's answer, with a value of type V and facts of type F."""

    name: StepName


@dataclass(frozen=True)
class DatasetFacts:
    """Where the dataset lies."""

    uri: str
    """S3 URI of the object."""
    arn: str | None
    """The registered dataset that was named, if one was."""
    size: int
    """Bytes."""
    etag: str
    region: str
    """The bucket's."""
    local: bool = False
    """Whether it is a file of this machine that must be uploaded first; ``uri`` is its path."""
    kms_key: str | None = None
    """ARN of the KMS key that it is encrypted with; None if S3 does it by itself."""


@dataclass(frozen=True)
class SampleFacts:
    """What reading the dataset showed."""

    format: str | None
    """Name of the records' format; None if none was recognised."""
    fields: tuple[str, ...]
    """Top-level fields of the first records."""
    report: Report


@dataclass(frozen=True)
class PromptFacts:
    """What reading a dataset of prompts showed."""

    rows: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class CopyFacts:
    """The corrected copy of a dataset."""

    uri: str
    size: int
    """Bytes."""
    report: Report


@dataclass(frozen=True)
class PartsFacts:
    """The objects that the dataset was split into, one for each job."""

    uris: tuple[str, ...]
    records: tuple[int, ...]
    """Of each."""
    pilot: bool
    """Whether the first is a pilot, drawn to stand for the whole."""


@dataclass(frozen=True)
class OverlapFacts:
    """Which of the evaluation's prompts are in the model's own training data."""

    job: str
    """The training job."""
    compared: int
    exact: tuple[int, ...]
    """Numbers of records, counted from 1, whose prompts are there word for word."""
    near: tuple[int, ...]
    """Numbers of those whose prompts are there nearly."""
    training_records: int

    @property
    def places(self) -> tuple[int, ...]:
        return tuple(sorted((*self.exact, *self.near)))


@dataclass(frozen=True)
class CustomMetricsFacts:
    """What the custom metrics are called and read."""

    names: tuple[str, ...]
    uses_reference: bool
    """Whether any of them reads ``{{ground_truth}}``."""


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """The model package, or the base model that is evaluated alone."""

    arn: str
    base_only: bool
    group: str | None = None
    version: str | None
    approval: str | None = None
    created: str | None
    """ISO 8601, UTC."""
    region: str
    account: str
    partition: str
    base_model: BaseModel
    model_data: str | None = None
    """S3 URI of the weights."""
    nova: bool
    billions: float | None
    """Parameters, as the base model's name tells them."""
    answers_by: str | None
    """Inference profile by which Bedrock answers for a Nova base model."""
    base_by_name: bool
    """Whether the SDK can evaluate the base model by its name."""
    needs_yes: bool = False
    """Whether it was rejected by whoever reviewed it."""
    passed_over: tuple[str, ...] = ()
    training_job: str | None = None
    training_data: tuple[str, ...] = ()
    """S3 URIs, or ARNs of registered datasets, that the training job says it was trained on."""
    training: Training | None = None


@dataclass(frozen=True)
class AgentFacts:
    """The agent that the model acts in."""

    runtime: bool
    """Whether it is an AgentCore runtime, which has endpoints."""


@dataclass(frozen=True)
class OutputFacts:
    """What encrypts the results where they go."""

    kms_key: str | None
    """ARN of the bucket's own key; None if it has none, or another is used."""


@dataclass(frozen=True)
class Agreement:
    """Who agreed to the terms, and in which words."""

    words: str
    caller: str | None
    """ARN; None if that is not known."""


@dataclass(frozen=True)
class NotebookFacts:
    """The notebook that was written."""

    path: str
    """From the state file's folder, so that the two can move together."""


@dataclass(frozen=True)
class TaskFacts:
    """A task of Inspect AI, as its file tells."""

    name: str
    file: str
    """Path below the folder of tasks."""


@dataclass(frozen=True)
class TasksFacts:
    """The tasks that were found in a folder."""

    uri: str | None
    """S3 URI of the folder; None if it is on this computer."""
    tasks: tuple[TaskFacts, ...]


@dataclass(frozen=True)
class UploadFacts:
    """Where the tasks were put."""

    uri: str
    """S3 URI of the folder."""


EVALUATION_TYPE: Slot[str, None] = Slot("evaluation_type")
TASK: Slot[str, None] = Slot("task")
DATASET: Slot[str, DatasetFacts] = Slot("dataset")
DATA_SAMPLE: Slot[bool, SampleFacts | PromptFacts | None] = Slot("data_sample")
DATA_DESCRIPTION: Slot[str, None] = Slot("data_description")
DATA_FIX: Slot[str, CopyFacts | None] = Slot("data_fix")
DATASET_UPLOAD: Slot[str, None] = Slot("dataset_upload")
TRAINING_DATA: Slot[bool, OverlapFacts | None] = Slot("training_data")
TRAINING_OVERLAP: Slot[str, CopyFacts | None] = Slot("training_overlap")
PILOT: Slot[str, PartsFacts | None] = Slot("pilot")
"""``all``, how many records a pilot has, or ``rest``; without facts, all is one job."""
CUSTOM_METRICS: Slot[str, CustomMetricsFacts | None] = Slot("custom_metrics")
"""As JSON text in Bedrock's format; empty for none."""
BUILTIN_METRICS: Slot[list[str], None] = Slot("builtin_metrics")
MODEL: Slot[str, ModelFacts] = Slot("model")
MODEL_CONFIRM: Slot[bool, None] = Slot("model_confirm")
JUDGE_MODEL: Slot[str, Judge] = Slot("judge_model")
SCORER: Slot[str, Evaluator | None] = Slot("scorer")
BENCHMARK: Slot[str, None] = Slot("benchmark")
SUBTASKS: Slot[list[str], None] = Slot("subtasks")
AGENT_CONFIG: Slot[str, AgentFacts] = Slot("agent_config")
AGENT_QUALIFIER: Slot[str | None, None] = Slot("agent_qualifier")
TASK_SOURCE: Slot[str, TasksFacts | None] = Slot("task_source")
ANSWER_SCORER: Slot[str, None] = Slot("answer_scorer")
TASKS_UPLOAD: Slot[str, UploadFacts] = Slot("tasks_upload")
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
S3_OUTPUT: Slot[str, OutputFacts] = Slot("s3_output")
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
BEDROCK_TERMS: Slot[Agreement, None] = Slot("bedrock_terms")
PROJECT: Slot[str, None] = Slot("project")
NOTEBOOK: Slot[str, NotebookFacts] = Slot("notebook")


@cache
def slot_forms() -> dict[str, tuple[Any, Any]]:
    """Return the types of each step's value and facts, by its name."""
    here = sys.modules[__name__]
    hints = get_type_hints(here)
    slots = {key: it for key, it in vars(here).items() if isinstance(it, Slot)}
    return {slot.name: get_args(hints[key]) for key, slot in slots.items()}

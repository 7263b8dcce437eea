"""What the checks of an answer found out, for later steps to use."""

from __future__ import annotations

from evalbook.aws.found import BaseModel, Training
from evalbook.datasets.report import Report
from evalbook.records import dataclass


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

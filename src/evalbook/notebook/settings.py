"""What a notebook is made from: the settings of one evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class EvaluationSettings:
    """One evaluation, as the cells need to know it: the answers, and what follows from them.

    The values were checked before; here they are only written down. None of them is trusted to be
    harmless text: see `evalbook.notebook.literals`.
    """

    evaluation_type: str
    """A key of `evalbook.evaluation_types.EVALUATION_TYPES`."""
    answers: Mapping[str, Any]
    """By their names, the answers of all the type's steps; what follows goes before an answer."""
    dataset: str | None = None
    """S3 URI of an object, or the ARN of a DataSet in a hub; None if the type takes none."""
    records: int | None = None
    """Records in the dataset; None if they were not counted."""
    parts: tuple[str, ...] = ()
    """S3 URIs of the objects that the dataset was split into, a job each; none for one job."""
    pilot: int = 0
    """Records of the first part, where it is a pilot."""
    pilot_only: bool = False
    """Whether the pilot alone is started."""
    model_package_arn: str | None
    """None if the base model is evaluated alone."""
    base_model_name: str
    """The base model's name in its hub."""
    evaluate_base_model: bool
    """Whether the base model is evaluated too, on the same records."""
    is_nova: bool = False
    """Whether the base model is an Amazon Nova model that this type evaluates one at a time."""
    training_job: str | None = None
    """Multi-turn RL training job that made the model package; None if it is not known."""
    networking: Mapping[str, list[str]] | None = None
    """The network that the jobs run in, as the SDK takes it."""
    run_name: str
    """Begins the name of the pipeline's executions: letters, digits and single hyphens."""
    partition: str = "aws"
    profile: str | None = None
    """The AWS profile to use where it exists; None leaves the choice to boto3."""
    minutes: tuple[int, int] | None
    """How long a run is expected to take, low and high estimate; None if AWS does not say."""

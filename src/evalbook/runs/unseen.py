"""What results are without the prompts that are in the model's own training data."""

from __future__ import annotations

from dataclasses import dataclass

from evalbook.runs.comparison import MeanRow, MetricRow
from evalbook.texts import plural


@dataclass(frozen=True)
class UnseenComparison:
    first: str
    second: str
    headline: str
    left_out: int
    paired_records: int
    metrics: tuple[MetricRow, ...]


@dataclass(frozen=True)
class UnseenAlone:
    name: str
    headline: str
    left_out: int
    records: int
    metrics: tuple[MeanRow, ...]


@dataclass(frozen=True)
class Unseen:
    """What is left where the model was not trained on the prompt; corrected among itself."""

    training_job: str
    prompts: int
    """How many prompts of the dataset are in the training data."""
    comparisons: tuple[UnseenComparison, ...]
    alone: tuple[UnseenAlone, ...]

    def said(self, of: UnseenComparison | UnseenAlone) -> str:
        """Return what was left out, and the verdict without it."""
        return (
            f"Without the {plural(of.left_out, 'record')} with prompts from the training data of "
            f"{self.training_job}, on which a model scores better than on new ones. {of.headline}"
        )

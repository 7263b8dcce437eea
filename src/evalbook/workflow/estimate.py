"""How many judge calls a configuration makes, and about how long it takes."""

from __future__ import annotations

from dataclasses import dataclass

from evalbook.workflow.interview import Interview
from evalbook.workflow.steps.dataset import effective_report
from evalbook.workflow.steps.scope import base_model_too

# Minutes for one model, below and above; AWS's figures for an LLM-as-judge run of a small and of
# a large model, read 2026-11-20. Evaluating the base model too doubles them.
_MINUTES = {"small": (25, 40), "large": (40, 60)}
_LARGE_FROM_BILLIONS = 30
_SMALL_BELOW_BILLIONS = 10


@dataclass(frozen=True)
class Estimate:
    """What a run is expected to take; ``records`` is None where the dataset was not read."""

    judged: bool
    """Whether a judge is called, for each record, metric and model."""
    records: int | None
    metrics: int
    models: int
    minutes: tuple[int, int] | None
    """None where AWS does not say how long such a run takes."""
    nova: bool
    """Whether a Nova model is evaluated by itself."""

    @property
    def judge_calls(self) -> int | None:
        """Each record, judged on each metric, for each model."""
        return None if self.records is None else self.records * self.metrics * self.models

    def sentences(self) -> list[str]:
        """Return the estimate in words."""
        models = "both models" if self.models > 1 else "one model"
        lines = [self._calls()] if self.judged else []
        if self.minutes is None:
            lines.append(f"Time for {models}: AWS gives no figure for this type.")
        else:
            low, high = self.minutes
            lines.append(f"Time: about {low} to {high} minutes for {models}.")
        if self.nova:
            lines.append(
                "A Nova model is evaluated in a run of its own for each model, on an extra "
                "instance and endpoint that cost extra."
            )
        return lines

    def _calls(self) -> str:
        if self.judge_calls is None:
            return "Records: not counted, so the judge calls can't be either."
        return (
            f"Judge calls: {self.judge_calls:,} ({self.records:,} records x "
            f"{self.metrics} metrics x {self.models} models)."
        )


def estimate(interview: Interview) -> Estimate:
    """Return the estimate for the answers so far."""
    report = effective_report(interview)
    models = 2 if base_model_too(interview) else 1
    kind = interview.kind
    billions = interview.facts("model").get("billions")
    return Estimate(
        judged=kind.bedrock_judges,
        records=report["valid"] if report else None,
        metrics=len(interview.value("builtin_metrics", []))
        + len(interview.value("custom_metrics", [])),
        models=models,
        minutes=_minutes(billions, models) if kind.minutes_known else None,
        nova=bool(interview.facts("model").get("nova")) and kind.one_nova_a_run,
    )


def _minutes(billions: float | None, models: int) -> tuple[int, int]:
    low = _MINUTES["large" if (billions or 0) > _LARGE_FROM_BILLIONS else "small"][0]
    small = billions is not None and billions < _SMALL_BELOW_BILLIONS
    high = _MINUTES["small" if small else "large"][1]
    return low * models, high * models

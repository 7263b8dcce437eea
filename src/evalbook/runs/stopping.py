"""What stopping a run means, and what it costs not to."""

from __future__ import annotations

from datetime import datetime

from evalbook import texts
from evalbook.runs.status import RunStatus, clock

LINEAGE = ("CreateEvaluationAction", "AssociateLineage")
"""Steps that only note what was evaluated; they take seconds and cost nothing."""
_JUDGING = ("EvaluateCustomModelMetrics", "EvaluateBaseModelMetrics", "EvaluateWithJudge")


def stop_words(status: RunStatus, now: datetime | None = None) -> str:
    """Say how far a run is, what it goes on to pay for, and what stopping it loses."""
    lines = [
        f"{status.run.name} is {status.run.status}; it has run for {clock(status.seconds(now))}."
    ]
    remaining = [it for it in status.steps if it.status in ("Executing", "Starting", "Waiting")]
    training = ", ".join(it.name for it in remaining if it.name not in (*_JUDGING, *LINEAGE))
    judging = ", ".join(it.name for it in remaining if it.name in _JUDGING)
    lines.append(
        f"If it continues, you pay for{_cost(status, training, judging)}.{_time(status, now)}"
    )
    succeeded = [it.name for it in status.steps if it.status == "Succeeded"]
    done = ", ".join(it for it in succeeded if it not in LINEAGE)
    lines.append(
        "Stopping cancels the rest. You pay for what has run so far, and a stopped run can't be "
        f"resumed.{f' Finished: {done}.' if done else ''}"
    )
    if status.run.type and status.run.type.one_model_a_run:
        lines.append(
            "If it hosts the model itself, its endpoint stays, and you keep paying for it: "
            "`evalbook status` names it once the run has stopped."
        )
    return texts.lines(*lines)


def _cost(status: RunStatus, training: str, judging: str) -> str:
    if status.plan.instances:
        return f" {status.plan.instances} until it ends"
    parts = [f" SageMaker's jobs of {training}"] if training else []
    if judging:
        metrics = len(status.plan.metrics)
        each = f", {metrics} built-in metrics per record" if metrics else ""
        judge = status.plan.judge or "the judge"
        parts.append(f" Bedrock's judging by {judge} in {judging} (tokens of every record{each})")
    return " and".join(parts) or " nothing known"


def _time(status: RunStatus, now: datetime | None) -> str:
    if not status.expected:
        return ""
    left = [max(0, round(it - status.seconds(now) / 60)) for it in status.expected]
    return f" About {left[0]} to {left[1]} minutes are left." if left[1] else ""

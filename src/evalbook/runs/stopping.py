"""What stopping a run means, and what it costs not to."""

from __future__ import annotations

from evalbook import texts
from evalbook.runs.status import RunStatus, clock

LINEAGE = ("CreateEvaluationAction", "AssociateLineage")
"""Steps that only note what was evaluated; they take seconds and cost nothing."""
_JUDGING = ("EvaluateCustomModelMetrics", "EvaluateBaseModelMetrics", "EvaluateWithJudge")


def stop_words(status: RunStatus) -> str:
    """Say how far a run is, what it goes on to pay for, and what stopping it loses."""
    run, left = status.run, status.left()
    time = f" About {left[0]} to {left[1]} minutes are left." if left and left[1] else ""
    done = [it.name for it in status.steps if it.status == "Succeeded"]
    finished = ", ".join(it for it in done if it not in LINEAGE)
    lines = [
        f"{run.name} is {run.status}; it has run for {clock(status.seconds())}.",
        f"If it continues, you pay for {_cost(status)}.{time}",
        (
            "Stopping cancels the rest. You pay for what has run so far, and a stopped run can't "
            f"be resumed.{f' Finished: {finished}.' if finished else ''}"
        ),
    ]
    if run.type and run.type.one_model_a_run:
        lines.append(
            "If it hosts the model itself, its endpoint stays, and you keep paying for it: "
            "`evalbook status` names it once the run has stopped."
        )
    return texts.lines(*lines)


def _cost(status: RunStatus) -> str:
    plan = status.plan
    if plan.instances:
        return f"{plan.instances} until it ends"
    steps = [it.name for it in status.steps if it.status in ("Executing", "Starting", "Waiting")]
    training = ", ".join(it for it in steps if it not in (*_JUDGING, *LINEAGE))
    judging = ", ".join(it for it in steps if it in _JUDGING)
    parts = [f"SageMaker's jobs of {training}"] if training else []
    if judging:
        metrics = len(plan.metrics)
        each = f", {metrics} built-in metrics per record" if metrics else ""
        judge = plan.judge or "the judge"
        parts.append(f"Bedrock's judging by {judge} in {judging} (tokens of every record{each})")
    return " and ".join(parts) or "nothing known"

"""`evalbook stop`: stops a running execution, after asking."""

from __future__ import annotations

import click

from evalbook.aws.runs import stop_run
from evalbook.cli.completion import complete_runs
from evalbook.cli.documents import StopDocument, StoppedRun
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output, complain, need_somebody_to_ask, need_yes
from evalbook.errors import AnswerRejected
from evalbook.runs.find import targets
from evalbook.runs.status import RunStatus, clock, look_at_all
from evalbook.texts import joined, lines

_LINEAGE = ("CreateEvaluationAction", "AssociateLineage")
"""Steps that only note what was evaluated; they take seconds and cost nothing."""
_JUDGING = ("EvaluateCustomModelMetrics", "EvaluateBaseModelMetrics", "EvaluateWithJudge")


@command("stop", examples=[("evalbook stop support-bot-v2", "Stop a run, by its name.")])
@click.argument("arn", metavar="RUN", shell_complete=complete_runs)
@click.option("--yes", is_flag=True, help="Don't ask.")
def stop_command(settings: Settings, output: Output, arn: str, yes: bool) -> int:
    """Stop a run, after saying what that means and asking.

    RUN is a name that `evalbook runs` lists, an ARN, or the path of the notebook that started it.
    """
    if not yes:
        need_somebody_to_ask(output, "stop.asks", "stop")
    aws = settings.aws()
    seen = look_at_all(aws, targets(aws, (arn,), settings.state))
    running = [status for status in seen if not status.run.over and status.run.status != "Stopping"]
    if not running:
        states = ", ".join(f"{status.run.name} is {status.run.status}" for status in seen)
        raise AnswerRejected(
            "run.over", f"There is nothing to stop: {states}.", "`evalbook status` shows more."
        )
    if not yes:
        complain("\n\n".join(map(stop_words, running)))
        names = joined([status.run.name for status in running])
        need_yes(f"Stop {names}?", "stop.declined", "Nothing was stopped.")
    for status in running:
        stop_run(aws, status.run.arn)
    stopped = tuple(StoppedRun(status.run.arn, status.run.name) for status in running)
    output.document(
        StopDocument("stopping", stopped),
        "\n".join(f"Stopping: {it.name}" for it in stopped),
    )
    return 0


def stop_words(status: RunStatus) -> str:
    """Say how far a run is, what it goes on to pay for, and what stopping it loses."""
    run, left = status.run, status.left()
    time = f" About {left[0]} to {left[1]} minutes are left." if left and left[1] else ""
    done = [it.name for it in status.steps if it.status == "Succeeded"]
    finished = ", ".join(it for it in done if it not in _LINEAGE)
    said = [
        f"{run.name} is {run.status}; it has run for {clock(status.seconds())}.",
        f"If it continues, you pay for {_cost(status)}.{time}",
        (
            "Stopping cancels the rest. You pay for what has run so far, and a stopped run can't "
            f"be resumed.{f' Finished: {finished}.' if finished else ''}"
        ),
    ]
    if run.type and run.type.one_model_a_run:
        said.append(
            "If it hosts the model itself, its endpoint stays, and you keep paying for it: "
            "`evalbook status` names it once the run has stopped."
        )
    return lines(*said)


def _cost(status: RunStatus) -> str:
    plan = status.plan
    if plan.instances:
        return f"{plan.instances} until it ends"
    steps = [it.name for it in status.steps if it.status in ("Executing", "Starting", "Waiting")]
    training = ", ".join(it for it in steps if it not in (*_JUDGING, *_LINEAGE))
    judging = ", ".join(it for it in steps if it in _JUDGING)
    parts = [f"SageMaker's jobs of {training}"] if training else []
    if judging:
        metrics = len(plan.metrics)
        each = f", {metrics} built-in metrics per record" if metrics else ""
        judge = plan.judge or "the judge"
        parts.append(f"Bedrock's judging by {judge} in {judging} (tokens of every record{each})")
    return " and ".join(parts) or "nothing known"

"""`evalbook stop`: stops a running execution, after asking."""

from __future__ import annotations

import click

from evalbook.cli.completion import complete_runs
from evalbook.cli.documents import StopDocument, StoppedRun
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output, complain, need_somebody_to_ask, need_yes
from evalbook.errors import AnswerRejected
from evalbook.texts import joined


@command("stop", examples=[("evalbook stop support-bot-v2", "Stop a run, by its name.")])
@click.argument("arn", metavar="RUN", shell_complete=complete_runs)
@click.option("--yes", is_flag=True, help="Don't ask.")
def stop_command(settings: Settings, output: Output, arn: str, yes: bool) -> int:
    """Stop a run, after saying what that means and asking.

    RUN is a name that `evalbook runs` lists, an ARN, or the path of the notebook that started it.
    """
    from evalbook.aws.runs import stop_run
    from evalbook.runs.find import targets
    from evalbook.runs.status import look_at_all
    from evalbook.runs.stopping import stop_words

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

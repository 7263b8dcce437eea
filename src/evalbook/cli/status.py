"""`evalbook status`: how a run is doing, and why it failed."""

from __future__ import annotations

import click

from evalbook.cli.completion import takes_runs
from evalbook.cli.options import INTERRUPTED, Settings, command
from evalbook.cli.output import Output
from evalbook.tables import spaced

NOT_SUCCEEDED = 1
"""Exit status of --watch and --exit-code if the run did not end as Succeeded."""


@command(
    "status",
    examples=[
        ("evalbook status", "The run that this folder's notebook started."),
        (
            "evalbook status --watch --on-done 'notify-send done'",
            "Follow it and get notified at the end.",
        ),
        ("evalbook status support-bot-v2 --logs", "Another run, with the logs of failed steps."),
    ],
)
@takes_runs
@click.option("--watch", is_flag=True, help="Follow it until it ends; exit with 1 if it failed.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if it failed or was stopped.")
@click.option("--logs", is_flag=True, help="Show the last log lines of failed steps.")
@click.option("--on-done", metavar="COMMAND", help="With --watch: run this command when it ends.")
@click.option("--no-bell", is_flag=True, help="With --watch: don't ring the terminal's bell.")
@click.option(
    "--give-up",
    type=click.FloatRange(min=0),
    default=60,
    metavar="MINUTES",
    help="With --watch: give up after this long without an answer from AWS; 60 by default.",
)
def status_command(
    settings: Settings,
    output: Output,
    runs: tuple[str, ...],
    run: int | None,
    watch: bool,
    exit_code: bool,
    logs: bool,
    on_done: str | None,
    no_bell: bool,
    give_up: float,
) -> int:
    """Show how a run is doing, or why it failed.

    RUN is a name that `evalbook runs` lists, an ARN, or the path of a notebook; by default, it is
    the run that the state's notebook started.
    """
    from evalbook.cli import watching
    from evalbook.runs.find import targets
    from evalbook.runs.status import (
        StatusDocument,
        build_run_document,
        status_parts,
        together_words,
        with_logs,
    )

    wanted = targets(settings.aws(), runs, settings.state, run)
    try:
        if watch:
            seen = watching.follow_runs(settings, output, wanted, give_up * 60)
        else:
            seen = watching.look_at_runs(settings, wanted)
    except KeyboardInterrupt:
        output.error("interrupted", "Interrupted; the run continues.", "`evalbook stop` stops it.")
        return INTERRUPTED
    aws = settings.aws()
    seen = [with_logs(aws, it) if it.failed and (logs or it.cause is None) else it for it in seen]
    document = StatusDocument(tuple(map(build_run_document, seen)))
    named = (*(("--run", str(run)) if run else ()), *runs)
    parts = [part for it in seen for part in (*status_parts(it), watching.link_pages(it))]
    said = (together_words(seen), *parts, watching.name_next_commands(seen, named))
    output.draw(document, *spaced(part for part in said if part))
    if not watch:
        failed = exit_code and any(it.run.over and not it.succeeded for it in seen)
        return NOT_SUCCEEDED if failed else 0
    watching.tell_the_end(seen, on_done, bell=not no_bell)
    return 0 if all(it.succeeded for it in seen) else NOT_SUCCEEDED

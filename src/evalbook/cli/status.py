"""`evalbook status`: how a run is doing, and why it failed."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from evalbook import texts
from evalbook.aws.session import in_parallel
from evalbook.cli.completion import takes_runs
from evalbook.cli.links import links_work
from evalbook.cli.options import INTERRUPTED, Settings, command
from evalbook.cli.output import Output, complain, terminal_width
from evalbook.cli.tables import spaced

if TYPE_CHECKING:
    from evalbook.runs.find import Target
    from evalbook.runs.status import RunStatus

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
    from evalbook.cli.watching import drawn
    from evalbook.runs.find import targets
    from evalbook.runs.status import StatusDocument, build_status_document, together_words

    wanted = targets(settings.aws(), runs, settings.state, run)
    try:
        seen = _watch(settings, output, wanted, give_up * 60) if watch else _look(settings, wanted)
    except KeyboardInterrupt:
        output.error("interrupted", "Interrupted; the run continues.", "`evalbook stop` stops it.")
        return INTERRUPTED
    seen = _with_logs(settings, seen, logs)
    document = StatusDocument(tuple(map(build_status_document, seen)))
    named = (*(("--run", str(run)) if run else ()), *runs)
    parts = [part for it in seen for part in drawn(it)]
    said = (together_words(seen), *parts, _next(seen, named))
    output.draw(document, *spaced(part for part in said if part))
    if not watch:
        failed = exit_code and any(it.over and not it.succeeded for it in seen)
        return NOT_SUCCEEDED if failed else 0
    _tell(seen, on_done, bell=not no_bell)
    return 0 if all(it.succeeded for it in seen) else NOT_SUCCEEDED


def _next(seen: Sequence[RunStatus], words: Sequence[str]) -> str:
    """Return the next commands, with the same words that named the run."""
    named = "".join(f" {shlex.quote(word)}" for word in words)
    lines = [f"The results: evalbook results{named}"] if any(it.succeeded for it in seen) else []
    if len(seen) == 1 and not links_work():
        lines.append(f"In the AWS console: evalbook open{named}")
    return texts.lines(*lines)


def _look(
    settings: Settings, wanted: Sequence[Target], before: Sequence[RunStatus] = ()
) -> list[RunStatus]:
    """Look at the runs once, with a new session to read the credentials anew."""
    from evalbook.runs.status import look

    aws = settings.aws()
    known = {it.arn: it for it in before}
    with aws.turn():
        return in_parallel([partial(look, aws, it, known=known.get(it.arn)) for it in wanted])


def _with_logs(settings: Settings, seen: list[RunStatus], always: bool) -> list[RunStatus]:
    from evalbook.runs.status import with_logs

    failed = ("Failed", "CompletedWithFailures")
    aws = settings.aws()
    return [
        with_logs(aws, it) if it.status in failed and (always or it.cause is None) else it
        for it in seen
    ]


def _watch(
    settings: Settings, output: Output, wanted: Sequence[Target], give_up_after: float
) -> list[RunStatus]:
    from evalbook.runs.watch import watch

    with _display(output) as show:
        return watch(partial(_look, settings, wanted), show, complain, give_up_after=give_up_after)


@contextlib.contextmanager
def _display(output: Output) -> Iterator[Callable[[Sequence[RunStatus]], None]]:
    """Yield a progress display: redrawn in place where that works, else a line per change."""
    from evalbook.cli.wizard.command import draws_well

    if output.as_json or terminal_width() is None or not draws_well(os.environ):
        yield _tell_changes()
        return
    from rich.console import Console
    from rich.live import Live

    from evalbook.cli.watching import progress
    from evalbook.cli.wizard.working import without_echo

    shown: list[Sequence[RunStatus]] = [()]

    def show(seen: Sequence[RunStatus]) -> None:
        shown[0] = seen

    # Drawn twice a second in any case: the clock runs on between two looks.
    live = Live(
        get_renderable=lambda: progress(shown[0]),
        console=Console(),
        refresh_per_second=2,
        transient=True,
    )
    # A key's echo would move the cursor, and a line drawn before would stay.
    with without_echo(), live:
        yield show


def _tell_changes() -> Callable[[Sequence[RunStatus]], None]:
    """Return what prints a line to standard error whenever a run or step changes state."""
    from evalbook.runs.status import clock

    last: dict[tuple[str, str], str] = {}

    def show(seen: Sequence[RunStatus]) -> None:
        for run in seen:
            states = [(run.name, run.status), *((it.name, it.status) for it in run.steps)]
            for name, state in states:
                if last.get((run.arn, name)) != state and state != "Waiting":
                    complain(f"{clock(run.seconds())} {name}: {state}")
                last[run.arn, name] = state

    return show


def _tell(seen: Sequence[RunStatus], on_done: str | None, *, bell: bool) -> None:
    if bell and sys.stderr.isatty():
        sys.stderr.write("\a")
        sys.stderr.flush()
    if on_done is None:
        return
    states = {it.status for it in seen}
    environment = {
        **os.environ,
        "EVALBOOK_STATUS": states.pop() if len(states) == 1 else "Mixed",
        "EVALBOOK_ARN": " ".join(it.arn for it in seen),
        "EVALBOOK_NAME": " ".join(it.name for it in seen),
    }
    # The person's own command; AWS's words reach it only in variables, never as arguments.
    done = subprocess.run(on_done, shell=True, env=environment, stdout=2, check=False)  # noqa: S602
    if done.returncode:
        complain(f"{on_done} ended with exit status {done.returncode}.")

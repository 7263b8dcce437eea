"""Runs as `evalbook status` looks at them, follows them and draws them."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timezone
from functools import partial

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.text import Text

from evalbook import texts
from evalbook.cli.options import Settings
from evalbook.cli.output import Output, complain, terminal_width
from evalbook.cli.wizard.command import draws_well
from evalbook.cli.wizard.working import without_echo
from evalbook.console import PAGES
from evalbook.errors import AwsUnavailable
from evalbook.links import links_work
from evalbook.runs.find import Target
from evalbook.runs.status import RunStatus, clock, head_words, look_at_all, step_rows
from evalbook.tables import GOING_ON, Rows, cell

SHORTEST, LONGEST = 2.0, 30.0
"""Seconds between two looks: short after something happened, longer the longer nothing does."""

_QUIET_SHARE = 10
_SIGN_IN = frozenset({"expired_credentials", "invalid_credentials", "no_credentials"})


def name_next_commands(seen: Sequence[RunStatus], words: Sequence[str]) -> str:
    """Return the next commands, with the same words that named the run."""
    named = "".join(f" {shlex.quote(word)}" for word in words)
    lines = [f"The results: evalbook results{named}"] if any(it.succeeded for it in seen) else []
    if len(seen) == 1 and not links_work():
        lines.append(f"In the AWS console: evalbook open{named}")
    return texts.lines(*lines)


def look_at_runs(
    settings: Settings, wanted: Sequence[Target], before: Sequence[RunStatus] = ()
) -> list[RunStatus]:
    """Look at the runs once, with a new session to read the credentials anew."""
    aws = settings.aws()
    with aws.turn():
        return look_at_all(aws, wanted, before)


def follow_runs(
    settings: Settings, output: Output, wanted: Sequence[Target], give_up_after: float
) -> list[RunStatus]:
    """Show runs until they are over: drawn in place where that works, else a line per change."""
    in_place = not output.as_json and terminal_width() is not None and draws_well(os.environ)
    seen: list[RunStatus] = []
    told: dict[tuple[str, str], str] = {}
    with contextlib.ExitStack() as display:
        if in_place:
            # Drawn twice a second in any case: the clock runs on between two looks.
            live = Live(
                get_renderable=lambda: progress(seen),
                console=Console(),
                refresh_per_second=2,
                transient=True,
            )
            # A key's echo would move the cursor, and a line drawn before would stay.
            display.enter_context(without_echo())
            display.enter_context(live)
        for seen in watch(partial(look_at_runs, settings, wanted), complain, give_up_after):
            if not in_place:
                _tell_changes(seen, told)
    return seen


def watch(
    look: Callable[[Sequence[RunStatus]], list[RunStatus]],
    complain: Callable[[str], None],
    give_up_after: float,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[list[RunStatus]]:
    """Look again and again until every run is over, and yield what is seen.

    Args:
        look: looks once, given what was seen last; it reads the credentials anew, so that signing
            in again is enough.
        complain: is told in words why AWS could not be asked, and that the next attempt follows.
        give_up_after: seconds without an answer after which the last failure is raised.
        now: the time in seconds; a test brings its own.
        sleep: waits for so many seconds.

    Raises:
        AwsUnavailable: AWS could not be asked at the very first look, or for too long.
    """
    seen = look(())
    yield seen
    changed = answered = now()
    failures = 0
    while not all(status.run.over for status in seen):
        quiet = (now() - changed) / _QUIET_SHARE
        pause = SHORTEST * 2**failures if failures else quiet
        sleep(min(max(pause, SHORTEST), LONGEST))
        try:
            before, seen = seen, look(seen)
        except AwsUnavailable as error:
            failures += 1
            if now() - answered > give_up_after:
                raise
            signed_out = error.code in _SIGN_IN
            then = (
                ", and so does this once you have signed in again"
                if signed_out
                else "; trying again"
            )
            complain(f"{error.message} The run continues{then}.")
            continue
        failures, answered = 0, now()
        if _state(seen) != _state(before):
            changed = answered
        yield seen


def _state(seen: Sequence[RunStatus]) -> list[object]:
    return [
        (status.run.arn, status.run.status, [(step.name, step.status) for step in status.steps])
        for status in seen
    ]


def _tell_changes(seen: Sequence[RunStatus], told: dict[tuple[str, str], str]) -> None:
    """Print a line to standard error for each run or step whose state is not the one told last."""
    for status in seen:
        run = status.run
        states = [(run.name, run.status), *((it.name, it.status) for it in status.steps)]
        for name, state in states:
            if told.get((run.arn, name)) != state and state != "Waiting":
                complain(f"{clock(status.seconds())} {name}: {state}")
            told[run.arn, name] = state


def tell_the_end(seen: Sequence[RunStatus], on_done: str | None, *, bell: bool) -> None:
    if bell and sys.stderr.isatty():
        sys.stderr.write("\a")
        sys.stderr.flush()
    if on_done is None:
        return
    states = {it.run.status for it in seen}
    environment = {
        **os.environ,
        "EVALBOOK_STATUS": states.pop() if len(states) == 1 else "Mixed",
        "EVALBOOK_ARN": " ".join(it.run.arn for it in seen),
        "EVALBOOK_NAME": " ".join(it.run.name for it in seen),
    }
    # The person's own command; AWS's words reach it only in variables, never as arguments.
    done = subprocess.run(on_done, shell=True, env=environment, stdout=2, check=False)  # noqa: S602
    if done.returncode:
        complain(f"{on_done} ended with exit status {done.returncode}.")


def link_pages(status: RunStatus) -> Text | None:
    """Return links to a run in the AWS console, where the terminal draws links."""
    if not links_work():
        return None
    pages = status.pages()
    links = [cell(PAGES[it], url=url) for it in ("run", "results", "mlflow") for url in pages[it]]
    return Text.assemble("In the AWS console: ", Text(", ").join(links))


def progress(seen: Sequence[RunStatus], now: datetime | None = None) -> Group:
    """Return runs as they are followed: a bar of the expected time, and the steps."""
    now = now or datetime.now(timezone.utc)
    parts: list[RenderableType] = [] if seen else ["Looking …"]
    for status in seen:
        parts.append(head_words(status, now))
        if status.expected:
            # Full at the high estimate; what takes longer stays full.
            end = status.expected[1] * 60
            bar = ProgressBar(end, min(end, status.seconds(now)), width=40, style="dim",
                              complete_style=GOING_ON, finished_style=GOING_ON)  # fmt: skip
            # By itself a bar ends no line.
            parts.append(Padding(bar, 0))
        parts.append(Rows(step_rows(status, now)))
    return Group(*parts)

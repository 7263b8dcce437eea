"""Runs as `evalbook status` draws them, once and while it follows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from evalbook.cli.links import links_work
from evalbook.cli.tables import GOING_ON, Rows, cell, coloured
from evalbook.console import PAGES, build_console_url
from evalbook.runs.status import RunStatus, head_words, status_parts, step_rows

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.text import Text


def drawn(run: RunStatus, now: datetime | None = None) -> Iterator[RenderableType]:
    """Yield what is said of a run, part by part."""
    from rich.text import Text

    now = now or datetime.now(timezone.utc)
    _, *parts = status_parts(run, now)
    yield _head(run, now)
    for part in parts:
        yield part if isinstance(part, str) else Rows(_linked(run, part))
    if links_work():
        pages = run.pages()
        links = [
            cell(PAGES[it], url=url) for it in ("run", "results", "mlflow") for url in pages[it]
        ]
        yield Text.assemble("In the AWS console: ", Text(", ").join(links))


def _linked(run: RunStatus, rows: Sequence[Mapping[str, str]]) -> list[dict[str, str | Text]]:
    """Return the rows of a run's steps, each leading to its logs and to Bedrock's job."""
    linked: list[dict[str, str | Text]] = []
    for step, row in zip(run.steps, rows, strict=True):
        more = {"Step": cell(row["Step"], url=run.logs(step))}
        if step.bedrock:
            url = build_console_url(step.bedrock.arn, called=step.bedrock.name)
            more["Bedrock job"] = cell(row["Bedrock job"], url=url)
        linked.append({**row, **more})
    return linked


def progress(seen: Sequence[RunStatus], now: datetime | None = None) -> Group:
    """Return runs as they are followed: a bar of the expected time, and the steps."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.progress_bar import ProgressBar

    now = now or datetime.now(timezone.utc)
    parts: list[RenderableType] = [] if seen else ["Looking …"]
    for run in seen:
        parts.append(_head(run, now))
        if run.expected:
            # Full at the high estimate; what takes longer stays full.
            end = run.expected[1] * 60
            bar = ProgressBar(end, min(end, run.seconds(now)), width=40, style="dim",
                              complete_style=GOING_ON, finished_style=GOING_ON)  # fmt: skip
            # By itself a bar ends no line.
            parts.append(Padding(bar, 0))
        parts.append(Rows(step_rows(run, now)))
    return Group(*parts)


def _head(run: RunStatus, now: datetime) -> Text:
    """Return the first lines about a run, its name and its state standing out."""
    head = cell(head_words(run, now))
    head.stylize("bold", 0, head.plain.index(": "))
    head.highlight_words([f": {run.status},"], str(coloured(run.status).style))
    return head

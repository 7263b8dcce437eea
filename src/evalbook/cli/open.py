"""`evalbook open`: a run in the AWS console."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from evalbook.cli.completion import complete_runs
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output, complain
from evalbook.console import console_url, logs_url
from evalbook.workflow.turn import PROTOCOL

if TYPE_CHECKING:
    from evalbook.aws.session import Aws
    from evalbook.runs.status import RunStatus

_PAGES = ("run", "bedrock", "logs", "results")


@command(
    "open",
    examples=[
        ("evalbook open", "The run that this folder's notebook started."),
        ("evalbook open support-bot-v2 --page results", "Where in S3 a run left its results."),
    ],
)
@click.argument("run", required=False, metavar="[RUN]", shell_complete=complete_runs)
@click.option(
    "--page",
    type=click.Choice(_PAGES),
    default="run",
    help="What to open: the run itself, its Bedrock job, its logs, or its results in S3.",
)
@click.option("--print", "only_print", is_flag=True, help="Print the address; open no browser.")
def open_command(
    settings: Settings, output: Output, run: str | None, page: str, only_print: bool
) -> int:
    """Open a run in the AWS console.

    RUN is named as `evalbook status` takes it; without one, it is the run that the notebook of the
    state started. Pipelines are shown by SageMaker Studio: where this account has a Studio domain,
    its page of the run is opened, else the page from which Studio is opened.
    """
    from evalbook.aws.session import in_parallel
    from evalbook.errors import AnswerRejected
    from evalbook.runs.find import targets
    from evalbook.runs.status import look

    aws = settings.aws()
    wanted = targets(aws, (run,) if run else (), settings.state)
    seen = in_parallel([partial(look, aws, it) for it in wanted])
    pages = {name: [url for it in seen for url in _urls(aws, it, name)] for name in _PAGES}
    chosen = pages[page]
    if not chosen:
        others = [name for name, urls in pages.items() if urls]
        raise AnswerRejected(
            "open.nothing",
            f"{seen[0].name} has no page of that kind yet.",
            f"It has: {', '.join(others)}.",
        )
    document = {"protocol": PROTOCOL, "runs": [it.arn for it in seen], "pages": pages}
    output.document(document, "\n".join(chosen))
    if not only_print and not output.as_json and sys.stdout.isatty():
        for url in chosen:
            if click.launch(url):
                complain("No browser could be started; open the address yourself.")
                break
    return 0


def _urls(aws: Aws, run: RunStatus, page: str) -> list[str]:
    if page == "run":
        urls = [console_url(run.arn, domain=_studio_domain(aws, run.arn.split(":")[3]))]
    elif page == "bedrock":
        jobs = [step.bedrock for step in run.steps if step.bedrock]
        urls = [console_url(job.arn, called=job.name) for job in jobs]
    elif page == "logs":
        urls = [logs_url(step.job) for step in run.steps if step.job]
    else:
        urls = [console_url(run.plan.output)] if run.plan.output else []
    return [url for url in urls if url]


def _studio_domain(aws: Aws, region: str) -> str | None:
    """Return the region's Studio domain; None unless there is exactly one and it may be listed."""
    from evalbook.errors import EvalbookError

    try:
        domains = [
            it
            for page in aws.client("sagemaker", region).get_paginator("list_domains").paginate()
            for it in page["Domains"]
        ]
    except EvalbookError:
        return None
    return domains[0]["DomainId"] if len(domains) == 1 else None

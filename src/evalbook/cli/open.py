"""`evalbook open`: a run in the AWS console."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from evalbook.aws.session import Aws
from evalbook.cli.completion import complete_runs
from evalbook.cli.documents import OpenDocument
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output, complain
from evalbook.console import PAGES, build_console_url
from evalbook.errors import AnswerRejected, EvalbookError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

    from evalbook.runs.status import RunStatus


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
    type=click.Choice(tuple(PAGES)),
    default="run",
    help="What to open: the run itself, its Bedrock job, its logs, its results in S3, or MLflow.",
)
@click.option("--print", "only_print", is_flag=True, help="Print the address; open no browser.")
def open_command(
    settings: Settings, output: Output, run: str | None, page: str, only_print: bool
) -> int:
    """Open a run in the AWS console.

    RUN is named as `evalbook status` takes it; without one, it is the run that the notebook of the
    state started. SageMaker Studio shows pipelines: if this account has a Studio domain, the
    run's page there opens, else the page that opens Studio. The link to MLflow is made by AWS for
    you alone, and works for a few minutes.
    """
    from evalbook.runs.find import targets
    from evalbook.runs.status import look_at_all

    aws = settings.aws()
    seen = look_at_all(aws, targets(aws, (run,) if run else (), settings.state))
    pages = {kind: [url for it in seen for url in it.pages()[kind]] for kind in PAGES}
    if page in ("run", "mlflow"):
        pages[page] = [_page(aws, it, page) or url for it in seen for url in it.pages()[page]]
    chosen = list(dict.fromkeys(pages[page]))
    if not chosen:
        others = [kind for kind, urls in pages.items() if urls]
        raise AnswerRejected(
            "open.nothing",
            f"{seen[0].run.name} has no such page yet.",
            f"It has: {', '.join(others)}.",
        )
    document = OpenDocument(tuple(it.run.arn for it in seen), pages)
    output.document(document, "\n".join(chosen))
    if not only_print and not output.as_json and sys.stdout.isatty():
        for url in chosen:
            if click.launch(url):
                complain("Could not start a browser; open the address yourself.")
                break
    return 0


def _page(aws: Aws, seen: RunStatus, page: str) -> str | None:
    """Return the exact page if AWS must be asked for it and answers."""
    run = seen.run
    try:
        client = aws.client("sagemaker", run.region)
        if page == "run":
            return build_console_url(run.arn, domain=_studio_domain(client))
        return client.create_presigned_mlflow_app_url(Arn=seen.plan.mlflow or "")["AuthorizedUrl"]
    except EvalbookError:
        return None


def _studio_domain(sagemaker: SageMakerClient) -> str | None:
    """Return the region's Studio domain; None unless there is exactly one."""
    pages = sagemaker.get_paginator("list_domains").paginate()
    domains = [it for page in pages for it in page["Domains"]]
    return domains[0]["DomainId"] if len(domains) == 1 else None

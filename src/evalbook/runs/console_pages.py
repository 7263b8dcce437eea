"""What the AWS console shows of a run."""

from __future__ import annotations

from collections.abc import Iterable

from evalbook.aws.executions import RunPlan
from evalbook.console import build_console_url

PAGES = {
    "run": "the run",
    "bedrock": "its Bedrock job",
    "logs": "its logs",
    "results": "its results in S3",
    "mlflow": "MLflow",
}
"""The kinds of pages, each in words."""


def pages_of(
    arn: str, plan: RunPlan, bedrock: Iterable[str | None], logs: Iterable[str | None]
) -> dict[str, list[str]]:
    """Return the addresses of a run's pages by their kind; nothing is asked of AWS."""
    found = {
        "run": [build_console_url(arn)],
        "bedrock": bedrock,
        "logs": logs,
        "results": [build_console_url(plan.output or "")],
        "mlflow": [build_console_url(plan.mlflow or "")],
    }
    return {kind: [url for url in found[kind] if url] for kind in PAGES}

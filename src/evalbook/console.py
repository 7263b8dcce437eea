"""Where the AWS console shows what an ARN or an S3 URI names.

Nothing is asked of AWS. Sources: sagemaker 3.27.0, ``train/common_utils/metrics_visualizer.py``,
for jobs and their logs; for the rest the addresses that the console itself shows (November 2026).
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


PAGES = {
    "run": "the run",
    "bedrock": "its Bedrock job",
    "logs": "its logs",
    "results": "its results in S3",
    "mlflow": "MLflow",
}
"""The kinds of pages that show something of a run, each in words."""


def build_run_pages(
    arn: str,
    output: str | None,
    mlflow: str | None,
    bedrock: Iterable[str | None],
    logs: Iterable[str | None],
) -> dict[str, list[str]]:
    """Return the addresses of a run's pages by their kind, as far as they are known."""
    found = {
        "run": [build_console_url(arn)],
        "bedrock": bedrock,
        "logs": logs,
        "results": [build_console_url(output or "")],
        "mlflow": [build_console_url(mlflow or "")],
    }
    return {kind: [url for url in found[kind] if url] for kind in PAGES}


def build_console_url(
    name: str, *, called: str | None = None, domain: str | None = None
) -> str | None:
    """Return the console's page of an ARN or an S3 URI; None if it has none that is known.

    Args:
        name: the ARN of a pipeline execution, training job, MLflow app or tracking server, Bedrock
            evaluation job or role; or ``s3://bucket/prefix``.
        called: the name of a Bedrock evaluation job, which its ARN does not tell.
        domain: a Studio domain's id. Studio alone shows pipelines and MLflow: without a domain, the
            page is where Studio is opened.
    """
    if name.startswith("s3://"):
        return _s3_url(name)
    partition, service, region, resource = _parts(name)
    kind, _, rest = resource.partition("/")
    if domain and (service, kind) == ("sagemaker", "pipeline"):
        pipeline, _, execution = rest.partition("/execution/")
        studio = f"https://studio-{domain}.studio.{region}.sagemaker.aws"
        if execution:
            return f"{studio}/pipelines/view/{pipeline}/executions/{execution}/graph"
    job = f"/report?job={_quoted(called)}&jobIdentifier={_quoted(name)}" if called else ""
    page = {
        ("sagemaker", "mlflow-app"): "#/studio-landing",
        ("sagemaker", "mlflow-tracking-server"): "#/studio-landing",
        ("sagemaker", "pipeline"): "#/studio-landing",
        ("sagemaker", "training-job"): f"#/jobs/{_quoted(rest)}",
        ("bedrock", "evaluation-job"): f"#/eval/model-evaluation{job}",
        ("iam", "role"): f"#/roles/details/{_quoted(rest.rpartition('/')[2])}",
    }.get((service, kind))
    return page and _home(partition, region, service) + page


def build_logs_url(job: str) -> str | None:
    """Return the console's page of a training job's log streams, by the job's ARN."""
    partition, service, region, resource = _parts(job)
    kind, _, name = resource.partition("/")
    if (service, kind) != ("sagemaker", "training-job"):
        return None
    # CloudWatch's pages escape twice, with $ in place of the second %.
    group = _quoted("/aws/sagemaker/TrainingJobs").replace("%", "$25")
    streams = f"#logsV2:log-groups/log-group/{group}$3FlogStreamNameFilter$3D{_quoted(name)}"
    return _home(partition, region, "cloudwatch") + streams


def _parts(arn: str) -> tuple[str, str, str, str]:
    """Return partition, service, region and resource; empty if it is no ARN of AWS's."""
    prefix, partition, service, region, _, resource = (*arn.split(":", 5), *[""] * 5)[:6]
    if prefix != "arn" or partition not in _HOSTS:
        return "", "", "", ""
    return partition, service, region, resource


def _home(partition: str, region: str, service: str) -> str:
    host = _HOSTS[partition]
    if not region:
        return f"https://{host}/{service}/home"
    return f"https://{region}.{host}/{service}/home?region={region}"


def _s3_url(uri: str) -> str | None:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    if not bucket:
        return None
    # A prefix that ends in no slash is listed all the same, with what begins like it.
    shown = f"?prefix={quote(prefix)}" if prefix else ""
    return f"https://s3.console.aws.amazon.com/s3/buckets/{bucket}{shown}"


def _quoted(text: str) -> str:
    return quote(text, safe="")

"""A run's results in MLflow, in the experiment in which its jobs are recorded."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from evalbook.aws.mlflow import TrackedRun, record_run
from evalbook.aws.runs import plan_of
from evalbook.aws.session import REFUSED, Aws
from evalbook.errors import AnswerRejected
from evalbook.runs.comparison import MeanRow, MetricRow
from evalbook.runs.documents import build_results_document
from evalbook.runs.page import page_text
from evalbook.runs.report import Results
from evalbook.runs.sections import sections_of
from evalbook.workflow.turn import as_document

# What MLflow takes in a metric's name, and how long it may be (mlflow/utils/validation.py, 3.17).
_NOT_IN_A_NAME = re.compile(r"[^\w.\- /:]")
_LONGEST_NAME = 250


@dataclass(frozen=True)
class Experiment:
    mlflow_arn: str
    name: str


def find_experiment(aws: Aws, report: Results) -> Experiment:
    """Return the experiment in which a report's first run is recorded.

    Raises:
        AnswerRejected: ``results.mlflow``, it is recorded in none.
    """
    run = report.runs[0]
    plan = plan_of(aws, run.arn)
    if plan.mlflow is None:
        raise AnswerRejected(
            "results.mlflow",
            f"The definition of {run.name} names no MLflow app.",
            "For the next run, give an app at `mlflow` in the advanced settings.",
        )
    # A pipeline's experiment is called after it where the definition names none.
    return Experiment(plan.mlflow, plan.experiment or run.arn.split("/")[1])


def metrics_of(report: Results) -> dict[str, float]:
    sections = [it for it in sections_of(report) if not it.unseen]
    pairs = [it for it in sections if len(it.names) == 2]
    found: dict[str, float | None] = {}
    for it in sections:
        of = f" of {it.title}" if len(pairs) > 1 else ""
        for row in it.rows:
            if isinstance(row, MeanRow):
                found[f"{row.metric}/{it.names[0]}"] = row.mean
                continue
            figures = {**dict(zip(it.names, row.scores, strict=True)), f"gain{of}": row.gain}
            if isinstance(row, MetricRow):
                figures |= {
                    f"gain low{of}": row.low,
                    f"gain high{of}": row.high,
                    f"corrected chance{of}": row.corrected,
                    f"records{of}": row.records,
                }
            found |= {f"{row.metric}/{name}": value for name, value in figures.items()}
    return {
        _NOT_IN_A_NAME.sub("_", f"evalbook/{name}")[:_LONGEST_NAME]: value
        for name, value in found.items()
        if value is not None
    }


def record(aws: Aws, report: Results, experiment: Experiment) -> TrackedRun:
    """Record metrics, verdict, and the results as JSON and as page.

    Raises:
        AnswerRejected: ``results.mlflow``, MLflow or its bucket refused it.
        AwsUnavailable: AWS could not be asked.
    """
    run = report.runs[0]
    claims = [it.claim for it in sections_of(report) if not it.unseen]
    tags = {"evalbook.run": run.arn, "evalbook.verdict": " ".join(claims)[:5000]}
    document = as_document(build_results_document(report))
    files = {
        "evalbook/results.json": json.dumps(document, indent=2).encode(),
        "evalbook/results.html": page_text(report).encode("utf-8", "replace"),
    }
    name = f"evalbook {run.name}"
    try:
        return record_run(
            aws, experiment.mlflow_arn, experiment.name, name, metrics_of(report), tags, files
        )
    except REFUSED as error:
        raise AnswerRejected(
            "results.mlflow",
            f"The results can't be recorded in {experiment.mlflow_arn}: {error.message}",
            "Grant sagemaker-mlflow:GetExperimentByName, CreateExperiment, CreateRun, LogBatch and "
            "UpdateRun, and s3:PutObject on its bucket.",
        ) from error

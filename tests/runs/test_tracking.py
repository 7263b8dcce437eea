"""What is recorded of results in MLflow, read back from there."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import pytest
from judged import lines

from evalbook.aws.mlflow import run_metrics
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.runs.comparison import compare
from evalbook.runs.find import Target
from evalbook.runs.report import Results, read_report
from evalbook.runs.store import RecordStore
from evalbook.runs.tracking import Experiment, find_experiment, metrics_of, record
from evalbook.sandbox import world
from evalbook.sandbox.process import Sandbox

APP = f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:mlflow-app/{world.MLFLOW_APP_ID}"


def test_metrics_and_files_are_where_mlflow_looks_for_them(
    evaluated: Callable[..., str], live_aws: Aws, in_sandbox: Sandbox
) -> None:
    with RecordStore() as store:
        report = read_report(live_aws, [Target(evaluated("tracked"))], store)
        with pytest.raises(AnswerRejected, match="names no MLflow app"):
            find_experiment(live_aws, report)
        experiment = Experiment(APP, "Support bots")
        # The experiment is made for the first one.
        runs = [record(live_aws, report, experiment) for _ in range(2)]
        in_sandbox.fail("sagemaker-mlflow:CreateRun", "AccessDeniedException", status=403)
        with pytest.raises(AnswerRejected, match="sagemaker-mlflow:CreateRun was denied"):
            record(live_aws, report, experiment)
    [comparison] = report.comparisons
    found = run_metrics(live_aws, runs[1])
    for row in comparison.rows:
        assert found[f"evalbook/{row.metric}/gain"] == row.gain
        assert found[f"evalbook/{row.metric}/fine-tuned"] == row.second
    folder = f"mlflow/{runs[1].run_id}/artifacts/evalbook"
    s3 = boto3.client("s3")
    kept = {
        name: s3.get_object(Bucket=world.RESULTS_BUCKET, Key=f"{folder}/{name}")["Body"].read()
        for name in ("results.json", "results.html")
    }
    assert json.loads(kept["results.json"])["runs"][0]["name"] == "tracked"
    assert kept["results.html"].startswith(b"<!doctype html>")


def test_of_several_comparisons_each_gain_is_kept() -> None:
    with RecordStore() as store:
        base, *others = (
            store.add_arm(name, lines([score] * 8, [score] * 8, metrics=("Metric1", "M" * 240)))
            for name, score in (("base", 0.25), ("v1", 0.5), ("v2", 1.0), ("version-three", 1.0))
        )
        found = metrics_of(Results([], store, compare(store, [(base, it) for it in others])))

    assert found["evalbook/Metric1/gain of v1 against base"] == 0.25
    assert found["evalbook/Metric1/gain of v2 against base"] == 0.75
    assert found["evalbook/Metric1/records of v2 against base"] == 8
    assert max(map(len, found)) == 250  # MLflow takes no longer name

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from judged import a_line
from pipelines import OUTPUT, start_benchmark, start_evaluation, start_nova_evaluation

from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.runs.find import Target
from evalbook.runs.report import Report, read_report
from evalbook.runs.store import RecordStore
from evalbook.sandbox.process import Sandbox


def report_on(aws: Aws, *wanted: Target) -> Report:
    with RecordStore() as store:
        return read_report(aws, wanted, store)


def test_base_and_fine_tuned_are_compared_record_by_record(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    [comparison] = report_on(live_aws, Target(evaluated("good"))).comparisons

    assert (comparison.first.name, comparison.second.name) == ("base", "fine-tuned")
    assert comparison.paired == 60
    lower = [row.metric for row in comparison.rows if not row.higher_is_better]
    assert lower == ["Refusal"]


def test_one_model_alone_has_means_with_intervals(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    report = report_on(live_aws, Target(evaluated("alone", base=False)))

    [(arm, rows)] = report.alone
    assert (arm.name, arm.records, report.comparisons) == ("fine-tuned", 60, [])
    assert all(row.low < row.mean < row.high for row in rows if row.metric == "Correctness")


def test_two_nova_runs_are_one_comparison(
    sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox
) -> None:
    tuned = Target(start_nova_evaluation(sagemaker, "nova", tuned=True), "fine-tuned")
    base = Target(start_nova_evaluation(sagemaker, "nova-base", tuned=False), "base")
    in_sandbox.advance(60)

    [comparison] = report_on(live_aws, tuned, base).comparisons
    assert (comparison.first.name, comparison.second.name) == ("base", "fine-tuned")
    assert comparison.paired == 60


def test_runs_are_compared_with_the_first_one_and_corrected_together(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    arns = [evaluated(name, output=f"{OUTPUT}/{name}") for name in ("first", "second")]
    comparisons = report_on(live_aws, *map(Target, arns)).comparisons

    assert [(it.first.name, it.second.name) for it in comparisons] == [
        ("first base", "first fine-tuned"),
        ("second base", "second fine-tuned"),
        ("first fine-tuned", "second fine-tuned"),
    ]
    assert {it.tests for it in comparisons} == {9}


def test_different_datasets_are_pointed_out(evaluated: Callable[..., str], live_aws: Aws) -> None:
    other = "s3://evalbook-data/support/copy.jsonl"
    source = {"Bucket": "evalbook-data", "Key": "support/eval.jsonl"}
    boto3.client("s3").copy_object(
        Bucket="evalbook-data", Key="support/copy.jsonl", CopySource=source
    )
    arns = [evaluated("one", base=False), evaluated("two", base=False, dataset=other)]

    [note] = report_on(live_aws, *map(Target, arns)).notes
    assert "The runs name different datasets" in note


def test_records_of_several_files_are_read_past_a_thousand_keys(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    output = f"{OUTPUT}/many"
    arn = evaluated("many-files", base=False, output=output)
    s3, prefix = boto3.client("s3"), output.removeprefix("s3://evalbook-results/")
    job = f"custom-llmaj-eval-{arn.rpartition('/')[2]}"
    s3.put_object(
        Bucket="evalbook-results",
        Key=f"{prefix}/{job}/zz_output.jsonl",
        Body=a_line({"Correctness": 1.0}, "one more"),
    )
    [(arm, _)] = report_on(live_aws, Target(arn)).alone

    assert arm.records == 61


def test_benchmarks_are_compared_by_their_figures(
    sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox
) -> None:
    arn = start_benchmark(sagemaker, "mmlu")
    in_sandbox.advance(60)
    pages = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    for step in pages["PipelineExecutionSteps"]:
        job = step["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
        value = 0.7 if "Custom" in step["StepName"] else 0.6
        figures = {"results": {"all": {"accuracy": value, "accuracy_stderr": 0.01}}}
        boto3.client("s3").put_object(
            Bucket="evalbook-results",
            Key=f"run1/{job}/output/output/mmlu/eval_results/results_2026.json",
            Body=json.dumps(figures),
        )

    [(first, second, [table])] = report_on(live_aws, Target(arn)).figures
    assert (first, second) == ("base", "fine-tuned")
    assert [(row.metric, row.verdict) for row in table.rows] == [("accuracy", "better")]
    assert table.rows[0].gain == pytest.approx(0.1)


def test_a_run_that_goes_on_has_no_results_yet(sagemaker: Any, live_aws: Aws) -> None:
    arn = start_evaluation(sagemaker, "slow-run")

    with pytest.raises(AnswerRejected) as caught:
        report_on(live_aws, Target(arn))
    assert caught.value.code == "results.not_ready"


def test_a_failed_run_says_where_nothing_was_found(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    with pytest.raises(AnswerRejected) as caught:
        report_on(live_aws, Target(evaluated("fail-judge", base=False)))

    assert caught.value.code == "results.none"
    assert "fail-judge ended as Failed. EvaluateCustomModelMetrics left no results under s3://" in (
        caught.value.message
    )


def test_records_that_the_judge_refused_are_left_out(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    [comparison] = report_on(live_aws, Target(evaluated("no-scores"))).comparisons

    assert {row.verdict for row in comparison.rows} == {"no scores"}
    assert {row.left_out for row in comparison.rows} == {60}

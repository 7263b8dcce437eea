from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from judged import a_line
from pipelines import (
    OUTPUT,
    start_benchmark,
    start_evaluation,
    start_inspect,
    start_measuring,
    start_nova_evaluation,
)

from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.runs.find import Target
from evalbook.runs.report import Results, read_report
from evalbook.runs.store import RecordStore
from evalbook.runs.words import reservations
from evalbook.sandbox.process import Sandbox


def report_on(aws: Aws, *wanted: Target) -> Results:
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
    tuned = Target(start_nova_evaluation(sagemaker, "nova-0a1b2c3d", tuned=True), "fine-tuned")
    base = Target(start_nova_evaluation(sagemaker, "nova-0a1b2c3d-base", tuned=False), "base")
    in_sandbox.advance(60)

    [comparison] = report_on(live_aws, tuned, base).comparisons
    assert (comparison.first.name, comparison.second.name) == ("base", "fine-tuned")
    assert comparison.paired == 60


def test_runs_are_compared_with_the_first_one_and_corrected_together(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    arns = [evaluated(name, output=f"{OUTPUT}/{name}") for name in ("first", "second")]
    report = report_on(live_aws, *map(Target, arns))
    comparisons = report.comparisons

    assert [(it.first.name, it.second.name) for it in comparisons] == [
        ("first base", "first fine-tuned"),
        ("second base", "second fine-tuned"),
        ("first fine-tuned", "second fine-tuned"),
    ]
    # Three comparisons shown, and the base model of the first with the second's: all that is asked.
    assert {it.tests for it in comparisons} == {12}
    assert report.leaderboard is not None
    assert [it.name for it in report.leaderboard.standings][-1] == "first base"
    assert "All runs have the same judge: amazon.nova-pro-v1:0." in report.leaderboard.basis
    assert "The runs name the same dataset, s3://evalbook-data/support/eval.jsonl." in report.notes


def test_different_datasets_are_pointed_out(evaluated: Callable[..., str], live_aws: Aws) -> None:
    other = "s3://evalbook-data/support/copy.jsonl"
    source = {"Bucket": "evalbook-data", "Key": "support/eval.jsonl"}
    boto3.client("s3").copy_object(
        Bucket="evalbook-data", Key="support/copy.jsonl", CopySource=source
    )
    arns = [evaluated("one", base=False), evaluated("two", base=False, dataset=other)]

    note, *_ = report_on(live_aws, *map(Target, arns)).notes
    assert "The runs name different datasets" in note


def custom_metric(name: str, good: float) -> dict[str, Any]:
    scale = [
        {"definition": words, "value": {"floatValue": value}}
        for words, value in (("bad", 1.0), ("good", good))
    ]
    definition = {"name": name, "instructions": "Rate {{prediction}}.", "ratingScale": scale}
    return {"customMetricDefinition": definition}


def test_a_metric_that_two_runs_define_differently_is_pointed_out(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    arns = []
    for name, highest in (("one", 2.0), ("two", 5.0)):
        metrics = [custom_metric("Tone", highest), custom_metric("Kindness", 2.0)]
        boto3.client("s3").put_object(
            Bucket="evalbook-results", Key=f"{name}.json", Body=json.dumps(metrics).encode()
        )
        uri = f"s3://evalbook-results/{name}.json"
        arns.append(evaluated(name, base=False, custom_metrics=uri))

    [comparison] = report_on(live_aws, *map(Target, arns)).comparisons
    assert [*reservations(comparison)][-1] == (
        "But the runs define Tone differently: the difference may be in the metric rather "
        "than in the models."
    )


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


def a_measured_benchmark(
    sagemaker: Any, in_sandbox: Sandbox, name: str, *, base: float, tuned: float
) -> str:
    """A benchmark that left totals of both models."""
    arn = start_benchmark(sagemaker, name)
    in_sandbox.advance(60)
    pages = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    for step in pages["PipelineExecutionSteps"]:
        job = step["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
        value = tuned if "Custom" in step["StepName"] else base
        figures = {"results": {"all": {"accuracy": value, "accuracy_stderr": 0.01}}}
        boto3.client("s3").put_object(
            Bucket="evalbook-results",
            Key=f"run1/{job}/output/output/mmlu/eval_results/results_2026.json",
            Body=json.dumps(figures),
        )
    return arn


def test_benchmarks_are_compared_by_their_figures(
    sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox
) -> None:
    arns = [
        a_measured_benchmark(sagemaker, in_sandbox, "mmlu", base=0.6, tuned=0.7),
        a_measured_benchmark(sagemaker, in_sandbox, "mmlu-2", base=0.6, tuned=0.8),
    ]

    [found] = report_on(live_aws, Target(arns[0])).figures
    [table] = found.tables
    assert (found.first, found.second) == ("base", "fine-tuned")
    assert [(row.metric, row.verdict) for row in table.rows] == [("accuracy", "better")]
    assert table.rows[0].gain == pytest.approx(0.1)
    board = report_on(live_aws, *map(Target, arns)).leaderboard
    assert board is not None
    assert [(it.name, it.cells["accuracy"].group) for it in board.standings] == [
        ("mmlu-2 fine-tuned", "a"),
        ("mmlu fine-tuned", "b"),
        ("mmlu base", "c"),
    ]
    assert board.versions == ("mmlu fine-tuned", "mmlu-2 fine-tuned")


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


def test_where_one_models_records_are_missing_the_totals_are_compared(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    arn = evaluated("half", output=f"{OUTPUT}/half")
    bucket = boto3.resource("s3").Bucket("evalbook-results")
    [lost] = [
        it
        for it in bucket.objects.filter(Prefix="run1/half/custom-llmaj")
        if it.key.endswith("_output.jsonl")
    ]
    lost.delete()
    report = report_on(live_aws, Target(arn))

    assert (report.comparisons, report.alone, report.figures_alone) == ([], [], [])
    assert [(it.first, it.second) for it in report.figures] == [("base", "fine-tuned")]
    assert "The records of fine-tuned were not found, so the totals are compared." in report.notes


MMLU = {"task": "mmlu", "strategy": "zs_cot", "evaluation_metric": "accuracy"}


def put(key: str, body: bytes) -> None:
    boto3.client("s3").put_object(Bucket="evalbook-results", Key=key, Body=body)


def test_a_benchmark_is_compared_question_by_question_and_task_by_task(
    sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox
) -> None:
    settings = {**MMLU, "subtask": "anatomy,virology"}
    arn = start_measuring(sagemaker, "mmlu-details", settings)
    in_sandbox.advance(60)
    report = report_on(live_aws, Target(arn))

    [comparison] = report.comparisons
    assert (comparison.paired, report.figures) == (80, [])
    assert [row.metric for row in comparison.rows] == ["accuracy"]
    assert sorted(comparison.categories) == ["mmlu_zs_cot:anatomy", "mmlu_zs_cot:virology"]
    [row] = comparison.rows
    assert (
        f"base: accuracy {row.first:.3f}; fine-tuned: accuracy {row.second:.3f}."
        in (report.notes[-1])
    )


def test_totals_that_are_cut_off_do_not_hide_what_the_records_tell(
    sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox
) -> None:
    arn = start_measuring(
        sagemaker, "mmlu-cut", {**MMLU, "subtask": "anatomy"}, output=f"{OUTPUT}/cut"
    )
    in_sandbox.advance(60)
    found = boto3.resource("s3").Bucket("evalbook-results").objects.filter(Prefix="run1/cut/")
    cut = next(it.key for it in found if "/results_" in it.key)
    put(cut, b'{"results": {"all": {"accu')
    report = report_on(live_aws, Target(arn))

    assert [it.paired for it in report.comparisons] == [40]
    assert any(f"{cut} is not JSON as an evaluation writes it" in it for it in report.notes)


def test_a_custom_scorer_is_compared_record_by_record(
    sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox
) -> None:
    settings = {"task": "gen_qa", "strategy": "gen_qa", "preset_reward_function": "prime_math"}
    arn = start_measuring(sagemaker, "scored", settings, "CustomScorer")
    in_sandbox.advance(60)

    [comparison] = report_on(live_aws, Target(arn)).comparisons
    assert comparison.paired == 60
    assert [row.metric for row in comparison.rows][:2] == ["prime_math", "em"]


def test_details_that_are_broken_give_way_to_the_totals(
    sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox
) -> None:
    settings = {**MMLU, "subtask": "anatomy"}
    arn = start_measuring(sagemaker, "broken", settings, output=f"{OUTPUT}/broken")
    in_sandbox.advance(60)
    step = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)[
        "PipelineExecutionSteps"
    ][0]
    job = step["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    put(f"run1/broken/{job}/output/output/None/eval_results/details/a.parquet", b"PAR1 no")
    report = report_on(live_aws, Target(arn))

    assert report.comparisons == []
    assert [row.metric for row in report.figures[0].tables[0].rows] == ["accuracy"]
    assert "a.parquet can't be read" in report.notes[0]
    assert report.notes[1] == "The totals are shown instead."


def test_an_inspect_log_is_read_sample_by_sample(
    sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox
) -> None:
    arn = start_inspect(sagemaker, "inspected", f"{OUTPUT}/inspect")
    in_sandbox.advance(60)
    [step] = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)[
        "PipelineExecutionSteps"
    ]
    job = step["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    log = {
        "samples": [
            {"input": f"{n}?", "target": "x", "scores": {"match": {"value": "C"}}} for n in range(7)
        ]
    }
    put(f"run1/inspect/{job}/output/logs/a.json", json.dumps(log).encode())

    [(arm, [row])] = report_on(live_aws, Target(arn)).alone
    assert (arm.name, arm.records) == ("fine-tuned", 7)
    assert (row.metric, row.mean, row.records) == ("match", 1.0, 7)


def without_categories(sagemaker: Any, arn: str, prefix: str) -> None:
    """Take the categories out of what the judge wrote: Bedrock need not repeat them."""
    sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)  # its files are there now
    s3 = boto3.client("s3")
    for item in s3.list_objects_v2(Bucket="evalbook-results", Prefix=prefix)["Contents"]:
        if "/taskTypes/" in item["Key"]:
            body = s3.get_object(Bucket="evalbook-results", Key=item["Key"])["Body"].read()
            rows = [json.loads(line) for line in body.splitlines()]
            for row in rows:
                row["inputRecord"].pop("category", None)
            put(item["Key"], "\n".join(map(json.dumps, rows)).encode())


def test_categories_that_only_the_dataset_has_are_looked_up_there(
    evaluated: Callable[..., str], sagemaker: Any, live_aws: Aws
) -> None:
    source = boto3.client("s3").get_object(Bucket="evalbook-data", Key="support/eval.jsonl")
    rows = [json.loads(line) for line in source["Body"].read().splitlines()]
    for number, row in enumerate(rows):
        row["category"] = "bills" if number % 2 else "travel"
    body = "".join(json.dumps(row) + "\n" for row in rows).encode()
    boto3.client("s3").put_object(Bucket="evalbook-data", Key="support/two.jsonl", Body=body)
    output, dataset = f"{OUTPUT}/categories", "s3://evalbook-data/support/two.jsonl"
    arn = evaluated("two", dataset=dataset, output=output)
    without_categories(sagemaker, arn, "run1/categories/")
    report = report_on(live_aws, Target(arn))

    [comparison] = report.comparisons
    assert sorted(comparison.categories) == ["bills", "travel"]
    assert {row.records + row.left_out for row in comparison.categories["bills"]} == {30}
    [note] = report.notes
    assert note == (
        "The categories come from s3://evalbook-data/support/two.jsonl, looked up by prompt and "
        "reference: 120 of 120 records without one were found there."
    )


def test_a_dataset_that_is_gone_leaves_the_categories_unknown(
    evaluated: Callable[..., str], sagemaker: Any, live_aws: Aws
) -> None:
    s3, dataset = boto3.client("s3"), "s3://evalbook-data/support/gone.jsonl"
    source = {"Bucket": "evalbook-data", "Key": "support/eval.jsonl"}
    s3.copy_object(Bucket="evalbook-data", Key="support/gone.jsonl", CopySource=source)
    arn = evaluated("gone", dataset=dataset, output=f"{OUTPUT}/gone")
    without_categories(sagemaker, arn, "run1/gone/")
    s3.delete_object(Bucket="evalbook-data", Key="support/gone.jsonl")
    report = report_on(live_aws, Target(arn))

    assert report.comparisons[0].categories == {}
    assert report.notes[0].startswith("It is not known whether the records have categories: ")


def logs_of(sagemaker: Any, arn: str, output: str, logs: dict[str, Any]) -> None:
    [step] = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)[
        "PipelineExecutionSteps"
    ]
    job = step["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    for name, log in logs.items():
        body = log if isinstance(log, bytes) else json.dumps(log).encode()
        put(f"{output}/{job}/output/logs/{name}", body)


def a_log(task: str, status: str) -> dict[str, Any]:
    return {
        "status": status,
        "eval": {"task": task, "created": "2026-11-20T10:00:00+00:00"},
        "samples": [
            {
                "input": f"{task} {n}?",
                "target": "x",
                "output": {
                    "choices": [
                        {
                            "message": {"content": f"It is {task} {n} and"},
                            "stop_reason": "max_tokens",
                        }
                    ]
                },
                "scores": {"match": {"value": "C"}},
            }
            for n in range(6)
        ],
    }


def test_several_logs_of_one_run_are_tasks_and_a_try_that_failed_is_passed_over(
    sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox
) -> None:
    arn = start_inspect(sagemaker, "several", f"{OUTPUT}/several")
    in_sandbox.advance(60)
    logs = {
        "a.json": a_log("arc", "error"),
        "b.json": a_log("arc", "success"),
        "c.json": a_log("boolq", "success"),
    }
    logs_of(sagemaker, arn, "run1/several", logs)
    with RecordStore() as store:
        report = read_report(live_aws, [Target(arn)], store)
        [(arm, _)] = report.alone
        sizes = store.categories(arm, 1)

    assert (arm.records, sizes) == (12, [("arc", 6), ("boolq", 6)])
    assert arm.faults.found() == {"limit": 12}
    assert report.notes[-1].endswith(
        "a.json is from an attempt that ended as error; a successful one is used instead."
    )


def test_a_file_of_records_that_breaks_off_is_named_and_used_as_far_as_it_goes(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    arn = evaluated("cut-off", output=f"{OUTPUT}/cut-off")
    bucket = boto3.resource("s3").Bucket("evalbook-results")
    boto3.client("sagemaker").describe_pipeline_execution(PipelineExecutionArn=arn)
    [file] = [
        it
        for it in bucket.objects.filter(Prefix="run1/cut-off/custom-llmaj")
        if it.key.endswith("_output.jsonl")
    ]
    whole = gzip.compress(file.get()["Body"].read())
    put(f"{file.key}.gz", whole[: len(whole) // 2])
    file.delete()
    report = report_on(live_aws, Target(arn))

    [comparison] = report.comparisons
    assert 0 < comparison.second.records < 60
    [note] = [it for it in report.notes if "is broken" in it]
    assert note == (
        f"s3://evalbook-results/{file.key}.gz is broken: the gzip file is cut off. Its first "
        f"{comparison.second.records} lines are used."
    )

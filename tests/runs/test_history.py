from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pipelines import start_benchmark

from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected, UsageError
from evalbook.runs.history import Filter, list_past_runs, read_age
from evalbook.sandbox.process import Sandbox

REGION = "us-east-1"


def test_lists_the_newest_first_with_model_and_judge(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    mark = uuid.uuid4().hex[:8]
    arns = [evaluated(f"{mark}-{n}") for n in (1, 2)]
    runs, more = list_past_runs(live_aws, REGION, Filter(words=(mark,)), 20)

    assert ([it.run.arn for it in runs], more) == (arns[::-1], 0)
    assert (runs[0].model, runs[0].plan.judge) == ("support-bot/2", "amazon.nova-pro-v1:0")


def test_filters_by_state_type_and_words(
    evaluated: Callable[..., str], sagemaker: Any, live_aws: Aws
) -> None:
    mark = uuid.uuid4().hex[:8]
    evaluated(f"{mark}-good")
    evaluated(f"{mark}-fail-judge")
    start_benchmark(sagemaker, f"{mark}-mmlu")

    def names(wanted: Filter) -> list[str]:
        return [it.run.name for it in list_past_runs(live_aws, REGION, wanted, 20)[0]]

    assert names(Filter(status="failed", words=(mark,))) == [f"{mark}-fail-judge"]
    assert names(Filter(kind="benchmark", words=(mark,))) == [f"{mark}-mmlu"]
    assert names(Filter(words=(mark, "NOVA-PRO", "good"))) == [f"{mark}-good"]


def test_says_how_many_more_there_are(evaluated: Callable[..., str], live_aws: Aws) -> None:
    for _ in range(2):
        evaluated("again")
    runs, more = list_past_runs(live_aws, REGION, Filter(), 1)

    assert len(runs) == 1
    assert more >= 1


def test_a_denied_listing_is_a_rejection(live_aws: Aws, in_sandbox: Sandbox) -> None:
    in_sandbox.fail("sagemaker:ListPipelines", "AccessDeniedException", status=403, times=None)
    try:
        with pytest.raises(AnswerRejected) as caught:
            list_past_runs(live_aws, REGION, Filter(), 1)
    finally:
        in_sandbox.heal()

    assert caught.value.code == "runs.denied"
    assert "sagemaker:ListPipelines" in (caught.value.remedy or "")


def test_a_plan_that_may_not_be_seen_leaves_dashes(
    evaluated: Callable[..., str], live_aws: Aws, in_sandbox: Sandbox
) -> None:
    evaluated("plain")
    operation = "sagemaker:DescribePipelineDefinitionForExecution"
    in_sandbox.fail(operation, "AccessDeniedException", status=403, times=None)
    try:
        runs, _ = list_past_runs(live_aws, REGION, Filter(), 1)
    finally:
        in_sandbox.heal()

    [it] = runs
    assert (it.run.name, it.model, it.plan.judge) == ("plain", "", None)


@pytest.mark.parametrize(
    ("text", "hours"), [("45m", 0.75), ("12h", 12), ("7d", 168), ("2W", 336), (" 1 d ", 24)]
)
def test_reads_ages(text: str, hours: float) -> None:
    assert read_age(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "yesterday", "100000w", "9" * 5000 + "d"])
def test_refuses_what_is_no_age(text: str) -> None:
    with pytest.raises(UsageError):
        read_age(text)

"""The runs that the sandbox's account has behind it, as evalbook tells of them."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

import boto3
import pytest
from shown import in_words

from evalbook.aws.runs import read_kind
from evalbook.aws.session import Aws, in_parallel
from evalbook.errors import AnswerRejected
from evalbook.runs.find import Target, targets
from evalbook.runs.gate import decide, find_candidates_pairs
from evalbook.runs.history import Filter, list_past_runs
from evalbook.runs.policy import Policy
from evalbook.runs.report import Results, read_report
from evalbook.runs.status import RunStatus, look, status_parts, with_logs
from evalbook.runs.store import RecordStore
from evalbook.sandbox.past.table import PAST_RUNS
from evalbook.sandbox.process import Sandbox

ARNS = {run.name: run.arn for run in PAST_RUNS}
CAUSES = {
    "support-bot-role-trust": "role.bedrock_trust",
    "support-bot-judge-retired": "judge.retired",
    "support-bot-too-many": "data.too_many_rows",
    "support-bot-no-recipe": "model.no_recipe",
    "support-bot-quota": "quota",
    "support-bot-log-only": "s3.denied",
    "support-bot-role-gone": "role.sagemaker_trust",
    "support-bot-kms": "kms.denied",
    "support-bot-bucket": "s3.denied",
    "support-bot-profile": "judge.profile",
    "support-bot-throttled": "throttled",
    "support-bot-capacity": "capacity",
    "support-bot-unknown": None,
    "support-bot-half": "internal",
    "mmlu-out-of-memory": "memory",
    "math-scorer-denied": "scorer.invoke",
    "travel-agent-no-agent": "agent.missing",
}


@pytest.fixture(scope="module", autouse=True)
def as_at_the_start(shared_sandbox: Sandbox) -> None:
    """Forget what other tests have run, and the time they let pass."""
    shared_sandbox.reset()


def status_of(aws: Aws, name: str) -> RunStatus:
    status = look(aws, Target(ARNS[name]))
    return with_logs(aws, status) if status.failed and not status.cause else status


def results_of(aws: Aws, *names: str) -> Results:
    with RecordStore() as store:
        return read_report(aws, [Target(ARNS[name]) for name in names], store)


def test_there_are_runs_in_every_state_of_every_type(live_aws: Aws) -> None:
    runs, more = list_past_runs(live_aws, "us-east-1", Filter(), 100)

    assert (len(runs), more) == (len(PAST_RUNS), 0)
    assert {it.run.status for it in runs} == set(
        boto3.client("sagemaker").meta.service_model.shape_for("PipelineExecutionStatus").enum
    )
    assert Counter(read_kind(it.run.arn) for it in runs).keys() == {
        "llm_as_judge", "benchmark", "custom_scorer", "multi_turn_rl", "inspect_ai",
    }  # fmt: skip


def test_each_failure_has_its_cause_wherever_aws_left_it(live_aws: Aws) -> None:
    statuses = in_parallel([partial(status_of, live_aws, name) for name in CAUSES])

    found = {it.run.name: it.cause.id if it.cause else None for it in statuses}
    assert found == CAUSES
    assert {run.name for run in PAST_RUNS if run.failure} == set(CAUSES)


def test_a_log_is_shown_below_what_aws_says(live_aws: Aws) -> None:
    shown = in_words(status_parts(status_of(live_aws, "mmlu-out-of-memory")))

    assert "Why: Inference ran out of memory." in shown
    assert "\n\nThe log of EvaluateCustomModel ends:\n  Starting the evaluation" in shown


def test_what_runs_goes_on_by_the_clock(live_aws: Aws, in_sandbox: Sandbox) -> None:
    before = status_of(live_aws, "support-bot-running")
    in_sandbox.advance(600)
    after = status_of(live_aws, "support-bot-running")
    in_sandbox.reset()

    assert (before.run.status, after.run.status) == ("Executing", "Succeeded")
    assert [round(step.seconds or 0) for step in after.steps[1:5]] == [840] * 4


@pytest.mark.parametrize(
    ("run", "records", "metrics"),
    [("support-bot-v2", 60, 3), ("support-bot-categories", 120, 3), ("support-bot-custom", 60, 5)],
)
def test_results_are_there_when_they_are_asked_for(
    live_aws: Aws, run: str, records: int, metrics: int
) -> None:
    [comparison] = results_of(live_aws, run).comparisons

    assert (comparison.paired, len(comparison.rows)) == (records, metrics)


def test_a_run_is_found_by_its_name(live_aws: Aws) -> None:
    name = "support-bot-v2"

    assert targets(live_aws, [name], Path("no-state.json")) == [Target(ARNS[name])]


@pytest.mark.parametrize(
    ("name", "code", "remedy"),
    [
        ("support-bot-v3", "run.missing", "`evalbook runs` lists the evaluations"),
        (
            "bot-v2",
            "run.missing",
            "Did you mean support-bot-v2 or support-bot-v2-mistral?",
        ),
        ("support bot v2", "run.not_an_execution", "`evalbook runs` lists"),
    ],
)
def test_what_names_no_run_is_said_with_what_is_near(
    live_aws: Aws, name: str, code: str, remedy: str
) -> None:
    with pytest.raises(AnswerRejected) as caught:
        targets(live_aws, [name], Path("no-state.json"))

    assert caught.value.code == code
    assert remedy in (caught.value.remedy or "")


def test_runs_with_two_judges_are_compared(live_aws: Aws) -> None:
    report = results_of(live_aws, "support-bot-v2", "support-bot-v2-mistral")

    assert {run.judge for run in report.runs} == {
        "amazon.nova-pro-v1:0", "mistral.mistral-large-2402-v1:0",
    }  # fmt: skip
    assert report.comparisons


def test_rewards_of_a_past_run_are_read_from_mlflow(live_aws: Aws) -> None:
    [found] = results_of(live_aws, "travel-agent-v1").figures

    assert (found.first, found.second) == ("base", "fine-tuned")
    assert {"mean reward", "pass@1"} <= {row.metric for row in found.tables[0].rows}


def test_the_agent_and_the_dataset_of_multi_turn_rl_are_told(live_aws: Aws) -> None:
    [run], _ = list_past_runs(live_aws, "us-east-1", Filter(words=("travel-agent-v1",)), 9)

    assert run.model == "travel-agent/1"
    assert run.plan.dataset == "s3://evalbook-data/agents/trips.jsonl"


def test_an_inspect_ai_run_does_not_say_which_model_it_evaluated(live_aws: Aws) -> None:
    report = results_of(live_aws, "inspect-ai-v2")

    [(arm, _)] = report.alone
    assert (arm.name, arm.records, list(arm.metrics)) == ("evaluated", 24, ["match"])
    assert (report.notes, report.runs[0].dataset) == ([], None)


def test_of_two_runs_the_last_model_is_held_against_its_base_and_the_other_one(
    live_aws: Aws,
) -> None:
    report = results_of(live_aws, "support-bot-v1", "support-bot-v2")

    _, _, rules = decide(report, Policy())
    assert {rule.against for rule in rules} == {
        "support-bot-v2 base",
        "support-bot-v1 fine-tuned",
    }
    pairs = find_candidates_pairs(report)
    assert [pair.names[1] for pair in pairs] == ["support-bot-v2 fine-tuned"] * 2

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from border import answer

from evalbook.aws.found import Instances
from evalbook.aws.quotas import check_instance_quota, check_quotas
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.sandbox.process import Sandbox

REGION = "us-east-1"
CONCURRENT = "(Model evaluation) Number of concurrent automatic model evaluation jobs"


def quotas(aws: Aws, said: Any, running: int = 0) -> list[tuple[str, str]]:
    answer(aws.client("service-quotas", REGION), "ListServiceQuotas", lambda _: said)
    job = {
        "jobArn": "arn:aws:bedrock:us-east-1:123456789012:evaluation-job/abc123def456",
        "jobName": "a-job",
        "status": "InProgress",
        "creationTime": datetime(2026, 11, 21, tzinfo=timezone.utc),
        "jobType": "Automated",
        "evaluationTaskTypes": ["General"],
    }
    jobs = {"jobSummaries": [job] * running}
    answer(aws.client("bedrock", REGION), "ListEvaluationJobs", lambda _: jobs)
    return [(check.status, check.message) for check in check_quotas(aws, REGION)]


def test_compares_the_quota_with_what_runs_now(aws: Aws) -> None:
    said = {
        "Quotas": [
            {"QuotaName": CONCURRENT, "Value": 20.0},
            {"QuotaName": "Something else", "Value": 1.0},
        ]
    }

    assert quotas(aws, said, 3) == [("passed", f"{CONCURRENT}: 20; 3 in progress.")]


def test_warns_where_the_quota_is_used_up(aws: Aws) -> None:
    [(status, message)] = quotas(aws, {"Quotas": [{"QuotaName": CONCURRENT, "Value": 2.0}]}, 2)

    assert status == "warning"
    assert message == f"{CONCURRENT}: 2; 2 evaluation jobs are in progress."


def test_a_quota_of_zero_stops_a_run(aws: Aws) -> None:
    assert quotas(aws, {"Quotas": [{"QuotaName": CONCURRENT, "Value": 0.0}]}, 1) == [
        ("failed", f"{CONCURRENT}: 0. No such job could start.")
    ]


def test_a_denial_is_said(aws: Aws) -> None:
    [(status, message)] = quotas(aws, "AccessDeniedException")

    assert status == "skipped"
    assert "Could not check Bedrock's quotas" in message


def test_an_empty_list_is_said(aws: Aws) -> None:
    assert quotas(aws, {"Quotas": []}) == [
        ("skipped", "Service Quotas lists none for evaluation jobs.")
    ]


BIG = "ml.g5.48xlarge for endpoint usage"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"Quotas": [{"QuotaName": BIG, "Value": 2.0}]}, f"The quota for {BIG} is 2."),
        ({"Quotas": []}, f"Service Quotas lists none for {BIG}."),
        ("AccessDeniedException", f"Could not check the quota for {BIG}."),
        (
            {"Quotas": [{"QuotaName": BIG, "Value": 1.0}]},
            f"The account's quota for {BIG} in us-east-1 is 1; 2 would be needed.",
        ),
    ],
)
def test_instances_are_held_against_their_quota(aws: Aws, said: Any, expected: str) -> None:
    answer(aws.client("service-quotas", REGION), "ListServiceQuotas", lambda _: said)
    try:
        text = check_instance_quota(aws, REGION, Instances("ml.g5.48xlarge", 2), "endpoint").message
    except AnswerRejected as rejection:
        text = rejection.message

    assert text.startswith(expected)


def test_the_sandboxs_quotas_are_read(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    checks = check_quotas(Aws(), "us-east-1")

    assert [check.status for check in checks] == ["passed", "passed"]
    assert checks[0].message.startswith(
        "(Model evaluation) Number of concurrent automatic model evaluation jobs: 20; "
    )

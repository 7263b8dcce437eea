from __future__ import annotations

import time

import pytest
from border import answer

from evalbook.aws.session import Aws
from evalbook.aws.step_jobs import LOG_GROUP, read_last_log_lines

REGION = "us-east-1"


@pytest.fixture
def log(aws: Aws) -> Aws:
    """A job's log of 30 lines."""
    logs = aws.client("logs", REGION)
    logs.create_log_group(logGroupName=LOG_GROUP)
    stream = {"logGroupName": LOG_GROUP, "logStreamName": "a-job/algo-1-1"}
    logs.create_log_stream(**stream)
    now = int(time.time() * 1000) - 60_000
    events = [{"timestamp": now + n, "message": f"line {n}\n"} for n in range(30)]
    logs.put_log_events(**stream, logEvents=events)
    return aws


def test_returns_the_last_lines(log: Aws) -> None:
    lines, why_not = read_last_log_lines(log, REGION, "a-job", LOG_GROUP)

    assert (lines[0], lines[-1], len(lines), why_not) == ("line 10", "line 29", 20, None)


def test_a_job_without_a_log_is_said_so(log: Aws) -> None:
    assert read_last_log_lines(log, REGION, "another", LOG_GROUP) == (
        [],
        "The job another wrote no log.",
    )


def test_an_account_without_the_log_group_too(aws: Aws) -> None:
    assert read_last_log_lines(aws, REGION, "a-job", LOG_GROUP) == (
        [],
        "The job a-job wrote no log.",
    )


def test_a_denied_log_is_said_so(aws: Aws) -> None:
    client = aws.client("logs", REGION)
    answer(client, "DescribeLogStreams", lambda _: "AccessDeniedException")

    lines, why_not = read_last_log_lines(aws, REGION, "a-job", LOG_GROUP)
    assert lines == []
    assert "The log of a-job can't be read" in (why_not or "")

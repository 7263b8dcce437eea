"""Evaluations in the simulated AWS, as far as a test wants them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from evalbook.aws.session import Aws
from evalbook.sandbox.process import Sandbox

from pipelines import start_evaluation  # isort: skip


@pytest.fixture
def sagemaker(in_sandbox: Sandbox) -> Any:
    """A SageMaker client of the simulated AWS."""
    assert in_sandbox.endpoint
    return boto3.client("sagemaker")


@pytest.fixture
def evaluated(in_sandbox: Sandbox, sagemaker: Any) -> Callable[..., str]:
    """What starts an evaluation and lets the time pass until it is over; returns its ARN."""

    def evaluate(*words: Any, **more: Any) -> str:
        arn = start_evaluation(sagemaker, *words, **more)
        in_sandbox.advance(60)
        return arn

    return evaluate


@pytest.fixture
def live_aws(in_sandbox: Sandbox) -> Aws:
    """The simulated AWS as evalbook sees it."""
    assert in_sandbox.endpoint
    return Aws(patience=90)  # a loaded machine answers late

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from evalbook.aws.packages import read_package
from evalbook.moments import iso_utc


def an_answer(**container: Any) -> dict[str, Any]:
    return {
        "ModelPackageArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package/support-bot/1",
        "CreationTime": datetime(2026, 1, 1, tzinfo=timezone.utc),
        "ModelPackageStatus": "Completed",
        "InferenceSpecification": {"Containers": [container]},
    }


def test_model_data_is_found_in_a_data_source() -> None:
    source = {"S3DataSource": {"S3Uri": "s3://bucket/prefix/"}}

    assert read_package(an_answer(ModelDataSource=source)).model_data == "s3://bucket/prefix/"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({}, "it has no inference specification"),
        (
            {"InferenceSpecification": {"Containers": [], "SupportedContentTypes": []}},
            "its inference specification has no containers",
        ),
    ],
)
def test_what_lacks_before_the_base_model_is_said(answer: dict[str, Any], why: str) -> None:
    found = read_package({**an_answer(), "InferenceSpecification": {}, **answer})

    assert found.no_base == why


def test_failure_reasons_are_joined() -> None:
    statuses = [{"Name": "a", "Status": "Failed", "FailureReason": "no weights"}, {"Name": "b"}]
    scans = [{"Name": "c", "Status": "Failed", "FailureReason": "old image"}]
    details = {"ValidationStatuses": statuses, "ImageScanStatuses": scans}

    found = read_package({**an_answer(), "ModelPackageStatusDetails": details})

    assert found.failure == "no weights; old image"


def test_moments_are_written_in_utc() -> None:
    east = timezone(timedelta(hours=2))

    assert iso_utc(datetime(2026, 1, 1, 1, tzinfo=east)) == "2025-12-31T23:00:00+00:00"

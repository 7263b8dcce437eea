from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

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


def test_a_package_without_inference_specification_is_said_to_have_none() -> None:
    found = read_package({**an_answer(), "InferenceSpecification": {}})

    assert found.no_base == "it has no inference specification"


def test_failure_reasons_are_joined() -> None:
    statuses = [{"Name": "a", "Status": "Failed", "FailureReason": "no weights"}, {"Name": "b"}]
    scans = [{"Name": "c", "Status": "Failed", "FailureReason": "old image"}]
    details = {"ValidationStatuses": statuses, "ImageScanStatuses": scans}

    found = read_package({**an_answer(), "ModelPackageStatusDetails": details})

    assert found.failure == "no weights; old image"


def test_moments_are_written_in_utc() -> None:
    east = timezone(timedelta(hours=2))

    assert iso_utc(datetime(2026, 1, 1, 1, tzinfo=east)) == "2025-12-31T23:00:00+00:00"

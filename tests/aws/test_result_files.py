from __future__ import annotations

import gzip
import io
import tarfile

import pytest
from moto.s3.models import s3_backends

from evalbook.aws.result_files import find_result_files, read_summary
from evalbook.aws.s3 import S3Uri
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected

ACCOUNT = "123456789012"  # moto's account
BUCKET = "results-of-a-test"


@pytest.fixture
def bucket(aws: Aws) -> Aws:
    """An empty bucket."""
    aws.client("s3").create_bucket(Bucket=BUCKET)
    return aws


def put(aws: Aws, **objects: bytes) -> None:
    for key, body in objects.items():
        aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)


def test_a_judges_records_are_found_through_its_totals(bucket: Aws) -> None:
    put(
        bucket,
        **{
            "run/job-1/output/output/bed-1/bedrock_llm_judge_results.json": b"{}",
            "run/bed-1/x/datasets/a_output.jsonl": b"",
            "run/bed-1/x/datasets/b_output.jsonl": b"",
            "run/bed-2/x/datasets/a_output.jsonl": b"",
        },
    )
    files = find_result_files(bucket, f"s3://{BUCKET}/run/", "job-1")

    assert [uri.key for uri in files.records] == [
        "run/bed-1/x/datasets/a_output.jsonl",
        "run/bed-1/x/datasets/b_output.jsonl",
    ]
    assert len(files.summaries) == 1


def test_a_bucket_without_a_prefix_will_do(bucket: Aws) -> None:
    put(bucket, **{"job-1/output/output/task/results_1.json": b"{}"})

    assert find_result_files(bucket, f"s3://{BUCKET}", "job-1").summaries == (
        S3Uri(BUCKET, "job-1/output/output/task/results_1.json"),
    )


def test_what_lies_behind_a_thousand_keys_is_found(bucket: Aws) -> None:
    for number in range(1001):
        # Past boto3, by which this takes two seconds.
        s3_backends[ACCOUNT]["aws"].put_object(
            BUCKET, f"run/job-1/output/output/a/{number:04}", b""
        )
    put(bucket, **{"run/job-1/output/output/z/results_1.json": b"{}"})

    assert len(find_result_files(bucket, f"s3://{BUCKET}/run", "job-1").summaries) == 1


def test_where_nothing_is_the_places_are_told(bucket: Aws) -> None:
    files = find_result_files(bucket, f"s3://{BUCKET}/run", "job-1", "bed-9")

    assert (files.records, files.summaries) == ((), ())
    assert files.looked_at == (
        f"s3://{BUCKET}/run/job-1/output/output/",
        f"s3://{BUCKET}/run/bed-9/…_output.jsonl",
    )


def test_a_missing_bucket_is_a_rejection(aws: Aws) -> None:
    with pytest.raises(AnswerRejected) as caught:
        find_result_files(aws, "s3://no-such-bucket-here/run", "job")

    assert caught.value.code == "results.denied"


def test_a_summary_that_is_no_json_is_named(bucket: Aws) -> None:
    put(bucket, **{"a.json": b"{"})

    with pytest.raises(AnswerRejected, match=r"s3://results-of-a-test/a.json is not JSON as"):
        read_summary(bucket, S3Uri(BUCKET, "a.json"))


def an_archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def test_the_newest_totals_in_a_jobs_archive_are_read(bucket: Aws) -> None:
    packed = an_archive(
        **{
            "x/eval_results/results_2.json": b'{"results": 2}',
            "x/eval_results/results_1.json": b'{"results": 1}',
            "x/eval_results/details/m/details_a_1.parquet": b"",
            "../results_9.txt": b"",
        }
    )
    put(bucket, **{"run/job-1/output/output.tar.gz": packed})

    files = find_result_files(bucket, f"s3://{BUCKET}/run", "job-1")
    assert [uri.key for uri in files.summaries] == ["run/job-1/output/output.tar.gz"]
    assert files.details == (files.summaries,)
    assert read_summary(bucket, files.summaries[0]) == {"results": 2}


def test_totals_in_an_archive_may_be_compressed(bucket: Aws) -> None:
    packed = an_archive(**{"results_1.json.gz": gzip.compress(b'{"results": 1}')})
    put(bucket, **{"run/job-1/output/output.tar.gz": packed})

    uri = S3Uri(BUCKET, "run/job-1/output/output.tar.gz")
    assert read_summary(bucket, uri) == {"results": 1}


def test_what_is_called_an_archive_and_is_none_is_told(bucket: Aws) -> None:
    put(bucket, **{"run/job-1/output/output.tar.gz": b"no archive"})

    with pytest.raises(AnswerRejected) as refused:
        read_summary(bucket, S3Uri(BUCKET, "run/job-1/output/output.tar.gz"))
    assert refused.value.code == "results.unreadable"

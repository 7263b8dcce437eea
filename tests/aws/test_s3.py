from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from evalbook.aws.s3 import (
    ObjectFacts,
    S3Uri,
    describe_bucket,
    describe_object,
    need_bucket_in,
    parse_s3_uri,
    read_chunks,
    read_head,
    refuse_template_text,
    sibling_key,
)
from evalbook.aws.s3_writes import upload_new, write_probe
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected, AwsUnavailable

Stub = Callable[..., Stubber]
Endpoint = Callable[..., Aws]
LAST_MODIFIED = datetime(2026, 11, 20, 8, tzinfo=timezone.utc)
RECORDS = b'{"query": "2+2?", "response": "4"}\n'


def a_bucket(aws: Aws, *keys: str, name: str = "research", region: str | None = None) -> None:
    place = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region else {}
    aws.client("s3", region).create_bucket(Bucket=name, **place)
    for key in keys:
        aws.client("s3", region).put_object(Bucket=name, Key=key, Body=RECORDS)


def keys_in(aws: Aws, bucket: str = "research") -> list[str]:
    versions = aws.client("s3").list_object_versions(Bucket=bucket)
    listed = [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]
    return [item["Key"] for item in listed]


def rejection(ask: Callable[[], Any]) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        ask()
    return caught.value


# S3 URIs


@pytest.mark.parametrize(
    ("text", "bucket", "key"),
    [
        ("s3://research/faq.jsonl", "research", "faq.jsonl"),
        ("  s3://research/a b/ü=1.jsonl\n", "research", "a b/ü=1.jsonl"),
        ('"s3://research/faq.jsonl"', "research", "faq.jsonl"),
        ("<s3://research/faq.jsonl>", "research", "faq.jsonl"),
        ("\u200bs3://research/faq.jsonl\ufeff", "research", "faq.jsonl"),
        ("S3://research/faq.jsonl", "research", "faq.jsonl"),
        ("s3://old_bucket/a//b.jsonl", "old_bucket", "a//b.jsonl"),
        ("s3://research/folder/", "research", "folder/"),
    ],
)
def test_an_s3_uri_is_read(text: str, bucket: str, key: str) -> None:
    assert parse_s3_uri(text, what="dataset") == S3Uri(bucket, key)


@pytest.mark.parametrize(
    ("uri", "text"),
    [(S3Uri("research", "a/b"), "s3://research/a/b"), (S3Uri("research", ""), "s3://research")],
)
def test_an_s3_uri_is_written(uri: S3Uri, text: str) -> None:
    assert str(uri) == text


@pytest.mark.parametrize("text", ["s3://research", "s3://research/"])
def test_a_whole_bucket_will_do_where_no_key_is_needed(text: str) -> None:
    assert parse_s3_uri(text, what="output", key_needed=False) == S3Uri("research", "")
    assert rejection(lambda: parse_s3_uri(text, what="dataset")).message == (
        "s3://research is a whole bucket. The dataset is one object."
    )


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("s3:/research/faq.jsonl", "Did you mean s3://research/faq.jsonl?"),
        ("s3:research/faq.jsonl", "Did you mean s3://research/faq.jsonl?"),
        ("s3//research/faq.jsonl", "Did you mean s3://research/faq.jsonl?"),
        ("s3;//research/faq.jsonl", "Did you mean s3://research/faq.jsonl?"),
        ("s3a://research/faq.jsonl", "Did you mean s3://research/faq.jsonl?"),
        ("s3n://research/faq.jsonl", "Did you mean s3://research/faq.jsonl?"),
        ("s3:///research/faq.jsonl", "Did you mean s3://research/faq.jsonl?"),
        ("s3://research//faq.jsonl", "Did you mean s3://research/faq.jsonl?"),
        ("s3://Research/faq.jsonl", "Did you mean s3://research/faq.jsonl?"),
        ("arn:aws:s3:::research/faq.jsonl", "Write it as s3://research/faq.jsonl."),
        ("https://research.s3.eu-west-1.amazonaws.com/a%20b", "Write it as s3://research/a b."),
        ("https://s3-us-west-2.amazonaws.com/research/faq", "Write it as s3://research/faq."),
        ("https://s3.amazonaws.com/research/faq", "Write it as s3://research/faq."),
        (
            "https://us-east-1.console.aws.amazon.com/s3/object/research?prefix=a/faq.jsonl",
            "Write it as s3://research/a/faq.jsonl.",
        ),
    ],
)
def test_the_uri_meant_is_spelled_out(text: str, remedy: str) -> None:
    rejected = rejection(lambda: parse_s3_uri(text, what="dataset"))

    assert (rejected.code, rejected.remedy) == ("s3.uri", remedy)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "No dataset was given."),
        ("faq.jsonl", '"faq.jsonl" looks like a file on this computer. The dataset must be in S3.'),
        ("none", '"none" is not an S3 URI: it does not begin with s3://.'),
        ("~/faq", '"~/faq" looks like a file on this computer. The dataset must be in S3.'),
        ("gs://a/b", '"gs://a/b" is not an S3 URI: it does not begin with s3://.'),
        ("s3://", "There is no bucket name after s3:// in the dataset."),
        ("s3://<bucket>/faq", "\"<bucket>\" can't be a bucket's name."),
        ("https://[bad", "The dataset is given as a web address."),
        (
            "https://example.com/faq.jsonl",
            "https://example.com/faq.jsonl is a web address. The dataset must be in S3.",
        ),
        (
            "arn:aws:sagemaker:us-east-1:123456789012:training-job/a",
            (
                '"arn:aws:sagemaker:us-east-1:123456789012:training-job/a" is the ARN of '
                "a training job. The dataset is given as an S3 URI."
            ),
        ),
        (
            "s3://arn:aws:s3:us-east-1:123456789012:accesspoint/a/faq",
            (
                "s3://arn:aws:s3:us-east-1:123456789012:accesspoint has an ARN instead of "
                "the bucket's name."
            ),
        ),
        (
            "s3://research/faq.jsonl?versionId=3",
            (
                'The dataset contains "?", where the SageMaker SDK would cut it off like a web '
                "address."
            ),
        ),
        ("s3://research/\udcff", "The dataset's key holds bytes that are not UTF-8 text."),
        (
            "s3://research/" + "ü" * 513,
            "The dataset's key is longer than the 1024 bytes that S3 allows.",
        ),
    ],
)
def test_what_is_no_s3_uri_is_named_for_what_it_is(text: str, message: str) -> None:
    assert rejection(lambda: parse_s3_uri(text, what="dataset")).message == message


def test_a_place_for_results_is_not_said_to_be_a_file_to_upload() -> None:
    rejected = rejection(lambda: parse_s3_uri("foo", what="output prefix", key_needed=False))

    assert rejected.remedy == "Give one such as s3://bucket/path."


def test_the_signature_of_a_presigned_url_is_not_repeated() -> None:
    text = "https://research.s3.amazonaws.com/faq.jsonl?X-Amz-Signature=5ec2e7"

    rejected = rejection(lambda: parse_s3_uri(text, what="dataset"))

    assert "5ec2e7" not in rejected.message + str(rejected.remedy)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a{{7*7}}", "the template mark {{"),
        ("a{% if x %}", "the template mark {%"),
        ("a{# x", "the template mark {#"),
        ("a}}", "the template mark }}"),
        ("a%}", "the template mark %}"),
        ("a#}", "the template mark #}"),
        ('say "hi"', "a double quote"),
        ("a\\b", "a backslash"),
        ("a\nb", "a line break"),
        ("a\tb", "a tab"),
        ("a\x00b", "the invisible character U+0000"),
        ("a\x85b", "the invisible character U+0085"),
        ("a\u2028b", "the invisible character U+2028"),
        ("a\udcffb", "the invisible character U+DCFF"),
    ],
)
def test_text_that_would_change_the_pipeline_is_refused(text: str, found: str) -> None:
    rejected = rejection(lambda: refuse_template_text(text, "run name"))

    assert rejected.code == "text.template"
    assert rejected.message == (
        f"The run name contains {found}, which the SageMaker SDK would treat as part of its "
        "pipeline template or JSON."
    )


def test_the_thing_refused_is_named_once() -> None:
    rejected = rejection(lambda: refuse_template_text("{{", "the dataset's path"))

    assert rejected.message.startswith("The dataset's path contains the template mark {{,")


@pytest.mark.parametrize("text", ["", "support-bot", "a {b} 100% #1", "It's ünïcode 🎉", "{ {x} }"])
def test_harmless_text_is_let_through(text: str) -> None:
    refuse_template_text(text, "run name")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("data/faq.csv", "data/faq-converted.jsonl"),
        ("faq.jsonl", "faq-converted.jsonl"),
        ("faq.jsonl.gz", "faq-converted.jsonl"),
        ("data.v2/faq", "data.v2/faq-converted.jsonl"),
        ("a/b.c/faq.v1.json", "a/b.c/faq.v1-converted.jsonl"),
    ],
)
def test_a_converted_copy_goes_beside_the_original(key: str, expected: str) -> None:
    assert sibling_key(S3Uri("research", key), "-converted") == S3Uri("research", expected)


# Buckets


def test_a_buckets_region_is_told(aws: Aws) -> None:
    a_bucket(aws)
    a_bucket(aws, name="europe", region="eu-west-1")

    assert describe_bucket(aws, "research") == "us-east-1"
    assert describe_bucket(aws, "europe") == "eu-west-1"


def test_a_missing_bucket_is_rejected_with_near_names(aws: Aws) -> None:
    a_bucket(aws)

    rejected = rejection(lambda: describe_bucket(aws, "reserach"))

    assert rejected.code == "s3.no_bucket"
    assert rejected.message == "There is no bucket reserach."
    assert rejected.remedy == "Did you mean research?"


def test_the_region_of_a_forbidden_bucket_is_read_from_the_refusal(aws: Aws, stub: Stub) -> None:
    region = {"HTTPHeaders": {"x-amz-bucket-region": "eu-west-1", "x-amz-request-id": "1"}}
    stub("s3").add_client_error("head_bucket", "403", response_meta=region)

    assert describe_bucket(aws, "theirs") == "eu-west-1"


@pytest.mark.parametrize(
    ("constraint", "region"), [(None, "us-east-1"), ("EU", "eu-west-1"), ("sa-east-1", "sa-east-1")]
)
def test_a_bucket_whose_head_tells_nothing_is_asked_for_its_location(
    aws: Aws, stub: Stub, constraint: str | None, region: str
) -> None:
    s3 = stub("s3")
    s3.add_client_error("head_bucket", "301")
    s3.add_response("get_bucket_location", {"LocationConstraint": constraint} if constraint else {})

    assert describe_bucket(aws, "research") == region


def test_a_bucket_that_tells_nothing_at_all_is_denied(aws: Aws, stub: Stub) -> None:
    s3 = stub("s3")
    s3.add_client_error("head_bucket", "403")
    s3.add_client_error("get_bucket_location", "AccessDenied")

    rejected = rejection(lambda: describe_bucket(aws, "theirs"))

    assert rejected.code == "s3.denied"
    assert (
        rejected.remedy == "Ask for s3:ListBucket and s3:GetBucketLocation on arn:aws:s3:::theirs."
    )


def test_expired_credentials_behind_a_bare_400_are_found_out(aws: Aws, stub: Stub) -> None:
    s3 = stub("s3")
    s3.add_client_error("head_bucket", "400")
    s3.add_client_error("get_bucket_location", "ExpiredToken")

    with pytest.raises(AwsUnavailable) as caught:
        describe_bucket(aws, "research")

    assert caught.value.code == "expired_credentials"


def test_a_bucket_in_another_region_is_named_as_such(aws: Aws) -> None:
    a_bucket(aws, region="eu-west-1")

    assert rejection(lambda: need_bucket_in(aws, "research", "us-east-1")).message == (
        "The bucket research is in eu-west-1, the evaluation in us-east-1. "
        "SageMaker and Bedrock need them in one region."
    )
    assert need_bucket_in(aws, "research", "eu-west-1").status == "passed"


# Objects


def test_an_object_is_described_without_being_read(aws: Aws) -> None:
    a_bucket(aws, "data/faq.jsonl", region="eu-west-1")

    facts, checks = describe_object(aws, S3Uri("research", "data/faq.jsonl"))

    assert facts == ObjectFacts(35, '"71606569f3db19f115b4e33f0b15e6e0"', "eu-west-1")
    assert [(check.id, check.status) for check in checks] == [
        ("s3.bucket", "passed"),
        ("s3.object", "passed"),
    ]
    words = r"s3://research/data/faq.jsonl exists: 35 bytes, of \d{4}-\d\d-\d\d \d\d:\d\d UTC."
    assert re.fullmatch(words, checks[1].message)


@pytest.mark.parametrize(
    ("there", "asked", "remedy"),
    [
        ("data/faq.jsonl", "data/FAQ.jsonl", "Did you mean s3://research/data/faq.jsonl?"),
        ("data/faq.jsonl", "data/faq.json", "Did you mean s3://research/data/faq.jsonl?"),
        ("data/a b.jsonl", "data/a%20b.jsonl", "Did you mean s3://research/data/a b.jsonl?"),
        ("data/faq.jsonl", "dta/faq.jsonl", "Did you mean s3://research/data/?"),
        ("data/faq.jsonl", "data/xyz", "The closest match is s3://research/data/faq.jsonl."),
        ("data/faq.jsonl", "q/r/s", "The closest match is s3://research/data/."),
    ],
)
def test_a_missing_object_is_rejected_with_what_is_there(
    aws: Aws, there: str, asked: str, remedy: str
) -> None:
    a_bucket(aws, there)

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", asked)))

    assert rejected.code == "s3.missing"
    assert rejected.message == f"There is no object s3://research/{asked}."
    assert rejected.remedy == remedy


def test_at_most_five_names_are_suggested_json_lines_first(aws: Aws) -> None:
    a_bucket(aws, *(f"data/part-{number}.csv" for number in range(6)), "data/z.jsonl")

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "data")))

    assert rejected.code == "s3.folder"
    assert rejected.message == "s3://research/data is a folder. One object is needed."
    assert str(rejected.remedy).startswith(
        "Give an object in it, such as s3://research/data/z.jsonl, s3://research/data/part-0.csv"
    )
    assert str(rejected.remedy).count("s3://") == 5


def test_a_folder_given_with_its_slash_is_a_folder(aws: Aws) -> None:
    a_bucket(aws, "data/", "data/faq.jsonl")

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "data/")))

    assert rejected.code == "s3.folder"
    assert rejected.remedy == "Give an object in it, such as s3://research/data/faq.jsonl."


def test_a_folder_that_holds_nothing_is_missing(aws: Aws) -> None:
    a_bucket(aws, "data/faq.jsonl")

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "dato/")))

    assert rejected.code == "s3.missing"
    assert rejected.remedy == "Did you mean s3://research/data/?"


def test_in_an_empty_bucket_uploading_is_suggested(aws: Aws) -> None:
    a_bucket(aws)

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "faq.jsonl")))

    assert rejected.remedy == "The bucket is empty: upload the file with `aws s3 cp` first."


def test_a_deleted_object_is_said_to_be_deleted(aws: Aws) -> None:
    a_bucket(aws)
    versioning = {"Status": "Enabled"}
    aws.client("s3").put_bucket_versioning(Bucket="research", VersioningConfiguration=versioning)
    aws.client("s3").put_object(Bucket="research", Key="faq.jsonl", Body=RECORDS)
    aws.client("s3").delete_object(Bucket="research", Key="faq.jsonl")

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "faq.jsonl")))

    assert rejected.message == (
        "s3://research/faq.jsonl was deleted; the bucket still has older versions of it."
    )


def test_an_empty_object_is_rejected(aws: Aws) -> None:
    a_bucket(aws)
    aws.client("s3").put_object(Bucket="research", Key="faq.jsonl", Body=b"")

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "faq.jsonl")))

    assert rejected.code == "s3.empty"
    assert rejected.message == "s3://research/faq.jsonl is empty (0 bytes)."


@pytest.mark.parametrize("place", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_object_is_rejected(aws: Aws, place: str) -> None:
    a_bucket(aws)
    aws.client("s3").put_object(
        Bucket="research", Key="faq.jsonl", Body=RECORDS, StorageClass=place
    )

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "faq.jsonl")))

    assert rejected.code == "s3.archived"
    assert rejected.message == f"s3://research/faq.jsonl is archived ({place}) and can't be read."


def a_head(stub: Stub, **more: Any) -> None:
    s3 = stub("s3")
    s3.add_response("head_bucket", {"BucketRegion": "us-east-1"})
    plain = {"ContentLength": 2_500_000, "ETag": '"1"', "LastModified": LAST_MODIFIED}
    s3.add_response("head_object", {**plain, **more})


def test_a_restored_object_is_readable_for_a_while(aws: Aws, stub: Stub) -> None:
    restored = 'ongoing-request="false", expiry-date="Fri, 27 Nov 2026 00:00:00 GMT"'
    a_head(stub, StorageClass="GLACIER", Restore=restored)

    _, checks = describe_object(aws, S3Uri("research", "faq.jsonl"))

    assert checks[1].message == ("s3://research/faq.jsonl exists: 2.5 MB, of 2026-11-20 08:00 UTC.")
    assert (checks[2].id, checks[2].status) == ("s3.archived", "warning")
    assert "27 Nov 2026" in checks[2].message


def test_an_object_being_restored_is_rejected(aws: Aws, stub: Stub) -> None:
    a_head(stub, StorageClass="DEEP_ARCHIVE", Restore='ongoing-request="true"')

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "faq.jsonl")))

    assert rejected.remedy == "Try again when S3 has restored it."


def test_an_object_archived_by_intelligent_tiering_is_rejected(aws: Aws, stub: Stub) -> None:
    a_head(stub, StorageClass="INTELLIGENT_TIERING", ArchiveStatus="ARCHIVE_ACCESS")

    assert rejection(lambda: describe_object(aws, S3Uri("research", "a"))).code == "s3.archived"


def test_decryption_is_said_not_to_be_checked(aws: Aws, stub: Stub) -> None:
    a_head(stub, ServerSideEncryption="aws:kms", SSEKMSKeyId="arn:aws:kms:us-east-1:1:key/k")

    _, checks = describe_object(aws, S3Uri("research", "faq.jsonl"))

    assert (checks[2].id, checks[2].status) == ("s3.decryption", "skipped")
    assert checks[2].remedy == "You and the execution role need kms:Decrypt on that key."


def a_refused_head(stub: Stub, code: str) -> Stubber:
    s3 = stub("s3")
    s3.add_response("head_bucket", {"BucketRegion": "us-east-1"})
    s3.add_client_error("head_object", code)
    return s3


def test_where_nothing_may_be_listed_both_possibilities_are_told(aws: Aws, stub: Stub) -> None:
    a_refused_head(stub, "403").add_client_error("list_objects_v2", "AccessDenied")

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "faq.jsonl")))

    assert rejected.code == "s3.denied"
    assert rejected.message == (
        "s3://research/faq.jsonl does not exist, or you may not read it: without s3:ListBucket, S3 "
        "gives the same answer for both."
    )
    assert "s3:GetObject on arn:aws:s3:::research/faq.jsonl" in str(rejected.remedy)


def test_an_object_that_is_listed_but_forbidden_exists(aws: Aws, stub: Stub) -> None:
    listed = {"Contents": [{"Key": "faq.jsonl"}]}
    a_refused_head(stub, "403").add_response("list_objects_v2", listed)

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "faq.jsonl")))

    assert rejected.code == "s3.denied"
    assert rejected.message == "s3://research/faq.jsonl exists, but you may not read it."


def test_an_object_with_the_customers_own_key_is_unreadable(aws: Aws, stub: Stub) -> None:
    listed = {"Contents": [{"Key": "faq.jsonl"}]}
    a_refused_head(stub, "400").add_response("list_objects_v2", listed)

    rejected = rejection(lambda: describe_object(aws, S3Uri("research", "faq.jsonl")))

    assert rejected.code == "s3.unreadable"
    assert "SSE-C" in rejected.message


def test_unknown_credentials_behind_a_bare_403_are_found_out(aws: Aws, stub: Stub) -> None:
    a_refused_head(stub, "403").add_client_error("list_objects_v2", "InvalidAccessKeyId")

    with pytest.raises(AwsUnavailable) as caught:
        describe_object(aws, S3Uri("research", "faq.jsonl"))

    assert caught.value.code == "invalid_credentials"


# Reading


def an_object(aws: Aws, body: bytes) -> S3Uri:
    a_bucket(aws)
    aws.client("s3").put_object(Bucket="research", Key="faq.jsonl", Body=body)
    return S3Uri("research", "faq.jsonl")


@pytest.mark.parametrize(
    ("body", "head"), [(b"0123456789", b"0123"), (b"012", b"012"), (b"", b""), (b"0123", b"0123")]
)
def test_the_first_bytes_are_read(aws: Aws, body: bytes, head: bytes) -> None:
    assert read_head(aws, an_object(aws, body), size=4) == head


def test_only_the_first_bytes_are_asked_for(aws: Aws, stub: Stub) -> None:
    stub("s3").add_client_error(
        "get_object",
        "NoSuchKey",
        expected_params={"Bucket": "research", "Key": "faq.jsonl", "Range": "bytes=0-8191"},
    )

    assert rejection(lambda: read_head(aws, S3Uri("research", "faq.jsonl"))).code == "s3.missing"


@pytest.mark.parametrize("body", [b"", b"0", b"0123", b"0123456789"])
def test_an_object_is_read_in_pieces(aws: Aws, body: bytes) -> None:
    pieces = list(read_chunks(aws, an_object(aws, body), 4))

    assert b"".join(pieces) == body
    assert all(len(piece) <= 4 for piece in pieces)


def test_an_object_that_is_no_longer_the_one_looked_at_is_rejected(aws: Aws) -> None:
    uri = an_object(aws, b"old")
    facts, _ = describe_object(aws, uri)
    aws.client("s3").put_object(Bucket="research", Key="faq.jsonl", Body=b"new")

    rejected = rejection(lambda: list(read_chunks(aws, uri, etag=facts.etag)))

    assert rejected.code == "s3.changed"
    assert rejected.message == "s3://research/faq.jsonl changed while evalbook was reading it."


@pytest.mark.parametrize(
    ("aws_code", "code"),
    [
        ("AccessDenied", "s3.denied"),
        ("NoSuchKey", "s3.missing"),
        ("InvalidObjectState", "s3.archived"),
        ("KMS.DisabledException", "s3.unreadable"),
    ],
)
def test_an_object_that_is_refused_is_rejected(
    aws: Aws, stub: Stub, aws_code: str, code: str
) -> None:
    stub("s3").add_client_error("get_object", aws_code)

    assert rejection(lambda: list(read_chunks(aws, S3Uri("research", "a")))).code == code


class Breaking:
    """S3 whose connections break after some bytes, and which notes what it was asked for."""

    def __init__(self, body: bytes, after: int, etags: tuple[str, ...] = ('"1"',)) -> None:
        self.body, self.after, self.etags = body, after, etags
        self.asked: list[tuple[str | None, str | None]] = []

    def __call__(self, request: Any) -> None:
        wanted, match = request.headers.get("Range"), request.headers.get("If-Match")
        etag = self.etags[min(len(self.asked), len(self.etags) - 1)]
        self.asked.append((wanted, match))
        if match not in (None, etag):
            request.send_response(412)
            request.send_header("x-amz-request-id", "1")
            request.end_headers()
            request.wfile.write(b"<Error><Code>PreconditionFailed</Code></Error>")
            return
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        request.send_response(206 if wanted else 200)
        request.send_header("ETag", etag)
        request.send_header("x-amz-request-id", "1")
        request.send_header("Content-Length", str(len(self.body) - start))
        request.end_headers()
        request.wfile.write(self.body[start : start + self.after])


def test_a_broken_connection_is_taken_up_where_it_broke(endpoint: Endpoint) -> None:
    s3 = Breaking(b"0123456789", after=6)
    aws = endpoint(s3)

    assert b"".join(read_chunks(aws, S3Uri("research", "a"), 2)) == b"0123456789"
    assert s3.asked == [(None, None), ("bytes=6-", '"1"')]


def test_an_object_that_changes_between_connections_is_noticed(endpoint: Endpoint) -> None:
    aws = endpoint(Breaking(b"0123456789", after=6, etags=('"1"', '"2"')))

    assert rejection(lambda: list(read_chunks(aws, S3Uri("research", "a"), 2))).code == "s3.changed"


def test_a_connection_that_keeps_breaking_is_given_up(endpoint: Endpoint) -> None:
    aws = endpoint(Breaking(b"0123456789", after=0))

    with pytest.raises(AwsUnavailable) as caught:
        list(read_chunks(aws, S3Uri("research", "a"), 2))

    assert caught.value.code == "no_network"


# Writing


@pytest.mark.parametrize("status", [None, "Enabled", "Suspended"])
def test_a_write_probe_leaves_nothing_behind(aws: Aws, status: str | None) -> None:
    a_bucket(aws)
    for step in ("Enabled", status) if status else ():
        config = {"Status": step}
        aws.client("s3").put_bucket_versioning(Bucket="research", VersioningConfiguration=config)

    key, checks = write_probe(aws, S3Uri("research", "results/"))

    assert key is None
    assert [(check.id, check.status) for check in checks] == [("s3.writable", "passed")]
    assert checks[0].message == "s3://research/results/ can be written to."
    assert keys_in(aws) == []


def test_a_write_probe_uses_the_key_of_the_results(aws: Aws, stub: Stub) -> None:
    s3 = stub("s3")
    target = {"Bucket": "research", "Key": ANY}
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/results"}
    s3.add_response("put_object", {}, {**target, **encrypted, "Body": b"evalbook"})
    s3.add_response("delete_object", {}, target)

    _, checks = write_probe(aws, S3Uri("research", ""), kms_key="alias/results")

    assert checks[0].status == "passed"


def test_the_buckets_own_key_is_told_and_that_it_can_be_read_with(aws: Aws) -> None:
    a_bucket(aws)
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    by = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": by}]}
    aws.client("s3").put_bucket_encryption(
        Bucket="research", ServerSideEncryptionConfiguration=rules
    )

    found, checks = write_probe(aws, S3Uri("research", "results"))

    assert found == key
    assert [(it.id, it.status) for it in checks] == [
        ("s3.writable", "passed"),
        ("kms.caller", "passed"),
    ]
    assert keys_in(aws) == []


def test_a_probe_that_cannot_be_read_back_is_deleted_all_the_same(aws: Aws, stub: Stub) -> None:
    s3 = stub("s3")
    key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:aws:kms:us-east-1:1:key/k"}
    s3.add_response("put_object", key)
    s3.add_client_error("get_object", "SlowDown")
    s3.add_response("delete_object", {})

    with pytest.raises(AwsUnavailable):
        write_probe(aws, S3Uri("research", "results"))


def test_a_prefix_that_may_not_be_written_to_is_rejected(aws: Aws, stub: Stub) -> None:
    stub("s3").add_client_error("put_object", "AccessDenied", "not authorized")

    rejected = rejection(lambda: write_probe(aws, S3Uri("research", "results")))

    assert rejected.code == "s3.write_denied"
    assert rejected.message == (
        "You may not write to s3://research/results: s3:PutObject was denied: not authorized"
    )
    assert "s3:PutObject on arn:aws:s3:::research/results" in str(rejected.remedy)


def test_a_bucket_to_write_to_that_is_missing_is_rejected(aws: Aws) -> None:
    assert rejection(lambda: write_probe(aws, S3Uri("nowhere", "a"))).code == "s3.no_bucket"


def test_a_key_that_s3_cannot_use_is_rejected(aws: Aws, stub: Stub) -> None:
    stub("s3").add_client_error("put_object", "KMS.DisabledException", "the key is disabled")

    rejected = rejection(lambda: write_probe(aws, S3Uri("research", "a"), kms_key="k"))

    assert rejected.code == "s3.write_failed"
    assert "the key is disabled" in rejected.message


@pytest.mark.parametrize(
    ("version", "permission"), [(None, "s3:DeleteObject;"), ("v1", "s3:DeleteObjectVersion;")]
)
def test_an_object_that_could_not_be_deleted_again_is_named(
    aws: Aws, stub: Stub, version: str | None, permission: str
) -> None:
    s3 = stub("s3")
    s3.add_response("put_object", {"VersionId": version} if version else {})
    s3.add_client_error("delete_object", "AccessDenied")

    _, (_, left) = write_probe(aws, S3Uri("research", "results"))

    assert (left.id, left.status) == ("s3.left_behind", "warning")
    assert "s3://research/results/evalbook-write-check-" in left.message
    assert permission in str(left.remedy)


MEBIBYTE = 1 << 20


@pytest.mark.parametrize("size", [0, 3, 16 * MEBIBYTE, 16 * MEBIBYTE + 1, 33 * MEBIBYTE])
def test_a_file_of_any_size_is_uploaded(aws: Aws, size: int) -> None:
    a_bucket(aws)
    body = b"0" * size

    upload_new(aws, S3Uri("research", "copy.jsonl"), io.BytesIO(body))

    stored = aws.client("s3").get_object(Bucket="research", Key="copy.jsonl")["Body"].read()
    assert stored == body


@pytest.mark.parametrize("size", [3, 17 * MEBIBYTE])
def test_what_exists_is_never_overwritten(aws: Aws, size: int) -> None:
    uri = an_object(aws, RECORDS)

    rejected = rejection(lambda: upload_new(aws, uri, io.BytesIO(b"0" * size)))

    assert rejected.code == "s3.exists"
    assert rejected.message == "s3://research/faq.jsonl already exists and is not overwritten."
    assert read_head(aws, uri) == RECORDS


def test_a_key_taken_after_the_look_is_not_overwritten(aws: Aws, stub: Stub) -> None:
    s3 = stub("s3")
    s3.add_client_error("head_object", "403")
    body = {"Bucket": "research", "Key": "a", "Body": b"x", "IfNoneMatch": "*"}
    s3.add_client_error("put_object", "PreconditionFailed", expected_params=body)

    assert rejection(lambda: upload_new(aws, S3Uri("research", "a"), io.BytesIO(b"x"))).code == (
        "s3.exists"
    )


def test_parts_are_not_left_behind_when_an_upload_fails(aws: Aws) -> None:
    a_bucket(aws)

    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 20 * MEBIBYTE:
                raise OSError("the disk is gone")
            return super().read(size)

    with pytest.raises(OSError, match="the disk is gone"):
        upload_new(aws, S3Uri("research", "a"), Breaks(b"0" * (40 * MEBIBYTE)))

    uploads = aws.client("s3").list_multipart_uploads(Bucket="research")
    assert uploads.get("Uploads", []) == []
    assert keys_in(aws) == []

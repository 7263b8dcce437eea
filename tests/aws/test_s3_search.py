from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import pytest
from botocore.stub import Stubber

from evalbook.aws.s3_search import continue_uri, search_objects
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws

Stub = Callable[..., Stubber]


@pytest.mark.parametrize(
    ("wanted", "keys", "named"),
    [
        ("*march*ticket*", ["a/Tickets-March.jsonl"], True),
        ("*april*", ["b/tickets.jsonl", "a/Tickets-March.jsonl"], False),
    ],
)
def test_part_of_a_listing_is_searched_and_said_to_be_part(
    aws: Aws, stub: Stub, wanted: str, keys: list[str], named: bool
) -> None:
    listed = [
        {"Key": key, "Size": 7, "LastModified": datetime(2026, 3, day, tzinfo=timezone.utc)}
        for day, key in enumerate(["a/Tickets-March.jsonl", "a/notes.txt", "b/tickets.jsonl"], 1)
    ]
    s3 = stub("s3")
    page = {"Contents": listed, "IsTruncated": True, "NextContinuationToken": "more"}
    s3.add_response("list_objects_v2", page)

    found = search_objects(aws, S3Uri("research", wanted), (".jsonl",))

    assert [uri.key for uri, _ in found.objects] == keys
    assert (found.named, found.more, found.searched) == (named, False, 3)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("s3://evalbook-d", ["s3://evalbook-data/"]),
        ("s3://evalbook-data/supp", ["s3://evalbook-data/support/"]),
        ("s3://evalbook-data/support/ev", ["s3://evalbook-data/support/eval.jsonl"]),
        ("s3://no-such-bucket-at-all/", []),
        ("s3://evalbook-data/none/", []),
    ],
)
@pytest.mark.usefixtures("in_sandbox")
def test_an_s3_uri_goes_on_with_buckets_then_folders_and_keys(typed: str, first: list[str]) -> None:
    assert continue_uri(Aws(), typed)[:1] == first

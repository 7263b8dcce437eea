import pytest

from evalbook.aws.s3_names import continue_uri
from evalbook.aws.session import Aws


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
def test_an_s3_uri_goes_on_with_buckets_then_folders_and_keys(typed, first):
    assert continue_uri(Aws(), typed)[:1] == first

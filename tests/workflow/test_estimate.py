from __future__ import annotations

from dataclasses import replace

import boto3
import pytest
from interviews import answered_until

from evalbook.sandbox.process import Sandbox
from evalbook.workflow.estimate import Estimate, add_price, estimate

SOME = Estimate(
    judged=True,
    records=100,
    metrics=2,
    models=2,
    minutes=(25, 40),
    record_bytes=1200.0,
)


def test_judge_tokens_follow_from_calls_and_record_size() -> None:
    tokens = SOME.tokens

    assert SOME.judge_calls == 400
    assert tokens is not None
    assert tokens.record == 300
    assert tokens.read == (400 * (400 + 450), 400 * (1000 + 600))
    assert tokens.written == (40_000, 160_000)
    assert SOME.sentences()[2] == (
        "Judge tokens, an estimate: 0.34 to 0.64 million read, 0.04 to 0.16 written (records of "
        "about 300 tokens by their bytes)."
    )


def test_one_of_anything_is_called_one() -> None:
    one = replace(SOME, records=1, metrics=1, models=1)

    assert one.sentences()[1] == "Judge calls: 1 (1 record x 1 metric x 1 model)."


def test_without_a_look_at_the_data_no_tokens_are_claimed() -> None:
    unread = replace(SOME, records=None, record_bytes=None)

    assert unread.tokens is None
    assert not any("tokens" in sentence for sentence in unread.sentences())


def test_a_price_is_said_with_its_basis() -> None:
    priced = replace(SOME, price=(0.31, 1.02), price_basis="by some list")

    first, *_, last = priced.sentences()
    assert (
        first == "Time and price, about: 25 to 40 minutes, 0.31 to 1.02 US dollars for the judge."
    )
    assert last == "SageMaker's own jobs cost extra, on top of the judge's price (by some list)."


@pytest.mark.usefixtures("in_sandbox")
def test_records_of_a_corrected_copy_are_as_large_as_the_copys() -> None:
    boto3.client("s3").put_object(
        Bucket="evalbook-data",
        Key="prepared/half.jsonl",
        Body=b'{"query": "Why?", "response": "So."}\n' * 20 + b"{" * 4000,
    )
    workflow, _ = answered_until(
        "confirm", dataset="s3://evalbook-data/prepared/half.jsonl", data_fix="convert"
    )

    assert estimate(workflow.interview).record_bytes == 37


@pytest.mark.usefixtures("in_sandbox")
def test_the_price_at_confirmation_is_the_judges_tokens_at_the_lists_price() -> None:
    workflow, _ = answered_until("confirm")
    expected = add_price(estimate(workflow.interview), workflow.interview)

    read, written = expected.tokens.read, expected.tokens.written  # type: ignore[union-attr]
    low, high = [(a * 0.8 + b * 3.2) / 1e6 for a, b in zip(read, written, strict=True)]
    assert expected.price == pytest.approx((low, high))
    assert expected.price_basis == (
        "0.8 dollars per million tokens read and 3.2 written, on demand in us-east-1, from AWS's "
        "Price List"
    )


def test_a_price_list_that_does_not_answer_is_said_and_stops_nothing(in_sandbox: Sandbox) -> None:
    workflow, _ = answered_until("confirm")
    in_sandbox.fail("pricing:*", "InternalErrorException", times=None)
    try:
        expected = add_price(estimate(workflow.interview), workflow.interview)
    finally:
        in_sandbox.heal()

    assert expected.price is None
    assert expected.price_basis == "the Price List did not answer"


def test_a_slow_price_list_is_not_waited_for(in_sandbox: Sandbox) -> None:
    workflow, _ = answered_until("confirm")
    in_sandbox.fail("pricing:*", delay=8, times=None)
    try:
        expected = add_price(estimate(workflow.interview), workflow.interview)
    finally:
        in_sandbox.heal()

    assert expected.price_basis == "the Price List did not answer in time"

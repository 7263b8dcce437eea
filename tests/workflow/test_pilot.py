from __future__ import annotations

import boto3
import pytest
from interviews import GOOD_ANSWERS, answer_until, answered_until

from evalbook.workflow import slots
from evalbook.workflow.settings import settings_of

pytestmark = pytest.mark.usefixtures("in_sandbox")

LARGE = "s3://evalbook-data/support/large.jsonl"


def written(uri: str) -> list[bytes]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().splitlines()


def test_all_or_a_pilot_is_asked_with_price_and_time_of_both() -> None:
    _, turn = answered_until("pilot", dataset=LARGE)

    assert [choice.value for choice in turn.choices] == ["all", "pilot"]
    assert [choice.label for choice in turn.choices] == [
        "All 1,200 records",
        "A pilot of 120 records first",
    ]
    assert all("US dollars of judging, 50 to 80 minutes" in it.description for it in turn.choices)
    assert "in 2 jobs side by side" in turn.choices[0].description


def test_few_records_are_evaluated_without_a_question() -> None:
    _, turn = answered_until("confirm")

    assert GOOD_ANSWERS["dataset"].endswith("eval.jsonl")
    assert turn.step == "confirm"


def test_all_records_become_jobs_of_what_one_takes() -> None:
    workflow, _ = answered_until("confirm", dataset=LARGE, pilot="all")

    found = workflow.interview.facts(slots.PILOT)
    assert found is not None
    assert (found.records, found.pilot) == ((600, 600), False)
    assert [line for uri in found.uris for line in written(uri)] == written(LARGE)


def test_a_pilot_comes_first_and_the_rest_by_one_answer() -> None:
    workflow, turn = answered_until("confirm", dataset=LARGE, pilot="150")

    found = workflow.interview.facts(slots.PILOT)
    assert found is not None
    assert found.records == (150, 525, 525)
    assert "Judge calls: 600 (150 records x 2 metrics x 2 models)." in turn.notices
    assert sorted(line for uri in found.uris for line in written(uri)) == sorted(written(LARGE))
    answer_until(workflow, None)
    settings = settings_of(workflow.interview)
    assert (settings.parts, settings.pilot, settings.pilot_only) == (found.uris, 150, True)

    turn = workflow.answer("rest", step="pilot")

    assert turn.step == "confirm"
    assert "Judge calls: 4,200 (1,050 records x 2 metrics x 2 models)." in turn.notices
    answer_until(workflow, None)
    settings = settings_of(workflow.interview)
    assert (settings.parts, settings.pilot_only) == (found.uris, False)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("a pilot first, please", "120"),
        ("a pilot of 200 first", "200"),
        ("all of them", "all"),
        ("no pilot", "all"),
        ("all 1,200", "all"),
    ],
)
def test_a_pilot_is_heard_as_people_say_it(said: str, value: str) -> None:
    workflow, _ = answered_until("pilot", dataset=LARGE)

    assert workflow.answer(said).step == "confirm"
    assert workflow.interview.value(slots.PILOT) == value


@pytest.mark.parametrize(
    ("said", "code"),
    [("7", "pilot.unclear"), ("1199", "pilot.unclear"), ("rest", "pilot.unclear")],
)
def test_a_pilot_that_would_tell_nothing_is_refused(said: str, code: str) -> None:
    workflow, _ = answered_until("pilot", dataset=LARGE)

    turn = workflow.answer(said)

    assert turn.status == "rejected"
    assert turn.error is not None
    assert turn.error.code == code


def test_another_dataset_is_split_anew() -> None:
    workflow, _ = answered_until("confirm", dataset=LARGE, pilot="pilot")

    turn = workflow.answer("s3://evalbook-data/support/thousand.jsonl", step="dataset")
    turn = workflow.answer("yes")

    assert turn.step == "pilot"
    assert turn.choices[0].label == "All 1,000 records"

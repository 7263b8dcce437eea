from __future__ import annotations

import pytest
from judged import a_line

from evalbook.runs.store import RecordStore

LONG = "The parcel left the depot on Monday and it will be with you soon. " * 8


@pytest.mark.parametrize(
    ("response", "found"),
    [
        ("Your parcel is on its way.", {}),
        ("", {"empty": 1}),
        (" ... ", {"empty": 1}),
        ("N/A", {"placeholder": 1}),
        ("[Your answer here]", {"placeholder": 1}),
        ("How do I send my parcel back?", {"repeats": 1}),
        ("I'm sorry, but I can't help with that.", {"refusal": 1}),
        ("I'm sorry to hear that. Your refund is on its way.", {}),
        ("<think>They want to know", {"thinking": 1}),
        ("<think>Easy.</think>Monday.", {}),
        (LONG + "After that you", {"cut": 1}),
        (LONG + "\n- by post", {}),
        (LONG, {}),
    ],
)
def test_answers_that_are_none_are_counted(response: str, found: dict[str, int]) -> None:
    with RecordStore() as store:
        arm = store.add_arm("m", [a_line({"A": 1}, "How do I send my parcel back?", response)])

    assert arm.faults.found() == found


def test_an_answer_that_the_reference_has_too_is_no_placeholder() -> None:
    with RecordStore() as store:
        arm = store.add_arm("m", [a_line({"A": 1}, "Which drug?", "None", reference="none")])

    assert arm.faults.found() == {}


def test_an_answer_that_the_service_says_was_cut_is_counted_as_cut() -> None:
    line = a_line({"A": 1}, response="It is").replace(
        b'"modelIdentifier": "model"', b'"stopReason": "max_tokens"'
    )
    with RecordStore() as store:
        arm = store.add_arm("m", [line])

    assert arm.faults.found() == {"limit": 1}


@pytest.mark.parametrize(
    ("text", "times", "found"),
    [
        ("Please contact our support team.", 30, {"alike": 30}),
        ("Please contact our support team.", 10, {}),
        ("yes", 60, {}),
        ("yes", 100, {"alike": 100}),
    ],
)
def test_answers_that_are_all_alike_are_counted(
    text: str, times: int, found: dict[str, int]
) -> None:
    answers = [text] * times + [f"Number {n} is on its way." for n in range(100 - times)]
    with RecordStore() as store:
        lines = [a_line({"A": 1}, f"{n}", answer) for n, answer in enumerate(answers)]
        arm = store.add_arm("m", lines)

    assert arm.faults.found() == found

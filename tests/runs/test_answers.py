from __future__ import annotations

from collections import Counter

import pytest
from judged import a_line

from evalbook.runs.store import RecordStore

LONG = "The parcel left the depot on Monday and it will be with you soon. " * 8
ASKED = "How do I send my parcel back?"
# An answer, why it ended, what is wrong with it, and the reference.
ANSWERS: list[tuple[str, str | None, str | None, str | None]] = [
    ("Your parcel is on its way.", None, None, None),
    ("I'm sorry to hear that. Your refund is on its way.", None, None, None),
    ("<think>Easy.</think>Monday.", None, None, None),
    (LONG, "end_turn", None, None),
    (LONG + "\n- by post", None, None, None),
    ("", None, "empty", None),
    (" ... ", None, "empty", None),
    ("+", None, None, "+"),
    ("N/A", None, "placeholder", None),
    ("[Your answer here]", None, "placeholder", "Monday"),
    ("<your answer>", None, "placeholder", None),
    ("undefined", None, "placeholder", None),
    ("None", None, None, "none"),
    (ASKED, None, "repeats", None),
    ("how do I  send my\nparcel back?", None, "repeats", None),
    (ASKED, None, None, ASKED),
    ("I'm sorry, but I can't help with that.", None, "refusal", None),
    ("I\u2019m sorry, but I can\u2019t help with that.", "end_turn", "refusal", None),
    ("I apologize, but I cannot share that.", None, "refusal", None),
    ("As an AI, I do not have opinions.", None, "refusal", None),
    ("I must respectfully decline.", None, "refusal", None),
    ("Sorry, the model did not say more.", "guardrail_intervened", "refusal", None),
    ("I cannot say.", None, None, "I cannot say."),
    ("<think>They want to know", "max_tokens", "thinking", None),
    ("It is", "max_tokens", "limit", None),
    ("It is on", "MAX_TOKENS", "limit", None),
    ("It is so", "length", "limit", None),
    (LONG + "After that you", None, "cut", None),
]


def counted(answers: list[tuple[str, str | None, str | None, str | None]]) -> dict[str, int]:
    lines = []
    for response, stop, _, reference in answers:
        line = a_line({"A": 1}, ASKED, response, reference=reference)
        said = f'"stopReason": "{stop}", "modelIdentifier": "model"' if stop else ""
        lines.append(line.replace(b'"modelIdentifier": "model"', said.encode()) if stop else line)
    with RecordStore() as store:
        return store.add_arm("m", lines).faults.found()


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_an_answer_has_the_fault_that_it_has(
    answer: tuple[str, str | None, str | None, str | None],
) -> None:
    assert counted([answer]) == ({answer[2]: 1} if answer[2] else {})


def test_faults_are_counted_as_they_are_one_by_one() -> None:
    assert counted(ANSWERS * 3) == dict(Counter(it[2] for it in ANSWERS * 3 if it[2]))


def test_equal_answers_that_are_none_are_counted_once() -> None:
    assert counted([("I can't help with that.", None, "refusal", None)] * 50) == {"refusal": 50}
    assert counted([("", None, "empty", None)] * 50) == {"empty": 50}


@pytest.mark.parametrize(
    ("text", "times", "found"),
    [
        ("Please contact our support team.", 30, {"alike": 30}),
        ("Please contact our support team.", 10, {}),
        ("yes", 60, {}),
        ("yes", 100, {"alike": 100}),
        ("Please contact our support team.", 25, {"alike": 25}),
    ],
)
def test_answers_that_are_all_alike_are_counted(
    text: str, times: int, found: dict[str, int]
) -> None:
    others = ["no"] * 30 + [f"Number {n} is on its way." for n in range(100)]
    answers = [text] * times + others[: 100 - times]
    with RecordStore() as store:
        lines = [a_line({"A": 1}, f"{n}", answer) for n, answer in enumerate(answers)]
        arm = store.add_arm("m", lines)

    assert arm.faults.found() == found

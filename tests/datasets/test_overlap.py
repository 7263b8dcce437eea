"""Evaluation prompts that the model was trained on."""

from __future__ import annotations

from building import in_pieces, lines, turns

from evalbook.datasets.lengths import estimate_tokens, too_long
from evalbook.datasets.overlap import find_overlap

ASKED = (
    "How do I reset the router?",
    "What does the blinking red light on the front of the router mean when it rains outside?",
    "Which of the two plans is cheaper for a family of four that streams films every evening?",
    "Hello?",
)


def found_in(*training: object) -> tuple[tuple[int, ...], tuple[int, ...]]:
    evaluation = lines(*[{"query": text} for text in ASKED])
    overlap = find_overlap([evaluation], [in_pieces(lines(*training), 50)])
    assert (overlap.compared, overlap.training_records) == (len(ASKED), len(training))
    return overlap.exact, overlap.near


def test_the_same_words_are_found_in_whatever_shape_they_were_trained_on() -> None:
    assert found_in(
        {"instruction": "how do i RESET the router", "input": "", "output": "Press."},
        {"messages": turns("Hello\u2026\u201d", "Hi.")},
        {"prompt": "Something\0else", "completion": "No."},
    ) == ((1, 4), ())


def test_most_of_the_words_in_a_row_are_near() -> None:
    changed = ASKED[1].replace("blinking", "flashing") + " Thanks."

    assert found_in({"query": changed, "response": "Water."}) == ((), (2,))


def test_a_question_inside_of_a_longer_conversation_is_near() -> None:
    talk = turns("Good morning, I have a question.", "Yes?", ASKED[2], "The second.")
    others = [{"query": f"Number {n}"} for n in range(40)]

    assert found_in(*others, {"messages": talk}, {"query": f"Q:{ASKED[0]}"}) == ((), (1, 3))


def test_a_few_words_in_common_are_not_near() -> None:
    assert found_in({"query": "What does the blinking red light on my oven mean?"}) == ((), ())


def test_a_template_that_all_prompts_share_counts_for_nothing() -> None:
    opening = "Below is an instruction that describes a task. Write a response that answers it. "
    evaluation = lines(*[{"query": f"{opening} Number {n}?"} for n in range(30)])
    training = lines({"query": f"{opening} Number 7?"}, {"query": f"{opening} Letter x?"})

    overlap = find_overlap([evaluation], [[training]])

    assert (overlap.exact, overlap.near) == ((8,), ())


def test_training_records_that_say_nothing_are_counted() -> None:
    overlap = find_overlap([lines({"query": "a b"})], [[b"oops\n"], [lines({"colour": "red"})]])

    assert (overlap.training_records, overlap.training_unread) == (1, 1)
    assert (overlap.places, overlap.objects_unread) == (frozenset(), 1)


def test_lengths_are_estimated_from_characters() -> None:
    assert [estimate_tokens(text) for text in ("", "four", "fives", "\u4f60\u597d")] == [
        0,
        1,
        2,
        2,
    ]
    assert too_long({0: 5, 14: 2, 15: 1, 27: 3}, 3_808) == 4

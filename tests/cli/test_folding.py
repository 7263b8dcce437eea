from __future__ import annotations

from evalbook.cli.output import folded

ARN = "arn:aws:iam::123456789012:role/service-role/EvaluationRole"


def test_long_lines_are_broken_between_words_and_indented() -> None:
    text = "short\n  Step: one two three four five"

    assert folded(text, 20) == "short\n  Step: one two\n    three four five"


def test_an_arn_stays_whole_to_be_copied() -> None:
    assert folded(f"Why: {ARN} may not.", 30) == f"Why:\n  {ARN}\n  may not."


def test_what_is_not_for_a_terminal_stays_as_it_is() -> None:
    assert folded("a b " * 80, None) == "a b " * 80

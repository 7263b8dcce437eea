from __future__ import annotations

import pytest

from evalbook.checks import failed
from evalbook.errors import AnswerRejected
from evalbook.texts import lines, printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("support-bot", "support-bot"),
        ("Prüfung 評価 👩\u200d💻", "Prüfung 評価 👩\u200d💻"),
        ("a\nok  passed", "a\\nok  passed"),
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("a\u202egpj", "a\\u202egpj"),
        ("a\u2028b\x85", "a\\u2028b\\x85"),
        ("\udc80", "\\udc80"),
    ],
)
def test_what_acts_on_a_terminal_is_written_out(text: str, expected: str) -> None:
    assert printable(text) == expected
    assert printable(expected) == expected


def test_a_name_adds_no_line_to_a_check_or_an_error() -> None:
    check = failed("model.missing", "There is no a\nb.", "Did you mean c\nd?")
    error = AnswerRejected("model.missing", check.message, "Did you mean c\nd?", (check,))

    assert (check.message, check.remedy) == ("There is no a\\nb.", "Did you mean c\\nd?")
    assert (error.message, error.remedy) == (check.message, check.remedy)


def test_lines_that_are_meant_stay() -> None:
    assert AnswerRejected("metrics", lines("two:", "a\nb")).message == "two:\na\\nb"

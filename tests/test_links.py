import os

import pytest

from evalbook.links import Piece, links_work, pieces


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7006"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4205"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "linux"}, False),
    ],
)
def test_only_terminals_known_to_draw_links_get_them(environment, expected, monkeypatch):
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert links_work() is expected


def test_marks_are_read_and_the_words_kept():
    text = "**Terms** of [Service](https://aws.amazon.com/x/) apply."

    assert list(pieces(text)) == [
        Piece("Terms", strong=True),
        Piece(" of "),
        Piece("Service", url="https://aws.amazon.com/x/"),
        Piece(" apply."),
    ]

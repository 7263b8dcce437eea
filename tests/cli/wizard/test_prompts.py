"""Prompts as keys are pressed in them."""

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from evalbook.cli.wizard.lines import ask_line
from evalbook.cli.wizard.prompts import Around

AROUND = Around(("? explains",))
LEFT, HOME, BACKSPACE, TAB, CTRL_U = "\x1b[D", "\x1b[H", "\x7f", "\t", "\x15"


def said(keys, **line):
    with create_pipe_input() as keyboard, create_app_session(keyboard, DummyOutput()):
        keyboard.send_text(keys + "\r")
        return ask_line(AROUND, **line)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("", "none"),
        ("x", "x"),
        ("my file.json", "my file.json"),
        ("\x1b[200~pasted\x1b[201~", "pasted"),
        (f"{BACKSPACE}x", "nonx"),
        (f"{LEFT}x", "nonxe"),
        (f"{HOME}x", "xnone"),
        (f"{TAB}x", "nonex"),
        (f"{CTRL_U}x", "x"),
    ],
)
def test_the_first_key_replaces_a_default_and_moving_in_it_edits_it(keys, text):
    assert said(keys, default="none") == text


def test_what_was_typed_before_is_edited():
    assert said("x", typed="my.jsn", default="none") == "my.jsnx"

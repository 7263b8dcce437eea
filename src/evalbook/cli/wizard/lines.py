"""A line to type in: what is there to be edited, what Tab completes."""

from __future__ import annotations

from typing import Any

import questionary
from prompt_toolkit import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import Completer
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput

from evalbook.cli.wizard.prompts import MARK, STYLE, Around, run, shared_keys, toolbar
from evalbook.texts import printable_lines

_MENU_LINES = 6
"""Rows kept free for completions; more would push the question off a small terminal."""


def ask_line(
    around: Around,
    *,
    typed: str = "",
    default: str = "",
    placeholder: str | None = None,
    completer: Completer | None = None,
) -> str:
    """Let the person type; see `run` for what it raises.

    What they ``typed`` before is there to be edited. A ``default`` stands there otherwise, and the
    first key typed takes its place. A ``placeholder`` is shown while nothing is typed.
    """
    began_with = typed or default
    offered = _Offered("" if typed else default)

    def text() -> str:
        return _buffer(question.application).text

    bindings = shared_keys(around, Condition(lambda: text() in ("", began_with)), text)
    bindings.add("escape", "enter")(lambda event: event.current_buffer.insert_text("\n"))
    bindings.add(Keys.BracketedPaste)(_paste)
    bindings.add("tab", filter=Condition(offered.stands), eager=True)(offered.keep_and_complete)
    question = questionary.text(
        "",
        default=began_with,
        qmark=MARK,
        style=STYLE,
        placeholder=placeholder and [("class:placeholder", printable_lines(placeholder))],
        completer=completer,
        complete_while_typing=False,
        reserve_space_for_menu=_MENU_LINES,
        key_bindings=bindings,
        bottom_toolbar=lambda: toolbar(around),
        enable_open_in_editor=True,
        enable_suspend=True,
        input_processors=[offered],
        prompt_continuation=lambda width, *_: " " * width,
    )
    _buffer(question.application).on_text_insert += offered.give_way
    question.application.after_render += offered.stay_if_moved
    return run(question.application, text)


class _Offered(Processor):
    """A default in the field: the first text typed takes its place, once moved in it is edited."""

    def __init__(self, text: str) -> None:
        self._text = text

    def give_way(self, buffer: Buffer) -> None:
        """Take the default away where text was put behind it untouched."""
        if self._text and buffer.text.startswith(self._text):
            typed, self._text = buffer.text[len(self._text) :], ""
            buffer.text = typed
            buffer.cursor_position = len(typed)

    def stay_if_moved(self, application: Application[Any]) -> None:
        """Keep the default once the cursor was moved, or a part of it was deleted."""
        buffer = _buffer(application)
        if buffer.text != self._text or buffer.cursor_position != len(self._text):
            self._text = ""

    def stands(self) -> bool:
        """Whether the default is there, untouched."""
        return bool(self._text)

    def keep_and_complete(self, event: KeyPressEvent) -> None:
        """Keep the default as if it had been typed."""
        self._text = ""
        event.current_buffer.start_completion(insert_common_part=True)

    def apply_transformation(self, given: TransformationInput) -> Transformation:
        """Draw the default as such until it is touched."""
        style = "class:placeholder" if self._text else ""
        return Transformation([(f"{it[0]} {style}", *it[1:]) for it in given.fragments])


def _buffer(application: Application[Any]) -> Buffer:
    return application.layout.current_buffer or application.current_buffer


def _paste(event: KeyPressEvent) -> None:
    # What is copied as a whole line brings the line's end along.
    lines = event.data.replace("\r\n", "\n").replace("\r", "\n")
    event.current_buffer.insert_text(lines.strip("\n"))

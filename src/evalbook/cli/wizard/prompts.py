"""What the prompts of a terminal have in common: their style, keys and toolbar, how they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import questionary
from prompt_toolkit import Application
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.application.current import get_app_session
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.utils import get_cwidth

from evalbook.aws.arns import role_names, short_name
from evalbook.cli.wizard.hangup import asked_to_leave
from evalbook.cli.wizard.terminal import Leaving, WantsBack
from evalbook.texts import printable

MARK = ">"
"""What stands before the place to type in."""

# Questionary's own style names fixed colours, which vanish on one background or the other.
STYLE = questionary.Style(
    [
        ("qmark", "noinherit bold"),
        ("question", "bold"),
        ("answer", "noinherit"),
        ("instruction", "italic"),
        ("pointer", "bold"),
        ("highlighted", "bold underline"),
        ("selected", "noreverse"),
        ("search_success", "noinherit bold"),
        ("search_none", "noinherit italic"),
        ("placeholder", "italic"),
        ("bottom-toolbar", "reverse"),
        ("completion-menu", "noinherit reverse"),
        ("completion-menu.completion", "noinherit reverse"),
        ("completion-menu.completion.current", "noinherit bold underline reverse"),
        ("scrollbar.background", "noinherit reverse"),
        ("scrollbar.button", "noinherit"),
    ]
)


@dataclass(frozen=True)
class Around:
    """What surrounds every prompt: what stays in sight, and what explains."""

    keys: tuple[str, ...]
    """The keys that work here, each with what it does; the first matter most."""
    explain: Callable[[], None] | None = None
    place: str = ""
    """Where in the interview this is, such as ``3 of 19``, where that is to stay in sight."""
    answers: Sequence[tuple[str, str]] = ()
    """Title and text of the answers so far."""
    message: str = ""
    """The question, where it is not shown above already."""


def shared_keys(around: Around, untouched: Any, typed: Callable[[], str | None]) -> KeyBindings:
    """Return the keys that work at every prompt."""
    bindings = KeyBindings()
    explained = False

    def back(event: KeyPressEvent) -> None:
        # The question stays on the screen above, to be asked again or left behind.
        event.app.erase_when_done = True
        event.app.exit(exception=WantsBack(typed()))

    def explain(_: KeyPressEvent) -> None:
        nonlocal explained
        # The explanation stays right above the prompt; once more would push the question away.
        if around.explain is not None and not explained:
            explained = True
            run_in_terminal(around.explain)

    def end(event: KeyPressEvent) -> None:
        if not typed():
            event.app.exit(exception=EOFError())

    bindings.add("<", eager=True, filter=untouched)(back)
    bindings.add("c-b", eager=True)(back)
    bindings.add("?", eager=True, filter=untouched)(explain)
    bindings.add("f1", eager=True)(explain)
    bindings.add("c-d", filter=untouched)(end)
    return bindings


def run(application: Application[Any], typed: Callable[[], str | None]) -> str:
    """Return the answer that a prompt ends with.

    Raises:
        Leaving: the person leaves; it carries what was ``typed``, as the next one does.
        WantsBack: the person would rather change an earlier answer.
    """
    # Keys pressed before the question was there can't have been meant for it.
    clear_typeahead(get_app_session().input)
    try:
        if asked_to_leave():
            raise KeyboardInterrupt
        return str(application.run())
    except (KeyboardInterrupt, EOFError):
        raise Leaving(typed()) from None


def width() -> int:
    """Return the terminal's columns, whether a prompt is running or not yet."""
    return get_app_session().output.get_size().columns


def toolbar(around: Around) -> str:
    """Return the lines at the bottom: where this is, the latest answers, the keys."""
    columns = width()
    lines = [answers_in_brief(around.place, around.answers, columns)] if around.place else []
    keys = f" {around.keys[0]}"
    for key in around.keys[1:]:
        more = f"{keys}   {key}"
        keys = more if get_cwidth(more) <= columns else keys
    return "\n".join([*lines, cut(keys, columns)])


def answers_in_brief(place: str, answers: Sequence[tuple[str, str]], columns: int) -> str:
    """Return one line with the place and as many of the latest answers as fit."""
    told = [f"{title}: {cut(telling_part(text), 24)}" for title, text in reversed(answers)]
    line = ""
    for shown in range(len(told), -1, -1):
        left_out = len(told) - shown
        more = f"{left_out} {'more' if shown else 'answered'}"
        line = " │ ".join([f" {place}", *told[:shown], *([more] if left_out else [])])
        if get_cwidth(line) <= columns:
            break
    return cut(line, columns)


def one_line(text: str) -> str:
    return printable(text.replace("\n", " "))


def telling_part(text: str) -> str:
    """Return an answer on one line; of an ARN, the name, or what comes after the account."""
    line = one_line(text)
    if line.startswith("arn:"):
        line = role_names(short_name(line) or line)
    return line.split(":", 5)[-1] if line.startswith("arn:") else line


def cut_at_word(text: str, columns: int) -> str:
    """Return the text cut to a width in terminal columns, between words where there are any."""
    short = cut(text, columns)
    if short == text:
        return text
    whole, space, _ = short.rpartition(" ")
    return f"{whole.rstrip(' ,;:')} …" if space and len(whole) > columns // 2 else short


def cut(text: str, columns: int) -> str:
    """Return the text cut to a width in terminal columns."""
    wide = end = 0
    # Letter by letter, as the toolbar is drawn anew at every key and a task may fill pages.
    for letter in text:
        wide += get_cwidth(letter)
        if wide > columns:
            return text[:end] + "…"
        end += wide < columns
    return text

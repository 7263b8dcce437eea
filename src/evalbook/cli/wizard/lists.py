"""Lists to choose from: typing searches them, and more about the entry pointed at stands below."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import questionary
from prompt_toolkit import Application
from prompt_toolkit.filters import Always, Condition, is_done
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    ConditionalContainer,
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    Window,
)
from prompt_toolkit.layout.containers import Container
from questionary.prompts.common import InquirerControl

from evalbook.cli.wizard.prompts import (
    MARK,
    STYLE,
    Around,
    cut,
    one_line,
    run,
    shared_keys,
    toolbar,
    width,
)
from evalbook.cli.wizard.terminal import WantsBack
from evalbook.texts import printable_lines
from evalbook.workflow.turn import Choice

_NOTHING_YET = "—"
"""Where the pointer rests until the person moves it, so that Enter alone chooses nothing."""
_FITS_NOTHING = "Nothing in the list matches. Enter submits what you typed, Esc clears it."

_LEAST_LISTED = 3
_AROUND_LIST = 12
"""Rows for the question above a list and for what stands below it."""

_POINTER = 5
"""Columns before an entry."""
_MORE_LINES = 4
"""Rows at most for more about the entry pointed at."""

_SEARCHED: dict[str, Any] = {
    "qmark": MARK,
    "style": STYLE,
    "use_jk_keys": False,
    "use_search_filter": True,
    "show_description": False,
    "erase_when_done": True,
}


def ask_one(around: Around, choices: Sequence[Choice], start: str | None) -> str:
    """Let the person choose one; without a start the pointer rests on nothing.

    What is typed narrows the list; where it fits nothing, Enter gives it as the answer. See `run`
    for what it raises.
    """
    listed = [_entry(choice) for choice in choices]
    if start is None:
        listed.insert(0, questionary.Choice(_NOTHING_YET, value=_NOTHING_YET))
    question = questionary.select(
        printable_lines(around.message),
        listed,
        default=start,
        instruction=" " if around.message else "↑ ↓ to choose, or type to search; then Enter",
        **_SEARCHED,
    )
    control = _control(question.application)

    def chosen() -> str | None:
        pointed_at = str(control.get_pointed_at().value)
        return None if pointed_at == _NOTHING_YET else pointed_at

    return _ask_list(question.application, control, around, choices, chosen)


def ask_several(
    around: Around, choices: Sequence[Choice], ticked: frozenset[str], whole: str
) -> str:
    """Let the person tick any number; the answer names them, or says none.

    ``whole`` is the choice that stands for all the others, if one does. See `run` for what it
    raises.
    """
    question = questionary.checkbox(
        "",
        [_entry(choice, checked=choice.value in ticked) for choice in choices],
        instruction="Space ticks one, Ctrl-A all; type to search; then Enter",
        **_SEARCHED,
    )
    control = _control(question.application)

    def tick(_: KeyPressEvent) -> None:
        pointed_at, kept = str(control.get_pointed_at().value), control.selected_options
        if pointed_at in kept:
            control.selected_options = [value for value in kept if value != pointed_at]
        elif pointed_at == whole:
            control.selected_options = [whole]
        else:
            control.selected_options = [*(it for it in kept if it != whole), pointed_at]

    def chosen() -> str:
        values = [str(choice.value) for choice in control.get_selected_values()]
        if whole and len(values) == len(choices):
            return whole
        # An empty answer would mean the default.
        return ", ".join(values) or "none"

    return _ask_list(question.application, control, around, choices, chosen, tick)


def _entry(choice: Choice, *, checked: bool = False) -> questionary.Choice:
    label = cut(one_line(choice.label), width() - _POINTER)
    return questionary.Choice(label, value=choice.value, checked=checked)


def _control(application: Application[Any]) -> InquirerControl:
    """Return the list, kept from pushing what it answers off the screen: it scrolls instead.

    Nor is it longer than its entries: what there is to say about one stands right below them.
    """

    def height() -> Dimension:
        return Dimension(max=max(_LEAST_LISTED, application.output.get_size().rows - _AROUND_LIST))

    for window in application.layout.find_all_windows():
        if isinstance(window.content, InquirerControl):
            window.height = height
            window.dont_extend_height = Always()
            return window.content
    raise AssertionError  # questionary's lists are such controls


def _ask_list(
    application: Application[Any],
    control: InquirerControl,
    around: Around,
    choices: Sequence[Choice],
    chosen: Callable[[], str | None],
    tick: Callable[[KeyPressEvent], None] | None = None,
) -> str:
    """Ask by a list; ``chosen`` returns what Enter means, unless it means nothing yet."""

    def enter(event: KeyPressEvent) -> None:
        answer = control.search_filter if _fits_nothing(control) else chosen()
        if answer is not None:
            event.app.exit(result=answer)

    bindings = shared_keys(around, Always(), lambda: None)
    bindings.add("enter", eager=True)(enter)
    if tick is not None:
        bindings.add(" ", eager=True)(tick)
    _add_search(bindings, control, leaves=bool(around.message))
    application.key_bindings = merge_key_bindings([application.key_bindings, bindings])  # type: ignore[list-item]
    below = _below_list(control, around, {it.value: it for it in choices})
    application.layout = Layout(HSplit([application.layout.container, *below]))
    return run(application, lambda: None)


def _add_search(bindings: KeyBindings, control: InquirerControl, *, leaves: bool) -> None:
    """Add the keys of a search; ``leaves``: whether Escape without one goes back."""
    at_first = control.pointed_at
    fits_nothing = Condition(lambda: _fits_nothing(control))

    @bindings.add(Keys.BracketedPaste, eager=True)
    def search_pasted(event: KeyPressEvent) -> None:
        for character in one_line(event.data).strip():
            control.add_search_character(character)  # type: ignore[arg-type]

    @bindings.add("c-u", eager=True)
    def forget_search(_: KeyPressEvent) -> None:
        control.search_filter = None
        control.pointed_at = at_first

    @bindings.add("escape", eager=True)
    def leave_search(event: KeyPressEvent) -> None:
        if control.search_filter:
            forget_search(event)
        elif leaves:
            event.app.exit(exception=WantsBack())

    # Who moves the pointer means what it points at, not what fitted nothing.
    @bindings.add("up", eager=True, filter=fits_nothing)
    def choose_above(event: KeyPressEvent) -> None:
        forget_search(event)
        control.select_previous()

    @bindings.add("down", eager=True, filter=fits_nothing)
    def choose_below(event: KeyPressEvent) -> None:
        forget_search(event)
        control.select_next()


def _fits_nothing(control: InquirerControl) -> bool:
    # Looking at the choices is what makes the control search.
    return bool(control.search_filter and control.filtered_choices and not control.found_in_search)


def _below_list(
    control: InquirerControl, around: Around, choices: dict[str, Choice]
) -> list[Container]:
    """Return what stands under a list: about the entry pointed at; at the bottom, the toolbar."""

    def about() -> StyleAndTextTuples:
        if _fits_nothing(control):
            return [("class:instruction", _indented(_FITS_NOTHING))]
        choice = choices.get(str(control.get_pointed_at().value))
        lines = [choice.description] if choice and choice.description else []
        label = one_line(choice.label) if choice else ""
        if cut(label, width() - _POINTER) != label:
            lines.insert(0, label)
        if control.search_filter:
            fit = sum(it.value in choices for it in control.filtered_choices)
            lines.insert(0, f"{fit} of {len(choices)} match; Esc shows all.")
        return [("class:instruction", "\n".join(map(_indented, lines)))]

    lines = Dimension(max=_MORE_LINES)
    more = Window(FormattedTextControl(about), dont_extend_height=True, height=lines)
    bar = Window(
        FormattedTextControl(lambda: toolbar(around)),
        style="class:bottom-toolbar",
        dont_extend_height=True,
        height=Dimension(min=1),
    )
    return [ConditionalContainer(window, ~is_done) for window in (more, Window(), bar)]


def _indented(text: str) -> str:
    """Return the text in lines of the terminal's width, broken between words."""
    lines = textwrap.wrap(printable_lines(text), max(20, width() - 6))
    return "\n".join(f"     {line}" for line in lines)

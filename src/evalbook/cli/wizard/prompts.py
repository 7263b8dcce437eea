"""Prompts of questionary's: a line to type in, a list to choose from, keys that work in all."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evalbook.aws.arns import role_names, short_name
from evalbook.cli.wizard.terminal import Glance, Leaving, Said, WantsBack
from evalbook.texts import printable_lines

if TYPE_CHECKING:
    from prompt_toolkit import Application
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.layout.containers import Container
    from prompt_toolkit.layout.processors import Processor
    from questionary.prompts.common import InquirerControl


MARK = ">"
"""What stands before the place to type in."""
_NOTHING_YET = "—"
"""Where the pointer rests until the person moves it, so that Enter alone chooses nothing."""
_FITS_NOTHING = "Nothing in the list fits. Enter gives what you typed, Esc clears it."

_LEAST_LISTED = 3
_AROUND_LIST = 12
"""Rows for the question above a list and for what stands below it."""

_POINTER = 5
"""Columns before an entry."""
_MORE_LINES = 4
"""Rows at most for more about the entry pointed at."""

_MENU_LINES = 6
"""Rows kept free for completions; more would push the question off a small terminal."""

# Questionary's own style names fixed colours, which vanish on one background or the other.
_STYLE = [
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


@dataclass(frozen=True)
class Option:
    """One entry of a list."""

    value: str
    label: str
    description: str = ""
    chosen: bool = False
    alone: bool = False
    """Whether it stands for all, so that ticking another unticks it."""

    @property
    def shown(self) -> str:
        """Its label on one line."""
        return printable_lines(self.label).replace("\n", " ")


@dataclass(frozen=True)
class Around:
    """What surrounds every prompt: what stays in sight, and what explains."""

    glance: Glance | None
    explain: Callable[[], None] | None
    keys: tuple[str, ...]
    """The keys that work here, each with what it does; the first matter most."""
    message: str = ""
    """The question, where it is not shown above already."""


@dataclass(frozen=True)
class Line:
    """What is special about a line to type in."""

    typed: str = ""
    """What the person typed before, to be edited."""
    default: str = ""
    """What stands there otherwise; the first key typed takes its place."""
    placeholder: str | None = None
    completer: Completer | None = None


def ask_line(around: Around, line: Line) -> Said | WantsBack:
    """Let the person type, beginning with what is there.

    Raises:
        Leaving: the person leaves; it carries what was typed.
    """
    import questionary
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.keys import Keys

    began_with = line.typed or line.default
    offered = _Offered(line.default if not line.typed else "")

    @Condition
    def untouched() -> bool:
        return _buffer(question.application).text in ("", began_with)

    bindings = _shared_keys(around, untouched, lambda: _buffer(question.application).text)
    bindings.add("escape", "enter")(_new_line)
    bindings.add(Keys.BracketedPaste)(_paste)
    bindings.add("tab", filter=Condition(offered.stands), eager=True)(offered.keep_and_complete)
    question = questionary.text(
        "",
        default=began_with,
        qmark=MARK,
        style=questionary.Style(_STYLE),
        placeholder=[("class:placeholder", printable_lines(line.placeholder))]
        if line.placeholder
        else None,
        completer=line.completer,
        complete_while_typing=False,
        reserve_space_for_menu=_MENU_LINES,
        key_bindings=bindings,
        bottom_toolbar=lambda: toolbar(around, _width()),
        enable_open_in_editor=True,
        enable_suspend=True,
        input_processors=[offered.drawn()],
        prompt_continuation=lambda width, *_: " " * width,
    )
    _buffer(question.application).on_text_insert += offered.give_way
    question.application.after_render += offered.stay_if_moved
    said = _run(question.application, lambda: _buffer(question.application).text)
    return said if isinstance(said, WantsBack) else Said(str(said))


class _Offered:
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

    def drawn(self) -> Processor:
        """Return what draws the default as such until it is touched."""
        from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput

        offered = self

        class AsOffered(Processor):
            def apply_transformation(self, given: TransformationInput) -> Transformation:
                style = "class:placeholder" if offered._text else ""
                return Transformation([(f"{it[0]} {style}", *it[1:]) for it in given.fragments])

        return AsOffered()


def _buffer(application: Application[Any]) -> Buffer:
    return application.layout.current_buffer or application.current_buffer


def _new_line(event: KeyPressEvent) -> None:
    event.current_buffer.insert_text("\n")


def _paste(event: KeyPressEvent) -> None:
    # What is copied as a whole line brings the line's end along.
    lines = event.data.replace("\r\n", "\n").replace("\r", "\n")
    event.current_buffer.insert_text(lines.strip("\n"))


def ask_one(around: Around, options: Sequence[Option], start: str | None) -> Said | WantsBack:
    """Let the person choose one; without a start the pointer rests on nothing.

    What is typed narrows the list; where it fits nothing, Enter gives it as the answer.

    Raises:
        Leaving: the person leaves.
    """
    import questionary

    choices = [_choice(option) for option in options]
    if start is None:
        choices.insert(0, questionary.Choice(_NOTHING_YET, value=_NOTHING_YET))
    question = questionary.select(
        printable_lines(around.message),
        choices,
        default=start,
        qmark=MARK,
        style=questionary.Style(_STYLE),
        use_jk_keys=False,
        use_search_filter=True,
        show_description=False,
        instruction=" " if around.message else "↑ ↓ to choose, or type to search; then Enter",
        erase_when_done=True,
    )
    control = _control(question.application)

    def enter(event: KeyPressEvent) -> None:
        if _fits_nothing(control):
            event.app.exit(result=control.search_filter)
        elif control.get_pointed_at().value != _NOTHING_YET:
            event.app.exit(result=control.get_pointed_at().value)

    return _ask_list(question.application, control, around, options, {"enter": enter})


def ask_several(around: Around, options: Sequence[Option]) -> Said | WantsBack:
    """Let the person tick any number; the answer names them, or says none.

    Raises:
        Leaving: the person leaves.
    """
    import questionary

    question = questionary.checkbox(
        "",
        [_choice(option) for option in options],
        qmark=MARK,
        style=questionary.Style(_STYLE),
        use_jk_keys=False,
        use_search_filter=True,
        show_description=False,
        instruction="Space ticks, Ctrl-A all, type to search; then Enter",
        erase_when_done=True,
    )
    control = _control(question.application)
    alone = [option.value for option in options if option.alone]

    def tick(_: KeyPressEvent) -> None:
        control.selected_options = _ticked(
            control.selected_options, str(control.get_pointed_at().value), alone
        )

    def enter(event: KeyPressEvent) -> None:
        if _fits_nothing(control):
            event.app.exit(result=control.search_filter)
            return
        ticked = [str(choice.value) for choice in control.get_selected_values()]
        if len(ticked) == len(options):
            ticked = alone or ticked
        # An empty answer would mean the default.
        event.app.exit(result=", ".join(ticked) or "none")

    return _ask_list(question.application, control, around, options, {"enter": enter, " ": tick})


def _ticked(ticked: Sequence[str], pointed_at: str, alone: Sequence[str]) -> list[str]:
    """Return what is ticked after the entry pointed at was ticked or unticked."""
    if pointed_at in ticked:
        return [value for value in ticked if value != pointed_at]
    kept = [] if pointed_at in alone else [value for value in ticked if value not in alone]
    return [*kept, pointed_at]


def _choice(option: Option) -> Any:
    import questionary

    label = cut(option.shown, _width() - _POINTER)
    return questionary.Choice(label, value=option.value, checked=option.chosen)


def _control(application: Application[Any]) -> InquirerControl:
    from questionary.prompts.common import InquirerControl

    return next(
        window.content
        for window in application.layout.find_all_windows()
        if isinstance(window.content, InquirerControl)
    )


def _ask_list(
    application: Application[Any],
    control: InquirerControl,
    around: Around,
    options: Sequence[Option],
    keys: dict[str, Callable[[KeyPressEvent], None]],
) -> Said | WantsBack:
    from prompt_toolkit.filters import Always, Condition
    from prompt_toolkit.key_binding import merge_key_bindings
    from prompt_toolkit.keys import Keys
    from prompt_toolkit.layout import HSplit, Layout

    at_first = control.pointed_at
    fits_nothing = Condition(lambda: _fits_nothing(control))
    bindings = _shared_keys(around, Always(), lambda: None)
    for key, does in keys.items():
        bindings.add(key, eager=True)(does)

    @bindings.add(Keys.BracketedPaste, eager=True)
    def search_pasted(event: KeyPressEvent) -> None:
        _search(control, event.data)

    @bindings.add("c-u", eager=True)
    def forget_search(_: KeyPressEvent) -> None:
        control.search_filter = None
        control.pointed_at = at_first

    @bindings.add("escape", eager=True)
    def leave_search(event: KeyPressEvent) -> None:
        if control.search_filter:
            forget_search(event)
        elif around.message:
            event.app.exit(result=WantsBack())

    # Who moves the pointer means what it points at, not what fitted nothing.
    @bindings.add("up", eager=True, filter=fits_nothing)
    def choose_above(event: KeyPressEvent) -> None:
        forget_search(event)
        control.select_previous()

    @bindings.add("down", eager=True, filter=fits_nothing)
    def choose_below(event: KeyPressEvent) -> None:
        forget_search(event)
        control.select_next()

    application.key_bindings = merge_key_bindings([application.key_bindings, bindings])  # type: ignore[list-item]
    _leave_room_for_question(application, control)
    below = _below_list(control, around, {option.value: option for option in options})
    application.layout = Layout(HSplit([application.layout.container, *below]))
    answer = _run(application, lambda: None)
    return answer if isinstance(answer, WantsBack) else Said(str(answer))


def _leave_room_for_question(application: Application[Any], control: InquirerControl) -> None:
    """Keep a long list from pushing what it answers off the screen; it scrolls instead.

    Nor is it longer than its entries: what there is to say about one stands right below them.
    """
    from prompt_toolkit.filters import Always
    from prompt_toolkit.layout import Dimension

    def height() -> Dimension:
        return Dimension(max=max(_LEAST_LISTED, application.output.get_size().rows - _AROUND_LIST))

    for window in application.layout.find_all_windows():
        if window.content is control:
            window.height = height
            window.dont_extend_height = Always()


def _search(control: InquirerControl, text: str) -> None:
    for character in printable_lines(text).replace("\n", " ").strip():
        control.add_search_character(character)  # type: ignore[arg-type]


def _fits_nothing(control: InquirerControl) -> bool:
    # Looking at the choices is what makes the control search.
    return bool(control.search_filter and control.filtered_choices and not control.found_in_search)


def _below_list(
    control: InquirerControl, around: Around, options: dict[str, Option]
) -> list[Container]:
    """Return what stands under a list: about the entry pointed at; at the bottom, the toolbar."""
    from prompt_toolkit.filters import is_done
    from prompt_toolkit.layout import ConditionalContainer, Dimension, FormattedTextControl, Window

    def about() -> StyleAndTextTuples:
        if _fits_nothing(control):
            return [("class:instruction", _indented(_FITS_NOTHING))]
        option = options.get(str(control.get_pointed_at().value))
        lines = [option.description] if option and option.description else []
        if option and cut(option.shown, _width() - _POINTER) != option.shown:
            lines.insert(0, option.shown)
        if control.search_filter:
            fit = sum(choice.value in options for choice in control.filtered_choices)
            lines.insert(0, f"{fit} of {len(options)} fit; Esc shows all.")
        return [("class:instruction", "\n".join(map(_indented, lines)))]

    more = Window(
        FormattedTextControl(about),
        dont_extend_height=True,
        height=Dimension(max=_MORE_LINES),
    )
    space = Window()
    bar = Window(
        FormattedTextControl(lambda: toolbar(around, _width())),
        style="class:bottom-toolbar",
        dont_extend_height=True,
        height=Dimension(min=1),
    )
    return [ConditionalContainer(window, ~is_done) for window in (more, space, bar)]


def _shared_keys(around: Around, untouched: Any, typed: Callable[[], str | None]) -> KeyBindings:
    """Return the keys that work at every prompt."""
    from prompt_toolkit.application import run_in_terminal
    from prompt_toolkit.key_binding import KeyBindings

    bindings = KeyBindings()
    explained = False

    def back(event: KeyPressEvent) -> None:
        # The question stays on the screen above, to be asked again or left behind.
        event.app.erase_when_done = True
        event.app.exit(result=WantsBack(typed()))

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


def _run(application: Application[Any], typed: Callable[[], str | None]) -> Any:
    from prompt_toolkit.application.current import get_app_session
    from prompt_toolkit.input.typeahead import clear_typeahead

    from evalbook.cli.wizard.hangup import asked_to_leave

    # Keys pressed before the question was there can't have been meant for it.
    clear_typeahead(get_app_session().input)
    try:
        if asked_to_leave():
            raise KeyboardInterrupt
        return application.run()
    except (KeyboardInterrupt, EOFError):
        raise Leaving(typed()) from None


def _indented(text: str) -> str:
    """Return the text in lines of the terminal's width, broken between words."""
    lines = textwrap.wrap(printable_lines(text), max(20, _width() - 6))
    return "\n".join(f"     {line}" for line in lines)


def _width() -> int:
    from prompt_toolkit.application import get_app

    return get_app().output.get_size().columns


def toolbar(around: Around, width: int) -> StyleAndTextTuples:
    """Return the lines at the bottom: where this is, the latest answers, the keys."""
    lines = []
    if around.glance is not None:
        lines.append(answers_in_brief(around.glance, width))
    keys = f" {around.keys[0]}"
    for key in around.keys[1:]:
        more = f"{keys}   {key}"
        keys = more if _columns(more) <= width else keys
    lines.append(cut(keys, width))
    return [("", "\n".join(lines))]


def answers_in_brief(glance: Glance, width: int) -> str:
    """Return one line with the place and as many of the latest answers as fit."""
    line = f" {glance.place}"
    left_out = len(glance.answers)
    shown: list[str] = []
    for title, text in reversed(glance.answers):
        part = f"{title}: {cut(telling_part(text), 24)}"
        more = f" │ {left_out - 1} more" if left_out > 1 else ""
        if _columns(" │ ".join([line, *shown, part]) + more) > width:
            break
        shown.append(part)
        left_out -= 1
    parts = [line, *shown]
    if left_out:
        parts.append(f"{left_out} more" if shown else f"{left_out} answered")
    return cut(" │ ".join(parts), width)


def telling_part(text: str) -> str:
    """Return an answer on one line; of an ARN, the name, or what comes after the account."""
    line = printable_lines(text).replace("\n", " ")
    if line.startswith("arn:"):
        line = role_names(short_name(line) or line)
    return line.split(":", 5)[-1] if line.startswith("arn:") else line


def _columns(text: str) -> int:
    from prompt_toolkit.utils import get_cwidth

    return get_cwidth(text)


def cut_at_word(text: str, width: int) -> str:
    """Return the text cut to a width in terminal columns, between words where there are any."""
    short = cut(text, width)
    if short == text:
        return text
    whole, space, _ = short.rpartition(" ")
    return f"{whole.rstrip(' ,;:')} …" if space and len(whole) > width // 2 else short


def cut(text: str, width: int) -> str:
    """Return the text cut to a width in terminal columns."""
    columns = end = 0
    # Letter by letter, as the toolbar is drawn anew at every key and a task may fill pages.
    for letter in text:
        columns += _columns(letter)
        if columns > width:
            return text[:end] + "…"
        end += columns < width
    return text

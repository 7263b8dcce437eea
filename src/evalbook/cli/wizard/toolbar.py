"""What fits into the width of a terminal: the toolbar's lines, and texts cut to a line."""

from __future__ import annotations

from collections.abc import Sequence

from prompt_toolkit.utils import get_cwidth

from evalbook.aws.arns import role_names, short_name
from evalbook.cli.wizard.prompts import Around, width
from evalbook.texts import printable


def toolbar(around: Around) -> str:
    """Return the lines at the bottom: where this is, the latest answers, the keys."""
    columns = width()
    lines = [answers_in_brief(around.place, around.answers, columns)] if around.place else []
    keys = f" {around.keys[0]}"
    for key in around.keys[1:]:
        more = f"{keys}   {key}"
        keys = more if get_cwidth(more) <= columns else keys
    return "\n".join([*lines, cut(keys, columns)])


def answers_in_brief(place: str, answers: Sequence[tuple[str, str]], width: int) -> str:
    """Return one line with the place and as many of the latest answers as fit."""
    told = [f"{title}: {cut(telling_part(text), 24)}" for title, text in reversed(answers)]
    line = ""
    for shown in range(len(told), -1, -1):
        left_out = len(told) - shown
        more = f"{left_out} {'more' if shown else 'answered'}"
        line = " │ ".join([f" {place}", *told[:shown], *([more] if left_out else [])])
        if get_cwidth(line) <= width:
            break
    return cut(line, width)


def one_line(text: str) -> str:
    return printable(text.replace("\n", " "))


def telling_part(text: str) -> str:
    """Return an answer on one line; of an ARN, the name, or what comes after the account."""
    line = one_line(text)
    if line.startswith("arn:"):
        line = role_names(short_name(line) or line)
    return line.split(":", 5)[-1] if line.startswith("arn:") else line


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
        columns += get_cwidth(letter)
        if columns > width:
            return text[:end] + "…"
        end += columns < width
    return text

"""Putting text together for people: what is shown can't be more than text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

# Cc: control characters; Cf: format characters, such as those that turn the direction of writing;
# Cs: lone surrogates, which no terminal and no file takes; Zl and Zp: line ends of Unicode's own.
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Joiners that Indic scripts, Persian and emoji need.
_HARMLESS = frozenset("\u200c\u200d")
_COLOURS = re.compile(r"\x1b\[[\d;]*m")


def printable(text: str) -> str:
    r"""Return a text on one line; what acts on a terminal or a page is written out (``\x1b``)."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        it.encode("unicode_escape").decode()
        if unicodedata.category(it) in _HARMFUL and it not in _HARMLESS
        else it
        for it in text
    )


def printable_lines(text: str) -> str:
    """Return the text with nothing in it but its line ends that could control a terminal.

    Texts come from AWS, from datasets and from files; none of them may move the cursor.
    """
    return "\n".join(map(printable, text.split("\n")))


def quoted_lines(text: str) -> list[str]:
    """Return what somebody else wrote line by line, so that it can be set off from our own lines.

    Colours go; so do empty lines, after which it could go on as if it were something new.
    """
    split = map(printable, _COLOURS.sub("", text).splitlines())
    return [line.rstrip() for line in split if not line.isspace() and line]


class Lines(str):
    """A text of several lines that are meant to be several."""

    __slots__ = ()


def lines(*texts: str) -> Lines:
    """Put texts below each other, each of them on one line."""
    return Lines("\n".join(map(printable, texts)))


class Notice(str):
    """What a person is told; ``brief``, which may be empty, where few words are wanted.

    Of a remedy, few words are wanted where the question below it lists the choices.
    """

    brief: str

    def __new__(cls, text: str, brief: str = "") -> Notice:
        notice = super().__new__(cls, text)
        notice.brief = brief
        return notice


def few_words(text: T) -> T | str:
    """Return what is told of a text where few words are wanted: all of it, unless it says what.

    A remedy that is no text, or none, stays what it is.
    """
    return text.brief if isinstance(text, Notice) else text


def put_in_a_row(*texts: str | None, by: str = " ") -> Notice:
    """Put texts after each other, with few words where few are wanted of one."""
    told = [it for it in texts if it]
    return Notice(by.join(told), by.join(filter(None, map(few_words, told))))


def titled(title: str, text: str) -> str:
    """Return a text behind its title, with few words where few are wanted."""
    whole = f"{title}: {text}"
    return Notice(whole, f"{title}: {text.brief}") if isinstance(text, Notice) else whole


def presentable(text: str) -> str:
    """Return a text as it may be shown: on one line, unless its lines are meant."""
    if isinstance(text, Notice):
        return Notice(printable(text), printable(text.brief))
    return text if isinstance(text, Lines) else printable(text)


def shortened(text: str, limit: int = 120) -> str:
    """Return the text cut to a length that fits into a message."""
    return text if len(text) <= limit else text[: max(1, limit - 1)] + "…"


def on_one_line(text: str, limit: int = 160) -> str:
    """Return the text on one line, cut to a length that fits into a message."""
    return shortened(" ".join(text.split()), limit)


def without_accents(text: str) -> str:
    """Return the text without accents: a name stays readable."""
    letters = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def nearest(word: str, known: Iterable[str], most: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return what a mistyped word may have meant, the most alike first."""
    import difflib

    return difflib.get_close_matches(word, list(known), most, cutoff)


def did_you_mean(near: Sequence[str]) -> str:
    """Ask whether one of these was meant; empty if there is none."""
    return f"Did you mean {' or '.join(near)}?" if near else ""


def joined(words: Sequence[str], by: str = "and") -> str:
    """Return words as a list in a sentence: a, b and c."""
    *most, last = words or [""]
    return f"{', '.join(most)} {by} {last}" if most else last


def plural(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it takes one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def fold_lines(text: str, width: int | None, *, hanging: bool = True) -> str:
    """Return the text with lines longer than ``width`` broken between words.

    What has no spaces, such as an ARN, stays whole, so that it can be copied. Where it is
    ``hanging``, what continues a line is indented more than its beginning.
    """
    if width is None:
        return text
    return "\n".join(_fold(line, width, "  " if hanging else "") for line in text.split("\n"))


def _fold(line: str, width: int, more: str) -> str:
    if len(line) <= width:
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    import textwrap

    return textwrap.fill(
        line.strip(),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}{more}",
        break_long_words=False,
        break_on_hyphens=False,
    )


def read_integer(digits: str) -> int | float:
    """Read a number of JSON's; Python refuses one of thousands of digits."""
    return int(digits) if len(digits) < 20 else float(digits)


def fingerprint(text: str, digits: int = 8) -> str:
    """Return a short name that changes with the text."""
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:digits]


def file_size(size: int) -> str:
    """Return a number of bytes as people write it: "1.5 MB"."""
    if size < 1000:
        return f"{size} bytes"
    for unit, factor in (("kB", 10**3), ("MB", 10**6)):
        if size < factor * 1000:
            return f"{size / factor:.1f} {unit}"
    return f"{size / 10**9:.1f} GB"


Part = str | Sequence[Mapping[str, str]]
"""Text, or the rows of a table: each row has a cell for each column's title."""

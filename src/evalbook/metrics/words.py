"""Finding subjects in free text by the beginnings of its words, in several languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from evalbook.texts import without_accents


def comparable(text: str) -> str:
    """Return letters and digits only, lower case and without accents, to compare names by."""
    return re.sub(r"[\W_]+", "", _folded(text))


class Words:
    """The words of a text, to be searched for stems.

    A stem is the beginning of a word (``summar``), a whole word (``rag$``), or several of either
    (``step by step``). A stem in a script that does not separate words, such as Chinese, or that
    inflects at both ends, is looked for anywhere.
    """

    def __init__(self, text: str) -> None:
        self._text = unicodedata.normalize("NFKC", text)
        self._folded = _folded(text)
        self._spans = [match.span() for match in re.finditer(r"[^\W_]+", self._text)]
        # Folding may change a word's length, so words are found first and folded one by one.
        self._words = [_folded(self._text[start:end]) for start, end in self._spans]

    def first(self, stems: Iterable[str]) -> str | None:
        """Return what matches the first fitting stem, as written in the text, or None."""
        return next((found for stem in stems if (found := self._find(stem))), None)

    def _find(self, stem: str) -> str | None:
        folded = _folded(stem)
        if not folded.isascii():
            return stem if folded in self._folded else None
        parts = folded.split()
        for first in range(len(self._words) - len(parts) + 1):
            last = first + len(parts) - 1
            if all(map(_begins, self._words[first : last + 1], parts)):
                return self._text[self._spans[first][0] : self._spans[last][1]]
        return None


def _begins(word: str, part: str) -> bool:
    return word == part[:-1] if part.endswith("$") else word.startswith(part)


# The stems are a few hundred and asked for again with every task.
@lru_cache(maxsize=2048)
def _folded(text: str) -> str:
    return without_accents(text.casefold())

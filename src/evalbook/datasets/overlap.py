"""Which prompts of an evaluation dataset are in the data that the model was trained on.

A model that has seen a question scores better on it than it would on a new one. The evaluation's
prompts are few and kept in memory; the training data, which may be large, are read past them once,
record by record, and leave nothing behind: memory does not grow with them.

Two prompts are the same where their words agree, whatever their case, punctuation and spacing. They
are near where most of the evaluation prompt's runs of words (n-grams) stand in one training prompt.
Runs that many evaluation prompts have are a template and count for nothing. Few runs of each prompt
are looked for first; only where one is found are all compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evalbook.datasets.account import Account
from evalbook.datasets.bulk import Bulk
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.reading import Progress, Reading, Row
from evalbook.datasets.rules import Judged, Rules
from evalbook.datasets.understanding import understand

GRAM = 5
"""Words of a run; a shorter prompt is compared whole."""
NEAR = 0.6
"""Share of a prompt's runs that one training prompt has to hold."""
MOST_PROMPTS = 20_000
"""Prompts that are compared; an evaluation job takes fewer."""
SHOWN = 20
_LOOKED_FOR = 6
_TEMPLATE = 3
"""Different prompts that have a run in common, from which on it is part of a template."""

_Gram = tuple[bytes, ...]
_Words = list[bytes]

# Letters and digits of ASCII in lower case, all else of ASCII a space; other bytes as they are.
_PLAIN = bytes(
    ord(chr(code).lower()) if chr(code).isalnum() or code >= 128 else 32 for code in range(128)
) + bytes(range(128, 256))


@dataclass(frozen=True)
class Overlap:
    """What of an evaluation dataset the training data hold."""

    compared: int
    """Evaluation records compared."""
    exact: tuple[int, ...]
    """Numbers of the evaluation's records, counted from 1, that the training data hold."""
    near: tuple[int, ...]
    """Numbers of those that they hold nearly."""
    training_records: int
    training_unread: int
    """Training records that were not understood, so that nothing is known of them."""
    objects_unread: int
    """Objects of the training data in which no records could be found."""

    @property
    def places(self) -> frozenset[int]:
        return frozenset((*self.exact, *self.near))


class Prompts:
    """The evaluation's prompts, ready to be looked for."""

    def __init__(self, prompts: Iterable[tuple[int, str]]) -> None:
        self._words: dict[int, _Words] = {}
        for place, prompt in prompts:
            words = words_of(prompt)
            if words and len(self._words) < MOST_PROMPTS:
                self._words[place] = words
        different = {tuple(words) for words in self._words.values()}
        held = Counter(gram for words in different for gram in set(_grams(words)))
        common = Counter(word for words in self._words.values() for word in set(words))
        self._grams: dict[int, frozenset[_Gram]] = {}
        self._anchors: dict[_Gram, list[int]] = {}
        self._whole: dict[bytes, list[int]] = {}
        for place, words in self._words.items():
            own = [gram for gram in _grams(words) if held[gram] < _TEMPLATE]
            self._grams[place] = frozenset(own)
            for gram in _spread(own, common):
                self._anchors.setdefault(gram, []).append(place)
            if not own:
                self._whole.setdefault(b" ".join(words), []).append(place)
        self._first = frozenset(gram[0] for gram in self._anchors)
        self._pairs = frozenset(gram[:2] for gram in self._anchors)
        self._sizes = frozenset(len(key.split()) for key in self._whole)
        self._exact: set[int] = set()
        self._near: set[int] = set()
        self.records = 0

    @property
    def compared(self) -> int:
        """Return how many evaluation prompts are looked for."""
        return len(self._words)

    def add_many(self, prompts: Sequence[str], *_: Any, **__: Any) -> None:
        """Look at the prompts of training records."""
        self.records += len(prompts)
        first, pairs = self._first, self._pairs
        sizes, anchors = self._sizes, self._anchors
        for prompt in prompts:
            words = words_of(prompt)
            for word in first.intersection(words):
                at = words.index(word)
                while at >= 0:
                    if (*words[at : at + 2],) in pairs:
                        gram = tuple(words[at : at + GRAM])
                        if gram in anchors:
                            self._compare(words, anchors[gram])
                    at = _next(words, word, at)
            if len(words) in sizes:
                self._exact.update(self._whole.get(b" ".join(words), ()))

    def _compare(self, words: _Words, places: Iterable[int]) -> None:
        grams: frozenset[_Gram] | None = None
        for place in places:
            if place in self._exact:
                continue
            if words == self._words[place]:
                self._exact.add(place)
                self._near.discard(place)
                continue
            grams = frozenset(_grams(words)) if grams is None else grams
            own = self._grams[place]
            if len(own & grams) >= NEAR * len(own):
                self._near.add(place)

    def overlap(self, unread: int, objects_unread: int) -> Overlap:
        """Return what was found."""
        return Overlap(
            self.compared,
            tuple(sorted(self._exact)),
            tuple(sorted(self._near)),
            self.records + unread,
            unread,
            objects_unread,
        )


def words_of(text: str) -> _Words:
    """Return the words of a text without case and punctuation."""
    if not text.isascii():
        text = text.lower()
    return text.encode("utf-8", "replace").translate(_PLAIN).split()


def _grams(words: Sequence[bytes]) -> Iterator[_Gram]:
    return zip(*(words[start:] for start in range(GRAM)), strict=False)


def _spread(grams: list[_Gram], common: Counter[bytes]) -> list[_Gram]:
    """Return a few runs from all over a prompt, each opened by the rarest, longest word around."""
    step = max(1, len(grams) // _LOOKED_FOR)
    parts = [grams[at : at + step] for at in range(0, len(grams), step)]
    return [min(part, key=lambda gram: (common[gram[0]], -len(gram[0]))) for part in parts]


def _next(words: _Words, word: bytes, at: int) -> int:
    try:
        return words.index(word, at + 1)
    except ValueError:
        return -1


def find_overlap(
    evaluation: Iterable[bytes],
    training: Iterable[Iterable[bytes]],
    on_progress: Progress | None = None,
) -> Overlap:
    """Read the evaluation dataset, then the training data past it, each once.

    Args:
        evaluation: the bytes of the evaluation dataset.
        training: of each object of the training data, its bytes.
        on_progress: told the bytes and records read of the training object that is being read.
    """
    prompts = Prompts(_prompts(evaluation))
    unread = objects_unread = 0
    rules = Rules(None, first_question=True)
    for chunks in training:
        reading = Reading(chunks, on_progress)
        objects_unread += not reading.container.has_records
        reading.bulk = Bulk(rules, prompts, Account())
        for row in reading.rows():
            prompt = _prompt_of(row, rules)
            if prompt is None:
                unread += 1
            else:
                prompts.add_many((prompt,))
    return prompts.overlap(unread, objects_unread)


def _prompts(evaluation: Iterable[bytes]) -> Iterator[tuple[int, str]]:
    rules = Rules(None, first_question=True)
    for place, row in enumerate(Reading(evaluation).rows(), start=1):
        prompt = _prompt_of(row, rules)
        if prompt is not None:
            yield place, prompt


def _prompt_of(row: Row, rules: Rules) -> str | None:
    judged = rules.judge(row)
    if isinstance(judged, Judged):
        return judged.meant.prompt
    try:
        return understand(row.record).prompt if row.record is not None else None
    except InvalidRecord:
        return None

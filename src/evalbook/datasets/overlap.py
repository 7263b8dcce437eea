"""Which prompts of an evaluation dataset are in the data that the model was trained on.

A model that has seen a question scores better on it than it would on a new one. The evaluation's
prompts are few and kept in memory; the training data, which may be large, are read past them once,
record by record, and leave nothing behind: memory does not grow with them.

Two prompts are the same where their letters and digits agree, whatever their case, punctuation and
spacing. They are near where most of the evaluation prompt's runs of words (n-grams) stand in one
training prompt. Runs that many evaluation prompts have are a template and count for nothing.

Few pieces of each prompt are looked for first, in many training prompts at once; only where one is
found are all words compared. A piece stands between two occurrences of one letter, or marks other
than blank space, so that it is the same wherever it stands in a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from evalbook.datasets.bulk import Bulk
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.reading import Progress, Reading, Row
from evalbook.datasets.rules import Rules
from evalbook.datasets.understanding import understand

GRAM = 5
"""Words of a run; a shorter prompt is compared whole."""
NEAR = 0.6
"""Share of a prompt's runs that one training prompt has to hold."""
MOST_PROMPTS = 20_000
"""Prompts that are compared; an evaluation job takes fewer."""
SHOWN = 20
_LOOKED_FOR = 16
_TEMPLATE = 3
"""Different prompts that have a run in common, from which on it is part of a template."""

_LONG, _FEW = 10, 2
"""Letters of a piece that few other texts have, and how many shorter ones will do."""
_OFTEN = 8
"""Prompts of the training data that have a piece of another prompt, which is then forgotten."""
_TOGETHER = 32
"""Training prompts that are looked at at once."""
_PIECE = 1 / 8
"""How frequent the letter should be at which texts are cut into pieces."""

_Gram = tuple[bytes, ...]

_ASCII = [chr(code) for code in range(128)]
_HIGH = bytes(range(128, 256))
_WORDS = bytes(ord(it.lower()) if it.isalnum() else 32 for it in _ASCII) + _HIGH
"""Letters and digits of ASCII in lower case, all else of ASCII a space; other bytes as they are."""
_LETTERS = bytes(ord(it.lower()) for it in _ASCII) + _HIGH
_PARTED = b"\0"
_BETWEEN = f"\n{_PARTED.decode()}\n"
"""Between two prompts."""
_NO_LETTERS = "".join(it for it in _ASCII if not it.isalnum() and it != "\0").encode()
_BLANK = b" \t\r"
_MARKS = bytes(set(_NO_LETTERS) - set(_BLANK))
_TYPESET = {
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
    "\u2026": "...", "\u00a0": " ",
}  # fmt: skip


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
        self._whole: dict[bytes, list[int]] = {}
        texts: dict[int, bytes] = {}
        for place, prompt in prompts:
            text = _plain(prompt)
            letters = text.translate(_LETTERS, _NO_LETTERS)
            if letters and len(texts) < MOST_PROMPTS:
                texts[place] = text
                self._whole.setdefault(letters, []).append(place)
        self.compared = len(texts)
        """How many evaluation prompts are looked for."""
        letters = b"".join(self._whole)
        wanted = _PIECE * len(letters)
        frequent = Counter(letters).items()
        self._cut = bytes(min(frequent, key=lambda it: abs(it[1] - wanted), default=(0,))[:1])
        self._at_cuts = _LETTERS.translate(bytes.maketrans(_MARKS, self._cut * len(_MARKS)))
        different = {tuple(_words(text)) for text in texts.values()}
        held = Counter(gram for words in different for gram in set(_grams(words)))
        shared = Counter(it for text in set(texts.values()) for it in set(self._pieces(text)))
        self._grams: dict[int, frozenset[_Gram]] = {}
        self._looked_for: dict[bytes, list[int]] = {}
        for place, text in texts.items():
            own = frozenset(it for it in _grams(_words(text)) if held[it] < _TEMPLATE)
            if own:
                self._grams[place] = own
                for piece in set(_spread(self._pieces(text), shared)):
                    self._looked_for.setdefault(piece, []).append(place)
        self._left = Counter(it for places in self._looked_for.values() for it in places)
        self._misled: Counter[bytes] = Counter()
        self._exact: set[int] = set()
        self._near: set[int] = set()
        self.records = 0

    def _pieces(self, text: bytes) -> list[bytes]:
        return text.translate(self._at_cuts, _BLANK).split(self._cut)

    def look_at(self, prompts: Sequence[str]) -> None:
        """Look at the prompts of training records."""
        self.records += len(prompts)
        for at in range(0, len(prompts), _TOGETHER):
            together = [it.replace("\0", " ") for it in prompts[at : at + _TOGETHER]]
            text = _plain(_BETWEEN.join(together))
            letters = text.translate(_LETTERS, _NO_LETTERS).split(_PARTED)
            for known in self._whole.keys() & letters:
                self._exact.update(self._whole[known])
            pieces = self._pieces(text)
            if found := self._looked_for.keys() & pieces:
                for prompt, own in zip(together, _by_prompt(pieces, found), strict=True):
                    if own:
                        self._compare(own, frozenset(_grams(_words(_plain(prompt)))))

    def _compare(self, pieces: Iterable[bytes], grams: frozenset[_Gram]) -> None:
        """Compare one training prompt with those that have a piece in common with it."""
        for piece in pieces:
            places = self._looked_for.get(piece, [])
            near = {it for it in places if it in self._near or self._is_near(it, grams)}
            self._near |= near
            self._misled[piece] += not near
            # Many other prompts have it; but the last piece of a prompt has to stay.
            if self._misled[piece] == _OFTEN and all(self._left[it] > 1 for it in places):
                self._left.subtract(places)
                del self._looked_for[piece]

    def _is_near(self, place: int, grams: frozenset[_Gram]) -> bool:
        own = self._grams[place]
        return len(own & grams) >= NEAR * len(own)

    def overlap(self, unread: int, objects_unread: int) -> Overlap:
        """Return what was found."""
        return Overlap(
            self.compared,
            tuple(sorted(self._exact)),
            tuple(sorted(self._near - self._exact)),
            self.records + unread,
            unread,
            objects_unread,
        )


def _plain(text: str) -> bytes:
    """Return a text in lower case beyond ASCII, with the marks that are typed."""
    if not text.isascii():
        text = text.lower()
        for mark, typed in _TYPESET.items():
            text = text.replace(mark, typed)
    return text.encode("utf-8", "replace")


def _words(text: bytes) -> list[bytes]:
    """Return the words of a text without case and punctuation."""
    return text.translate(_WORDS).split()


def _grams(words: Sequence[bytes]) -> Iterator[_Gram]:
    return zip(*(words[start:] for start in range(GRAM)), strict=False)


def _by_prompt(pieces: list[bytes], found: Set[bytes]) -> list[set[bytes]]:
    """Return which of the pieces found each of several prompts has."""
    own: list[set[bytes]] = [set()]
    for piece in pieces:
        if piece == _PARTED:
            own.append(set())
        elif piece in found:
            own[-1].add(piece)
    return own


def _spread(pieces: list[bytes], shared: Counter[bytes]) -> list[bytes]:
    """Return a few long pieces from all over a prompt that few other prompts have."""
    own = [it for it in pieces if shared[it] < _TEMPLATE]
    long = [it for it in own if len(it) >= _LONG]
    if len(long) < _FEW:
        long = sorted(own, key=len)[-_FEW:]
    step = max(1, -(-len(long) // _LOOKED_FOR))
    return long[::step] or [min(pieces, key=lambda it: (shared[it], -len(it)))]


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
    bulk = Bulk(
        Rules(None, first_question=True),
        lambda _judged, found, _called: prompts.look_at(found.prompts),
    )
    for chunks in training:
        reading = Reading(chunks, on_progress)
        objects_unread += not reading.container.has_records
        reading.take_alike = bulk.take
        for row in reading.rows():
            prompt = _prompt_of(row)
            if prompt is None:
                unread += 1
            else:
                prompts.look_at((prompt,))
    return prompts.overlap(unread, objects_unread)


def _prompts(evaluation: Iterable[bytes]) -> Iterator[tuple[int, str]]:
    for place, row in enumerate(Reading(evaluation).rows(), start=1):
        prompt = _prompt_of(row)
        if prompt is not None:
            yield place, prompt


def _prompt_of(row: Row) -> str | None:
    try:
        return understand(row.record or {}, first_question=True).prompt
    except InvalidRecord:
        return None

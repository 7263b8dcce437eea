"""What the records of a dataset are like, added up in many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import methodcaller, ne
from typing import Any

from evalbook.datasets.account import Account
from evalbook.datasets.invalid import InvalidRecord, harmless, shown
from evalbook.datasets.lengths import BUCKET, BYTES_PER_TOKEN, estimate_tokens
from evalbook.datasets.reading import Row
from evalbook.datasets.report import REMEMBERED, SHOWN, VERY_LONG, InvalidRow, Lost, Rewritten
from evalbook.datasets.rules import Judged, uses_of, write_sagemaker
from evalbook.datasets.shapes import Columns

_CATEGORIES = 1000
_TOP_CATEGORIES = 5
_EXAMPLES = 3
_EXAMPLE_WIDTH = 300


class _Seen:
    """How often texts occur, by their hashes; the number of different ones is bounded."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.total = 0
        self.bounded = False

    def add(self, keys: Sequence[int]) -> None:
        if len(self.counts) + len(keys) <= REMEMBERED:
            self.counts.update(keys)
            self.total += len(keys)
            return
        for key in keys:
            if key in self.counts or len(self.counts) < REMEMBERED:
                self.counts[key] += 1
                self.total += 1
            else:
                self.bounded = True

    @property
    def repeated(self) -> int:
        return self.total - len(self.counts)


_THINKING_MARKS = ("<think", "</think", "<reasoning>", "<thought>", "_of_thought|>", "[THINK]")
_SWITCH = "detailed thinking o"
"""What a prompt opens with that tells a model of NVIDIA to think, or not to."""


def thinks(text: str) -> bool:
    """Tell whether a text holds a tag or switch of a thinking model."""
    if ("<" in text or "[" in text) and any(mark in text for mark in _THINKING_MARKS):
        return True
    if text.startswith(_SWITCH):
        return True
    return "/" in text and ("/no_think" in text or text.rstrip().endswith("/think"))


def _thinking(texts: Sequence[str], joined: str) -> int:
    marked = "<" in joined or "/" in joined or "[" in joined
    return sum(map(thinks, texts)) if marked or any(map(_opens_with_switch, texts)) else 0


_opens_with_switch = methodcaller("startswith", _SWITCH)


class Survey:
    """What the valid records are like, why the others are invalid, and what all of them hold."""

    def __init__(self) -> None:
        self.account = Account()
        self._reasons: Counter[str] = Counter()
        """Invalid records by kind of reason."""
        self._invalid: list[InvalidRow] = []
        self._counts: Counter[str] = Counter()
        """Numbers of the report, by the names of its fields."""
        self._lost: Counter[Lost] = Counter()
        self._prompts, self._references = _Seen(), _Seen()
        self._lengths: Counter[int] = Counter()
        self._prompt_characters = self._reference_characters = 0
        self._categories: dict[str, int] = {}
        self._examples: list[Rewritten] = []
        self._unread: InvalidRow | None = None

    def add(self, row: Row, judged: Judged | InvalidRecord) -> None:
        """Add one record."""
        record = row.record or {}
        if isinstance(judged, InvalidRecord):
            self.account.add(uses_of(record), record)
            self._refuse(judged.kind, judged.reason, [row.place])
            return
        meant, _, _, why = judged
        self.account.add(meant.uses, record)
        if why and not self._unread:
            self._unread = InvalidRow(row.place, why)
        if len(self._examples) < _EXAMPLES:
            before = shown(record, _EXAMPLE_WIDTH)
            self._examples.append(Rewritten(before, shown(write_sagemaker(meant), _EXAMPLE_WIDTH)))
        references = [] if meant.reference is None else [meant.reference]
        systems = [meant.system] if meant.system else []
        categories = [meant.category] if meant.category else []
        self._add(judged, Columns([meant.prompt], references, systems, categories))

    def add_alike(self, judged: Judged, found: Columns, called: Sequence[int]) -> None:
        """Add records that are alike: each has a reference or none has, and so on."""
        self.account.add_many(judged.meant.uses, len(found.prompts))
        if judged.meant.left_out:
            self._refuse("left_out", judged.meant.left_out, called)
        else:
            self._add(judged, found)

    def _refuse(self, kind: str, reason: str, places: Sequence[int]) -> None:
        self._reasons[kind] += len(places)
        shown_too = [InvalidRow(place, reason) for place in places[:SHOWN]]
        self._invalid = sorted([*self._invalid, *shown_too], key=lambda it: it.line)[:SHOWN]

    def _add(self, judged: Judged, found: Columns) -> None:
        prompts, references, systems, categories, taken = found
        lost = dict.fromkeys(judged.lost, len(prompts))
        if "reference_wrong" in lost and references and taken:
            lost["reference_wrong"] = sum(map(ne, references, taken))
        self._lost.update({what: count for what, count in lost.items() if count})
        self._counts["valid"] += len(prompts)
        self._counts["as_it_is"] += len(prompts) - max(lost.values(), default=0)
        self._counts["multi_turn"] += len(prompts) if judged.meant.turns > 1 else 0
        sizes = self._add_prompts(prompts, systems)
        if references:
            sizes = self._add_references(references, sizes)
        longest = max(sizes)
        self._counts["longest"] = max(self._counts["longest"], longest)
        if longest > VERY_LONG:
            self._counts["very_long"] += sum(size > VERY_LONG for size in sizes)
        for category, count in Counter(categories).items():
            if category in self._categories or len(self._categories) < _CATEGORIES:
                self._categories[category] = self._categories.get(category, 0) + count

    def _add_prompts(self, prompts: Sequence[str], systems: Sequence[str]) -> Sequence[int]:
        stripped = list(map(str.strip, prompts))
        sizes = list(map(len, prompts))
        self._prompt_characters += sum(sizes)
        self._counts["empty_prompts"] += stripped.count("")
        if systems:
            self._counts["with_system"] += len(systems)
            self._prompts.add(list(map(hash, zip(stripped, systems, strict=True))))
            asked: Sequence[str] = list(map(str.__add__, systems, prompts))
        else:
            self._prompts.add(list(map(hash, stripped)))
            asked = prompts
        joined = "".join(asked)
        self._counts["thinking_prompts"] += _thinking(asked, joined)
        if joined.isascii():
            tokens = [-(-size // BYTES_PER_TOKEN) for size in map(len, asked)]
        else:
            tokens = list(map(estimate_tokens, asked))
        self._lengths.update([number // BUCKET for number in tokens])
        self._counts["longest_prompt"] = max(self._counts["longest_prompt"], *tokens)
        return sizes

    def _add_references(self, references: Sequence[str], sizes: Sequence[int]) -> Sequence[int]:
        stripped = list(map(str.strip, references))
        joined = "".join(references)
        self._reference_characters += len(joined)
        self._counts["with_reference"] += len(references)
        self._counts["empty_references"] += stripped.count("")
        self._counts["thinking_references"] += _thinking(references, joined)
        self._references.add(list(map(hash, stripped)))
        return list(map(max, sizes, map(len, references)))

    def findings(self) -> dict[str, Any]:
        """Return what was found, as the report's fields."""
        counts, references = self._counts, self._references.counts
        top = sorted(self._categories.items(), key=lambda it: -it[1])[:_TOP_CATEGORIES]
        return {
            **counts,
            "invalid": self._reasons.total(),
            "invalid_shown": tuple(self._invalid),
            "reasons": tuple(self._reasons.most_common()),
            "lost": tuple(self._lost.items()),
            "unread": self._unread,
            "examples": tuple(self._examples),
            "repeated_prompts": self._prompts.repeated,
            "repeats_bounded": self._prompts.bounded,
            "distinct_references": len(references),
            "commonest_reference": max(references.values(), default=0),
            "prompt_lengths": tuple(sorted(self._lengths.items())),
            "average_prompt": _average(self._prompt_characters, counts["valid"]),
            "average_reference": _average(self._reference_characters, counts["with_reference"]),
            "categories": tuple((harmless(name, 60), count) for name, count in top),
        }


def _average(total: int, count: int) -> float:
    return round(total / count, 1) if count else 0.0

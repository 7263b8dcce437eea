"""What the valid records of a dataset are like, added up in many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import methodcaller
from typing import Any

from evalbook.datasets.invalid import harmless, shown
from evalbook.datasets.lengths import BUCKET, BYTES_PER_TOKEN, estimate_tokens
from evalbook.datasets.reading import Row
from evalbook.datasets.report import REMEMBERED, VERY_LONG, InvalidRow, Rewritten
from evalbook.datasets.rules import Judged, write_sagemaker
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
    """What the valid records are like."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        """Numbers of the report, by the names of its fields."""
        self._lost: Counter[str] = Counter()
        self._prompts, self._references = _Seen(), _Seen()
        self._lengths: Counter[int] = Counter()
        self._prompt_characters = self._reference_characters = 0
        self._longest = self._longest_prompt = 0
        self._categories: dict[str, int] = {}
        self._examples: list[Rewritten] = []
        self._unread: InvalidRow | None = None

    def add(self, row: Row, judged: Judged) -> None:
        """Add one record."""
        meant, lost, _, why = judged
        if why and not self._unread:
            self._unread = InvalidRow(row.place, why)
        if len(self._examples) < _EXAMPLES:
            before = shown(row.record or {}, _EXAMPLE_WIDTH)
            self._examples.append(Rewritten(before, shown(write_sagemaker(meant), _EXAMPLE_WIDTH)))
        references = [] if meant.reference is None else [meant.reference]
        systems = [meant.system] if meant.system else []
        categories = [meant.category] if meant.category else []
        alike = Columns([meant.prompt], references, systems, categories)
        self.add_alike(alike, lost, meant.turns > 1)

    def add_alike(self, found: Columns, lost: str, several_turns: bool) -> None:
        """Add records that are alike: each has a reference or none has, and so on."""
        prompts, references, systems, categories, _ = found
        self._counts["valid"] += len(prompts)
        self._counts["as_it_is"] += 0 if lost else len(prompts)
        self._counts["multi_turn"] += len(prompts) if several_turns else 0
        for word in lost.split():
            self._lost[word] += len(prompts)
        sizes = self._add_prompts(prompts, systems)
        if references:
            sizes = self._add_references(references, sizes)
        longest = max(sizes)
        self._longest = max(self._longest, longest)
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
        self._longest_prompt = max(self._longest_prompt, max(tokens))
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
            "lost": tuple(self._lost.items()),
            "unread": self._unread,
            "examples": tuple(self._examples),
            "repeated_prompts": self._prompts.repeated,
            "repeats_bounded": self._prompts.bounded,
            "distinct_references": len(references),
            "commonest_reference": max(references.values(), default=0),
            "longest": self._longest,
            "longest_prompt": self._longest_prompt,
            "prompt_lengths": tuple(sorted(self._lengths.items())),
            "average_prompt": _average(self._prompt_characters, counts["valid"]),
            "average_reference": _average(self._reference_characters, counts["with_reference"]),
            "categories": tuple((harmless(name, 60), count) for name, count in top),
        }


def _average(total: int, count: int) -> float:
    return round(total / count, 1) if count else 0.0

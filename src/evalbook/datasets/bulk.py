"""Records of shapes that were understood before, taken many at a time.

Understanding one record takes many times as long as parsing it. What a shape means does not change
from record to record where it holds nothing but texts under names that say all, or plain messages;
such records are taken here, and every other line is left to the one reading that knows everything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from evalbook.datasets.account import Account
from evalbook.datasets.conversations import joined_turns
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.rules import OPENS_OTHERWISE, Rules, Shape
from evalbook.datasets.uses import Use

_MOST_LAYOUTS = 500


class Sink(Protocol):
    """What the records are told to."""

    def add_many(
        self,
        prompts: Sequence[str],
        references: Sequence[str],
        systems: Sequence[str],
        categories: Sequence[str],
        lost: str,
        several_turns: bool = False,
    ) -> None:
        """Add records that are alike: each has a reference or none has, and so on."""


class _Group:
    """Records of one shape, on their way to the survey."""

    def __init__(self, shape: Shape, around: frozenset[int]) -> None:
        self.shape = shape
        self.around = around
        self.prompts: list[str] = []
        self.references: list[str] = []
        self.systems: list[str] = []
        self.categories: list[str] = []


class _Layout(NamedTuple):
    """Where a conversation of these roles has what."""

    system: int | None
    asked: tuple[int, ...]
    reference: int | None
    uses: tuple[Use, ...]
    lost: str
    around: frozenset[int]
    prompts: list[str]
    references: list[str]
    systems: list[str]


class Bulk:
    """Takes what it can of the lines of a dataset."""

    def __init__(self, rules: Rules, survey: Sink, account: Account) -> None:
        self._rules = rules
        self._survey = survey
        self._account = account
        self._decode = msgspec.json.Decoder().decode
        self._groups: dict[tuple[str, ...], _Group | None] = {}
        self._layouts: dict[tuple[Any, ...], _Layout | None] = {}

    def take(self, lines: list[bytes | None]) -> list[int]:  # noqa: C901 - calls would cost as much
        """Add up the lines that are of a known shape; return the places of the others."""
        left: list[int] = []
        groups, loads = self._groups, self._decode
        for place, line in enumerate(lines):
            try:
                record = loads(line)  # type: ignore[arg-type]  # a missing one raises
                names = tuple(record)
                group = groups[names]
            except (ValueError, TypeError):
                left.append(place)
                continue
            except KeyError:
                group = self._group(names)
            if group is None:
                if names != _MESSAGES or not self._talk(line, record["messages"]):  # type: ignore[arg-type]
                    left.append(place)
                continue
            try:
                said = "".join(record.values())
            except TypeError:
                left.append(place)
                continue
            if not _is_told(line, said, group.around, 4 * len(names)):  # type: ignore[arg-type]
                left.append(place)
                continue
            prompt, reference, system, category, *_ = group.shape
            if record[prompt][:1] in OPENS_OTHERWISE:
                left.append(place)
                continue
            if system is not None:
                if record[system][:1] in ("", "["):
                    left.append(place)
                    continue
                group.systems.append(record[system])
            group.prompts.append(record[prompt])
            if reference is not None:
                group.references.append(record[reference])
            if category is not None and record[category]:
                group.categories.append(record[category])
        self._flush()
        return left

    def _group(self, names: tuple[str, ...]) -> _Group | None:
        shape = self._rules.shape_of(names)
        group = None
        if shape is not None:
            group = _Group(shape, _around(dict.fromkeys(names, "")))
        if len(self._groups) < _MOST_LAYOUTS:
            self._groups[names] = group
        return group

    def _talk(self, line: bytes, messages: Any) -> bool:
        """Add a conversation of plain messages; tell whether it was one."""
        try:
            roles = [message["role"] for message in messages]
            texts = [message["content"] for message in messages]
            said = "".join(texts)
            layout = self._layouts[tuple(roles)]
        except KeyError:
            layout, said = self._layout(messages), ""
        except TypeError:
            return False
        # A role and a text for each message, their names, and the name of the list.
        if layout is None or not _is_told(line, said, layout.around, 8 * len(texts) + 2):
            return False
        layout.prompts.append(
            texts[layout.asked[0]]
            if len(layout.asked) == 1
            else joined_turns((roles[at], texts[at]) for at in layout.asked)
        )
        if layout.reference is not None:
            layout.references.append(texts[layout.reference])
        if layout.system is not None:
            if not texts[layout.system]:
                layout.prompts.pop()
                if layout.reference is not None:
                    layout.references.pop()
                return False
            layout.systems.append(texts[layout.system])
        return True

    def _layout(self, messages: Any) -> _Layout | None:
        """Return where conversations of these roles have what."""
        if not isinstance(messages, list):
            return None
        roles = [message.get("role") for message in messages if isinstance(message, dict)]
        probe = [{"role": role, "content": f"text {at}"} for at, role in enumerate(roles)]
        found = None
        try:
            meant, lost, _ = self._rules.whole({"messages": probe})
        except (InvalidRecord, TypeError):
            return None
        texts = [str(turn["content"]) for turn in probe]
        systems = [at for at, role in enumerate(roles) if role in ("system", "developer")]
        last = max(at for at, role in enumerate(roles) if role == "user")
        asked = tuple(at for at in range(last + 1) if roles[at] in ("user", "assistant"))
        if len(systems) < 2 and set(roles) <= {"system", "developer", "user", "assistant"}:
            found = _Layout(
                systems[0] if systems else None,
                asked,
                None if meant.reference is None else texts.index(meant.reference),
                meant.uses,
                lost,
                _around({"messages": [{**turn, "content": ""} for turn in probe]}),
                [],
                [],
                [],
            )
        if len(self._layouts) < _MOST_LAYOUTS:
            self._layouts[tuple(roles)] = found
        return found

    def _flush(self) -> None:
        for group in self._groups.values():
            if group is None or not group.prompts:
                continue
            self._survey.add_many(
                group.prompts, group.references, group.systems, group.categories, group.shape.lost
            )
            self._account.add_many(group.shape.uses, len(group.prompts))
            group.prompts, group.references = [], []
            group.systems, group.categories = [], []
        for layout in self._layouts.values():
            if layout is None or not layout.prompts:
                continue
            several = sum(1 for use in layout.uses if use.use == "prompt") > 1
            self._survey.add_many(
                layout.prompts, layout.references, layout.systems, (), layout.lost,
                several_turns=several,
            )  # fmt: skip
            self._account.add_many(layout.uses, len(layout.prompts))
            for texts in (layout.prompts, layout.references, layout.systems):
                texts.clear()


_MESSAGES = ("messages",)


def _around(record: dict[str, Any]) -> frozenset[int]:
    """Return how many characters stand around a record's texts, as writers of JSON space it."""
    return frozenset((len(json.dumps(record)), len(json.dumps(record, separators=(",", ":")))))


def _is_told(line: bytes, said: str, around: frozenset[int], quotes: int) -> bool:
    """Tell whether a line holds nothing but the record that was read of it.

    A key that is given twice would make the line longer, and give it more quotation marks.
    """
    return len(line) - len(said) in around or line.count(b'"') == quotes

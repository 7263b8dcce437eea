"""Records of shapes that were understood before, taken many at a time.

Every record that is of no such shape is left to be understood by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from evalbook.datasets.json_values import Line
from evalbook.datasets.rules import Judged, Rules
from evalbook.datasets.shapes import Columns, Layout, NoPlan, Plan, shape_of

_LATEST = 4
"""Families that a line is tried with."""
_MOST_SHAPES = 500

Sink = Callable[[Judged, Columns, Sequence[int]], None]
"""Told of records that are alike: how one of them was judged, what all of them say, and of those
that are left out what each is called by."""

_parse = msgspec.json.Decoder(dict[str, Any]).decode
_ENDS = itemgetter(0, -1)
_BRACES = {tuple(b"{}")}


class _Family:
    """Shapes that differ only in what decides, and the records of a batch that are of them."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.plans: dict[Any, Plan] = {}
        self.records: list[Any] = []
        self.places: list[int] = []
        self.quotes = 0
        self._decoder = msgspec.json.Decoder(layout.type)

    def take(self, lines: Sequence[bytes], places: Sequence[int], quotes: int | None) -> bool:
        """Take lines that are all of this family; tell whether they are.

        Args:
            lines: some lines.
            places: where each stands in the batch.
            quotes: how many quotation marks are in each, where that is known.
        """
        joined = b"\n".join(lines)
        try:
            # Without braces at its ends, a record may go on over lines.
            whole = set(map(_ENDS, lines)) == _BRACES
            records = self._decoder.decode_lines(joined) if whole else []
        except (ValueError, IndexError):
            return False
        if len(records) != len(lines):
            return False
        self.records += records
        self.places += places
        self.quotes += joined.count(b'"') if quotes is None else quotes * len(lines)
        return True


class Bulk:
    """Takes what it can of the records of a dataset."""

    def __init__(self, rules: Rules, add: Sink) -> None:
        """Judge records by rules, and tell ``add`` of them."""
        self._rules = rules
        self._add_alike = add
        self._plans: dict[tuple[Any, ...], Plan | None] = {}
        self._families: dict[tuple[Any, ...], _Family] = {}
        self._latest: list[_Family] = []

    def take(self, lines: Sequence[Line], numbers: Sequence[int]) -> list[int]:
        """Add up the records of known shapes; return the places of the others among the lines.

        Args:
            lines: records as JSON.
            numbers: what each is called by, such as its line.
        """
        whole = [line.strip(b" \t\r\n") if type(line) is bytes else b"" for line in lines]
        left = self._hand_out(whole, range(len(whole)))
        for family in self._families.values():
            if family.places:
                left += self._add_family(family, whole, numbers)
        return sorted(left)

    def _hand_out(
        self, lines: list[bytes], places: Sequence[int], quotes: int | None = None
    ) -> list[int]:
        """Give lines to their families, all at once if they are alike.

        Return the places of those that are of none.
        """
        mine = lines if len(lines) == len(places) else [lines[at] for at in places]
        families = self._likely(mine[0])
        tried = families if len(places) == 1 else families[:1]
        if any(family.take(mine, places, quotes) for family in tried):
            return []
        if len(places) == 1:
            latest = self._latest
            is_new = self._learn(mine[0])
            return [*places] if is_new or latest is self._latest else self._hand_out(lines, places)
        if quotes is not None:
            return [left for at in places for left in self._hand_out(lines, [at], quotes)]
        alike: dict[int, list[int]] = {}
        for at, line in zip(places, mine, strict=True):
            alike.setdefault(line.count(b'"'), []).append(at)
        return [it for marks, some in alike.items() for it in self._hand_out(lines, some, marks)]

    def _likely(self, line: bytes) -> list[_Family]:
        """Return the latest families, those first that the line's quotation marks tell.

        Where texts have such marks too, the objects tell conversations of one length.
        """
        if len(self._latest) < 2:
            return self._latest
        quotes, objects = line.count(b'"'), line.count(b"{")
        return sorted(
            self._latest,
            key=lambda it: (it.layout.quotes != quotes, it.layout.objects != objects),
        )

    def _learn(self, line: bytes) -> bool:
        """Put a record's family among the latest; tell whether its shape is known only from now."""
        plan = self._plan_of(line)
        if plan is None or (self._rules.require_reference and not plan.judged.meant.reference):
            return False
        family = self._families.setdefault(plan.layout.family, _Family(plan.layout))
        if family not in self._latest:
            self._latest = [family, *self._latest[: _LATEST - 1]]
        if plan.decided in family.plans:
            return False
        family.plans[plan.decided] = plan
        return True

    def _plan_of(self, line: bytes) -> Plan | None:
        """Return how records of this one's shape are read; None if they must be understood each."""
        try:
            record = _parse(line)
            shape = shape_of(record)
            if shape not in self._plans and len(self._plans) < _MOST_SHAPES:
                self._plans[shape] = None
                self._plans[shape] = Plan(record, shape, self._rules.judge_record)
        except (NoPlan, TypeError, ValueError):
            return None
        return self._plans.get(shape)

    def _add_family(self, family: _Family, lines: list[bytes], numbers: Sequence[int]) -> list[int]:
        """Tell of the records of a family; return the places of those that are none of it."""
        records, places, quotes = family.records, family.places, family.quotes
        family.records, family.places, family.quotes = [], [], 0
        mine = lines if len(lines) == len(places) else [lines[place] for place in places]
        unsure = family.layout.unsure(mine, records, quotes)
        left = [places[at] for at in unsure]
        groups: dict[Any, list[int]] = {}
        for at, key in enumerate(map(family.layout.deciding, records)):
            groups.setdefault(key, []).append(at)
        for key, members in groups.items():
            sure = [at for at in members if at not in unsure] if unsure else members
            if sure and key not in family.plans and self._learn(mine[sure[0]]):
                # The first one is read as any, for its examples.
                left.append(places[sure.pop(0)])
            if key not in family.plans:
                left += [places[at] for at in sure]
            elif sure:
                some = [records[at] for at in sure], [places[at] for at in sure]
                left += self._add(family.plans[key], *some, numbers)
        return left

    def _add(
        self, plan: Plan, records: list[Any], places: list[int], numbers: Sequence[int]
    ) -> list[int]:
        """Tell of the records of one shape; return the places of those that are none of it."""
        found, odd = plan.read(records, need_reference=self._rules.require_reference)
        left = [places[at] for at in odd]
        if found.prompts:
            judged = plan.judged
            if not self._rules.readable:
                judged = judged._replace(lost=("record",))
            out = judged.meant.left_out is not None
            called = [numbers[at] for at in places if at not in left] if out else ()
            self._add_alike(judged, found, called)
        return left

"""Records of shapes that were understood before, taken many at a time.

Every line that is of no such shape is left to the one reading that knows everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Protocol, cast

import msgspec

from evalbook.datasets.account import Account
from evalbook.datasets.rules import Known, Rules, without_wrong
from evalbook.datasets.shapes import Columns, Plan

_TRIED = 4


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


class _Family:
    """Shapes that differ only in what decides, and lines of a batch that are of one of them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.known: dict[Any, Known] = {}
        self.records: list[Any] = []
        self.places: list[int] = []

    def take_all(self, lines: list[bytes]) -> bool:
        """Take lines at once; tell whether all of them are of the family."""
        try:
            # Else a record may go on over lines.
            whole = set(map(_ENDS, lines)) == _BRACES
            records = self.plan.decoder.decode_lines(b"\n".join(lines)) if whole else []
        except (ValueError, IndexError):
            return False
        if len(records) != len(lines):
            return False
        self.records, self.places = records, list(range(len(lines)))
        return True


_ENDS = itemgetter(0, -1)
_BRACES = {tuple(b"{}")}


class Bulk:
    """Takes what it can of the lines of a dataset."""

    def __init__(
        self,
        rules: Rules,
        survey: Sink,
        account: Account,
        refuse: Callable[[str, list[int]], None] | None = None,
        *,
        readable: bool = True,
    ) -> None:
        """Tell all that is found to others.

        Args:
            rules: what a record has to meet.
            survey: is told of those that can be used.
            account: is told of their fields.
            refuse: is told of the lines of those that are left out, and why; without it they are
                taken as others are.
            readable: whether a job can read lines where they stand.
        """
        self._rules = rules
        self._refuse = refuse
        self._survey = survey
        self._account = account
        self._readable = readable
        self._parse = msgspec.json.Decoder().decode
        self._families: dict[tuple[Any, ...], _Family] = {}
        self._latest: list[_Family] = []

    def take(self, lines: list[bytes | None], first: int) -> list[int]:
        """Add up the lines that are of a known shape; return the places of the others.

        Args:
            lines: some lines.
            first: which line of all the first one is.
        """
        # What is too long is left.
        some = [b"" if line is None else line for line in lines] if None in lines else lines
        whole = cast("list[bytes]", some)
        left: list[int] = []
        if not (self._latest and self._latest[0].take_all(whole)):
            for place, line in enumerate(whole):
                if not (self._is_alike(place, line) or self._is_new(place, line)):
                    left.append(place)
        for family in self._families.values():
            if family.places:
                left += self._add_family(family, whole, first)
        return sorted(left)

    def _is_alike(self, place: int, line: bytes) -> bool:
        """Take a line that is of one of the latest shapes."""
        objects = line.count(b"{")
        # Where no text has a brace, they tell conversations of different lengths.
        for family in sorted(self._latest, key=lambda it: it.plan.objects != objects):
            try:
                record = family.plan.decoder.decode(line)
            except ValueError:
                continue
            family.records.append(record)
            family.places.append(place)
            return True
        return False

    def _is_new(self, place: int, line: bytes) -> bool:
        """Take a line of an earlier shape; of a new one, remember it for the next line."""
        latest = [*self._latest]
        return not self._learn(line) and latest != self._latest and self._is_alike(place, line)

    def _learn(self, line: bytes) -> bool:
        """Tell whether a line is of a shape that was not known, and can be from now on."""
        try:
            record = self._parse(line)
        except ValueError:
            return False
        known = self._rules.known(record) if isinstance(record, dict) else None
        if known is None or (self._rules.require_reference and not known.judged.meant.reference):
            return False
        family = self._families.setdefault(known.plan.family, _Family(known.plan))
        if family not in self._latest:
            self._latest = [family, *self._latest[: _TRIED - 1]]
        if known.plan.decided in family.known:
            return False
        family.known[known.plan.decided] = known
        return True

    def _add_family(self, family: _Family, lines: list[bytes], first: int) -> list[int]:
        """Tell of the records of a family; return the places of those that are none of it."""
        records, places = family.records, family.places
        family.records, family.places = [], []
        mine = lines if len(lines) == len(places) else [lines[place] for place in places]
        unsure = family.plan.unsure(mine, records)
        left = [places[at] for at in unsure]
        groups: dict[Any, list[int]] = {}
        for at, key in enumerate(map(family.plan.deciding, records)):
            groups.setdefault(key, []).append(at)
        for key, members in groups.items():
            sure = [at for at in members if at not in unsure] if unsure else members
            if sure and key not in family.known and self._learn(mine[sure[0]]):
                # The first one is read as any, for its examples.
                left.append(places[sure.pop(0)])
            if key not in family.known:
                left += [places[at] for at in sure]
            elif sure:
                left += self._add(
                    family.known[key],
                    [records[at] for at in sure],
                    [places[at] for at in sure],
                    first,
                )
        return left

    def _add(self, known: Known, records: list[Any], places: list[int], first: int) -> list[int]:
        """Tell of the records of one shape; return the places of those that are none of it."""
        found, odd = known.plan.read(records, need_reference=self._rules.require_reference)
        left = [places[at] for at in odd]
        meant, lost, _ = known.judged
        lost = lost if self._readable else "record"
        if meant.left_out and self._refuse:
            self._refuse(meant.left_out, [first + at for at in places if at not in left])
            self._account.add_many(meant.uses, len(found.prompts))
        elif found.prompts:
            if meant.category is None:
                found = found._replace(categories=())
            several = meant.turns > 1
            for part, wrong in _by_others(found) if "reference_wrong" in lost else [(found, True)]:
                self._survey.add_many(
                    *part[:4], lost if wrong else without_wrong(lost), several_turns=several
                )
            self._account.add_many(meant.uses, len(found.prompts))
        return left


def _by_others(found: Columns) -> Iterator[tuple[Columns, bool]]:
    """Tell records whose reference a job takes from elsewhere by whether it says something else."""
    differs = [a != b for a, b in zip(found.references, found.others, strict=True)]
    for wrong in (True, False):
        part = Columns(
            *([it for it, other in zip(column, differs, strict=True) if other is wrong]
              if column else column for column in found)
        )  # fmt: skip
        if part.prompts:
            yield part, wrong

"""Records of shapes that were understood before, taken many at a time.

Every record that is of no such shape is left to the one reading that knows everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Protocol

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


class _Lines:
    """Records as lines of JSON."""

    def parsed(self, line: bytes) -> Any:
        return _parse(line)

    def one(self, plan: Plan, line: bytes) -> Any:
        return plan.decoder.decode(line)

    def all(self, plan: Plan, lines: list[bytes]) -> list[Any]:
        # Else a record may go on over lines.
        whole = set(map(_ENDS, lines)) == _BRACES
        return plan.decoder.decode_lines(b"\n".join(lines)) if whole else []

    def unsure(self, family: _Family, lines: Sequence[bytes], records: Sequence[Any]) -> set[int]:
        each, family.quotes = family.quotes, []
        all_known = len(each) == len(lines)
        found = sum(each) if all_known else b"".join(lines).count(b'"')
        return family.plan.unsure(lines, records, found)

    def by_marks(self, families: list[_Family], lines: Sequence[bytes]) -> dict[int, list[int]]:
        """Return the places of the lines by their quotation marks; none if all are alike."""
        places: dict[int, list[int]] = {}
        if len({it.plan.quotes for it in families}) == len(families) > 1:
            for place, line in enumerate(lines):
                places.setdefault(line.count(b'"'), []).append(place)
        return places

    def likely(self, families: list[_Family], line: bytes) -> tuple[list[_Family], int | None]:
        """Return the families, those first that the line's marks tell, and its quotation marks."""
        if len(families) == 1:
            return families, None
        # Where texts have quotation marks, too, the objects tell conversations of one length.
        quotes = line.count(b'"')
        found = [it for it in families if it.plan.quotes == quotes]
        if not found:
            objects = line.count(b"{")
            found = [it for it in families if it.plan.objects == objects]
        return found + families, quotes


class _Parsed:
    """Records as they were parsed."""

    def parsed(self, record: Any) -> Any:
        return record

    def one(self, plan: Plan, record: Any) -> Any:
        return plan.convert(record)

    def all(self, plan: Plan, records: list[Any]) -> list[Any]:
        return msgspec.convert(records, list[plan.type])  # type: ignore[name-defined]

    def unsure(self, *_: Any) -> set[int]:
        return set()

    def by_marks(self, *_: Any) -> dict[int, list[int]]:
        return {}

    def likely(self, families: list[_Family], _: Any) -> tuple[list[_Family], int | None]:
        return families, None


_parse = msgspec.json.Decoder().decode
_ENDS = itemgetter(0, -1)
_BRACES = {tuple(b"{}")}


class _Family:
    """Shapes that differ only in what decides, and records of a batch that are of one of them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.known: dict[Any, Known] = {}
        self.records: list[Any] = []
        self.places: list[int] = []
        self.quotes: list[int] = []


class Bulk:
    """Takes what it can of the records of a dataset."""

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
            refuse: is told of the places of those that are left out, and why; without it they are
                taken as others are.
            readable: whether a job can read records where they stand.
        """
        self._rules = rules
        self._refuse = refuse
        self._survey = survey
        self._account = account
        self._readable = readable
        self._form: _Lines | _Parsed = _Lines()
        self._families: dict[tuple[Any, ...], _Family] = {}
        self._latest: list[_Family] = []

    def take(self, lines: list[bytes | None], first: int) -> list[int]:
        """Add up the lines that are of a known shape; return the places of the others.

        Args:
            lines: some lines.
            first: which line of all the first one is.
        """
        self._form = _Lines()
        # What is too long is left.
        return self._take([line or b"" for line in lines], range(first, first + len(lines)))

    def take_parsed(self, records: list[dict[str, Any] | None], places: list[int]) -> list[int]:
        """Add up records that are parsed already, as `take` does lines."""
        self._form = _Parsed()
        return self._take(records, places)

    def _take(self, items: list[Any], numbers: Sequence[int]) -> list[int]:
        left: list[int] = []
        if not self._are_alike(items):
            for place in self._not_by_marks(items):
                item = items[place]
                if not (self._is_alike(place, item) or self._is_new(place, item)):
                    left.append(place)
        for family in self._families.values():
            if family.places:
                left += self._add_family(family, items, numbers)
        return sorted(left)

    def _are_alike(self, items: list[Any]) -> bool:
        """Take records at once where all of them are of the latest shape."""
        if not self._latest:
            return False
        family = self._latest[0]
        try:
            records = self._form.all(family.plan, items)
        except (ValueError, IndexError):
            return False
        if len(records) != len(items):
            return False
        family.records, family.places = records, list(range(len(items)))
        return True

    def _not_by_marks(self, items: list[Any]) -> Sequence[int]:
        """Take at once the records that their marks tell; return the places of the others."""
        places = self._form.by_marks(self._latest, items)
        if not places:
            return range(len(items))
        families = {it.plan.quotes: it for it in self._latest}
        left: list[int] = []
        for quotes, mine in places.items():
            family = families.get(quotes)
            try:
                records = self._form.all(family.plan, [items[it] for it in mine]) if family else []
            except (ValueError, IndexError):
                records = []
            if family is None or len(records) != len(mine):
                left += mine
                continue
            family.records += records
            family.quotes += [quotes] * len(mine)
            family.places += mine
        return sorted(left)

    def _is_alike(self, place: int, item: Any) -> bool:
        """Take a record that is of one of the latest shapes."""
        families, quotes = self._form.likely(self._latest, item)
        for family in families:
            try:
                record = self._form.one(family.plan, item)
            except ValueError:
                continue
            family.records.append(record)
            if quotes is not None:
                family.quotes.append(quotes)
            family.places.append(place)
            return True
        return False

    def _is_new(self, place: int, item: Any) -> bool:
        """Take a record of an earlier shape; of a new one, remember it for the next one."""
        latest = [*self._latest]
        return not self._learn(item) and latest != self._latest and self._is_alike(place, item)

    def _learn(self, item: Any) -> bool:
        """Tell whether a record is of a shape that was not known, and can be from now on."""
        try:
            record = self._form.parsed(item)
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

    def _add_family(self, family: _Family, items: list[Any], numbers: Sequence[int]) -> list[int]:
        """Tell of the records of a family; return the places of those that are none of it."""
        records, places = family.records, family.places
        family.records, family.places = [], []
        mine = items if len(items) == len(places) else [items[place] for place in places]
        unsure = self._form.unsure(family, mine, records)
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
                    numbers,
                )
        return left

    def _add(
        self, known: Known, records: list[Any], places: list[int], numbers: Sequence[int]
    ) -> list[int]:
        """Tell of the records of one shape; return the places of those that are none of it."""
        found, odd = known.plan.read(records, need_reference=self._rules.require_reference)
        left = [places[at] for at in odd]
        meant, lost, _ = known.judged
        lost = lost if self._readable else "record"
        if meant.left_out and self._refuse:
            self._refuse(meant.left_out, [numbers[at] for at in places if at not in left])
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

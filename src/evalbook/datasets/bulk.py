"""Records of shapes that were understood before, taken many at a time.

Every line that is of no such shape is left to the one reading that knows everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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


class _Group:
    """Records of one shape, on their way to the survey."""

    def __init__(self, known: Known) -> None:
        self.plan, self.judged = known
        self.rows: list[tuple[str, ...]] = []
        self.places: list[int] = []


class _Family:
    """Shapes that differ only in what decides."""

    def __init__(self, plan: Plan) -> None:
        self.decode, self.deciding = plan.decode, plan.deciding
        self.groups: dict[Any, _Group] = {}


class Bulk:
    """Takes what it can of the lines of a dataset."""

    def __init__(
        self,
        rules: Rules,
        survey: Sink,
        account: Account,
        refuse: Callable[[str, list[int]], None] | None = None,
    ) -> None:
        """Tell all that is found to others.

        Args:
            rules: what a record has to meet.
            survey: is told of those that can be used.
            account: is told of their fields.
            refuse: is told of the lines of those that are left out, and why; without it they are
                taken as others are.
        """
        self._rules = rules
        self._refuse = refuse
        self._survey = survey
        self._account = account
        self._parse = msgspec.json.Decoder().decode
        self._families: dict[tuple[Any, ...], _Family] = {}
        self._latest: list[_Family] = []

    def take(self, lines: list[bytes | None], first: int) -> list[int]:
        """Add up the lines that are of a known shape; return the places of the others.

        Args:
            lines: some lines.
            first: which line of all the first one is.
        """
        left: list[int] = []
        for place, line in enumerate(lines):
            if line is None or not (self._is_alike(place, line) or self._is_known(place, line)):
                left.append(place)
        for family in self._families.values():
            for group in family.groups.values():
                if group.rows:
                    left += self._add(group, first)
        return sorted(left)

    def _is_alike(self, place: int, line: bytes) -> bool:
        """Take a line that is of one of the latest shapes."""
        for family in self._latest:
            try:
                record = family.decode(line)
            except ValueError:
                continue
            group = family.groups.get(family.deciding(record))
            texts = group.plan.texts_of(line, record) if group else None
            if group is None or texts is None:
                return False
            group.rows.append(texts)
            group.places.append(place)
            return True
        return False

    def _is_known(self, place: int, line: bytes) -> bool:
        """Take a line of an earlier shape; of a new one, remember it for the next line."""
        try:
            record = self._parse(line)
        except ValueError:
            return False
        known = self._rules.known(record) if isinstance(record, dict) else None
        if known is None or (self._rules.require_reference and not known.judged.meant.reference):
            return False
        plan = known.plan
        family = self._families.setdefault(plan.family, _Family(plan))
        is_new = plan.decided not in family.groups
        if is_new:
            # The first one is read as any, for its examples.
            family.groups[plan.decided] = _Group(known)
        if family in self._latest:
            return False
        self._latest = [family, *self._latest[: _TRIED - 1]]
        return not is_new and self._is_alike(place, line)

    def _add(self, group: _Group, first: int) -> list[int]:
        """Tell of the records of one shape; return the places of those that are none of it."""
        found, odd = group.plan.read(group.rows, need_reference=self._rules.require_reference)
        left = [group.places[at] for at in odd]
        meant, lost, _ = group.judged
        if meant.left_out and self._refuse:
            self._refuse(meant.left_out, [first + at for at in group.places if at not in left])
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
        group.rows, group.places = [], []
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

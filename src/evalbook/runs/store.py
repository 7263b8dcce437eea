"""Judged records of several models, kept on disk and paired by record: memory stays constant.

The lines go to a temporary file as they are; a SQLite database beside it knows for each record its
scores and where its line begins. Both vanish with the store.
"""

from __future__ import annotations

import sqlite3
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from evalbook.runs.records import JudgedRecord, UnreadableRecord, read_record

_NO_SCORE = float("nan")
# A label scale has ten labels at most; a file that has more is not one.
_MOST_LABELS = 12
_MOST_METRICS = 200

_SCHEMA = """
CREATE TABLE records (
    arm INTEGER, key BLOB, occurrence INTEGER, place INTEGER,
    offset INTEGER, length INTEGER, category TEXT, scores BLOB,
    PRIMARY KEY (arm, key, occurrence)
) WITHOUT ROWID;
CREATE TABLE categories (key BLOB PRIMARY KEY, category TEXT) WITHOUT ROWID;
"""


@dataclass
class Arm:
    """One model's results: whose they are, and what was noticed while reading them."""

    number: int
    name: str
    records: int = 0
    unreadable: int = 0
    """Lines that hold no judged record."""
    repeated: int = 0
    """Records whose prompt and reference occurred before."""
    scores: int = 0
    """Scores that are numbers, of all metrics."""
    metrics: set[str] = field(default_factory=set)
    """Metrics that its records were judged on, even where no score came of it."""
    definitions: dict[str, str] = field(default_factory=dict)
    """Custom metrics as its run defines them, where other runs have some to compare with."""
    judges: set[str] = field(default_factory=set)
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    """By metric: how often the judge gave each label, where a scale has labels for numbers."""


@dataclass(frozen=True)
class Place:
    """Where a record's line is."""

    arm: int
    offset: int
    length: int


@dataclass(frozen=True)
class Pair:
    """One record as two models answered it; scores are in the order of `RecordStore.metrics`."""

    place: int
    category: str | None
    first: array[float]
    second: array[float]
    lines: tuple[Place, Place]


class RecordStore:
    """Judged records of some models."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="evalbook-results-")
        self._lines = (Path(self._folder.name) / "lines").open("w+b")
        self._end = 0
        self._database = sqlite3.connect(Path(self._folder.name) / "index", isolation_level=None)
        # The files are thrown away in the end: nothing needs to survive a power cut.
        for setting in (
            "journal_mode=OFF",
            "synchronous=OFF",
            "temp_store=FILE",
            "cache_size=-8000",
        ):
            self._database.execute(f"PRAGMA {setting}")
        self._database.executescript(_SCHEMA)
        self.metrics: list[str] = []
        self.arms: list[Arm] = []
        self.ranges: dict[str, tuple[float, float]] = {}
        """Lowest and highest score on each metric, of any model."""

    def __enter__(self) -> RecordStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete everything."""
        self._database.close()
        self._lines.close()
        self._folder.cleanup()

    def add_arm(self, name: str, lines: Iterable[bytes] = ()) -> Arm:
        """Add a model, and the lines of its result file."""
        arm = Arm(len(self.arms), name)
        self.arms.append(arm)
        self._database.execute("BEGIN")
        try:
            for line in lines:
                if line.strip():
                    self._add(arm, line)
        except BaseException:
            # Half a file is none.
            self._database.execute("DELETE FROM records WHERE arm = ?", (arm.number,))
            self.arms.remove(arm)
            raise
        finally:
            self._database.execute("COMMIT")
        return arm

    def _add(self, arm: Arm, line: bytes) -> None:
        try:
            record = read_record(line)
        except UnreadableRecord:
            arm.unreadable += 1
            return
        scores = self._scores(arm, record)
        where = (arm.records, self._end, len(line), record.category, scores.tobytes())
        self._insert(arm, record.key, where)
        self._lines.write(line)
        self._end += len(line)
        arm.records += 1
        if len(arm.judges) < _MOST_LABELS:
            arm.judges |= record.judges

    def _insert(self, arm: Arm, key: bytes, where: tuple[Any, ...]) -> None:
        insert = "INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        if self._database.execute(insert, (arm.number, key, 1, *where)).rowcount:
            return
        arm.repeated += 1
        (last,) = self._database.execute(
            "SELECT MAX(occurrence) FROM records WHERE arm = ? AND key = ?", (arm.number, key)
        ).fetchone()
        self._database.execute(insert, (arm.number, key, last + 1, *where))

    def _scores(self, arm: Arm, record: JudgedRecord) -> array[float]:
        scores = array("d", [_NO_SCORE]) * len(self.metrics)
        for name, score in record.scores.items():
            if name not in self.metrics:
                if len(self.metrics) >= _MOST_METRICS:
                    continue
                self.metrics.append(name)
                scores.append(_NO_SCORE)
            arm.metrics.add(name)
            if score.value is not None:
                arm.scores += 1
                scores[self.metrics.index(name)] = score.value
                low, high = self.ranges.get(name, (score.value, score.value))
                self.ranges[name] = (min(low, score.value), max(high, score.value))
            elif score.label is not None:
                labels = arm.labels.setdefault(name, Counter())
                known = score.label in labels or len(labels) < _MOST_LABELS
                labels[score.label if known else "other"] += 1
        return scores

    def scores(self, arm: Arm) -> Iterator[tuple[str | None, array[float], Place]]:
        """Yield category, scores and place of a model's records, in the order they were read."""
        rows = self._database.execute(
            "SELECT category, scores, offset, length FROM records WHERE arm = ? ORDER BY place",
            (arm.number,),
        )
        for category, scores, offset, length in rows:
            yield category, self._full(scores), Place(arm.number, offset, length)

    def pairs(self, first: Arm, second: Arm) -> Iterator[Pair]:
        """Yield the records that both models answered, in the order the second one has them.

        A record is known by its prompt and reference, not by its place: two files may have them in
        different orders. Where they repeat, the first is paired with the first, and so on.
        """
        rows = self._database.execute(
            "SELECT b.place, COALESCE(b.category, a.category), a.scores, b.scores, "
            "a.offset, a.length, b.offset, b.length FROM records b JOIN records a "
            "ON a.arm = ? AND a.key = b.key AND a.occurrence = b.occurrence "
            "WHERE b.arm = ? ORDER BY b.place",
            (first.number, second.number),
        )
        for place, category, scores_a, scores_b, offset_a, length_a, offset_b, length_b in rows:
            yield Pair(
                place,
                category,
                self._full(scores_a),
                self._full(scores_b),
                (
                    Place(first.number, offset_a, length_a),
                    Place(second.number, offset_b, length_b),
                ),
            )

    def categories(self, arm: Arm, fewest: int) -> list[tuple[str, int]]:
        """Return the categories of a model's records with their sizes, the largest first.

        Those with fewer than ``fewest`` records are left out, and beyond a thousand the smallest.
        """
        rows = self._database.execute(
            "SELECT category, COUNT(*) AS size FROM records WHERE arm = ? AND category IS NOT NULL "
            "GROUP BY category HAVING size >= ? ORDER BY size DESC, category LIMIT 1000",
            (arm.number, fewest),
        )
        return [(str(category), int(size)) for category, size in rows]

    def uncategorised(self) -> int:
        """Return how many records have no category."""
        (count,) = self._database.execute(
            "SELECT COUNT(*) FROM records WHERE category IS NULL"
        ).fetchone()
        return int(count)

    def note_category(self, key: bytes, category: str) -> None:
        """Keep a record's category for `categorise`; one that is said to be two things has none."""
        self._database.execute(
            "INSERT INTO categories VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET category = "
            "CASE WHEN category = excluded.category THEN category END",
            (key, category),
        )

    def categorise(self) -> int:
        """Give records the categories noted for them; returns how many got one."""
        return self._database.execute(
            "UPDATE records SET category = (SELECT category FROM categories c "
            "WHERE c.key = records.key) WHERE category IS NULL AND key IN "
            "(SELECT key FROM categories WHERE category IS NOT NULL)"
        ).rowcount

    def record(self, place: Place) -> JudgedRecord:
        """Read a record again, with its texts."""
        self._lines.seek(place.offset)
        line = self._lines.read(place.length)
        self._lines.seek(self._end)
        return read_record(line)

    def _full(self, blob: bytes) -> array[float]:
        scores: array[float] = array("d")
        scores.frombytes(blob)
        # A metric that was first seen in a later record.
        scores.extend([_NO_SCORE] * (len(self.metrics) - len(scores)))
        return scores

"""Judged records of several models, kept on disk and paired by record: memory stays constant.

The lines go to a temporary file as they are; a SQLite database beside it has each record's scores
and where its line begins. Both vanish with the store. Scores are read in batches and by column, so
that a hundred thousand records take seconds.
"""

from __future__ import annotations

import sqlite3
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from math import isfinite, nan
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from evalbook.runs.answers import AnswerFaults
from evalbook.runs.records import (
    LARGEST_SCORE,
    Entry,
    JudgedRecord,
    Line,
    UnreadableRecord,
    number_of,
    read_line,
    read_record,
    shown_names,
)
from evalbook.runs.statistics import SIGNIFICANT, Floats

NO_SCORE = nan
"""Stands for a missing score in columns."""
# A label scale has ten labels at most; a file that has more is not one.
_MOST_LABELS = 12
_MOST_METRICS = 200
_BATCH = 5000

# The files are thrown away in the end: nothing needs to survive a power cut.
_SETUP = """PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
PRAGMA temp_store=FILE; PRAGMA cache_size=-8000;
CREATE TABLE noted (key BLOB PRIMARY KEY, category) WITHOUT ROWID;
CREATE TABLE seen (key BLOB PRIMARY KEY) WITHOUT ROWID"""
# Arms are numbered by the store itself: no text of anybody's gets into these.
_CREATE = """CREATE TABLE records_{0} (
    id INTEGER PRIMARY KEY, key BLOB, occurrence INTEGER, offset INTEGER, length INTEGER,
    category TEXT, scores BLOB)"""
_INDEX = "CREATE UNIQUE INDEX keys_{0} ON records_{0} (key, occurrence)"
# Where prompts repeat, the first is paired with the first, and so on.
_NUMBER = """UPDATE records_{0} SET occurrence = n FROM (
    SELECT id AS it, row_number() OVER (PARTITION BY key ORDER BY id) AS n FROM records_{0}
) WHERE id = it AND n > 1"""

_CATEGORISE = """UPDATE records_{0} AS r SET category =
    (SELECT category FROM noted WHERE noted.key = r.key)
WHERE category IS NULL AND key IN (SELECT key FROM noted WHERE category IS NOT NULL)"""


@dataclass(eq=False)
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
    columns: dict[str, int] = field(default_factory=dict)
    """Place of each metric's score in a record's, in order, by the name that the file gives it."""
    definitions: dict[str, str] = field(default_factory=dict)
    """Custom metrics as its run defines them, where other runs have some to compare with."""
    judges: set[str] = field(default_factory=set)
    labels: dict[str, Counter[str]] = field(default_factory=dict)
    """By metric: how often the judge gave each label, where a scale has labels for numbers."""
    faults: AnswerFaults = field(default_factory=AnswerFaults)
    """What is wrong with its answers by themselves."""

    @property
    def metrics(self) -> dict[str, int]:
        """Metrics that its records were judged on, as people know them, with their columns."""
        shown = shown_names(self.columns)
        return {shown[name]: column for name, column in self.columns.items()}


class Place(NamedTuple):
    """Which record of which model, counted from 1 in the order they were read."""

    arm: int
    number: int


@dataclass(frozen=True)
class Batch:
    """Some records of one or of two models by column, in the order of `RecordStore.metrics`."""

    places: Sequence[int]
    """Their numbers, of the second model where there are two."""
    before: Sequence[int]
    """Their numbers in the first model's results."""
    categories: Sequence[str | None]
    first: Floats
    """A row for each metric, a column for each record."""
    second: Floats


class RecordStore:
    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="evalbook-results-")
        self._lines = (Path(self._folder.name) / "lines").open("w+b", buffering=1 << 20)
        self._end = 0
        self._database = sqlite3.connect(Path(self._folder.name) / "index", isolation_level=None)
        self._database.executescript(_SETUP)
        self._run = self._database.execute
        self._where = ""
        self.metrics: list[str] = []
        self.arms: list[Arm] = []
        self.level = SIGNIFICANT
        """How sure a difference must be: stricter where this is one of two looks."""
        self.lower_is_better: frozenset[str] = frozenset()
        """Metrics for which a low score is good, in lower case."""
        self.ranges: dict[str, tuple[float, float]] = {}
        """Lowest and highest score on each metric, of any model."""

    def __enter__(self) -> RecordStore:
        return self

    def __exit__(self, *_: object) -> None:
        """Delete everything."""
        self._database.close()
        self._lines.close()
        self._folder.cleanup()

    @property
    def signs(self) -> list[int]:
        """1 for each metric, or -1 where a low score is good."""
        return [-1 if metric.lower() in self.lower_is_better else 1 for metric in self.metrics]

    def add_arm(self, name: str, lines: Iterable[bytes]) -> Arm:
        """Add a model, and the lines of its result file."""
        arm = Arm(len(self.arms), name)
        self._run(_CREATE.format(arm.number))
        insert = f"INSERT INTO records_{arm.number} VALUES (NULL, ?, 1, ?, ?, ?, ?)"  # noqa: S608
        self._run("BEGIN")
        try:
            self._database.executemany(insert, self._rows(arm, lines))
        except BaseException:
            # Half a file is none.
            self._run("COMMIT")
            self._run(f"DROP TABLE records_{arm.number}")
            raise
        self._run("COMMIT")
        self._index(arm)
        self.arms.append(arm)
        self._note_metrics(arm)
        return arm

    def _rows(self, arm: Arm, lines: Iterable[bytes]) -> Iterator[tuple[object, ...]]:
        for line in lines:
            try:
                found = read_line(line)
            except UnreadableRecord:
                arm.unreadable += bool(line.strip())
                continue
            scores = _scores(arm, found)
            start, self._end = self._end, self._end + len(line)
            self._lines.write(line)
            arm.records += 1
            arm.faults.look(found)
            yield found.key, start, len(line), found.category, scores

    def _index(self, arm: Arm) -> None:
        try:
            self._run(_INDEX.format(arm.number))
        except sqlite3.IntegrityError:
            arm.repeated = self._run(_NUMBER.format(arm.number)).rowcount
            self._run(_INDEX.format(arm.number))

    def _note_metrics(self, arm: Arm) -> None:
        names = arm.metrics
        shown = shown_names(arm.columns)
        arm.labels = {shown[name]: labels for name, labels in arm.labels.items()}
        self.metrics += [name for name in names if name not in self.metrics]
        for batch in self.batches(arm):
            for name, column in zip(self.metrics, batch.second, strict=True):
                known = column[~np.isnan(column)].tolist()
                arm.scores += len(known)
                if known:
                    known += self.ranges.get(name, ())
                    self.ranges[name] = min(known), max(known)

    @contextmanager
    def without(self, keys: Iterable[bytes]) -> Iterator[None]:
        """Leave out the records of these keys, as if no model had answered them."""
        self._database.executemany("INSERT OR IGNORE INTO seen VALUES (?)", zip(keys))
        self._where = "WHERE b.key NOT IN (SELECT key FROM seen)"
        try:
            yield
        finally:
            self._where = ""
            self._run("DELETE FROM seen")

    def batches(self, arm: Arm) -> Iterator[Batch]:
        """Yield a model's records in the order they were read; ``first`` is empty."""
        rows = self._run(
            f"SELECT id, category, scores FROM records_{arm.number} b "  # noqa: S608
            f"{self._where} ORDER BY id"
        )
        while some := rows.fetchmany(_BATCH):
            places, categories, scores = zip(*some, strict=True)
            columns = self._columns(arm, scores)
            yield Batch(places, (), categories, columns[:0], columns)

    def paired_batches(self, first: Arm, second: Arm) -> Iterator[Batch]:
        """Yield the records that both models answered, in the order the second one has them.

        A record is known by its prompt and reference, not by its place: two files may have them in
        different orders.
        """
        rows = self._run(
            "SELECT b.id, a.id, COALESCE(b.category, a.category), a.scores, b.scores "  # noqa: S608
            f"FROM records_{second.number} b CROSS JOIN records_{first.number} a "
            f"ON a.key = b.key AND a.occurrence = b.occurrence {self._where} ORDER BY b.id"
        )
        while some := rows.fetchmany(_BATCH):
            places, before, categories, scores_a, scores_b = zip(*some, strict=True)
            columns = self._columns(first, scores_a), self._columns(second, scores_b)
            yield Batch(places, before, categories, *columns)

    def _columns(self, arm: Arm, blobs: Sequence[bytes]) -> Floats:
        width, nothing = len(arm.columns), array("d", [NO_SCORE]).tobytes()
        # A metric that was first seen in a later record has no score in this one.
        whole = b"".join(blob + nothing * (width - len(blob) // 8) for blob in blobs)
        scores = np.frombuffer(whole).reshape(len(blobs), width)
        found = np.full((len(self.metrics), len(blobs)), NO_SCORE)
        for metric, column in arm.metrics.items():
            found[self.metrics.index(metric)] = scores[:, column]
        return found

    def categories(self, arm: Arm, fewest: int) -> list[tuple[str, int]]:
        """Return the categories of a model's records with their sizes, the largest first.

        Those with fewer than ``fewest`` records are left out, and beyond a thousand the smallest.
        """
        rows = self._run(
            f"SELECT category, COUNT(*) AS size FROM records_{arm.number} "  # noqa: S608
            "WHERE category IS NOT NULL GROUP BY category HAVING size >= ? "
            "ORDER BY size DESC, category LIMIT 1000",
            (fewest,),
        )
        return [(str(category), int(size)) for category, size in rows]

    def uncategorised(self) -> int:
        count = "SELECT COUNT(*) FROM records_{0} WHERE category IS NULL"
        return sum(self._run(count.format(arm.number)).fetchone()[0] for arm in self.arms)

    def labels(self) -> dict[str, dict[str, dict[str, int]]]:
        """Return by metric and model how often the judge gave each label."""
        found: dict[str, dict[str, dict[str, int]]] = {}
        for metric, arm in product(self.metrics, self.arms):
            if metric in arm.labels:
                found.setdefault(metric, {})[arm.name] = dict(arm.labels[metric].most_common())
        return found

    def categorise(self, categories: Iterable[tuple[bytes, str]]) -> int:
        """Give records the categories of their keys; returns how many got one.

        A key that comes with two categories gives none.
        """
        self._database.executemany(
            "INSERT INTO noted VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET category = "
            "CASE WHEN category = excluded.category THEN category END",
            categories,
        )
        return sum(self._run(_CATEGORISE.format(arm.number)).rowcount for arm in self.arms)

    def key(self, place: Place) -> bytes:
        """Return a record's key, the same in other results of the same dataset."""
        key, occurrence = self._at(place, "key, occurrence")
        return bytes(key) + int(occurrence).to_bytes(4, "big")

    def record(self, place: Place) -> JudgedRecord:
        offset, length = self._at(place, "offset, length")
        self._lines.seek(offset)
        line = self._lines.read(length)
        self._lines.seek(self._end)
        return read_record(line, shown_names(self.arms[place.arm].columns))

    def _at(self, place: Place, columns: str) -> Sequence[Any]:
        query = f"SELECT {columns} FROM records_{place.arm} WHERE id = ?"  # noqa: S608
        return self._run(query, (place.number,)).fetchone()  # type: ignore[no-any-return]


def _scores(arm: Arm, line: Line) -> bytes:
    entries = line.automated_evaluation_result.scores
    if len(arm.judges) < _MOST_LABELS:
        said = [it.model_identifier for entry in entries for it in entry.evaluator_details]
        arm.judges.update(filter(None, said))
    if [entry.metric_name for entry in entries] == [*arm.columns]:
        # The usual line: the metrics of the one before, and a number for each.
        try:
            scores = array("d", cast(list[float], [entry.result for entry in entries]))
        except TypeError:
            pass
        else:
            if isfinite(sum(scores)) and max(map(abs, scores), default=0.0) <= LARGEST_SCORE:
                return scores.tobytes()
    return array("d", _scores_one_by_one(arm, entries)).tobytes()


def _scores_one_by_one(arm: Arm, entries: Sequence[Entry]) -> list[float]:
    columns = arm.columns
    scores = [NO_SCORE] * len(columns)
    for entry in entries:
        name, result = entry.metric_name, entry.result
        if name not in columns:
            if len(columns) >= _MOST_METRICS:
                continue
            columns[name] = len(columns)
            scores.append(NO_SCORE)
        number = number_of(result)
        if number is not None:
            scores[columns[name]] = number
        elif isinstance(result, str) and result:
            labels = arm.labels.setdefault(name, Counter())
            labels[result if result in labels or len(labels) < _MOST_LABELS else "other"] += 1
    return scores

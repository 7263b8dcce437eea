"""A dataset in parts: a pilot that stands for the whole, and the rest in what one job takes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import IO

from evalbook.datasets.reading import Reading
from evalbook.datasets.understanding import understand

SEED = 20250101
"""The seed where none is chosen: the same dataset gives the same pilot."""

Stratum = tuple[str, int]
"""A record's category, or if it has none the length of its prompt."""


def sizes_of(records: int, most: int, pilot: int = 0) -> list[int]:
    """Return how many records each part has: the pilot, if any, then equal parts of the rest."""
    rest = records - pilot
    jobs = -(-rest // most)
    parts = [rest // jobs + (part < rest % jobs) for part in range(jobs)]
    return [pilot, *parts] if pilot else parts


def strata_of(chunks: Iterable[bytes]) -> list[Stratum]:
    """Return the stratum of each record, in order."""
    found = (understand(row.record) for row in Reading(chunks).rows() if row.record is not None)
    return [(it.category, 0) if it.category else ("", len(it.prompt)) for it in found]


def drawn(strata: Sequence[Stratum], records: int, seed: int = SEED) -> frozenset[int]:
    """Draw so many records, each stratum in proportion, each record with the same chance.

    They are put in order by stratum, at random within one, and every so manyth is taken.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    order = sorted(range(len(strata)), key=lambda at: (strata[at], chance.random()))
    start, step = chance.random(), len(strata) / records
    return frozenset(order[int((start + taken) * step)] for taken in range(records))


def write_parts(
    chunks: Iterable[bytes], sizes: Sequence[int], pilot: frozenset[int], files: Sequence[IO[bytes]]
) -> None:
    """Write each record, as it stands, to its part's file."""
    lines = (row.raw for row in Reading(chunks).rows() if row.record is not None)
    others = list(zip(files, sizes, strict=True))[1 if pilot else 0 :]
    rest = chain.from_iterable(repeat(file, size) for file, size in others)
    for at, line in enumerate(lines):
        file = files[0] if at in pilot else next(rest)
        file.write((line or b"") + b"\n")

from __future__ import annotations

import io
import json
from collections import Counter

import pytest
from building import lines

from evalbook.datasets.parts import drawn, sizes_of, strata_of, write_parts


@pytest.mark.parametrize(
    ("records", "pilot", "sizes"),
    [
        (1000, 0, [1000]),
        (1001, 0, [501, 500]),
        (3000, 0, [1000, 1000, 1000]),
        (1200, 100, [100, 550, 550]),
        (400, 100, [100, 300]),
    ],
)
def test_parts_are_as_few_and_as_alike_as_the_limit_allows(
    records: int, pilot: int, sizes: list[int]
) -> None:
    assert sizes_of(records, 1000, pilot) == sizes


def test_a_pilot_has_its_share_of_every_category() -> None:
    strata = strata_of(
        [lines(*({"query": f"q{it}", "category": "ab"[it % 5 == 0]} for it in range(500)))]
    )

    chosen = drawn(strata, 50)
    assert Counter(strata[it] for it in chosen) == {("a", 0): 40, ("b", 0): 10}


def test_without_categories_short_and_long_prompts_are_drawn_alike() -> None:
    strata = strata_of([lines(*({"query": "q" * (it + 1)} for it in range(100)))])

    assert sorted(it // 10 for it in drawn(strata, 10)) == [*range(10)]


def test_every_record_is_drawn_as_often_as_any_other() -> None:
    strata = [("", it % 7) for it in range(60)]

    times = Counter(it for seed in range(2000) for it in drawn(strata, 12, seed))
    # 400 of 2,000 each; four standard deviations are 72.
    assert {it for it in range(60) if abs(times[it] - 400) > 72} == set()


def test_each_record_goes_into_one_part_as_it_stands() -> None:
    data = b'{"query": "a" }\n\n{"query":"b"}\n{"query": "c"}'
    files = [io.BytesIO(), io.BytesIO()]

    write_parts([data], [1, 2], frozenset({1}), files)

    assert [it.getvalue() for it in files] == [
        b'{"query":"b"}\n',
        b'{"query": "a" }\n{"query": "c"}\n',
    ]
    assert json.loads(files[0].getvalue()) == {"query": "b"}

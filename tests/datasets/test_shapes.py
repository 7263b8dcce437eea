"""What is read fast says the same as what is understood record by record, whatever texts say."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from building import in_pieces, lines, report_of

from evalbook.datasets.formats import detect_format
from evalbook.datasets.reading import Row
from evalbook.datasets.rules import Judged, Rules, uses_of
from evalbook.datasets.validate import validate

RECORDS = [
    json.loads(line)["record"]
    for line in Path(__file__).with_name("records_of_people.jsonl").read_text().splitlines()
]
TIMES = 5
"""The first fifty records are read one by one."""
KEPT = ("role", "from", "type", "speaker", "author", "preferenceLabel")
ODD = [
    "", " ", "[1, 2]", '["a"]', "{'a': 1}", '{"a": "b"}', "n/a", "None", "SELECT 1", "true", "2",
    "\n\nHuman: x\n\nAssistant: y", "Human: a", "https://example.com/a", 'He said "no" \\ "yes".',
    "100 % {0} %s", "é\u2028ü", "B", "x" * 70, "<|im_start|>user\nx", "[INST] a [/INST] b",
]  # fmt: skip


def varied(value: Any, draw: random.Random, key: str = "", odd: float = 0.2) -> Any:
    """Return a record of the same shape that says other things, some of them odd."""
    if isinstance(value, dict):
        return {name: varied(item, draw, name, odd) for name, item in value.items()}
    if isinstance(value, list):
        return [varied(item, draw, "", odd) for item in value]
    if isinstance(value, str) and key not in KEPT:
        return draw.choice(ODD) if draw.random() < odd else f"text {draw.randrange(10**6)} of {key}"
    if isinstance(value, bool):
        return draw.random() < 0.5
    return draw.randrange(4) if isinstance(value, int) else value


def records(seed: int) -> Iterator[list[dict[str, Any]]]:
    draw = random.Random(seed)
    for record in RECORDS:
        yield [record, *(varied(record, draw, odd=at % 4 / 8) for at in range(12))]


def times(counts: Counter[Any]) -> Counter[Any]:
    return Counter({key: TIMES * count for key, count in counts.items() if count})


@pytest.mark.parametrize("seed", range(2))
def test_what_is_read_fast_is_what_is_understood(seed: int) -> None:
    for rows in records(seed):
        again = rows * TIMES
        rules = Rules(detect_format(again[:50]))
        counts: Counter[str] = Counter()
        uses: Counter[Any] = Counter()
        for row in rows:
            found = rules.judge(Row(1, row))
            if not isinstance(found, Judged):
                counts[found.kind] += 1
                uses.update(set(uses_of(row)))
                continue
            uses.update(set(found.meant.uses))
            counts["reference"] += found.meant.reference is not None
            counts["system"] += bool(found.meant.system)
            counts["valid"] += 1
            counts["several"] += found.meant.turns > 1
            counts.update(f"lost {word}" for word in found.lost)

        report = validate(in_pieces(lines(*again), 700))

        assert report.records == len(again)
        assert Counter(dict(report.reasons)) + Counter(
            {f"lost {word}": count for word, count in report.lost}
        ) + Counter(
            valid=report.valid, reference=report.with_reference, system=report.with_system,
            several=report.multi_turn,
        ) == times(counts), rows[0]  # fmt: skip
        table = {(it.field, it.use, it.meaning): it.records for it in report.fields}
        assert table == {tuple(use): count for use, count in times(uses).items()}, rows[0]
        if seed:
            continue
        array = report_of(json.dumps(again).encode())
        assert (array.valid, array.with_reference, array.with_system, array.reasons) == (
            report.valid, report.with_reference, report.with_system, report.reasons
        ), rows[0]  # fmt: skip
        assert array.lost == ((("record", report.valid),) if report.valid else ())
        assert array.fields == report.fields


def test_answers_that_are_only_calls_of_tools_are_read_fast_for_what_they_are() -> None:
    call = {"role": "assistant", "content": "", "tool_calls": [{"id": "1"}]}
    record = {"messages": [{"role": "user", "content": "Why?"}, call]}

    report = validate(in_pieces(lines(*[record] * 200), 700))

    assert (report.valid, report.with_reference) == (200, 0)
    assert report.lost == (("reference_wrong", 200),)


def test_examples_of_records_show_the_metadata_that_a_copy_keeps() -> None:
    record = {"prompt": "Why?", "data_source": "d", "extra_info": {"answer": "So."}}

    report = report_of(lines(*[record] * 3))

    assert {it.after for it in report.examples} == {
        'query: "Why?", response: "So.", metadata: {data_source: "d", extra_info: {answer: "So."}}'
    }

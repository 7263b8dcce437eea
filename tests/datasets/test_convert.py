from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from building import in_pieces, lines, questions, report_of, turns

from evalbook.datasets.convert import Target, convert, plan_of


def converted(data: bytes, **options: Any) -> list[dict[str, Any]]:
    """Return the records that are written for a dataset."""
    written = b"".join(convert([data], report=report_of(data), **options))
    return [json.loads(line) for line in written.splitlines()]


def test_valid_records_keep_their_bytes_and_others_are_left_out() -> None:
    good = b'{"query" :  "\\u00e4", "extra": 1.50}'

    written = b"".join(
        convert([data := lines(good, b"oops", {"query": {}})], report=report_of(data))
    )

    assert written == good + b"\n"


NEAR_MISSES: list[tuple[bytes, list[dict[str, Any]]]] = [
    (
        lines({"question": "q", "answer": "a", "context": "c"}),
        [{"query": "q\n\nc", "response": "a"}],
    ),
    (
        lines({"instruction": "Add", "input": "1 2", "output": 3}),
        [{"query": "Add\n\n1 2", "response": "3"}],
    ),
    (
        lines({"instruction": "Add", "input": "", "output": "3"}),
        [{"query": "Add", "response": "3"}],
    ),
    (lines({"query": 1, "response": True}), [{"query": "1", "response": "true"}]),
    (json.dumps(questions(2)).encode(), questions(2)),
    (json.dumps(questions(1)[0], indent=4).encode() * 2, questions(1) * 2),
    (
        b'\xef\xbb\xbfQuestion,Answer\r\n"a, ""b""",c\r\nd,\r\n',
        [
            {"query": 'a, "b"', "response": "c"},
            {"query": "d"},
        ],
    ),
    (lines(*questions(2)).decode().encode("utf-16"), questions(2)),
    (b"\xef\xbb\xbf" + lines(*questions(2)), questions(2)),
    (
        lines({"messages": [{"role": "User", "content": [{"type": "text", "text": "q"}]}]}),
        [{"query": "q"}],
    ),
    (
        lines(
            {
                "conversations": [
                    {"from": "system", "value": "s"},
                    {"from": "human", "value": "q"},
                    {"from": "gpt", "value": "a"},
                ]
            }
        ),
        [{"query": "q", "response": "a", "system": "s"}],
    ),
    (
        lines({"input": turns("q"), "output": "a"}),
        [{"query": "q", "response": "a"}],
    ),
    (
        lines({"prompt": "q", "referenceResponse": "a", "category": "c"}),
        [{"query": "q", "response": "a", "category": "c"}],
    ),
    (
        lines({"chosen": turns("q", "a"), "rejected": turns("q", "b")}),
        [{"query": "q", "response": "a"}],
    ),
    (
        lines(*questions(1), {"prompt": "q", "completion": "a"}),
        [*questions(1), {"query": "q", "response": "a"}],
    ),
]


@pytest.mark.parametrize(("data", "expected"), NEAR_MISSES)
def test_near_misses_are_saved(data: bytes, expected: list[dict[str, Any]]) -> None:
    assert converted(data) == expected


def test_conversations_are_rewritten_to_queries_on_request() -> None:
    data = lines(
        {"messages": turns("q", "a", system="s"), "metadata": {"n": 1}},
        {"messages": turns("a", "b", "c", "d")},
    )

    assert converted(data, target_format="sagemaker") == [
        {"query": "q", "response": "a", "system": "s", "metadata": {"n": 1}},
        {"query": "User: a\n\nAssistant: b\n\nUser: c", "response": "d"},
    ]


PLANS: list[tuple[bytes, dict[str, Any], str | None]] = [
    (
        lines(*questions(3), b"oops"),
        {},
        (
            "3 records are written as JSON Lines in the dataset's own format (SageMaker"
            " evaluation), in their order; 1 record that can't be used is left out."
        ),
    ),
    (
        lines({"question": "q", "answer": "a", "context": "c"}),
        {},
        (
            "1 record is written as JSON Lines in the SageMaker evaluation format (query, response,"
            " system, category)."
        ),
    ),
    (
        lines({"messages": turns("a", "b", "c", "d")}),
        {"target_format": "sagemaker"},
        (
            "1 record is written as JSON Lines in the SageMaker evaluation format (query, response,"
            " system, category). Earlier turns of 1 conversation become part of the query's text."
        ),
    ),
    (
        lines({"messages": turns("a", "b", "c", "d")}, {"query": "q"}),
        {},
        (
            "2 records are written as JSON Lines in the SageMaker evaluation format (query,"
            " response, system, category), in their order. Earlier turns of 1 conversation become"
            " part of the query's text."
        ),
    ),
    (b"", {}, None),
    (lines({"colour": "red"}), {}, None),
]


@pytest.mark.parametrize(("data", "options", "plan"), PLANS)
def test_the_plan_says_what_is_written_and_left_out(
    data: bytes, options: dict[str, Any], plan: str | None
) -> None:
    found = plan_of(report_of(data), **options)

    assert (found and found.summary) == plan


def test_the_plan_counts_what_is_written() -> None:
    data = lines(*[{"query": n} for n in range(12)], {"query": []}, *questions(5))

    assert len(converted(data)) == report_of(data).valid == 17


ODD_TEXTS = ("", " ", "a", "\u2028", "\x00", "\U0001f600", "{{x}}", '"\\', "x" * 300)


def _odd_value(draw: random.Random, depth: int = 0) -> Any:
    makers: list[Callable[[], Any]] = [
        lambda: draw.choice(ODD_TEXTS),
        lambda: draw.choice([None, True, 0, -1.5e300, 10**400]),
        lambda: turns(*["t"] * draw.randrange(4), system=draw.choice([None, "s"])),
        lambda: [{"role": draw.choice(["user", "human", "x", 3]), "content": _odd_value(draw, 3)}],
    ]  # fmt: skip
    if depth < 3:
        makers += [
            lambda: [_odd_value(draw, depth + 1) for _ in range(draw.randrange(3))],
            lambda: {"ground_truth": _odd_value(draw, depth + 1), "text": _odd_value(draw, 3)},
        ]
    return draw.choice(makers)()


FIELDS = [
    "query",
    "response",
    "system",
    "category",
    "prompt",
    "completion",
    "chosen",
    "rejected",
    "messages",
    "data_source",
    "reward_model",
    "extra_info",
    "ability",
    "referenceResponse",
    "question",
    "Answer",
    "instruction",
    "input",
    "output",
    "conversations",
    "metadata",
]


def _odd_line(draw: random.Random) -> bytes:
    record = {name: _odd_value(draw) for name in draw.sample(FIELDS, draw.randrange(5))}
    line = json.dumps(record, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
    spoil = draw.randrange(12)
    if spoil == 0:
        return line[: draw.randrange(len(line))]
    if spoil == 1:
        return line.replace(b'"a"', b'"\\ud800"').replace(b"true", b"NaN")
    return line.replace(b"x", b"\xff", 1) if spoil == 2 else line


def _odd_dataset(draw: random.Random) -> bytes:
    rows = [_odd_line(draw) for _ in range(draw.randrange(1, 9))]
    rows += lines(*questions(draw.randrange(4))).splitlines()
    draw.shuffle(rows)
    return draw.choice(
        (
            b"\n".join(rows),
            b"\r\n".join(rows) + b"\r\n\r\n",
            b"\xef\xbb\xbf" + b"\n".join(rows),
            b"[" + b",\n".join(rows) + b"]",
            b'"Question",response\n' + b"\n".join(b"a," + row for row in rows),
            b"\n".join(rows).decode(errors="replace").encode("utf-16"),
        )
    )


@pytest.mark.parametrize("seed", range(300))
def test_whatever_goes_in_what_comes_out_validates(seed: int) -> None:
    draw = random.Random(seed)
    data = _odd_dataset(draw)
    report = report_of(data, require_reference=draw.random() < 0.3)

    targets: tuple[Target | None, ...] = (None, "sagemaker")
    for target in targets:
        written = b"".join(
            convert(in_pieces(data, draw.randrange(1, 200)), report=report, target_format=target)
        )
        again = report_of(written, require_reference=report.require_reference)

        assert again.invalid == 0
        assert (plan_of(report, target_format=target) is None) == (again.records == 0)

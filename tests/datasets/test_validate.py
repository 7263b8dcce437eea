from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from building import in_pieces, lines, only_reason, questions, report_of, turns

from evalbook.datasets.invalid import MAX_LINE
from evalbook.datasets.report import REMEMBERED, InvalidRow, Report
from evalbook.datasets.validate import validate
from evalbook.workflow.strict import decode, encode


def test_a_good_dataset_is_counted_and_measured() -> None:
    data = lines(*questions(3, category="billing"), {"query": "Why not?"})

    report = report_of(data)

    assert report.usable
    assert (report.format, report.records, report.valid, report.invalid) == ("sagemaker", 4, 4, 0)
    assert (report.with_reference, report.distinct_references) == (3, 3)
    assert (report.average_prompt, report.average_reference, report.longest) == (10.2, 9.0, 11)
    assert (report.categories, report.bytes) == ((("billing", 3),), len(data))


def test_each_invalid_record_is_named_by_line_and_reason() -> None:
    data = lines({"query": "a"}, b"", {"query": [1]}, b"oops", {"query": "b"}, b"\xff", [1])

    report = report_of(data)

    assert (report.records, report.valid, report.invalid, report.blank_lines) == (6, 2, 4, 1)
    assert report.invalid_shown == (
        InvalidRow(3, "query is a list of 1; expected text or a list of messages"),
        InvalidRow(4, 'not JSON: expecting value before "oops" (character 1)'),
        InvalidRow(6, 'not JSON: expecting value before "ÿ" (character 1)'),
        InvalidRow(7, "a list of 1; expected a JSON object"),
    )
    assert dict(report.reasons) == {"wrong_type": 1, "not_json": 2, "not_object": 1}


def test_the_first_twenty_invalid_records_are_shown_and_all_counted() -> None:
    report = report_of(lines({"query": "a"}, *[{"query": [n]} for n in range(500)]))

    assert report.reasons == (("wrong_type", 500),)
    assert [shown.line for shown in report.invalid_shown] == list(range(2, 22))


def test_records_of_another_format_are_understood_among_the_others_but_not_read_as_they_are():
    report = report_of(lines(*questions(3), {"prompt": "q", "completion": "a"}))

    assert (report.valid, report.as_it_is, report.lost) == (4, 3, (("record", 1),))


def test_the_first_record_does_not_decide_the_format_alone() -> None:
    report = report_of(lines({"prompt": "stray"}, *questions(3)))

    assert (report.format, report.valid, report.as_it_is) == ("sagemaker", 4, 3)


def test_a_report_reads_back_as_it_was_saved() -> None:
    report = report_of(lines({"question": "q", "answer": "a", "n": 1}, b"oops"))

    assert decode(Report, json.loads(json.dumps(encode(report))), "report") == report


def test_lines_taken_in_bulk_are_counted_as_one_by_one() -> None:
    records = [
        *questions(60, system="s", category="c"),
        *[{"messages": turns("q", f"a {n}", system="s")} for n in range(60)],
        *[{"messages": turns(f"q {n}", "ä", "r")} for n in range(60)],
        {"query": "twice /no_think", "response": "x"},
    ]
    odd = (
        b'{"query": "a", "query": "b"}', b"oops", b'{"query": "c", "response": "d"} ' * 2,
        b'{"query": "c",', b'"response": "d"}',
    )  # fmt: skip
    data = lines(*records, *odd, {"query": "last"})
    one_by_one = [report_of(lines(*records[start : start + 30])) for start in range(0, 180, 30)]

    report = validate(in_pieces(data, 1_500))

    assert (report.records, report.valid, report.invalid) == (187, 182, 5)
    assert report.with_system == sum(it.with_system for it in one_by_one) == 120
    assert report.multi_turn == sum(it.multi_turn for it in one_by_one) == 60
    assert (report.thinking_prompts, [it.line for it in report.invalid_shown]) == (
        1,
        [*range(182, 187)],
    )


def test_windows_line_ends_and_a_missing_last_one_are_noticed_and_harmless() -> None:
    report = report_of(lines(*questions(2)).replace(b"\n", b"\r\n").rstrip())

    assert report.usable
    assert (report.crlf, report.final_newline) == (True, False)


def test_a_byte_order_mark_keeps_a_job_from_reading_the_first_record() -> None:
    report = report_of(b"\xef\xbb\xbf" + lines(*questions(2)))

    assert (report.valid, report.as_it_is, report.byte_order_mark) == (2, 1, True)


def test_a_line_without_end_is_one_invalid_record() -> None:
    long = b'{"query": "' + b"x" * MAX_LINE + b'"}'
    data = lines({"query": "a"}, long, {"query": "b"})

    report = validate(in_pieces(data, 100_000))

    assert (report.valid, report.invalid_shown) == (
        2,
        (InvalidRow(2, "the line is too long; expected at most 8 MiB"),),
    )


def test_a_reference_can_be_required() -> None:
    data = lines({"query": "a", "response": "b"}, {"query": "a", "response": " "})

    report = report_of(data, require_reference=True)

    assert report.valid == 1
    assert [shown.reason for shown in report.invalid_shown] == [
        "no reference answer, needed for this evaluation",
    ]


def test_repetitions_empty_and_long_texts_are_counted() -> None:
    data = lines(
        {"query": "a", "response": "same"},
        {"query": " a\n", "response": "same"},
        {"query": "a", "response": "same", "system": "other"},
        {"query": " ", "response": ""},
        {"query": "x" * 30_001, "response": "b"},
    )

    report = report_of(data)

    assert (report.repeated_prompts, report.distinct_references) == (1, 3)
    assert (report.commonest_reference, report.empty_prompts, report.empty_references) == (3, 1, 1)
    assert (report.very_long, report.longest) == (1, 30_001)


def test_repetitions_are_compared_with_a_bounded_number_of_prompts() -> None:
    report = report_of(lines(*questions(REMEMBERED + 5), *questions(1), {"query": "late"}))

    assert (report.repeated_prompts, report.repeats_bounded) == (1, True)
    assert report.distinct_references == REMEMBERED


def test_conversations_with_several_questions_are_counted() -> None:
    report = report_of(
        lines({"messages": turns("a", "b", "c", "d")}, {"messages": turns("a", "b")})
    )

    assert (report.valid, report.multi_turn) == (2, 1)


@pytest.mark.parametrize(("limit", "over"), [(2, True), (3, False), (None, False)])
def test_more_records_than_the_job_takes_are_noticed(limit: int | None, over: bool) -> None:
    assert report_of(lines(*questions(3)), max_records=limit).over_limit is over


@pytest.mark.parametrize("size", [1, 3, 64, 10_000])
def test_the_report_does_not_depend_on_the_pieces(size: int) -> None:
    data = lines({"query": "ä"}, b"", b"\xff", {"query": "b"}) + b'{"query": "\xc3\xa4"}'

    assert validate(in_pieces(data, size)) == report_of(data)


def test_progress_is_told_in_bytes_and_records() -> None:
    data = lines(*questions(100))
    told: list[tuple[int, int]] = []

    validate(in_pieces(data, 1000), on_progress=lambda *done: told.append(done))

    assert told[-1] == (len(data), 100)
    assert told == sorted(told)


def test_hostile_names_and_values_are_shown_harmlessly() -> None:
    (shown,) = report_of(
        lines({"query": "a"}, {"\x1b[2J\u202e": 1, "k" * 5000: 2, "query": {}}, {"query": "b"})
    ).invalid_shown
    reason = only_reason(lines(*questions(2), {"\x1b[2J": 1, "k" * 5000: 2}))

    assert shown.reason == "query is an object; expected text or a list of messages"
    assert reason == f"no prompt; the fields are \\x1b[2J, {'k' * 39}…"


@pytest.mark.thorough
def test_memory_does_not_grow_with_the_object() -> None:
    def peak(records: int) -> int:
        tracemalloc.start()
        validate(_many(records))
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(12_000) < peak(3_000) + 2_000_000


def _many(records: int) -> Iterator[bytes]:
    for number in range(records):
        yield lines({"query": f"{number} " + "x" * 1000})


def test_of_a_hundred_fields_those_that_are_not_shown_are_counted() -> None:
    report = report_of(lines({"query": "a", **{f"column {n}": n for n in range(100)}}))

    assert report.fields[0].field == "query"
    assert report.fields[-1].sentence(report.records).startswith("41 more (1 of 1): not used")


def test_the_example_of_a_role_is_what_it_says_whatever_its_name() -> None:
    said = [{"role": "developer", "content": "Be brief."}, {"from": "human", "value": "Why?"}]

    report = report_of(lines({"messages": said}))

    assert {it.field: it.example for it in report.fields} == {
        "messages[system]": "Be brief.",
        "messages[user]": "Why?",
    }

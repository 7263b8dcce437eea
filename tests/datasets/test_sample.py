from __future__ import annotations

import json

from building import lines, questions, turns

from evalbook.datasets.invalid import shown
from evalbook.datasets.sample import read_sample


def test_a_sample_shows_format_and_two_records() -> None:
    records = [{"query": "Why?", "n": 1}, {"query": "How?", "n": None}, {"query": "When?"}]

    sample = read_sample(lines(*records), complete=True)

    assert sample.format is not None
    assert sample.format.name == "sagemaker"
    assert (sample.records, sample.problems) == (tuple(records[:2]), ())


def test_a_record_that_is_cut_is_not_a_problem() -> None:
    head = lines(*questions(3))[:-10]

    sample = read_sample(head, complete=False)

    assert (len(sample.records), sample.problems) == (2, ())


def test_a_broken_last_record_of_a_whole_object_is_one() -> None:
    sample = read_sample(lines(*questions(1)) + b'{"query": "no end', complete=True)

    assert len(sample.problems) == 1
    assert sample.problems[0].startswith("Record at line 2: not JSON: unterminated string")


def test_a_first_record_longer_than_the_head_is_said_with_its_fields() -> None:
    head = b'{"id": 7, "messages": [{"role": "user", "content": "' + b"x" * 4000

    sample = read_sample(head, complete=False)

    assert sample.records == ()
    assert sample.problems == (
        (
            "The first record is longer than the 4,052 bytes that were read; its first fields are"
            " id, messages. Its format will be known once the whole object is validated."
        ),
    )


def test_an_array_that_is_cut_still_shows_its_records() -> None:
    head = json.dumps(questions(3)).encode()[:-20]

    sample = read_sample(head, complete=False)

    assert sample.container == "a JSON array"
    assert len(sample.records) == 2
    assert [problem[:30] for problem in sample.problems] == ["The object is one JSON array. "]


def test_records_in_utf16_are_shown() -> None:
    head = lines({"query": "a"}, {"query": "b"}).decode().encode("utf-16")

    assert read_sample(head[:-10], complete=False).records == ({"query": "a"},)


def test_a_row_of_csv_that_is_cut_within_a_cell_is_left_out() -> None:
    sample = read_sample(b'query,response\na,b\nc,"d\n', complete=False)

    assert sample.records == ({"query": "a", "response": "b"},)
    assert [problem for problem in sample.problems if "not CSV" in problem] == []


def test_an_object_without_records_says_what_it_is() -> None:
    sample = read_sample(b"PK\x03\x04", complete=True)

    assert (sample.container, sample.records, len(sample.problems)) == (
        "a ZIP archive or an Excel workbook",
        (),
        1,
    )


def test_many_problems_are_cut_short() -> None:
    sample = read_sample(lines({"query": "a"}, *[b"x"] * 9), complete=True)

    assert len(sample.problems) == 4
    assert sample.problems[-1] == "6 more records in the sample can't be used."


def test_a_record_is_shown_on_one_line() -> None:
    record = {"query": "Line\none", "messages": turns("Hi", "Hello"), "n": 1.5, "good": False}

    assert shown(record, 200) == (
        'query: "Line\\none", messages: [{role: "user", content: "Hi"}, {role: "assistant",'
        ' content: "Hello"}], n: 1.5, good: false'
    )


def test_a_long_record_is_cut_to_the_width() -> None:
    assert shown({"query": "x" * 100_000, "other": "y"}, 20) == 'query: "' + "x" * 11 + "…"


def test_nothing_in_a_shown_record_moves_the_cursor() -> None:
    record = {"\x1b[2J": "\x07\x9b\u202e\ud800\u2028 \u200d", "b": {"\r": ["\x00"]}}

    assert shown(record, 300) == (
        '\\x1b[2J: "\\x07\\x9b\\u202e\\ud800\\u2028 \u200d", b: {\\r: ["\\x00"]}'
    )


def test_a_huge_record_is_shown_without_being_written_whole() -> None:
    record = {str(n): [[[[n]]]] * 1000 for n in range(1000)}

    assert shown(record, 60) == "0: [[[[…]]], [[[…]]], [[[…]]], [[[…]]], …], 1: [[[[…]]], [[…"

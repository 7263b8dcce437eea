from __future__ import annotations

import gzip
import json

import pytest
from building import in_pieces, lines, report_of, turns

from evalbook.datasets.containers import recognise
from evalbook.datasets.convert import convert
from evalbook.datasets.report import InvalidRow
from evalbook.datasets.validate import validate

EXPECTED = "JSON Lines is expected: one JSON object on each line, in UTF-8."
RECORD = {"query": "ä", "response": "b"}


@pytest.mark.parametrize(
    ("head", "label"),
    [
        (lines(RECORD), "JSON Lines"),
        (lines([1], [2]), "JSON Lines"),
        (b"# a comment\n" + lines(RECORD), "JSON Lines"),
        (b'{"query": "no end\n' + lines(RECORD), "JSON Lines"),
        (b'{"query": "cut', "JSON Lines"),
        (json.dumps([RECORD]).encode(), "a JSON array"),
        (b'[{"query": "a"},\n{"query": "b"}]', "a JSON array"),
        (b'[{"query": "cut', "a JSON array"),
        (json.dumps(RECORD, indent=2).encode(), "pretty-printed JSON"),
        (b'{"query": "a",\n"response": "b"}\n', "pretty-printed JSON"),
        (b"question,answer\r\na,b\r\n", "CSV"),
        (b"x;y\n1;2\n", "CSV"),
        (b"\xef\xbb\xbfprompt\nWhy?\n", "CSV"),
        (b"Dear all,\nplease find below\n", "text that is not JSON"),
        (lines(RECORD).decode().encode("utf-16"), "JSON Lines in UTF-16"),
        (lines(RECORD).decode().encode("utf-16-be"), "JSON Lines in UTF-16"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (gzip.compress(lines(RECORD), mtime=0), "JSON Lines, compressed with gzip"),
        (b"\x1f\x8b\x00\x00", "damaged gzip data"),
        (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
        (b"abc\x00\x01\x02def", "binary data"),
        (b"", "an empty object"),
        (b"\xef\xbb\xbf \n\t\n", "an empty object"),
    ],
)
def test_an_object_is_told_by_its_first_bytes(head: bytes, label: str) -> None:
    assert recognise(head, complete=True).label == label


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        (b"", f"The object is empty. {EXPECTED}"),
        (b" \n ", f"The object contains only white space. {EXPECTED}"),
        (b"[]", f"The object is one JSON array. {EXPECTED}"),
        (b"PAR1", f"The object is a Parquet file. {EXPECTED}"),
        (b"a,b\n1,2\n", f"The object looks like CSV with the columns a, b. {EXPECTED}"),
    ],
)
def test_what_is_not_json_lines_is_named_for_what_it_is(head: bytes, problem: str) -> None:
    assert recognise(head, complete=True).problem == problem


def test_records_in_another_container_are_valid_but_not_read_as_they_are() -> None:
    report = report_of(json.dumps([RECORD, RECORD]).encode())

    assert (report.records, report.valid, report.as_it_is, report.invalid) == (2, 2, 0, 0)


def test_a_syntax_error_in_an_array_costs_only_its_own_record() -> None:
    report = report_of(b'[{"query": "a"}, {"query" "b"}, {"query": "c"}]')

    assert (report.records, report.valid) == (3, 2)
    assert report.invalid_shown[-1].reason == (
        "not JSON: expecting ':' delimiter before '\"b\"}' (character 10)"
    )


def test_nothing_behind_a_text_that_is_never_closed_is_made_up() -> None:
    report = report_of(b'[{"query": "a"}, {"query": "b}, {"query": "c"}]')

    assert (report.records, report.valid) == (2, 1)
    assert report.invalid_shown[-1].reason.endswith("; nothing after it could be read")


def test_no_number_in_an_array_is_no_value_as_it_is_in_a_line() -> None:
    report = report_of(b'[{"query": "a", "response": NaN}]')

    assert (report.valid, report.with_reference) == (1, 0)


def test_an_element_that_is_refused_does_not_hide_the_next_ones() -> None:
    report = report_of(b'[{"query": 1e999}, 5, {"query": "a", "query": "b"}, {"query": "c"}]')

    assert (report.records, report.valid) == (4, 1)
    assert dict(report.reasons) == {"number": 1, "not_object": 1, "duplicate_key": 1}


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_an_array_reads_the_same_in_pieces_of_any_size(size: int) -> None:
    data = json.dumps([{"query": 'ä\\"\U0001f600', "n": -1.5e-7}, {"query": "b"}, 12]).encode()

    assert validate(in_pieces(data, size)) == report_of(data)


def test_rows_of_a_csv_file_that_do_not_fit_its_header_are_left_out() -> None:
    report = report_of(b'query,response\n"a, ""b""\nc",d\n\ne\n\xc3\xa4,\xff\ng,\n')

    assert (report.records, report.valid, report.blank_lines) == (4, 2, 1)
    assert report.invalid_shown == (
        InvalidRow(5, "1 column; expected 2 as in the header"),
        InvalidRow(6, "not UTF-8 (some of its bytes); expected text in UTF-8"),
    )


def test_a_quote_inside_a_cell_is_said_to_need_doubling() -> None:
    report = report_of(b'query,response\na,"b "c" d"\ne,f\n')

    assert (report.records, report.valid) == (2, 1)
    assert report.invalid_shown[0].reason == (
        "not CSV: text follows a closing quotation mark; inside a cell, quotation marks must be"
        " doubled"
    )


def test_a_quote_that_is_never_closed_ends_in_a_report() -> None:
    report = report_of(b'query,response\na,"b\n' + b"c,d\n" * 1000)

    assert (report.records, report.valid) == (1, 0)
    assert report.invalid_shown == (InvalidRow(2, "not CSV: a quotation mark is never closed"),)


def test_the_index_that_pandas_writes_along_is_left_out() -> None:
    report = report_of(b",query,response\n0,a,b\n1,c,d\n")

    assert (report.records, report.valid) == (2, 2)
    assert "query, response" in str(report)


def test_what_stands_beside_a_list_of_records_is_named() -> None:
    data = b'{"version": 1, "data": [{"query": "a"}, {"query": "b"}], "licence": {"by": ["x"]}}'

    report = report_of(data)

    assert (report.records, report.valid) == (2, 2)
    assert [it.field for it in report.unused] == ["version", "licence"]


MANY = [{"question": f"Why {n}? {'x' * 30}", "answer": f"Because {n}."} for n in range(2000)]
ROWS = [list(record.values()) for record in MANY]
TALKS = [turns(record["question"], record["answer"]) for record in MANY]
COLUMNS = {name: [record[name] for record in MANY] for name in MANY[0]}


@pytest.mark.parametrize(
    ("data", "label", "beside"),
    [
        (json.dumps({"data": {"rows": MANY}}), "a JSON object with a list", []),
        (json.dumps({"train": MANY[:9], "test": MANY}), "a JSON object with a list", ["train"]),
        (
            json.dumps({"features": [{"name": "q"}], "rows": [{"row": it} for it in MANY]}),
            "a JSON object with a list",
            ["features"],
        ),
        (json.dumps([["question", "answer"], *ROWS]), "JSON arrays under a header", []),
        (lines(["question", "answer"], *ROWS).decode(), "JSON arrays under a header", []),
        ("".join(f"\x1e{json.dumps(it)}\n" for it in MANY), "a JSON text sequence", []),
        (json.dumps(COLUMNS, indent=1), "a JSON object of columns", []),
        (json.dumps({"id": [*range(2000)], **COLUMNS}), "a JSON object of columns", ["id"]),
        (
            json.dumps({"_type": "table", "columns": [*COLUMNS], "data": ROWS}),
            "a JSON object of columns and their data",
            [],
        ),
        (json.dumps(TALKS), "a JSON array", []),
        (lines(*TALKS).decode(), "JSON Lines", []),
    ],
)
def test_records_are_found_in_what_people_put_around_them(
    data: str, label: str, beside: list[str]
) -> None:
    report = validate(in_pieces(data.encode(), 9_000))

    assert (report.container, report.records, report.valid) == (label, 2000, 2000)
    assert (report.with_reference, report.as_it_is) == (2000, 0)
    assert report.examples[0].after.startswith('query: "Why 0? xxx')
    assert [it.field for it in report.unused] == beside


def test_articles_of_squad_are_read_question_by_question() -> None:
    question = {"question": "Who?", "id": "1", "answers": [{"text": "She", "answer_start": 0}]}
    article = {"title": "T", "paragraphs": [{"context": "She did.", "qas": [question] * 2}]}

    report = report_of(json.dumps({"version": "1.1", "data": [article] * 3}).encode())

    assert (report.records, report.valid, report.with_reference) == (6, 6, 6)
    assert 'query: "Who?\\n\\nShe did.", response: "She"' in report.examples[0].after


def test_a_compressed_file_that_is_cut_off_is_not_taken_for_whole() -> None:
    packed = gzip.compress(b"".join(lines({"query": str(n * 7919 % 104729)}) for n in range(2000)))

    report = report_of(packed[:-3000])

    assert (dict(report.reasons)["cut_off"], report.valid > 100) == (1, True)
    assert "could not be read" in report.invalid_shown[-1].reason


@pytest.mark.parametrize("at", range(-1, 3))
def test_a_compressed_file_in_members_is_read_wherever_its_bytes_are_cut(at: int) -> None:
    first, second = (gzip.compress(lines({"query": it})) for it in "ab")
    whole, cut = first + second, len(first) + at

    assert validate([whole[:cut], whole[cut:]]).valid == 2


def test_records_written_as_python_writes_them_are_read() -> None:
    report = report_of(b"{'query': 'It\\'s', 'response': None}\n")

    assert (report.valid, report.as_it_is) == (1, 0)


@pytest.mark.parametrize("cell", ["{'a': {1, 2}}", "{'a': 1j}", "{(1, 2): 3}", '{"a": Infinity}'])
def test_cells_that_hold_what_json_does_not_are_text(cell: str) -> None:
    doubled = cell.replace('"', '""')
    data = f'query,response,input,metadata\na,b,"{doubled}","{doubled}"\n'.encode()

    assert b"".join(convert([data], report=report_of(data))).startswith(b'{"query": "a')


def test_numbers_of_more_than_64_bits_are_kept() -> None:
    data = f'query,input\na,"{{""n"": {10**40}}}"\n'.encode()

    assert report_of(data).valid == 1


def test_cells_that_hold_messages_are_read_as_such() -> None:
    cell = "\"[{'role': 'user', 'content': 'q'}, {'role': 'assistant', 'content': 'a'}]\""

    assert report_of(f"messages\n{cell}\n".encode()).with_reference == 1


def test_cells_that_hold_objects_are_read_as_such() -> None:
    report = report_of(
        b'id,input,expectedOutput\n1,"{""question"": ""Why?""}","{""answer"": ""So.""}"\n'
    )

    assert report.examples[0].after == 'query: "Why?", response: "So."'

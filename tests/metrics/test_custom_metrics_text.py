from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from evalbook.errors import AnswerRejected
from evalbook.metrics.custom import parse_custom_metrics
from evalbook.metrics.custom_text import read_custom_metrics_file

METRIC = (
    '{"customMetricDefinition": {"name": "Tone", "instructions": "Rate {{prediction}}", '
    '"ratingScale": [{"definition": "Good", "value": {"floatValue": 1}}]}}'
)


def syntax_error(text: str) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        parse_custom_metrics(text)
    assert caught.value.code == "custom_metrics.json"
    return caught.value


def file_error(path: Path) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        read_custom_metrics_file(path)
    assert caught.value.code == "custom_metrics.file"
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n[{METRIC}]\n```",
        f"Here are your metrics:\n\n```\n[{METRIC}]\n```\nGood luck!",
        f"```[{METRIC}]```",
    ],
)
def test_code_fences_are_left_out_and_said(text):
    result = parse_custom_metrics(text)

    assert result.names == ("Tone",)
    assert [check.message for check in result.warnings] == [
        "Only the JSON inside the code fence was read."
    ]


def test_a_code_fence_inside_instructions_is_text():
    text = f"[{METRIC}]".replace("Rate", "```x```")

    assert parse_custom_metrics(text).warnings == ()


def test_several_code_blocks_are_rejected():
    error = syntax_error(f"```\n[{METRIC}]\n```\nor\n```\n[{METRIC}]\n```")

    assert error.message == (
        "You gave several code blocks, and evalbook can't tell which one you mean."
    )


def test_a_byte_order_mark_is_left_out_and_said():
    result = parse_custom_metrics(f"\ufeff[{METRIC}]")

    assert [check.message for check in result.warnings] == [
        "The byte order mark at the start was left out."
    ]


def test_syntax_error_names_line_and_column_and_shows_the_spot():
    error = syntax_error('[\n  {"name": "Tone",}\n]')

    assert error.message == (
        "The custom metrics are not valid JSON: line 2, column 18: "
        "there is an extra comma before the closing bracket.\n"
        '      {"name": "Tone",}\n'
        "                     ^"
    )


def test_syntax_error_inside_a_fence_is_counted_in_what_was_pasted():
    assert "line 3, column 2:" in syntax_error("Metrics:\n```json\n[oops]\n```").message


def test_spot_in_a_long_line_is_cut_to_its_surroundings():
    error = syntax_error("[" + "1, " * 1000 + "oops" + ", 1" * 1000 + "]")

    line, mark = error.message.splitlines()[1:]
    assert line[mark.index("^") :].startswith("oops")
    assert len(line) < 80


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[{“name”: 1}]", 'there is a curly quote “ instead of a straight "'),
        ("[{'name': 1}]", "there is a single quote instead of a double quote"),
        ("[1, 2", "the text ends here, but something was not closed"),
        ('["open]', "a string begins here and is never closed"),
        ('["a\nb"]', "a string contains a line break or tab; write \\n or \\t"),
        ('["\\d"]', "a backslash sequence that JSON does not know; write \\\\ for a backslash"),
        ("[None]", "None is Python; JSON writes null, true and false"),
        ("[1 // one\n]", "JSON has no comments"),
        ('[{"a" 1}]', "':' is missing before this"),
        ("[1 2]", "',' is missing before this"),
        ("[{a: 1}]", "a key in double quotes is needed"),
        ("metrics.json", "a JSON value is needed"),
        (
            '{"a": 1}\n{"b": 2}',
            "the JSON ends before this; put several metrics into one array",
        ),
    ],
)
def test_syntax_errors_are_said_in_words(text, reason):
    assert syntax_error(text).message.splitlines()[0].endswith(f": {reason}.")


def test_curly_quotes_are_pointed_at_even_where_the_error_shows_later():
    error = syntax_error('[\n{"name”: 1}]')

    assert error.remedy == (
        "Replace curly quotes with straight ones, the first in line 2: "
        "word processors and chats insert them."
    )


def test_curly_quotes_inside_strings_are_welcome():
    assert parse_custom_metrics(f"[{METRIC}]".replace("Rate", "Rate “this”")).names == ("Tone",)


@pytest.mark.parametrize("text", ["", "  \n", "\ufeff", "```\n```"])
def test_nothing_given_is_rejected(text):
    assert syntax_error(text).message == "No custom metrics were given."


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, " " * 1_000_001])
def test_absurd_input_is_rejected_without_a_crash(text):
    assert syntax_error(text).remedy


def test_an_integer_of_thousands_of_digits_is_a_violation():
    text = f"[{METRIC}]".replace('"floatValue": 1', '"floatValue": ' + "1" * 5000)

    with pytest.raises(AnswerRejected) as caught:
        parse_custom_metrics(text)

    assert caught.value.checks[0].id == "custom_metrics.floatValue"


def test_file_is_read_from_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "metrics.json").write_bytes("[“é”]".encode())
    monkeypatch.chdir(tmp_path)

    assert read_custom_metrics_file(Path("metrics.json")) == "[“é”]"


def test_byte_order_mark_in_a_file_reaches_the_parser(tmp_path):
    path = tmp_path / "metrics.json"
    path.write_text(f"[{METRIC}]", encoding="utf-8-sig")

    assert parse_custom_metrics(read_custom_metrics_file(path)).names == ("Tone",)


def test_missing_file_says_where_it_was_looked_for_and_what_is_there(tmp_path, monkeypatch):
    (tmp_path / "metrics.json").write_text(json.dumps([]))
    monkeypatch.chdir(tmp_path)

    error = file_error(Path("metric.json"))

    assert error.message == f'There is no file "metric.json" in {Path.cwd()}.'
    assert error.remedy == "Did you mean metrics.json?"


def test_missing_file_with_an_absolute_path_is_named_in_full(tmp_path):
    error = file_error(tmp_path / "none" / "metrics.json")

    assert error.message == f'There is no file "{tmp_path}/none/metrics.json".'
    assert error.remedy == "Give the path of a JSON file, or its content."


def test_folder_and_pipe_are_named_for_what_they_are(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert file_error(tmp_path).message == (
        f'"{tmp_path}" can\'t be read: it is a folder, not a regular file.'
    )
    assert file_error(tmp_path / "pipe").message == (
        f'"{tmp_path}/pipe" can\'t be read: it is a named pipe, not a regular file.'
    )


def test_file_over_the_size_limit_is_rejected(tmp_path):
    path = tmp_path / "metrics.json"
    path.write_bytes(b" " * 1_000_001)

    assert file_error(path).message == (
        f'"{path}" can\'t be read: it is larger than 1,000,000 bytes.'
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[]".encode("utf-16"), "(byte 1 is invalid); it looks like UTF-16."),
        ('["é"]'.encode("latin-1"), "(byte 3 is invalid); it looks like another encoding."),
    ],
)
def test_file_that_is_not_utf8_is_rejected(tmp_path, content, told):
    path = tmp_path / "metrics.json"
    path.write_bytes(content)

    assert file_error(path).message == f'"{path}" is not UTF-8 text {told}'


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "~nobody-has-this-name/metrics.json"])
def test_impossible_names_are_rejected(name):
    assert file_error(Path(name)).exit_status == 3
    assert len(file_error(Path(name)).message) < 300


def test_a_text_taken_for_a_path_is_shown_in_one_line(tmp_path):
    error = file_error(tmp_path / "These are\nmy metrics")

    assert error.message == f'There is no file "{tmp_path}/These are my metrics".'

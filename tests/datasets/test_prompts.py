"""What is said of a file of prompts that can't be used, and of one that can."""

import pytest

from evalbook.datasets.prompts import read_prompts

HI = '{"prompt": "hi"}\n'


@pytest.mark.parametrize(
    ("text", "name", "rows"),
    [
        (HI * 2, "trips.jsonl", 2),
        (HI * 2, "trips.json", 2),
        ('[{"prompt": [{"role": "user", "content": "hi"}]}]', "trips.json", 1),
        ('id,prompt\n1,"say ""hi""\nand go"\n', "trips.csv", 1),
        ("\ufeffprompt,id\nhi,1\n", "trips.csv", 1),
        ('"prompt"\n"hi, there"\n"go"\n', "trips.csv", 2),
        (",prompt\n0,hi\n1,go\n", "trips.csv", 2),
        (HI, "hub/content/no-ending", 1),
    ],
)
def test_each_row_has_a_prompt(text, name, rows):
    found = read_prompts([text.encode()], name)

    assert (found.rows, found.invalid, found.unusable) == (rows, 0, None)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"PAR1....", "a.jsonl", "it is a Parquet file, though its name says JSON Lines"),
        (b"just words", "a.csv", "it is text that is not JSON; expected CSV"),
        (b"prompt;id\nhi;1\n", "a.csv", "its columns are separated by ';'; expected commas"),
        (HI.encode(), "a.csv", "it is JSON Lines, though its name says CSV"),
        (b"prompt,id\nhi,1\n", "a.json", "it is CSV, though its name says JSON"),
        (b"id,Prompt\n1,hi\n", "a.csv", "it has no column prompt; its columns: id, Prompt"),
        (
            b"id, prompt\n1,hi\n",
            "a.csv",
            "its column is named ' prompt', with a space; expected 'prompt'",
        ),
        (HI.encode("utf-16"), "a.jsonl", "it is JSON Lines in UTF-16; expected UTF-8"),
    ],
)
def test_a_file_that_its_reader_could_not_read_is_named_for_what_it_is(data, name, said):
    assert read_prompts([data], name).unusable == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"query": "hi"}\n' + HI, "line 1: no prompt among its fields query"),
        (HI + '{"prompt": " "}\n', 'line 2: prompt is the text " "; expected text, or a list'),
        (HI + '{"prompt": 7}\n', "line 2: prompt is a number (7); expected text, or a list"),
        (HI + '{"prompt": ["a"]}\n', "line 2: prompt is a list of 1; expected text, or a list"),
        ('[{"prompt": "a"}, 3]', "record 2: a number (3); expected a JSON object"),
        ("prompt,id\nhi,1\n,2\n", "line 3: prompt is empty; expected text"),
        (
            'id,prompt\n1,hi\n2,"go\n3,on\n',
            "line 3: not CSV: a quotation mark is never closed",
        ),
        (
            'id,prompt\n1,"say \\"hi\\" now"\n2,go\n',
            "line 2: not CSV: text follows a closing quotation mark; inside a cell, quotation",
        ),
    ],
)
def test_a_row_without_a_prompt_is_shown_with_its_place(text, said):
    found = read_prompts([text.encode()])

    assert found.invalid == 1
    assert found.shown[0].startswith(said)

from __future__ import annotations

import json

import pytest
from judged import a_line

from evalbook.runs.records import Score, UnreadableRecord, read_record


def test_reads_prompt_response_scores_and_explanation() -> None:
    record = read_record(
        a_line({"Correctness": 0.5}, "It's on?", 'She said "yes"', reference="Yes.", category="tv")
    )

    assert record.prompt == "It's on?"
    assert record.response == 'She said "yes"'
    assert (record.reference, record.category) == ("Yes.", "tv")
    assert record.scores["Correctness"].value == 0.5
    assert record.scores["Correctness"].explanation == "So it is."


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("plain text", "plain text"),
        ("[not a list", "[not a list"),
        ("[1, 2]", "[1, 2]"),
        ('[{"role": "user", "content": "in JSON"}]', "in JSON"),
        ("[{'role': 'user', 'content': 'in Python'}]", "in Python"),
        (
            "[{'role': 'system', 'content': 'Be kind.'}, {'role': 'user', 'content': 'Hi'}]",
            "system: Be kind.\n\nuser: Hi",
        ),
        ("[{'role': 'user', 'content': [{'text': 'a'}, {'text': 'b'}]}]", "a\nb"),
        ([{"role": "user", "content": "not text at all"}], "not text at all"),
        ("[" * 9000, "[" * 9000),
        (None, ""),
        (7, "7"),
    ],
)
def test_prompts_are_read_however_they_were_written(written: object, read: str) -> None:
    line = {"inputRecord": {"prompt": written}, "automatedEvaluationResult": {"scores": []}}

    assert read_record(json.dumps(line)).prompt == read


@pytest.mark.parametrize(
    ("result", "value", "label"),
    [
        (1, 1.0, None),
        (None, None, None),
        ("good", None, "good"),
        ("4", 4.0, None),
        ("nan", None, "nan"),
        ("", None, None),
        (float("nan"), None, None),
        (10**400, None, None),
        ([], None, None),
    ],
)
def test_a_score_is_a_finite_number_or_a_label(
    result: object, value: float | None, label: str | None
) -> None:
    line = a_line({"Tone": result})  # type: ignore[dict-item]

    score = read_record(line).scores["Tone"]
    assert (score.value, score.label) == (value, label)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"{}", b'{"automatedEvaluationResult": 1}'])
def test_a_line_that_is_no_record_is_named_as_such(line: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        read_record(line)


def test_whatever_is_missing_or_of_another_type_is_lived_through() -> None:
    scores = [7, {}, {"metricName": "A", "evaluatorDetails": 3}]
    line = {"inputRecord": 1, "modelResponses": {}, "automatedEvaluationResult": {"scores": scores}}

    record = read_record(json.dumps(line))
    assert record.response == ""
    assert list(record.scores) == ["unnamed", "A"]


def test_a_line_reads_alike_whether_one_of_its_entries_is_odd_or_not() -> None:
    plain = json.loads(a_line({"A": 1, "B": "good"}, "Why?", "So.", reference="R", category="c"))
    odd = json.loads(json.dumps(plain))
    odd["automatedEvaluationResult"]["scores"].append({"metricName": 7, "result": [1]})
    odd["modelResponses"].append("not an answer")
    read, again = read_record(json.dumps(plain)), read_record(json.dumps(odd))

    assert {**again.scores} == {**read.scores, "unnamed": Score(None)}
    assert (again.prompt, again.response, again.reference, again.category) == (
        read.prompt, read.response, read.reference, read.category
    )  # fmt: skip

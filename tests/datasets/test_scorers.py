"""What the preset scorers want of records, and what conversion makes of near-misses."""

import json

import pytest

from evalbook.datasets.convert import convert
from evalbook.datasets.report import Report
from evalbook.datasets.validate import validate


def report_on(scorer: str, **record: object) -> Report:
    line = json.dumps({"query": "How many?", "response": "7", **record}).encode()
    return validate([line + b"\n"], require_reference=True, scorer=scorer)


def test_a_bare_answer_is_what_prime_math_wants():
    assert report_on("prime_math", response="\\frac{1}{2}").usable


@pytest.mark.parametrize(
    "answer", ["3 + 4 = 7\n#### 7", "The answer is 7", "\\boxed{7}", "seven " * 30]
)
def test_a_worked_answer_is_not(answer):
    report = report_on("prime_math", response=answer)

    assert report.reasons == (("not_bare", 1),)
    assert "expected the bare answer" in report.invalid_shown[0].reason


def test_no_answer_is_invalid_for_any_scorer():
    assert report_on("my-own", response="").reasons == (("no_reference", 1),)


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        (None, "no_metadata"),
        ("[" * 100_000, "no_metadata"),
        ("tests", "no_metadata"),
        ({"inputs": ["1"]}, "wrong_type"),
        ({"inputs": [], "outputs": []}, "wrong_type"),
        ({"inputs": [1], "outputs": ["2"]}, "wrong_type"),
        ({"inputs": ["1", "2"], "outputs": ["2"]}, "unequal_metadata"),
    ],
)
def test_test_cases_in_another_shape_are_invalid(metadata, kind):
    assert report_on("prime_code", metadata=metadata).reasons == ((kind, 1),)


def test_test_cases_are_lists_of_texts_of_one_length():
    assert report_on("prime_code", metadata={"inputs": ["1"], "outputs": ["2"]}).usable


def test_metadata_written_as_text_is_corrected():
    cases = {"inputs": ["1"], "outputs": ["2"]}
    record = {"query": "Add one.", "response": "x", "metadata": json.dumps(cases)}
    line = json.dumps(record).encode() + b"\n"
    report = validate([line], require_reference=True, scorer="prime_code")

    written = b"".join(convert([line], report=report))

    assert (report.valid, report.as_it_is) == (1, 0)
    assert json.loads(written)["metadata"] == cases
    assert validate([written], require_reference=True, scorer="prime_code").usable

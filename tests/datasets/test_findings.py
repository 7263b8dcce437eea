from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from building import lines, questions, report_of, turns

from evalbook.checks import Check
from evalbook.datasets.findings import (
    estimate_detectable_difference,
    estimate_records_needed,
    report_checks,
)


def check_of(
    check: str, *records: Any, metrics: Sequence[str] = (), max_records: int | None = None
) -> Check:
    """Return one of the checks of a dataset."""
    checks = report_checks(report_of(lines(*records), max_records=max_records), metrics=metrics)
    (found,) = [found for found in checks if found.id == check]
    return found


def test_a_good_dataset_passes_every_check() -> None:
    checks = report_checks(
        report_of(lines(*questions(200)), max_records=1000), metrics=["Correctness"]
    )

    assert {check.id: check.status for check in checks} == dict.fromkeys(
        (
            "dataset.records",
            "dataset.format",
            "dataset.rows",
            "dataset.repeated_prompts",
            "dataset.same_reference",
            "dataset.long_texts",
            "dataset.empty_texts",
            "dataset.references",
            "dataset.power",
        ),
        "passed",
    )


def test_invalid_records_are_counted_and_the_first_named() -> None:
    found = check_of("dataset.records", *questions(3), {"query": [1]}, b"oops")

    assert found.status == "failed"
    assert found.message == (
        "2 of 5 records are invalid. line 4: query is a list of 1; expected text or a list of"
        ' messages; line 5: not JSON: expecting value before "oops" (character 1).'
    )
    assert found.remedy == (
        "Let evalbook write a new object with 3 valid records, or give another dataset."
    )


def test_more_rows_than_a_job_takes_are_said_to_take_several() -> None:
    found = check_of("dataset.rows", *questions(1001), max_records=1000)

    assert found.status == "passed"
    assert found.message == "1,001 records; one job takes up to 1,000, so they take 2."


def test_as_many_rows_as_a_job_takes_are_accepted() -> None:
    assert check_of("dataset.rows", *questions(1000), max_records=1000).status == "passed"


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        (b"", ["dataset.records"]),
        (b"[]", ["dataset.records"]),
    ],
)
def test_an_object_without_records_fails(data: bytes, ids: list[str]) -> None:
    checks = report_checks(report_of(data))

    assert [(check.id, check.status) for check in checks] == [(name, "failed") for name in ids]


def test_what_a_job_would_not_read_of_the_dataset_as_it_is_is_said() -> None:
    found = check_of("dataset.format", {"prompt": "q", "referenceResponse": "a"})

    assert (found.status, found.message, found.remedy) == (
        "failed",
        ("As it is, a job could not read 1 record (line 1: AWS does not document its format)."),
        "Let evalbook convert it to a new object, or give another dataset.",
    )


def test_a_dataset_that_can_be_used_but_not_wholly_is_a_warning() -> None:
    found = check_of("dataset.format", {"prompt": "q", "answer": "a"})

    assert (found.status, found.message) == (
        "warning",
        "As it is, a job would read no reference answer in 1 record.",
    )


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04", b"Dear all,\n", b'{"query" "a"}\n', lines({"x": "y"})]
)
def test_no_conversion_is_promised_where_nothing_can_be_saved(data: bytes) -> None:
    remedies = [check.remedy or "" for check in report_checks(report_of(data))]

    assert not [
        said for said in remedies if "onvert" in said or "ename" in said or "written" in said
    ]


def test_markers_of_thinking_models_are_named() -> None:
    found = check_of(
        "dataset.thinking",
        {"query": "Why? /no_think", "response": "<think>\n\n</think>\n\nSo."},
        {"query": "How?", "response": "Thus."},
    )

    assert (found.status, found.message) == (
        "warning",
        (
            "1 prompt and 1 reference answer contain markers of a thinking model (such as "
            "/no_think or <think>): other models read them as words, and the judge compares them "
            "too."
        ),
    )


@pytest.mark.parametrize(
    ("check", "records", "message"),
    [
        (
            "dataset.repeated_prompts",
            [{"query": "a"}, {"query": "a"}, {"query": "b"}],
            (
                "1 record of 3 repeats an earlier record's prompt: they count several times in the"
                " scores, and the uncertainty looks smaller than it is."
            ),
        ),
        (
            "dataset.same_reference",
            [{"query": str(n), "response": "yes"} for n in range(3)],
            "All 3 reference answers are the same: a model that always says this would score best.",
        ),
        (
            "dataset.same_reference",
            [{"query": str(n), "response": "no" if n == 7 else "yes"} for n in range(20)],
            (
                "19 of 20 reference answers are the same: a model that always says this would score"
                " best."
            ),
        ),
        (
            "dataset.empty_texts",
            [{"query": "", "response": " "}, {"query": "a", "response": ""}],
            (
                "1 empty prompt and 2 empty reference answers: their scores say nothing about the"
                " model."
            ),
        ),
        (
            "dataset.long_texts",
            [{"query": "x" * 40_000}],
            (
                "1 record has a prompt or reference of more than 30,000 characters (the longest:"
                " 40,000), which the model or the judge may cut off or refuse."
            ),
        ),
        (
            "dataset.turns",
            [{"messages": turns("a", "b", "c", "d")}],
            (
                "1 record has several user turns. AWS documents only a prompt and its answer, not"
                " what happens to earlier turns."
            ),
        ),
    ],
)
def test_what_makes_scores_worthless_is_a_warning(
    check: str, records: list[Any], message: str
) -> None:
    found = check_of(check, *records)

    assert (found.status, found.message) == ("warning", message)


@pytest.mark.parametrize(
    ("metric", "user"),
    [
        ("Correctness", "Correctness"),
        ("builtin.completeness", "Completeness"),
        ("Compare {{ ground_truth }}", "a custom metric with {{ground_truth}}"),
    ],
)
def test_missing_references_are_a_warning_where_a_metric_uses_them(metric: str, user: str) -> None:
    found = check_of("dataset.references", *questions(2), {"query": "a"}, metrics=[metric])

    assert (found.status, found.message) == (
        "warning",
        (
            f"1 of 3 records has no reference answer, which {user} would compare with: without"
            " one, the judge relies on its own knowledge."
        ),
    )


def test_references_are_no_matter_to_other_metrics() -> None:
    checks = report_checks(report_of(lines({"query": "a"})), metrics=["Coherence", "tone"])

    assert "dataset.references" not in [check.id for check in checks]


def test_too_few_records_state_the_difference_they_can_show() -> None:
    found = check_of("dataset.power", *questions(20))

    assert (found.status, found.message, found.remedy) == (
        "warning",
        "With 20 records, differences below about 0.25 will probably not show.",
        "About 126 records would show 0.1.",
    )


def test_one_record_can_show_nothing() -> None:
    message = check_of("dataset.power", {"query": "a"}).message

    assert message == "With 1 record, no difference will show."


@pytest.mark.parametrize(("records", "difference"), [(126, 0.0998), (1000, 0.0354), (4, 0.5603)])
def test_the_detectable_difference_is_that_of_a_paired_test(
    records: int, difference: float
) -> None:
    assert estimate_detectable_difference(records) == pytest.approx(difference, abs=0.0001)


def test_the_records_needed_reach_the_difference() -> None:
    needed = estimate_records_needed(0.1)

    assert (
        estimate_detectable_difference(needed) <= 0.1 < estimate_detectable_difference(needed - 1)
    )

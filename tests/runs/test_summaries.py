from __future__ import annotations

from typing import Any

import pytest

from evalbook.runs.summaries import Figure, FigureRow, figure_rows, read_figures
from evalbook.runs.verdicts import judge_rows


def compare_figures(*sides: Any) -> list[FigureRow]:
    return judge_rows(figure_rows(*sides))


def test_reads_the_figures_of_all_tasks_with_their_errors() -> None:
    overall, tasks = read_figures(
        {"results": {"all": {"accuracy": 0.5, "accuracy_stderr": 0.02, "note": "x"}}}
    )

    assert overall == {"accuracy": Figure(0.5, 0.02)}
    assert tasks == {}


def test_reads_each_subtask_by_its_name() -> None:
    overall, tasks = read_figures(
        {
            "results": {
                "custom|mmlu:law|0": {"accuracy": 0.4},
                "custom|mmlu:virology|0": {"accuracy": 0.6},
                "all": {"accuracy": 0.5},
            }
        }
    )

    assert overall == {"accuracy": Figure(0.5)}
    assert tasks == {
        "mmlu:law": {"accuracy": Figure(0.4)},
        "mmlu:virology": {"accuracy": Figure(0.6)},
    }


def test_without_all_the_only_task_is_the_whole() -> None:
    overall, tasks = read_figures({"results": {"custom|gen_qa_gen_qa|0": {"rougeL": 0.31}}})

    assert overall == {"rougeL": Figure(0.31)}
    assert tasks == {}


def test_reads_a_judges_totals_without_the_prefix() -> None:
    total = {"score": 0.8, "std_deviation": 0.2, "total_evaluations": 100}

    assert read_figures({"results": {"Builtin.Tone": total}})[0] == {
        "Tone": Figure(0.8, pytest.approx(0.02), 100)
    }


@pytest.mark.parametrize(
    "document", [None, [], {}, {"results": 3}, {"results": {"all": 1}}, {"results": {"all": {}}}]
)
def test_what_is_no_summary_has_no_figures(document: object) -> None:
    assert read_figures(document) == ({}, {})


def test_a_number_that_no_float_holds_is_none() -> None:
    document = {"results": {"all": {"accuracy": 10**400, "f1": 0.5, "f1_stderr": float("inf")}}}

    assert read_figures(document)[0] == {"f1": Figure(0.5)}


@pytest.mark.parametrize("told", [10**400, None, "many", True])
def test_a_number_of_records_that_can_be_none_is_not_counted_on(told: object) -> None:
    total = {"score": 0.8, "std_deviation": 0.2, "total_evaluations": told}

    assert read_figures({"results": {"Tone": total}})[0] == {"Tone": Figure(0.8)}


def test_figures_with_errors_are_tested_and_corrected() -> None:
    base = {"a": Figure(0.5, 0.01), "b": Figure(0.5, 0.01), "c": Figure(0.5)}
    tuned = {"a": Figure(0.56, 0.01), "b": Figure(0.51, 0.01), "c": Figure(0.9)}

    a, b, c = compare_figures(base, tuned)
    assert (a.verdict, b.verdict, c.verdict) == ("better", "no clear difference", "not tested")
    assert a.corrected == pytest.approx(2 * (a.chance or 1))
    assert c.low is None


def test_a_lower_error_rate_is_better_when_named_so() -> None:
    [row] = compare_figures({"WER": Figure(0.3, 0.01)}, {"WER": Figure(0.2, 0.01)}, ["wer"])

    assert row.gain == pytest.approx(0.1)
    assert row.verdict == "better"


@pytest.mark.parametrize(("error", "verdict"), [(0.0, "not tested"), (0.01, "better")])
def test_an_error_of_nothing_is_no_certainty(error: float, verdict: str) -> None:
    [row] = compare_figures({"a": Figure(0.0, error)}, {"a": Figure(1.0, error)})

    assert row.verdict == verdict


def test_a_model_right_on_every_record_is_not_certain_to_be_right_on_others() -> None:
    [row] = compare_figures({"a": Figure(0.6, 0.163)}, {"a": Figure(1.0, 0.0)})

    assert row.verdict == "no clear difference"
    assert row.low is not None
    assert row.high is not None
    assert row.low < 0 < row.high

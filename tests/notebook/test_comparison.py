"""The arithmetic of cell 4: its functions as they stand in the cell, on scores written out here."""

from __future__ import annotations

import ast
import html
import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from notebook_builders import some_settings
from scipy import stats

from evalbook.notebook.render import render_cells
from evalbook.runs.statistics import Tally, interval

Score = float | str | None


def judged(prompt: str, **results: Score) -> dict[str, Any]:
    scores = [{"metricName": f"Builtin.{name}", "result": score} for name, score in results.items()]
    return {"inputRecord": {"prompt": prompt}, "automatedEvaluationResult": {"scores": scores}}


def cell_4(**records: list[dict[str, Any]]) -> dict[str, Any]:
    """The functions of cell 4, where each job has these records."""
    tree = ast.parse(render_cells(some_settings())[4].source)
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    names: dict[str, Any] = {
        "np": np,
        "stats": stats,
        "json": json,
        "Counter": Counter,
        "draws": np.random.default_rng(0),
        "LOWER_IS_BETTER": ["Refusal"],
    }
    exec(compile(tree, "cell 4", "exec"), names)  # noqa: S102
    names["records_of"] = records.get
    return names


def compare(
    metric: str, fine_tuned: list[dict[str, Any]], base: list[dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What cell 4 measures of a metric, and the functions it was measured with."""
    cell = cell_4(tuned=fine_tuned, base=base)
    scores = {"fine-tuned": cell["scores_of"]("tuned"), "base": cell["scores_of"]("base")}
    records = list(dict.fromkeys([*scores["fine-tuned"], *scores["base"]]))
    cell.update(scores=scores, records=records, comparing=True)
    return cell["measure"](metric), cell


def test_records_are_paired_by_prompt_whatever_their_order() -> None:
    tuned = [judged("a", Correctness=1.0), judged("b", Correctness=0.5)]
    base = [judged("b", Correctness=0.5), judged("a", Correctness=0.0)]

    row, _ = compare("Correctness", tuned, base)
    assert row["values"].tolist() == [1.0, 0.0]


def test_repeated_prompts_are_paired_in_the_order_they_come() -> None:
    tuned = [judged("a", Correctness=1.0), judged("a", Correctness=0.0)]
    base = [judged("a", Correctness=0.25), judged("a", Correctness=0.5)]

    row, _ = compare("Correctness", tuned, base)
    assert row["values"].tolist() == [0.75, -0.5]


@pytest.mark.parametrize("missing", [None, "good", float("nan")])
def test_record_without_both_scores_is_left_out_and_counted(missing: Score) -> None:
    tuned = [judged("a", Correctness=1.0), judged("b", Correctness=missing), judged("c")]
    base = [judged("a", Correctness=0.5), judged("b", Correctness=1.0), judged("d")]

    row, _ = compare("Correctness", tuned, base)
    assert row["values"].tolist() == [0.5]
    assert (row["records"], row["left_out"]) == (1, 3)


def test_score_written_as_text_is_a_number_where_it_reads_as_one() -> None:
    tuned = [judged("a", Clarity="4"), judged("b", Clarity="good"), judged("c", Clarity=10**400)]
    base = [judged("a", Clarity="3"), judged("b", Clarity="3"), judged("c", Clarity="3")]

    row, _ = compare("Clarity", tuned, base)
    assert row["values"].tolist() == [1.0]
    assert (row["records"], row["left_out"]) == (1, 2)


def test_lower_score_of_refusal_is_an_improvement() -> None:
    tuned = [judged(str(n), Refusal=0.0) for n in range(20)]
    base = [judged(str(n), Refusal=1.0) for n in range(20)]

    row, cell = compare("Refusal", tuned, base)
    assert row["values"].mean() == 1.0
    assert cell["verdict"](row, row["chance"]) == "fine-tuned is better"


@pytest.mark.parametrize(
    ("base", "tuned", "words"),
    [
        ([0.5] * 20, [0.75] * 20, "fine-tuned is better"),
        ([0.5] * 20, [0.25] * 20, "fine-tuned is worse"),
        ([0.5] * 20, [0.5] * 20, "no clear difference"),
        ([0.0, 1.0] * 10, [1.0, 0.0] * 10, "no clear difference"),
        ([0.0] * 4, [1.0] * 4, "no clear difference"),  # chance alone does that 1 time in 8
        ([0.0], [1.0], "too few records to tell"),
    ],
)
def test_verdict_in_words(base: list[float], tuned: list[float], words: str) -> None:
    row, cell = compare(
        "Correctness",
        [judged(str(place), Correctness=score) for place, score in enumerate(tuned)],
        [judged(str(place), Correctness=score) for place, score in enumerate(base)],
    )

    assert cell["verdict"](row, row["chance"]) == words


def test_table_line_tells_means_interval_and_counts() -> None:
    tuned = [judged(str(n), Correctness=score) for n, score in enumerate([1.0, 1.0, 0.5, 0.0])]
    base = [judged(str(n), Correctness=score) for n, score in enumerate([0.5, 0.5, 0.5, 0.5])]

    row, cell = compare("Correctness", tuned, base)
    assert cell["cells_of"]({**row, "low": -0.25, "high": 0.5, "verdict": "so"}) == {
        "Metric": "Correctness",
        "Base": "0.500",
        "Fine-tuned": "0.625",
        "Improvement": "0.125",
        "95 % interval": "-0.250 to 0.500",
        "Better/same/worse": "2/1/1",
        "Records": "4",
        "Left out": "0",
        "In words": "so",
    }


@pytest.mark.parametrize("values", [[0.0, 1.0] * 5, [0.0, 0.5, 1.0] * 10, [0.0, 1.0] * 200])
def test_interval_is_the_one_that_the_command_line_shows(values: list[float]) -> None:
    tally = Tally()
    for value in values:
        tally.add(value)

    shown = cell_4()["interval"](np.array(values))
    assert shown == pytest.approx(interval(tally), abs=0.02)


def test_values_that_are_all_the_same_have_no_interval() -> None:
    assert np.isnan(cell_4()["interval"](np.array([0.5] * 30))).all()


def test_chances_are_corrected_for_the_number_of_metrics() -> None:
    corrected = cell_4()["corrected"]

    assert corrected([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert corrected([0.02]).tolist() == [0.02]


def test_a_metric_without_an_interval_is_plotted_wherever_it_stands() -> None:
    cell = cell_4()
    same = {"metric": "Refusal", "records": 3, "values": np.zeros(3)}
    same |= {"low": np.nan, "high": np.nan}
    other = {"metric": "Coherence", "records": 3, "values": np.full(3, 0.2)}
    other |= {"low": 0.1, "high": 0.3}
    cell.update(comparing=True, cells_of=lambda row: {"Metric": row["metric"]})

    for rows, widest in (([same, other], 0.3), ([other, same], 0.3), ([same], 1)):
        axes = Figure().add_subplot()
        cell["draw"](axes, rows)
        assert axes.get_xlim() == pytest.approx((-1.1 * widest, 1.1 * widest))


def test_table_shows_what_came_from_files_as_text() -> None:
    cell, shown = cell_4(), []
    cell.update(html=html, in_notebook=True, display=lambda data, raw: shown.append((data, raw)))

    cell["show_table"]([{"Metric": cell["printable"]("<b>\x1b[31m|$x$"), "Mean": "1"}])
    [(data, raw)] = shown
    assert raw is True
    assert data["text/plain"] == "Metric        Mean\n<b> [31m|$x$  1"
    assert "<td>&lt;b&gt; [31m|$x$</td><td>1</td>" in data["text/html"]

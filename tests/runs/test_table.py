from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from judged import a_line, a_report, lines
from shown import in_words

from evalbook.runs.documents import build_results_document
from evalbook.runs.report import FiguresAloneDocument, Results
from evalbook.runs.store import RecordStore
from evalbook.runs.summaries import Figure
from evalbook.runs.table import report_csv, report_parts
from evalbook.runs.verdicts import VERDICTS
from evalbook.workflow.turn import as_document


def test_report_in_words_begins_with_the_claim() -> None:
    with RecordStore() as store:
        words = in_words(report_parts(a_report(store, lines([0.5] * 8), lines([1.0] * 8))))

    assert "a-run (Succeeded, model support-bot/2, judge a-judge)" in words
    assert "The fine-tuned model against the base model, over 8 records: better on Metric1." in (
        " ".join(words.split())
    )
    [row] = [line for line in words.splitlines() if line.startswith("Metric1")]
    assert row.split() == ["Metric1", "0.500", "1.000", "+0.500", "-", "8/0/0", "8", "0", "better"]


def test_report_in_words_shows_where_it_lost_most_and_why() -> None:
    base = lines([1.0] * 8)
    tuned = [
        *lines([1.0] * 7),
        a_line({"Metric1": 0.0}, "Question 7", "No.", explanation="It is curt."),
    ]
    with RecordStore() as store:
        words = in_words(report_parts(a_report(store, base, tuned)))

    assert "  Prompt: Question 7\n    base: Answer 7.\n    fine-tuned: No.\n" in words
    assert "    Metric1 1.00 -> 0.00: It is curt." in words


def test_document_is_json_whatever_was_not_a_number() -> None:
    with RecordStore() as store:
        report = a_report(store, lines([None, None]), lines([1.0, 0.5]))
        document = as_document(build_results_document(report))

    [row] = document["comparisons"][0]["metrics"]
    assert row["gain"] is None
    assert row["verdict"] == "no scores"
    json.dumps(document, allow_nan=False)


def test_labels_are_counted_not_averaged() -> None:
    base = [a_line({"Tone": label}, f"{n}") for n, label in enumerate(["good", "bad", "bad"])]
    tuned = [a_line({"Tone": "good"}, f"{n}") for n in range(3)]
    with RecordStore() as store:
        report = a_report(store, base, tuned)
        document = as_document(build_results_document(report))
        words = in_words(report_parts(report))

    assert document["labels"] == {
        "Tone": {"base": {"good": 1, "bad": 2}, "fine-tuned": {"good": 3}}
    }
    assert "Tone, base: bad 2, good 1 (labels have no order to test)" in words


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_csv_has_a_row_for_each_metric_and_no_formula(start: str) -> None:
    name = f"{start}HYPERLINK(1)"
    side = [a_line({name: 0.5}, f"{n}", category=f"{start}{n % 2}") for n in range(10)]
    with RecordStore() as store:
        rows = list(csv.DictReader(io.StringIO(report_csv(a_report(store, side, side)))))

    assert [row["metric"] for row in rows] == [f"'{name}"] * 3
    assert [row["category"] for row in rows] == ["", f"'{start}0", f"'{start}1"]
    assert (rows[0]["first"], rows[0]["second"], rows[0]["verdict"]) == (
        "base",
        "fine-tuned",
        "no record differs",
    )


def test_the_documentation_names_every_key_and_column() -> None:
    text = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8")
    side = [a_line({"A": n % 2}, f"{n}", category="ab"[n % 2]) for n in range(12)]
    other = [a_line({"A": 1 - n % 2}, f"{n}", category="ab"[n % 2]) for n in range(12)]
    with RecordStore() as store:
        report = a_report(store, side, other)
        document, table = as_document(build_results_document(report)), report_csv(report)
    [comparison] = document["comparisons"]
    rows = (document, document["runs"][0], comparison, comparison["metrics"][0])

    keys = {key for row in (*rows, comparison["lost_most"][0]) for key in row}
    columns = table.split("\n", 1)[0].split(",")
    assert [name for name in [*keys, *columns, *VERDICTS] if f"`{name}`" not in text] == []


def test_csv_keeps_a_name_of_several_lines_in_one_row() -> None:
    side = [a_line({"A\r\n=1": 0.5}, f"{n}") for n in range(8)]
    with RecordStore() as store:
        table = report_csv(a_report(store, side, side))

    assert table.count("\n") == 2
    assert "A =1" in table


def test_csv_has_the_interval_of_a_total_and_not_which_way_is_good() -> None:
    alone = FiguresAloneDocument("evaluated", "", {"accuracy": Figure(0.5, 0.1)})
    with RecordStore() as store:
        [row] = csv.DictReader(io.StringIO(report_csv(Results([], store, figures_alone=[alone]))))

    assert (row["second_mean"], row["higher_is_better"]) == ("0.5", "")
    assert (float(row["low"]), float(row["high"])) == pytest.approx((0.304, 0.696), abs=1e-4)

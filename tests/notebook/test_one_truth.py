"""Cell 4 and the command line on results that are hard to word: the same sentence and table."""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
import numpy as np
import pandas as pd
import pytest
from judged import lines
from notebook_builders import some_settings
from scipy import stats

from evalbook.notebook.render import render_cells
from evalbook.notebook.settings import EvaluationSettings
from evalbook.runs.comparison import compare, means
from evalbook.runs.store import RecordStore
from evalbook.runs.summaries import figure_rows, judge_figures, read_figures
from evalbook.runs.table import comparison_lines, figure_lines, lines_of_figures, lines_of_means
from evalbook.runs.words import alone_sentence, figures_alone_headline, verdict_sentence

pytestmark = [
    pytest.mark.usefixtures("in_sandbox"),
    pytest.mark.filterwarnings("error::RuntimeWarning"),
]

BUCKET = "evalbook-results"
METRICS = ("Correctness", "Harmfulness", "Tone")
Columns = Sequence[Sequence[float | str | None]]
draw = random.Random(5)


def grades(records: int, *weights: int) -> list[float | str | None]:
    return list(draw.choices([0.0, 0.25, 0.5, 0.75, 1.0], weights or None, k=records))


SAME = grades(40)
RESULTS: dict[str, Mapping[str, Columns]] = {
    "clear gains and losses": {
        "base": [grades(80, 4, 3, 2, 1, 0), grades(80, 4, 3, 1, 1, 0), grades(80)],
        "fine-tuned": [grades(80, 0, 1, 2, 3, 4), grades(80, 0, 1, 1, 3, 4), grades(80)],
    },
    "ties": {"base": [SAME, [1.0] * 40, SAME], "fine-tuned": [SAME, [0.5] * 40, SAME[::-1]]},
    "few records": {
        name: [grades(5), [*grades(3), None, None], [None] * 5] for name in ("base", "fine-tuned")
    },
    "one record": {"base": [[0.5], [0.0], [None]], "fine-tuned": [[1.0], [0.0], [1.0]]},
    "no numbers": {
        "base": [["nan", *grades(29)], [None, *grades(29)], ["NaN"] * 30],
        "fine-tuned": [[*grades(29), None], ["inf", *grades(29)], grades(30)],
    },
    "any number": {
        name: [[draw.gauss(mean, 0.3) for _ in range(60)] for _ in METRICS]
        for name, mean in (("base", 0.1), ("fine-tuned", 0.3))
    },
    "one model": {"fine-tuned": [grades(30), [0.5] * 30, [None] * 30]},
    "one model and one record": {"base": [[0.5], [0.0], [None]]},
}


def cell_4(arms: Mapping[str, Sequence[bytes]], capsys: Any) -> tuple[str, list[dict[str, str]]]:
    """What cell 4 prints first and the table that it shows, of files in the simulated S3."""
    bucket = boto3.resource("s3").Bucket(BUCKET)
    for name, records in arms.items():
        bucket.put_object(Key=f"judge-{name}/x_output.jsonl", Body=b"\n".join(records))
        place = f"{name}/output/output/judge-{name}/bedrock_llm_judge_results.json"
        bucket.put_object(Key=place, Body=b"{}")
    jobs = {name: f"arn:job/{name}" for name in arms}
    return shown_by(some_settings(), "display(text", jobs, capsys)


def shown_by(
    settings: EvaluationSettings, last: str, jobs: Mapping[str, str], capsys: Any
) -> tuple[str, list[dict[str, str]]]:
    """What cell 4 prints first, and its first table, run on jobs and ended after a statement."""
    tree = ast.parse(render_cells(settings)[4].source)
    source = [ast.unparse(node) for node in tree.body]
    (start,) = [n for n, it in enumerate(source) if it.startswith("models, comparing")]
    (end,) = [n for n, it in enumerate(source) if it.startswith(last)]
    functions = [
        it
        for it, text in zip(tree.body[:start], source, strict=False)
        if isinstance(it, ast.FunctionDef) or text.startswith(("COLOURS", "pd.options"))
    ]
    tree.body = [*functions, *tree.body[start : end + 1]]
    shown: list[pd.DataFrame] = []
    names = {
        "np": np, "pd": pd, "stats": stats, "json": json, "display": shown.append, "jobs": jobs,
        "bucket": boto3.resource("s3").Bucket(BUCKET), "prefix": "", "S3_OUTPUT": f"s3://{BUCKET}",
        "LOWER_IS_BETTER": ["Harmfulness"],
    }  # fmt: skip
    exec(compile(tree, "cell 4", "exec"), names)  # noqa: S102
    table = shown[0].rename_axis("Metric").reset_index().astype(str)
    return capsys.readouterr().out.strip(), table.to_dict("records")


@pytest.mark.parametrize("results", RESULTS.values(), ids=RESULTS)
def test_sentence_columns_and_digits_are_those_of_the_command_line(
    results: Mapping[str, Columns], capsys: pytest.CaptureFixture[str]
) -> None:
    arms = {name: lines(*columns, metrics=METRICS) for name, columns in results.items()}
    sentence, table = cell_4(arms, capsys)

    with RecordStore() as store:
        added = [store.add_arm(name, records) for name, records in arms.items()]
        if len(added) == 2:
            (found,) = compare(store, [(added[0], added[1])], ["Harmfulness"])
            expected = verdict_sentence(found.rows, "fine-tuned", "base", found.paired)
            told = comparison_lines(found)
        else:
            rows = means(store, added[0], ["Harmfulness"])
            expected = alone_sentence(added[0].name, added[0].records, rows)
            told = lines_of_means(rows)
    assert sentence == expected
    assert [list(row.items()) for row in table] == [list(row.items()) for row in told]


TOTALS: dict[str, Mapping[str, Mapping[str, float]]] = {
    "gains, losses, ties": {
        "base": {
            "em": 0.4,
            "em_stderr": 0.02,
            "f1": 0.6,
            "f1_stderr": 0.02,
            "q": 0.5,
            "q_stderr": 0.1,
        },
        "fine-tuned": {
            "em": 0.6,
            "em_stderr": 0.02,
            "f1": 0.4,
            "f1_stderr": 0.02,
            "q": 0.5,
            "q_stderr": 0.1,
        },
    },
    "without errors": {
        "base": {"em": 0.4, "f1": 0.6, "f1_stderr": 0.0},
        "fine-tuned": {"em": 0.6, "f1": 0.61, "f1_stderr": 0.02},
    },
    "one model": {"fine-tuned": {"em": 0.4, "em_stderr": 0.02, "f1": 0.6}},
}


@pytest.mark.parametrize("results", TOTALS.values(), ids=TOTALS)
def test_sentence_columns_and_digits_of_totals_are_those_of_the_command_line(
    results: Mapping[str, Mapping[str, float]], capsys: pytest.CaptureFixture[str]
) -> None:
    bucket = boto3.resource("s3").Bucket(BUCKET)
    for name, totals in results.items():
        place = f"totals-{name}/output/output/results_1.json"
        bucket.put_object(Key=place, Body=json.dumps({"results": {"all": totals}}).encode())
    settings = some_settings(evaluation_type="custom_scorer", scorer="prime_math")
    sentence, table = shown_by(
        settings, "show(table)", {name: f"arn:job/totals-{name}" for name in results}, capsys
    )

    read = {name: read_figures({"results": {"all": it}})[0] for name, it in results.items()}
    if len(read) == 2:
        rows = judge_figures(figure_rows(read["base"], read["fine-tuned"], ()))
        assert sentence == verdict_sentence(rows, "fine-tuned", "base")
        told = figure_lines(rows, "base", "fine-tuned")
    else:
        ((name, figures),) = read.items()
        assert sentence == figures_alone_headline(name, figures)
        told = lines_of_figures(figures)
    assert [list(row.items()) for row in table] == [list(row.items()) for row in told]

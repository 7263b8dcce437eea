"""Cell 4 and the command line on results that are hard to word: the same sentence and table."""

from __future__ import annotations

import ast
import io
import json
import random
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
import numpy as np
import pandas as pd
import pytest
from judged import lines
from notebook_builders import INSPECT_AI, some_settings
from scipy import stats

from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws
from evalbook.notebook.render import render_cells
from evalbook.notebook.settings import EvaluationSettings
from evalbook.runs.comparison import compare, means
from evalbook.runs.detail_files import read_detail_arm
from evalbook.runs.rollouts import LOW_IS_GOOD, compute_rollout_figures
from evalbook.runs.sections import Section, lines_of
from evalbook.runs.store import RecordStore
from evalbook.runs.summaries import figure_rows, read_figures, total_rows
from evalbook.runs.verdicts import judge_rows
from evalbook.runs.words import alone_sentence, figures_alone_headline, verdict_sentence

pytestmark = [
    pytest.mark.usefixtures("in_sandbox"),
    pytest.mark.filterwarnings("error::RuntimeWarning"),
]

BUCKET = "evalbook-results"
METRICS = ("Correctness", "Harmfulness", "Tone")
Columns = Sequence[Sequence[float | str | None]]
FIRST = ("models = [model", "models, comparing")
"""How the statements begin from which on cell 4 works on what it read."""
CONSTANT = re.compile(r"[A-Z_]+ \|?= ")
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
    jobs = {name: [name] for name in arms}
    sentence, (table,) = shown_by(some_settings(), "display(text", {"jobs": jobs}, capsys)
    return sentence, table


def shown_by(
    settings: EvaluationSettings, last: str, given: Mapping[str, Any], capsys: Any
) -> tuple[str, list[list[dict[str, str]]]]:
    """What cell 4 prints first, and its tables, run on what is given until after a statement."""
    tree = ast.parse(render_cells(settings)[4].source)
    source = [ast.unparse(node) for node in tree.body]
    start, *_ = [n for n, it in enumerate(source) if it.startswith(FIRST)]
    (end,) = [n for n, it in enumerate(source) if it.startswith(last)]
    functions = [
        it
        for it, text in zip(tree.body[:start], source, strict=False)
        if isinstance(it, ast.FunctionDef) or text.startswith("pd.options") or CONSTANT.match(text)
    ]
    tree.body = [*functions, *tree.body[start : end + 1]]
    shown: list[pd.DataFrame] = []
    bucket = boto3.resource("s3").Bucket(BUCKET)
    names = {
        "np": np, "pd": pd, "stats": stats, "json": json, "display": shown.append,
        "ast": ast, "io": io, "zipfile": zipfile,
        "bucket": bucket, "objects": bucket.objects, "prefix": "", "S3_OUTPUT": f"s3://{BUCKET}",
        "LOWER_IS_BETTER": ["Harmfulness"], **given,
    }  # fmt: skip
    exec(compile(tree, "cell 4", "exec"), names)  # noqa: S102
    tables = [table.reset_index().astype(str).to_dict("records") for table in shown]
    return capsys.readouterr().out.strip(), tables


@pytest.mark.parametrize("third", [b"Builtin.Tone", b"Correctness"], ids=["own", "twin"])
@pytest.mark.parametrize("results", RESULTS.values(), ids=RESULTS)
def test_sentence_columns_and_digits_are_those_of_the_command_line(
    results: Mapping[str, Columns], third: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    arms = {
        name: [it.replace(b"Builtin.Tone", third) for it in lines(*columns, metrics=METRICS)]
        for name, columns in results.items()
    }
    sentence, table = cell_4(arms, capsys)

    with RecordStore() as store:
        store.lower_is_better = frozenset({"harmfulness"})
        added = [store.add_arm(name, records) for name, records in arms.items()]
        if len(added) == 2:
            (found,) = compare(store, [(added[0], added[1])])
            expected = verdict_sentence(found.rows, "fine-tuned", "base", found.paired)
            told = lines_of(found.rows, "base", "fine-tuned")
        else:
            rows = means(store, added[0])
            expected = alone_sentence(added[0].name, added[0].records, rows)
            told = lines_of(rows)
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
    jobs = {name: f"arn:job/totals-{name}" for name in results}
    sentence, (table,) = shown_by(settings, "show(table)", {"jobs": jobs}, capsys)

    read = {name: read_figures({"results": {"all": it}})[0] for name, it in results.items()}
    if len(read) == 2:
        rows = judge_rows(figure_rows(read["base"], read["fine-tuned"], ()))
        assert sentence == verdict_sentence(rows, "fine-tuned", "base")
        told = lines_of(rows, "base", "fine-tuned")
    else:
        ((name, figures),) = read.items()
        assert sentence == figures_alone_headline(name, figures)
        told = lines_of(total_rows(figures))
    assert [list(row.items()) for row in table] == [list(row.items()) for row in told]


def told_of_details(
    files: Mapping[str, Mapping[str, bytes]], lower: Sequence[str] = ()
) -> tuple[str, list[list[dict[str, str]]]]:
    """What the command line tells of two models' files of single records, by their keys."""
    with RecordStore() as store:
        uris = {name: [S3Uri(BUCKET, key) for key in sorted(them)] for name, them in files.items()}
        arms = [read_detail_arm(Aws(), store, name, [them], []) for name, them in uris.items()]
        base, tuned = (arm for arm in arms if arm)
        store.lower_is_better = frozenset(lower)
        (found,) = compare(store, [(base, tuned)])
        sentence = verdict_sentence(found.rows, "fine-tuned", "base", found.paired)
        names = found.first.name, found.second.name
        section = Section(names, "", sentence, found.rows, parts=found.categories)
        return sentence, [section.lines, section.part_lines]


def put(files: Mapping[str, Mapping[str, bytes]]) -> None:
    for them in files.values():
        for key, body in them.items():
            boto3.resource("s3").Bucket(BUCKET).put_object(Key=key, Body=body)


def a_log(task: str, *scorers: str, samples: int) -> bytes:
    """A log of Inspect AI, each sample answered twice."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as log:
        log.writestr("header.json", json.dumps({"eval": {"task": task}, "status": "success"}))
        for number in range(samples):
            for epoch in (1, 2):
                scores = {it: {"value": draw.choice(["C", "P", "I", 0.25])} for it in scorers}
                sample = {"id": number, "epoch": epoch, "input": f"{task} {number}?", "target": "a"}
                log.writestr(
                    f"samples/{number}_epoch_{epoch}.json", json.dumps({**sample, "scores": scores})
                )
    return file.getvalue()


def test_tasks_epochs_and_scorers_of_inspect_ai_are_those_of_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs = {
        name: {
            f"log-{name}/inspectai-results/1.eval": a_log(
                "sums", "match", "Harmfulness", samples=9
            ),
            f"log-{name}/inspectai-results/2.eval": a_log("capitals", "match", samples=12),
            f"log-{name}/inspectai-results/3.eval": a_log("few", "match", samples=4),
        }
        for name in ("base", "fine-tuned")
    }
    put(logs)
    settings = some_settings(**INSPECT_AI)
    runs = {name: {"name": f"log-{name}"} for name in logs}
    shown = shown_by(settings, "if len(sizes)", {"runs": runs}, capsys)

    assert shown == told_of_details(logs, ["harmfulness"])


def test_categories_of_single_records_are_those_of_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def rows(task: str, records: int) -> bytes:
        found = [
            {"example": f"{task} {it}?", "gold": "[0]", "metrics": str({"acc": draw.randrange(2)})}
            for it in range(records)
        ]
        return pd.DataFrame(found).to_parquet()

    files = {
        name: {
            f"rows-{name}/output/output/details_x|{task}|0_T.parquet": rows(task, records)
            for task, records in (("mmlu:b", 20), ("mmlu:a", 20), ("mmlu:c", 30), ("mmlu:d", 4))
        }
        for name in ("base", "fine-tuned")
    }
    put(files)
    settings = some_settings(evaluation_type="benchmark", benchmark="mmlu", dataset=None)
    jobs = {name: f"arn:job/rows-{name}" for name in files}
    shown = shown_by(settings, "if len(parts)", {"jobs": jobs}, capsys)

    assert shown == told_of_details(files)


def test_rollouts_are_those_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    shared = {"reward/num_prompts": 40.0, "reward/rollouts_per_prompt": 4.0, "turns/max": 9.0}
    metrics = {
        name: {
            f"eval/{metric}": value
            for metric, value in {
                **shared, "reward/pass_at_1": share, "reward/pass_power_1": share,
                "reward/pass_at_4": share + 0.2, "reward/mean": 3 * share, "reward/std": 0.4,
                "reward/zero_frac": 0.3 - share / 4, "reward/failed_rollouts": 160 * (1 - share),
            }.items()
        }
        for name, share in (("base", 0.3), ("fine-tuned", 0.7))
    }  # fmt: skip
    settings = some_settings(evaluation_type="multi_turn_rl", agent_config="arn:a")
    shown = shown_by(settings, "for shown in", {"metrics": metrics}, capsys)

    (base, others), (tuned, others_tuned) = (compute_rollout_figures(it) for it in metrics.values())
    rows = judge_rows(figure_rows(base, tuned, LOW_IS_GOOD))
    assert shown[0] == verdict_sentence(rows, "fine-tuned", "base")
    tasks = {
        task: judge_rows(figure_rows(figures, others_tuned[task], LOW_IS_GOOD))
        for task, figures in others.items()
    }
    section = Section(("base", "fine-tuned"), "", "", rows, parts=tasks, parts_are="task")
    assert shown[1] == [section.lines, section.part_lines]

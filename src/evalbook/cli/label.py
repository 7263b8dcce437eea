"""`evalbook label`: a person judges some records blind, to see how far to trust the judge."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from evalbook.cli.completion import complete_runs
from evalbook.cli.documents import LabelDocument
from evalbook.cli.options import A_FILE, Settings, command
from evalbook.cli.output import Output, complain
from evalbook.errors import AnswerRejected, UsageError
from evalbook.whole_files import is_there, rejecting_unwritable, replace_whole

if TYPE_CHECKING:
    from evalbook.runs.label_page import ShownItem
    from evalbook.runs.labels import Answer, LabelFile, Sample
    from evalbook.runs.store import RecordStore


@command(
    "label",
    examples=[
        ("evalbook label support-bot-v2", "Judge 50 records here, or continue where you left off."),
        (
            "evalbook label support-bot-v2 --html label.html",
            "Write a page for somebody else to judge in.",
        ),
    ],
)
@click.argument("run", metavar="RUN", shell_complete=complete_runs)
@click.option(
    "--records", type=click.IntRange(10), default=50, help="How many records; 50 by default."
)
@click.option("--metric", metavar="METRIC", help="Score both answers on its scale.")
@click.option(
    "--labels", type=A_FILE, default="labels.json", help="The file; labels.json by default."
)
@click.option("--html", type=A_FILE, metavar="FILE", help="Write a page to judge in instead.")
def label_command(
    settings: Settings,
    output: Output,
    run: str,
    records: int,
    metric: str | None,
    labels: Path,
    html: Path | None,
) -> int:
    """Judge some records yourself, blind, to see whether the judge is right about your task.

    Records are drawn where labels tell most. For each, say which answer is better: 1, 2 or same (s
    skips, q ends); with --metric two scores, such as 0.5 1. The file is saved after every answer,
    and the next call continues; more --records adds to them. Nothing is sent anywhere.
    """
    from evalbook.runs.find import targets
    from evalbook.runs.label_page import label_page
    from evalbook.runs.labels import LabelFile, draw, read_labels
    from evalbook.runs.report import read_report
    from evalbook.runs.store import RecordStore

    aws = settings.aws()
    wanted = targets(aws, (run,), settings.state)
    with RecordStore() as store:
        report = read_report(aws, wanted, store)
        if not report.comparisons:
            raise AnswerRejected("label.alone", f"{run} has no records of two models to judge.")
        arn = report.runs[0].arn
        kept = read_labels(labels) if is_there(labels) else LabelFile(arn, metric, arn, records)
        if (kept.run, kept.metric) != (arn, metric):
            raise UsageError(
                "label.other",
                f"{labels} is for another run or metric.",
                "Name another --labels FILE.",
            )
        kept.records = max(kept.records, records)
        sample = draw(store, report.comparisons[0], metric, kept.records, kept.seed)
        if html is not None:
            with rejecting_unwritable("label.unwritable", html):
                replace_whole(html, label_page(store, sample, kept).encode("utf-8", "replace"))
            words = f"Written: {html}. It saves its answers as a file for `results --labels`."
        else:
            _ask(store, sample, kept, labels)
            words = f"{len(kept.answers)} of {len(sample.items)} judged; saved in {labels}."
    document = LabelDocument("labels", len(sample.items), len(kept.answers), str(html or labels))
    output.document(document, words)
    return 0


def _ask(store: RecordStore, sample: Sample, labels: LabelFile, path: Path) -> None:
    from evalbook.runs.label_page import show_item

    left = [it for it in sample.items if it.id not in labels.answers]
    for number, item in enumerate(left, start=len(sample.items) - len(left) + 1):
        complain(_words(show_item(store, item), f"{number} of {len(sample.items)}"))
        said = _answer(labels.metric)
        if said == "q":
            return
        if said != "s":
            labels.answers[item.id] = said
            labels.save(path)


def _words(record: ShownItem, number: str) -> str:
    parts = [f"--- {number} ---", f"Prompt\n{record.prompt}"]
    if record.reference is not None:
        parts.append(f"Reference answer\n{record.reference}")
    parts += [f"Answer 1\n{record.first}", f"Answer 2\n{record.second}"]
    return "\n\n".join(parts)


_CHOICES: dict[str, Answer] = {"1": "1", "2": "2", "same": "same", "=": "same", "0": "same"}


def _answer(metric: str | None) -> Answer | Literal["s", "q"]:
    """Ask until there is an answer; q if there is nobody to ask."""
    asked = (
        "Which is better? 1, 2, same; s skips, q ends:"
        if metric is None
        else f"{metric} of answer 1 and of answer 2? s skips, q ends:"
    )
    while True:
        complain(asked)
        line = sys.stdin.readline() if sys.stdin is not None else ""
        said = line.strip().lower()
        if not line or said == "q":
            return "q"
        if said == "s":
            return "s"
        if metric is None and said in _CHOICES:
            return _CHOICES[said]
        try:
            scores = [float(it) for it in said.replace(",", " ").split()]
        except ValueError:
            continue
        if metric is not None and len(scores) == 2 and all(abs(it) < 1e15 for it in scores):
            return scores[0], scores[1]

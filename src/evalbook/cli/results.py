"""`evalbook results`: base model against fine-tuned model, from the run's files in S3."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalbook.cli.completion import takes_runs
from evalbook.cli.options import A_FILE, Settings, command
from evalbook.cli.output import Output, complain, need_somebody_to_ask, need_yes
from evalbook.errors import StateFileError, UsageError
from evalbook.tables import spaced
from evalbook.texts import printable

if TYPE_CHECKING:
    from evalbook.aws.session import Aws
    from evalbook.runs.report import Results


@command(
    "results",
    examples=[
        ("evalbook results", "Compare base and fine-tuned model in this folder's run."),
        ("evalbook results support-bot-v1 support-bot-v2", "Compare two runs."),
        ("evalbook results --group support-bot", "Compare all versions of a model package group."),
        ("evalbook results --html report.html", "Write one page to send to a colleague."),
    ],
)
@takes_runs
@click.option("--group", metavar="GROUP", help="All versions of a model package group.")
@click.option("--labels", type=A_FILE, metavar="FILE", help="The file that `evalbook label` saved.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the figures as CSV.")
@click.option("--plot", type=A_FILE, metavar="FILE", help="Draw to .svg or .png.")
@click.option("--html", type=A_FILE, metavar="FILE", help="Write a page to share.")
@click.option(
    "--eval",
    "log",
    type=A_FILE,
    metavar="FILE",
    help="Write .eval logs, for Inspect AI's viewer.",
)
@click.option(
    "--mlflow", is_flag=True, help="Record them in the run's own MLflow experiment, after asking."
)
@click.option("--yes", is_flag=True, help="With --mlflow: don't ask.")
@click.option(
    "--lower-is-better",
    multiple=True,
    metavar="METRIC",
    help="A custom metric for which low scores are good; may be repeated.",
)
def results_command(
    settings: Settings,
    output: Output,
    runs: tuple[str, ...],
    run: int | None,
    group: str | None,
    labels: Path | None,
    as_csv: bool,
    plot: Path | None,
    html: Path | None,
    log: Path | None,
    mlflow: bool,
    yes: bool,
    lower_is_better: tuple[str, ...],
) -> int:
    """Compare the base model with the fine-tuned one, or runs with each other.

    RUN is a name that `evalbook runs` lists, an ARN, or the path of a notebook; by default, it is
    the run that the state's notebook started.

    --json prints runs, comparisons (headline, reservations, basis, metrics, categories, lost_most),
    models alone, figures, labels and notes; --csv a row for each metric and category.
    docs/results.md explains every key and column, and what gains, intervals and verdicts mean.
    """
    from evalbook.runs.find import targets, targets_of_group
    from evalbook.runs.prospect import add_cost
    from evalbook.runs.report import read_report
    from evalbook.runs.store import RecordStore

    _check_usage(output, as_csv, plot, asks=mlflow and not yes)
    aws = settings.aws()
    wanted, passed = (
        targets_of_group(aws, group) if group else (targets(aws, runs, settings.state, run), [])
    )
    with RecordStore() as store:
        progress = complain if sys.stderr.isatty() else lambda _: None
        report = read_report(aws, wanted, store, lower_is_better, progress=progress)
        report.notes += passed
        _add_known(aws, report, settings, named=bool(runs or group))
        if labels is not None:
            _correct(report, labels)
        if html is not None or mlflow:
            add_cost(aws, report)
        written = _write(report, plot, html, log)
        if mlflow:
            written.append(_track(aws, report, asked=not yes))
        _print(output, report, written, as_csv)
    return 0


def _check_usage(output: Output, as_csv: bool, plot: Path | None, *, asks: bool) -> None:
    if as_csv and output.as_json:
        raise UsageError("usage", "--csv and --json can't be used together.", "Give one of them.")
    if asks:
        need_somebody_to_ask(output, "results.asks", "--mlflow")
    if plot is not None and plot.suffix.lower() not in (".svg", ".png"):
        raise UsageError(
            "results.plot",
            f"{plot} ends neither in .svg nor in .png.",
            "Name a picture file, such as results.svg.",
        )


def _write(report: Results, plot: Path | None, html: Path | None, log: Path | None) -> list[str]:
    from evalbook.runs.eval_log import write_logs
    from evalbook.runs.forest import write_picture
    from evalbook.runs.page import write_page

    if plot is not None:
        write_picture(report, plot)
    if html is not None:
        write_page(report, html)
    logs = write_logs(report, log) if log is not None else []
    return [str(path) for path in (plot, html, *logs) if path is not None]


def _track(aws: Aws, report: Results, *, asked: bool) -> str:
    from evalbook.runs.tracking import find_experiment, record

    experiment = find_experiment(aws, report)
    if asked:
        where = f"experiment {experiment.name} of {experiment.mlflow_arn}"
        need_yes(f"Record a run in {where}?", "results.declined", "Nothing was recorded.")
    run = record(aws, report, experiment)
    return f"MLflow run {run.run_id} in experiment {run.experiment}"


def _print(output: Output, report: Results, written: list[str], as_csv: bool) -> None:
    from evalbook.runs.documents import build_results_document
    from evalbook.runs.table import report_csv, report_parts

    if as_csv:
        output.document({}, report_csv(report).rstrip("\n"))
    else:
        output.draw(build_results_document(report, written), *spaced(report_parts(report)))
    for path in written:
        complain(f"Written: {printable(path)}")


def _correct(report: Results, path: Path) -> None:
    from evalbook.runs.labels import correct_gain, draw, read_labels

    kept = read_labels(path)
    if not report.comparisons or kept.run != report.runs[0].arn:
        raise UsageError("label.other", f"{path} is for another run: {kept.run}.")
    comparison = report.comparisons[0]
    sample = draw(report.store, comparison, kept.metric, kept.records, kept.seed)
    names = comparison.first.name, comparison.second.name
    report.corrected = correct_gain(sample, kept, names, 1 - report.store.level)


def _add_known(aws: Aws, report: Results, settings: Settings, *, named: bool) -> None:
    """Add what is known of the runs; where they were named, there need be no interview."""
    from evalbook.runs.prospect import add_prospect
    from evalbook.runs.training_prompts import add_unseen
    from evalbook.workflow.slots import TASK
    from evalbook.workflow.workflow import Workflow

    add_prospect(aws, report)
    try:
        interview = Workflow.load(settings.state).interview
    except StateFileError:
        if named:
            return
        raise
    if not named:
        report.task = interview.value(TASK)
    add_unseen(aws, report, interview)

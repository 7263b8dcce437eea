"""What runs left where: executions put together, and each model's result files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from evalbook.aws.mlflow import find_tracked_run, run_metrics
from evalbook.aws.result_files import ResultFiles, find_inspect_files, find_result_files
from evalbook.aws.runs import RunStep, plan_of, run_of
from evalbook.aws.session import NO_HELP, REFUSED, Aws
from evalbook.aws.step_jobs import TrainingJob, find_job_behind, training_job
from evalbook.console import PAGES, build_console_url, build_logs_url, build_run_pages
from evalbook.errors import AnswerRejected, AwsUnavailable, RunFailed
from evalbook.runs.find import Target
from evalbook.runs.history import PastRunDocument, StartedRun, describe_run
from evalbook.runs.jobs import Look, find_whole_dataset, look_at
from evalbook.texts import joined

BASE, TUNED, UNTOLD = "base", "fine-tuned", "evaluated"

# Steps that leave results, and whose: sagemaker 3.27.0, train/evaluate/pipeline_templates.py and
# mtrl_pipeline_templates.py. Of the last two, the job tells which model it was given.
_MODEL_OF = {
    "EvaluateBaseModelMetrics": BASE,
    "EvaluateCustomModelMetrics": TUNED,
    "EvaluateBaseModel": BASE,
    "EvaluateCustomModel": TUNED,
    "EvaluateFineTunedModel": TUNED,
    "EvaluateWithJudge": None,
    "InspectAIEvaluation": None,
    # A phase of a training job that was started by itself.
    "Training": None,
}

# As the notebook calls the training job of a base model, and the SDK appends the time.
_OF_BASE = re.compile(r"-[0-9a-f]{8}-base-\d{14}")


@dataclass(frozen=True, kw_only=True)
class RunFacts(PastRunDocument):
    """One run, as the head of a report names it; ``arn`` is the first execution's."""

    base_model: str | None = None
    """Beside which the model was evaluated, where the run tells."""
    jobs: int = 1
    """How many executions it is."""
    console: dict[str, list[str]] = field(default_factory=dict)
    """Where the AWS console shows it, by the kind of page."""


@dataclass(frozen=True)
class Source:
    """One model's results before they are read."""

    name: str
    model: str
    run: int
    """Place of its run in the report."""
    evaluation: str
    files: ResultFiles


@dataclass(frozen=True)
class Ended(StartedRun):
    """One that is over."""

    label: str
    steps: list[RunStep]


@dataclass(frozen=True)
class Run:
    """What a report takes for one run: an execution, or all of those that share a dataset."""

    evaluation: str
    parts: list[Ended]
    facts: RunFacts
    look: Look | None


def find_runs(aws: Aws, wanted: Iterable[Target]) -> list[Run]:
    """Put together the executions that are parts of one evaluation.

    Raises:
        AnswerRejected: one is not over, or can't be read.
    """
    found: dict[object, list[Ended]] = {}
    for target in wanted:
        asked = run_of(target.arn)
        run = asked.describe(aws)
        if not run.over:
            raise AnswerRejected(
                "results.not_ready",
                f"There are no results yet: {run.name} is {run.status}.",
                "Wait for it with `evalbook status --watch`.",
            )
        ended = Ended(run, plan_of(aws, target.arn), target.label, asked.list_steps(aws))
        job = ended.job
        same = (job.evaluation, job.base) if job.parts else target.arn
        found.setdefault(same, []).append(ended)
    runs = []
    for parts in found.values():
        parts.sort(key=lambda it: it.job.part)
        jobs = [it.job for it in parts]
        runs.append(Run(jobs[0].evaluation, parts, _facts(parts), look_at(jobs)))
    return runs


def _missing_parts(run: Run) -> Iterator[str]:
    jobs = [it.job for it in run.parts]
    if jobs[0].parts > len(jobs) and not (run.look and run.look.early):
        there = joined([str(job.part) for job in jobs])
        was = "was" if len(jobs) == 1 else "were"
        yield f"Of the {jobs[0].parts} parts of {run.facts.name}, only {there} {was} run."


def find_sources(
    aws: Aws, runs: Sequence[Run], progress: Callable[[str], None]
) -> tuple[list[Source], list[str]]:
    """Return each model's results, of all parts of a run together, and what stood in the way.

    Raises:
        RunFailed: ``results.none``.
    """
    several = len({run.evaluation for run in runs}) > 1
    found: dict[tuple[int, str], Source] = {}
    problems = [text for run in runs for text in _missing_parts(run)]
    for place, run in enumerate(runs):
        progress(f"Looking for the results of {run.facts.name}")
        for part in run.parts:
            for model, files in _results(aws, part, problems):
                name = f"{run.facts.name} {model}" if several else model
                if before := found.get((place, model)):
                    files = before.files.with_more(files)
                found[place, model] = Source(name, model, place, run.evaluation, files)
    if not found:
        ends = [it.run for run in runs for it in run.parts]
        states = ", ".join(f"{it.name} ended as {it.status}" for it in ends)
        raise RunFailed(
            "results.none",
            " ".join([f"No results were found: {states}.", *problems]),
            "Check whether they have been moved or deleted."
            if all(it.status == "Succeeded" for it in ends)
            else "`evalbook status` says why a run failed.",
        )
    return sorted(found.values(), key=lambda it: (it.run, it.model != BASE)), problems


def _results(aws: Aws, part: Ended, problems: list[str]) -> Iterator[tuple[str, ResultFiles]]:
    """Yield what each step of an execution left, and of which model."""
    for step in part.steps:
        if step.name not in _MODEL_OF or step.job is None:
            continue
        if ":training-job/" not in step.job:
            if metrics := _tracked(aws, step, problems):
                yield _MODEL_OF[step.name] or TUNED, ResultFiles(metrics=metrics)
            continue
        try:
            job = training_job(aws, step.job)
        except REFUSED as error:
            problems.append(f"The job of {step.name} can't be read: {error.message}")
            continue
        if step.name == "InspectAIEvaluation":
            files = find_inspect_files(aws, job.output, job.name, job.created, job.ended)
        else:
            behind = None
            # Where a step failed after judging, Bedrock alone tells its job's name.
            if step.status != "Succeeded" and job.evaluation == "LLMAJEvaluation":
                with suppress(*REFUSED):
                    behind = find_job_behind(aws, part.run.region, job)
            files = find_result_files(aws, job.output, job.name, behind.name if behind else None)
        if files.records or files.summaries or files.details:
            yield _model_of(step, part.label, job), files
        else:
            problems.append(f"{step.name} left no results under {' or '.join(files.looked_at)}.")


def _tracked(aws: Aws, step: RunStep, problems: list[str]) -> dict[str, float]:
    """Return the metrics that MLflow has of a multi-turn RL evaluation step."""
    run = None
    try:
        run = find_tracked_run(aws, step.job or "")
        if run and (metrics := run_metrics(aws, run)):
            return metrics
        why = "MLflow has no metrics." if run else "its job names no MLflow run."
    except (*NO_HELP, AwsUnavailable) as error:
        # MLflow has a network of its own, which may be closed where AWS itself answers.
        closed = run is not None and error.code == "no_network"
        if isinstance(error, AwsUnavailable) and not closed:
            raise
        why = f"MLflow can't be asked. {error.message}"
    where = f" Its rewards are in MLflow's run {run.name} ({run.run_id})." if run else ""
    problems.append(f"{step.name}: {why}{where}")
    return {}


def _model_of(step: RunStep, label: str, job: TrainingJob) -> str:
    named = _MODEL_OF[step.name] or label.partition(" ")[0]  # behind it, the part's number
    if named in (BASE, TUNED):
        return named
    if step.name == "Training":
        return BASE if _OF_BASE.search(job.name) else TUNED
    if job.model_package is None and job.base_model is None:
        return UNTOLD  # InspectAI's job is told what answers by a file of its own
    return TUNED if job.model_package else BASE


def _facts(parts: Sequence[Ended]) -> RunFacts:
    first, job = parts[0], parts[0].job
    states = (it.run.status for it in parts if it.run.status != "Succeeded")
    told = replace(describe_run(first), status=next(states, "Succeeded"))
    if job.parts:
        name = job.evaluation + ("-base" if job.base else "")
        told = replace(told, name=name, dataset=find_whole_dataset(told.dataset))
    base = first.plan.base_model if first.plan.model_package else None
    return RunFacts(**vars(told), base_model=base, jobs=len(parts), console=_console(parts))


def _console(parts: Sequence[Ended]) -> dict[str, list[str]]:
    """Return where the AWS console shows the executions; of Bedrock's jobs, where it lists them."""
    shown = []
    for it in parts:
        arn, plan = it.run.arn, it.plan
        here = arn.replace(":sagemaker:", ":bedrock:").rpartition(":")[0]
        bedrock = [build_console_url(f"{here}:evaluation-job/")] if plan.judge else []
        logs = [build_logs_url(step.job) for step in it.steps if step.job]
        shown.append(build_run_pages(arn, plan.output, plan.mlflow, bedrock, logs))
    return {kind: list(dict.fromkeys(url for it in shown for url in it[kind])) for kind in PAGES}

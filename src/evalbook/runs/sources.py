"""What runs left where: executions put together, and each model's result files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evalbook.aws.evaluation_jobs import find_job_behind
from evalbook.aws.executions import Execution, RunPlan, RunStep, TrainingJob, training_job
from evalbook.aws.mlflow_runs import find_tracked_run, run_metrics
from evalbook.aws.result_files import ResultFiles, find_inspect_files, find_result_files
from evalbook.aws.runs import plan_of, run_of
from evalbook.aws.session import NO_HELP, REFUSED, Aws
from evalbook.console import build_console_url, build_logs_url, build_run_pages
from evalbook.errors import AnswerRejected, AwsUnavailable, RunFailed
from evalbook.runs.find import Target
from evalbook.runs.jobs import Job, Look, find_whole_dataset, job_of, look_at
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


@dataclass(frozen=True)
class RunFacts:
    """One run, as the head of a report names it."""

    arn: str
    name: str
    status: str
    kind: str
    created: str
    """ISO 8601."""
    model: str | None
    judge: str | None
    dataset: str | None
    base_model: str | None = None
    """Beside which the model was evaluated, where the run tells."""
    jobs: int = 1
    """How many executions it is; ``arn`` is the first one's."""
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
    """What lies in S3; nothing where MLflow keeps the results."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """What MLflow recorded of a multi-turn RL evaluation."""


Looked = tuple[Target, "Execution", "list[RunStep]", "RunPlan"]


@dataclass(frozen=True)
class Run:
    """What a report takes for one run: an execution, or all of those that share a dataset."""

    evaluation: str
    looked: tuple[Looked, ...]
    jobs: tuple[Job, ...]
    facts: RunFacts
    look: Look | None


def runs_of(looked: Sequence[Looked]) -> list[Run]:
    """Put together the executions that are parts of one evaluation."""
    found: dict[object, list[Looked]] = {}
    for one in looked:
        job = job_of(one[1].name)
        found.setdefault((job.evaluation, job.base) if job.parts else one[1].arn, []).append(one)
    runs = []
    for them in found.values():
        them.sort(key=lambda one: job_of(one[1].name).part)
        jobs = tuple(job_of(run.name) for _, run, _, _ in them)
        look = look_at(jobs)
        runs.append(Run(jobs[0].evaluation, tuple(them), jobs, _facts(them), look))
    return runs


def list_missing_parts(runs: Iterable[Run]) -> Iterator[str]:
    for run in runs:
        parts = run.jobs[0].parts
        if parts > len(run.jobs) and not (run.look and run.look.early):
            there = joined([str(job.part) for job in run.jobs])
            was = "was" if len(run.jobs) == 1 else "were"
            yield f"Of the {parts} parts of {run.facts.name}, only {there} {was} run."


def look(aws: Aws, target: Target) -> Looked:
    run = run_of(target.arn).describe(aws)
    if not run.over:
        raise AnswerRejected(
            "results.not_ready",
            f"There are no results yet: {run.name} is {run.status}.",
            "Wait for it with `evalbook status --watch`.",
        )
    return target, run, run_of(target.arn).list_steps(aws), plan_of(aws, target.arn)


def sources_of(
    aws: Aws, run: Run, place: int, several: bool, problems: list[str]
) -> Iterable[Source]:
    """Return each model's results, of all jobs together."""
    found: dict[str, Source] = {}
    for target, execution, steps, _ in run.looked:
        for model, files, metrics in _results(aws, target, execution, steps, problems):
            name = f"{run.facts.name} {model}" if several else model
            if model in found:
                files = found[model].files.with_more(files)
            found[model] = Source(name, model, place, run.evaluation, files, metrics)
    return found.values()


def _results(
    aws: Aws, target: Target, run: Execution, steps: Sequence[RunStep], problems: list[str]
) -> Iterator[tuple[str, ResultFiles, Mapping[str, float]]]:
    """Yield what each step of an execution left: of which model, its files or its metrics."""
    for step in steps:
        if step.name not in _MODEL_OF or step.job is None:
            continue
        if ":training-job/" not in step.job:
            if metrics := _tracked(aws, step, problems):
                yield _MODEL_OF[step.name] or TUNED, ResultFiles((), (), ()), metrics
            continue
        try:
            job = training_job(aws, step.job)
        except REFUSED as error:
            problems.append(f"The job of {step.name} can't be read: {error.message}")
            continue
        if step.name == "InspectAIEvaluation":
            files = find_inspect_files(aws, job.output, job.name, job.created, job.ended)
        else:
            behind = _bedrock_job(aws, run.region, step, job)
            files = find_result_files(aws, job.output, job.name, behind)
        if not files.records and not files.summaries and not files.details:
            problems.append(f"{step.name} left no results under {' or '.join(files.looked_at)}.")
            continue
        yield _model_of(step, target, job), files, {}


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


def _bedrock_job(aws: Aws, region: str, step: RunStep, job: TrainingJob) -> str | None:
    """Return the Bedrock job's name where only Bedrock tells it: the step failed after judging."""
    if step.status == "Succeeded" or job.evaluation != "LLMAJEvaluation":
        return None
    try:
        found = find_job_behind(aws, region, job)
    except REFUSED:
        return None
    return found.name if found else None


def _model_of(step: RunStep, target: Target, job: TrainingJob) -> str:
    named = _MODEL_OF[step.name] or target.label.partition(" ")[0]  # behind it, the part's number
    if named in (BASE, TUNED):
        return named
    if step.name == "Training":
        return BASE if _OF_BASE.search(job.name) else TUNED
    if job.model_package is None and job.base_model is None:
        return UNTOLD  # InspectAI's job is told what answers by a file of its own
    return TUNED if job.model_package else BASE


def nothing(looked: Sequence[Looked], problems: Sequence[str]) -> AnswerRejected:
    states = ", ".join(f"{run.name} ended as {run.status}" for _, run, _, _ in looked)
    details = f" {' '.join(problems)}" if problems else ""
    return RunFailed(
        "results.none",
        f"No results were found: {states}.{details}",
        "Check whether they have been moved or deleted."
        if all(run.status == "Succeeded" for _, run, _, _ in looked)
        else "`evalbook status` says why a run failed.",
    )


def _facts(looked: Sequence[Looked]) -> RunFacts:
    _, run, _, plan = looked[0]
    job = job_of(run.name)
    name = job.evaluation + ("-base" if job.base else "") if job.parts else run.name
    states = {it.status: None for _, it, _, _ in looked}
    return RunFacts(
        run.arn,
        name,
        next((it for it in states if it != "Succeeded"), "Succeeded"),
        run.kind,
        run.created.isoformat(timespec="seconds"),
        plan.model_package or plan.base_model,
        plan.judge,
        find_whole_dataset(plan.dataset) if job.parts else plan.dataset,
        plan.base_model if plan.model_package else None,
        len(looked),
        _console(looked),
    )


def _console(looked: Sequence[Looked]) -> dict[str, list[str]]:
    """Return where the AWS console shows the executions; of Bedrock's jobs, where it lists them."""
    shown: dict[str, list[str]] = {}
    for _, run, steps, plan in looked:
        here = run.arn.replace(":sagemaker:", ":bedrock:").rpartition(":")[0]
        bedrock = [build_console_url(f"{here}:evaluation-job/")] if plan.judge else []
        logs = [build_logs_url(step.job) for step in steps if step.job]
        for kind, urls in build_run_pages(run.arn, plan.output, plan.mlflow, bedrock, logs).items():
            shown.setdefault(kind, []).extend(urls)
    return {kind: list(dict.fromkeys(urls)) for kind, urls in shown.items()}

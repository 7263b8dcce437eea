"""Which run is meant: the one named, or the one that the notebook of the state started."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from evalbook.aws.arns import parse_arn
from evalbook.aws.runs import (
    Execution,
    find_training_job,
    is_training_job,
    list_executions,
    read_execution_arn,
    region_of,
    run_of,
)
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.runs.history import Filter, list_past_runs
from evalbook.runs.jobs import Job, find_whole_dataset, job_of
from evalbook.texts import did_you_mean, nearest, shortened
from evalbook.whole_files import end_of_links, is_there, read_whole, reason
from evalbook.workflow.estimate import estimate
from evalbook.workflow.slots import NOTEBOOK
from evalbook.workflow.workflow import Workflow

_LIST = "`evalbook runs` lists the evaluations in this account and region."
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}")
"""A pipeline execution's display name, by SageMaker's service model."""
_LARGEST_RECORD = 4 << 20
"""Bytes; a record grows by some hundred for each run."""
_MOST_RUNS = 1000


class _Started(msgspec.Struct):
    arn: str | None = None

    def __post_init__(self) -> None:
        if self.arn and parse_arn(self.arn) is None:
            raise ValueError(f"{self.arn!r} is not an ARN")


class _Run(msgspec.Struct):
    executions: dict[str, _Started] | None = None
    """By what the notebook calls them."""


class _Record(msgspec.Struct):
    """What a notebook's cell 2 keeps beside it."""

    runs: dict[int, _Run]
    """By RUN_NUMBER."""


@dataclass(frozen=True)
class Target:
    """One pipeline execution to look at."""

    arn: str
    label: str = "evaluation"
    """What the notebook calls it: ``evaluation``, or for Nova models ``fine-tuned`` or ``base``;
    if there are several jobs, with the part's number behind it."""
    minutes: tuple[int, int] | None = None
    """How long it is expected to take in all, where the state tells."""


def targets(aws: Aws, words: Sequence[str], state: Path, run: int | None = None) -> list[Target]:
    """Return the executions that are meant by ARNs, names, notebooks or records, or by the state.

    Args:
        aws: asked about runs that are given by name.
        words: ARNs of pipeline executions, their names as `evalbook runs` lists them, or paths of
            notebooks or of their run records.
        state: the state file, used if no words are given.
        run: the notebook's RUN_NUMBER; by default its newest.

    Raises:
        AnswerRejected: none is known, or what was named is something else.
        StateFileError: the state file can't be used.
    """
    if not words:
        return _of_state(state, run)
    found: list[Target] = []
    for word in words:
        path = Path(word)
        if not word.startswith("arn:") and path.suffix in (".ipynb", ".json", ".py"):
            found += _recorded(path, run)
        elif word.startswith("arn:") or not _NAME.fullmatch(word):
            found += _with_other_parts(aws, read_execution_arn(word))
        else:
            found += _named(aws, word)
    return list(dict.fromkeys(found))


def targets_of_group(aws: Aws, group: str) -> tuple[list[Target], list[str]]:
    """Return the newest run of each version of a model package group, the oldest version first.

    Only runs that had the newest one's type, dataset and judge can be compared with it; what is
    passed over is said.

    Raises:
        AnswerRejected: ``run.missing``, no version has a run that succeeded.
    """
    region = aws.required_region()
    name = group.rpartition("/")[2]
    succeeded = Filter(status="Succeeded", words=(f"{name}/",))
    runs, _ = list_past_runs(aws, region, succeeded, _MOST_RUNS)
    versions: dict[int, list[Target]] = {}
    passed: list[str] = []
    same: object = None
    for it in runs:
        package, _, version = it.model.rpartition("/")
        if package != name or not version.isdigit():
            continue
        how = it.run.kind, find_whole_dataset(it.plan.dataset), it.plan.judge
        same = same or how
        if how != same:
            passed.append(it.run.name)
        elif int(version) not in versions:
            job = it.job
            parts = _parts_of(job.evaluation, [one.run for one in runs]) if job.parts else []
            versions[int(version)] = parts or [Target(it.run.arn)]
    if not versions:
        raise AnswerRejected(
            "run.missing",
            f"No evaluation of a version of {name!r} has succeeded in {region}.",
            _LIST,
        )
    notes = [f"Skipped, with another type, dataset or judge: {', '.join(passed)}."]
    return [part for it in sorted(versions) for part in versions[it]], notes if passed else []


def _with_other_parts(aws: Aws, arn: str) -> list[Target]:
    """Return a run with the other jobs of its evaluation, where it is one of several."""
    if is_training_job(arn):
        return [Target(arn)]
    job = job_of(run_of(arn).describe(aws).name)
    parts = _parts_of(job.evaluation, list_executions(aws, region_of(arn))) if job.parts else []
    return parts or [Target(arn)]


def _parts_of(evaluation: str, runs: Iterable[Execution]) -> list[Target]:
    """Return the jobs of an evaluation in order; of a part that ran twice, the newest."""
    parts: dict[Job, Execution] = {}
    for run in sorted(runs, key=lambda it: it.created):
        job = job_of(run.name)
        if job.parts and job.evaluation.lower() == evaluation.lower():
            parts[job] = run
    ordered = sorted(parts.items(), key=lambda it: (it[0].base, it[0].part))
    return [Target(run.arn, f"{'base' if job.base else 'part'} {job.part}") for job, run in ordered]


def _named(aws: Aws, name: str) -> list[Target]:
    """Return the one evaluation of a name in the region that is set."""
    region = aws.required_region()
    runs = list_executions(aws, region)
    if parts := _parts_of(job_of(name).evaluation, runs):
        return parts
    same = [run for run in runs if run.name.lower() == name.lower()]
    if len(same) == 1:
        return [Target(same[0].arn)]
    if not same and (job := find_training_job(aws, region, name)):
        return [Target(job)]
    if not same:
        names = sorted({run.name for run in runs})
        containing = [it for it in names if name.lower() in it.lower()]
        near = containing[:3] or nearest(name, names, cutoff=0.7)
        raise AnswerRejected(
            "run.missing",
            f"No evaluation in {region} is named {name!r}.",
            f"{did_you_mean(near)} {_LIST}".strip(),
        )
    raise AnswerRejected(
        "run.several",
        f"{len(same)} evaluations in {region} are named {name!r}.",
        f"Name one by its ARN: {', '.join(it.arn for it in same[:3])}.",
    )


def _of_state(state: Path, run: int | None) -> list[Target]:
    interview = Workflow.load(state).interview
    notebook = interview.facts(NOTEBOOK)
    if notebook is None:
        raise AnswerRejected(
            "run.none",
            f"The state {state} has no notebook to have started a run.",
            f"Name a run by its ARN, or a notebook. {_LIST}",
        )
    try:
        minutes = estimate(interview).minutes
    except AnswerRejected:
        minutes = None  # an answer fell since, and the expected time is only a help
    found = _recorded(end_of_links(state).parent / notebook.path, run)
    return [replace(it, minutes=minutes) for it in found]


def _recorded(path: Path, run: int | None) -> list[Target]:
    """Return the executions in a record of runs, or in that of a notebook."""
    its_own = path.name.endswith(".run.json")
    record = path if its_own else path.with_name(f"{path.stem}.run.json")
    runs = _known_runs(record)
    number = max(runs, default=None) if run is None else run
    if number is None or number not in runs:
        raise AnswerRejected(
            "run.not_started",
            f"{record} has no run." if number is None else f"{record} has no run {number}.",
            f"Run the notebook's cells 1 and 2 first. {_LIST}",
        )
    executions = (runs[number].executions or {}).items()
    found = [Target(it.arn, label) for label, it in executions if it.arn]
    if not found:
        raise AnswerRejected(
            "run.not_started",
            f"Run {number} in {record} has no execution: its start failed, or was interrupted.",
            "Run the notebook's cell 2 again; it finds out which.",
        )
    return found


def _known_runs(record: Path) -> dict[int, _Run]:
    """Return the runs in a record, and in one of its name in the current folder; newer ones win.

    papermill runs a notebook in the folder that it is called from, and so do some editors.
    """
    there = [it for it in (Path(record.name), record) if is_there(it)]
    found: dict[int, _Run] = {}
    for it in sorted(there, key=lambda it: it.stat().st_mtime) or [record]:
        found |= _runs_in(it)
    return found


def _runs_in(record: Path) -> dict[int, _Run]:
    try:
        return msgspec.json.decode(read_whole(record, _LARGEST_RECORD), type=_Record).runs
    except FileNotFoundError:
        raise AnswerRejected(
            "run.not_started",
            f"There is no {record}: the notebook beside it has not started a run here.",
            f"Run its cells 1 and 2 first, or name a run by its ARN. {_LIST}",
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        said = "can't be read" if isinstance(error, OSError) else "is not a record of runs"
        raise AnswerRejected(
            "run.record_unusable",
            f"{record} {said}: {shortened(reason(error))}.",
            f"Name the run by its ARN. {_LIST}",
        ) from None

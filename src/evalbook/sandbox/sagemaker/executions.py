"""Pipeline executions: a submitted definition's steps, going through their states as time passes.

Nothing runs in between: whoever asks, first `Execution.advance` is called, which does all that was
due by then, in the order in which it fell due.

Kinder than AWS: a step takes seconds, parallel steps are unlimited, and while one step fails those
beside it still run to their end.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evalbook.sandbox.clock import CLOCK, moment
from evalbook.sandbox.evaluation import Evaluations, Job, JobFailed
from evalbook.sandbox.sagemaker.definition import Definition, Step, resolve
from evalbook.sandbox.sagemaker.exceptions import ValidationException
from evalbook.sandbox.sagemaker.rollouts import RolloutJob
from evalbook.sandbox.sagemaker.training_jobs import TrainingJob
from evalbook.sandbox.scenarios import Effect

LINEAGE_SHARE = 0.2
"""A lineage step's share of a training step's time."""
MOST_LINEAGE_SECONDS = 4.0
STOPPING_SHARE = 0.3
"""How long a step takes to stop, as a share of a training step's time."""
SLOW_FACTOR = 20
STEP_FAILURE = "Step failure: One or multiple steps failed."


@dataclass
class StepRun:
    """A step that has started."""

    step: Step
    started: float
    due: float
    """When it will be over, in seconds since the epoch."""
    status: str = "Executing"
    ended: float | None = None
    failure: str | None = None
    job: TrainingJob | None = None
    rollouts: RolloutJob | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    def description(self) -> dict[str, Any]:
        """Return what ListPipelineExecutionSteps shows."""
        return {
            "StepName": self.step.name,
            "StartTime": moment(self.started),
            "EndTime": moment(self.ended) if self.ended is not None else None,
            "StepStatus": self.status,
            "FailureReason": self.failure[:1024] if self.failure else None,
            "Metadata": self.metadata or None,
            "AttemptCount": 1,
        }


class Execution:
    """One execution of one pipeline."""

    def __init__(
        self,
        arn: str,
        definition: Definition,
        evaluations: Evaluations,
        jobs: dict[str, TrainingJob],
        effects: frozenset[Effect],
        rollouts: dict[str, RolloutJob],
        *,
        started: float | None = None,
        step_seconds: float | None = None,
    ) -> None:
        self.arn = arn
        self.status = "Executing"
        self.runs: dict[str, StepRun] = {}
        self.started = CLOCK.now() if started is None else started
        self.ended: float | None = None
        self.failed_as = "Failed"
        """What it is called when a step has failed: Failed or CompletedWithFailures."""
        self._refused: str | None = None
        self._step_seconds = step_seconds
        """Its own pace; None for the clock's."""
        self._definition = definition
        self._evaluations = evaluations
        self._jobs = jobs
        """All training jobs of the account and region, by name; shared with moto."""
        self._effects = effects
        self._rollouts = rollouts
        """All jobs of the account and region that play rollouts, by name."""
        self._context: dict[str, Any] = {
            "Execution.PipelineExecutionId": arn.split("/")[-1],
            "Execution.PipelineExecutionArn": arn,
        }

    @property
    def failure(self) -> str | None:
        """Why it failed, as DescribePipelineExecution words it."""
        failed = self.status in ("Failed", "CompletedWithFailures")
        return (self._refused or STEP_FAILURE) if failed else None

    @property
    def pace(self) -> float:
        """Seconds that one of its training steps takes."""
        return CLOCK.step_seconds if self._step_seconds is None else self._step_seconds

    @property
    def finished(self) -> bool:
        """Tell whether nothing will happen any more."""
        return self.ended is not None

    @property
    def modified(self) -> float:
        """When something last happened, in seconds since the epoch."""
        times = [self.started, *(run.ended or run.started for run in self.runs.values())]
        return self.ended or max(times)

    def advance(self, now: float) -> None:
        """Do all that was due by ``now``."""
        while not self.finished:
            running = [run for run in self.runs.values() if run.ended is None]
            due = min(running, key=lambda run: run.due, default=None)
            if self._start_what_may(due.due if due else now, now):
                continue
            if due is None:
                self._settle()
                return
            if due.due > now:
                return
            self._finish(due)

    def refuse(self, at: float, reason: str) -> None:
        """Fail before the first step, as where the pipeline's own role can't be assumed."""
        self.status, self.ended, self._refused = "Failed", at, reason

    def stop(self, now: float) -> None:
        """Begin to stop.

        Raises:
            ValidationException: it is over already.
        """
        if self.finished:
            raise ValidationException(
                f"Pipeline execution with ARN {self.arn} has already {self.status.lower()}."
            )
        self.status = "Stopping"
        for run in self.runs.values():
            if run.ended is None:
                run.status = "Stopping"
                run.due = now + self.pace * STOPPING_SHARE

    def _start_what_may(self, before: float, now: float) -> bool:
        """Start the steps whose time has come; tell whether there were any."""
        if self.status != "Executing" or self._has_failed():
            return False
        started = False
        for step in self._definition.steps:
            if step.name in self.runs or not self._succeeded(step.waits_for):
                continue
            at = max([self.started, *(self.runs[name].ended or 0 for name in step.waits_for)])
            if at <= min(before, now):
                self._start(step, at)
                started = True
        return started

    def _succeeded(self, names: tuple[str, ...]) -> bool:
        return all(name in self.runs and self.runs[name].status == "Succeeded" for name in names)

    def _has_failed(self) -> bool:
        return any(run.status == "Failed" for run in self.runs.values())

    def _start(self, step: Step, at: float) -> None:
        if step.kind in ("Lineage", "Processing"):
            run = StepRun(step, at, at + self._lineage_seconds())
            if step.kind == "Lineage":
                run.metadata = self._lineage(resolve(step.arguments, self._context))
            self.runs[step.name] = run
            return
        run = StepRun(step, at, at + self._training_seconds())
        self.runs[step.name] = run
        if step.kind == "Job":
            self._start_rollouts(run, resolve(step.arguments, self._context), at)
            return
        try:
            request = resolve(step.arguments, self._context)
            job = self._job(step.name, request)
            self._evaluations.begin(job, at)
        except (JobFailed, ValidationException) as error:
            run.status, run.failure, run.ended = "Failed", str(error), at
            return
        run.job = TrainingJob(job, at, self._definition.mlflow)
        run.metadata = {"TrainingJob": {"Arn": job.arn}}
        self._jobs[job.name] = run.job
        self._context[f"Steps.{step.name}"] = run.job.response_object

    def _start_rollouts(self, run: StepRun, request: Mapping[str, Any], at: float) -> None:
        """Start a job of category AgentRFTEvaluation, which plays rollouts of an agent."""
        name = f"pipelines-{self.arn.split('/')[-1]}-{run.step.name[:20]}-{secrets.token_hex(5)}"
        region_prefix = ":".join(self.arn.split(":")[:5])
        arn = f"{region_prefix}:job/{request['JobCategory']}/{name}"
        job = RolloutJob(name, arn, request, at)
        run.rollouts = job
        run.metadata = {"Job": {"Arn": job.arn}}
        self._rollouts[name] = job
        problem = job.problem()
        if problem is not None:
            run.status, run.failure, run.ended = "Failed", problem, at
            job.end("Failed", at, problem)
            return
        self._context[f"Steps.{run.step.name}"] = {"JobConfigDocument": job.document}

    def _training_seconds(self) -> float:
        if "stuck" in self._effects:
            return math.inf
        return self.pace * (SLOW_FACTOR if "slow" in self._effects else 1)

    def _lineage_seconds(self) -> float:
        return min(self.pace * LINEAGE_SHARE, MOST_LINEAGE_SECONDS)

    def _job(self, step: str, request: Mapping[str, Any]) -> Job:
        # Pipelines name the jobs themselves, whatever name the step asks for.
        execution_id = self.arn.split("/")[-1]
        tail = secrets.token_hex(5)
        name = f"pipelines-{execution_id}-{step[:20]}-{tail}"
        arn = ":".join(self.arn.split(":")[:5]) + f":training-job/{name}"
        return Job(name, arn, request, self._effects)

    def _lineage(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        prefix = ":".join(self.arn.split(":")[:5])
        actions = [action["ActionName"] for action in arguments.get("Actions", ())]
        contexts = [context["ContextName"] for context in arguments.get("Contexts", ())]
        return {
            "Lineage": {
                "ActionArns": {name: f"{prefix}:action/{name}" for name in actions},
                "ContextArns": {name: f"{prefix}:context/{name}" for name in contexts},
            }
        }

    def _finish(self, run: StepRun) -> None:
        self._end(run)
        run.ended = run.due

    def _end(self, run: StepRun) -> None:
        if run.status == "Stopping":
            run.status = "Stopped"
            if run.rollouts is not None:
                run.rollouts.end("Stopped", run.due)
            if run.job is not None:
                run.job.end("Stopped", run.due)
                self._evaluations.stop(run.job.job, run.due)
            return
        try:
            if run.job is not None:
                self._evaluations.finish(run.job.job, run.due)
                run.job.end("Completed", run.due)
            if run.rollouts is not None:
                self._evaluations.finish_rollouts(run.rollouts, run.due)
            run.status = "Succeeded"
        except JobFailed as error:
            run.status, run.failure = "Failed", str(error)
            if run.job is not None:
                run.job.end("Failed", run.due, error.of_job)
            if run.rollouts is not None:
                run.rollouts.end("Failed", run.due, error.of_job)

    def _settle(self) -> None:
        """Nothing runs and nothing may start: the execution is over."""
        if self.status == "Stopping":
            self.status = "Stopped"
        else:
            self.status = self.failed_as if self._has_failed() else "Succeeded"
        self.ended = max([self.started, *(run.ended or 0 for run in self.runs.values())])

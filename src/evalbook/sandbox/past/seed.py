"""Puts the past runs into the sandbox: executions, jobs, Bedrock jobs, logs; results when needed.

Each run is an `Execution` like any other, brought to the present by the same machinery. Only what
its jobs would write is left until somebody looks for it: hundreds of thousands of scores would
delay the start, and most people never look at most of them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from evalbook.sandbox import world
from evalbook.sandbox.clock import CLOCK, moment
from evalbook.sandbox.evaluation import Evaluations, Job, JobFailed
from evalbook.sandbox.inspect_job import CONFIG
from evalbook.sandbox.past.definitions import ROLE, definition_of
from evalbook.sandbox.past.failures import Failure
from evalbook.sandbox.past.table import PAST_RUNS, PastRun
from evalbook.sandbox.sagemaker.definition import parse_definition
from evalbook.sandbox.sagemaker.executions import Execution
from evalbook.sandbox.sagemaker.models import sagemaker_in
from evalbook.sandbox.sagemaker.rollouts import RolloutJob
from evalbook.sandbox.storage import split_uri, write_object
from evalbook.sandbox.wire import AwsRequest
from evalbook.sandbox.world import ACCOUNT, HOME_REGION, RESULTS_BUCKET

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
SDK_TAG = {"Key": "SagemakerModelEvaluation", "Value": "true"}
CUSTOM_METRICS = [
    {
        "customMetricDefinition": {
            "name": "Politeness",
            "instructions": "How polite is {{prediction}} as an answer to {{prompt}}?",
            "ratingScale": [
                {"definition": "rude", "value": {"floatValue": 1.0}},
                {"definition": "neutral", "value": {"floatValue": 2.0}},
                {"definition": "polite", "value": {"floatValue": 3.0}},
            ],
        }
    },
    {
        "customMetricDefinition": {
            "name": "Escalates",
            "instructions": "Does {{prediction}} hand the customer on to a person?",
            "ratingScale": [
                {"definition": "it does", "value": {"stringValue": "yes"}},
                {"definition": "it does not", "value": {"stringValue": "no"}},
            ],
        }
    },
]

Work = Callable[[], None]


class Unwritten:
    """What past jobs have still to write, by the folder in the bucket of results."""

    def __init__(self) -> None:
        self._work: dict[str, list[Work]] = {}
        self._lock = threading.RLock()

    def add(self, output: str, work: Work) -> None:
        """Leave work until somebody looks under an output prefix."""
        with self._lock:
            self._work.setdefault(split_uri(output)[1] + "/", []).append(work)

    def write(self, bucket: str, looked_for: str) -> None:
        """Do the work of all folders that a key or a prefix concerns."""
        if bucket != RESULTS_BUCKET or not self._work:
            return
        with self._lock:
            concerned = [
                folder
                for folder in self._work
                if folder.startswith(looked_for) or looked_for.startswith(folder)
            ]
            for folder in concerned:
                for work in self._work.pop(folder):
                    work()

    def clear(self) -> None:
        """Forget all of it."""
        with self._lock:
            self._work.clear()


UNWRITTEN = Unwritten()


class PastEvaluations(Evaluations):
    """Evaluations whose jobs end as a past run did, and write later."""

    def __init__(self, run: PastRun, registry: Any) -> None:
        super().__init__(registry)
        self._run = run

    def begin(self, job: Job, at: float) -> None:
        """Start a job, unless this is where the run failed."""
        failure = self._failure(job)
        if failure is not None and failure.place == "step":
            raise JobFailed(failure.text)
        super().begin(job, at)

    def finish(self, job: Job, at: float) -> None:
        """End a job as it did; what it wrote is written on demand."""
        failure = self._failure(job)
        if failure is not None:
            raise self._ended_by(failure, job, at)
        if job.bedrock_job is not None:
            job.bedrock_job.status, job.bedrock_job.modified = "Completed", at
        UNWRITTEN.add(job.output, partial(self._write, job, at))

    def _write(self, job: Job, at: float) -> None:
        if self._run.type == "InspectAIEvaluation":
            config = {
                "benchmarks": {"s3_path": world.TASKS},
                "inference_provider": {"bedrock": {"model_id": world.DEPLOYMENT}},
                "output": {"s3_path": f"{job.output}/{job.name}/output/"},
            }
            uri = f"{self._run.output}/config/{CONFIG}"
            write_object(uri, json.dumps(config).encode(), ACCOUNT)
        super().finish(job, at)

    def finish_rollouts(self, job: RolloutJob, at: float) -> None:
        """End a job of multi-turn RL as it did."""
        failure = self._failure(job)
        if failure is not None:
            raise JobFailed("ClientError: The job failed; see its failure reason.", failure.text)
        super().finish_rollouts(job, at)

    def _failure(self, job: Job | RolloutJob) -> Failure | None:
        failure = self._run.failure
        # Pipelines put the step's name into the job's, cut to twenty characters.
        return failure if failure and f"-{failure.step[:20]}-" in job.name else None

    def _ended_by(self, failure: Failure, job: Job, at: float) -> JobFailed:
        if job.bedrock_job is not None:
            job.bedrock_job.status, job.bedrock_job.modified = "Failed", at
        if failure.place == "bedrock" and job.bedrock_job is not None:
            job.bedrock_job.failures = [failure.text]
            name = job.bedrock_job.name
            return JobFailed(f"AlgorithmError: Evaluation job {name} failed, exit code: 1")
        if failure.place == "log":
            _LOGS[job.name] = _log_lines(failure.text, at)
            return JobFailed("AlgorithmError: , exit code: 1")
        return JobFailed("ClientError: The job failed; see its failure reason.", failure.text)


_LOGS: dict[str, list[tuple[float, str]]] = {}
"""Lines of the jobs that failed, by the job's name, with their times."""


def concerns_runs(request: AwsRequest) -> bool:
    """Tell whether an answer may depend on which runs there are."""
    if request.service in ("sagemaker", "bedrock"):
        return any(word in request.operation for word in ("Pipeline", "Job"))
    # A job's log is known once the job is.
    return request.service == "logs" or request.params.get("Bucket") == RESULTS_BUCKET


def seed_past_runs() -> None:
    """Add the past runs to an empty sandbox."""
    _LOGS.clear()
    now = CLOCK.now()
    for run in PAST_RUNS:
        _add(run, now)
        if run.custom_metrics:
            write_object(run.custom_metrics, json.dumps(CUSTOM_METRICS).encode(), ACCOUNT)


def seed_logs() -> None:
    """Fill CloudWatch with what the jobs that failed wrote."""
    from moto.logs.models import logs_backends

    logs = logs_backends[ACCOUNT][HOME_REGION]
    logs.create_log_group(LOG_GROUP, {})
    for job, lines in _LOGS.items():
        stream = f"{job}/algo-1-{int(lines[0][0])}"
        logs.create_log_stream(LOG_GROUP, stream)
        events = [{"timestamp": int(at * 1000), "message": text} for at, text in lines]
        logs.put_log_events(LOG_GROUP, stream, events)


def _add(run: PastRun, now: float) -> None:
    sagemaker = sagemaker_in(ACCOUNT, HOME_REGION)
    text = json.dumps(definition_of(run))
    started = now - run.ago * 60
    execution = Execution(
        run.arn,
        parse_definition(text),
        PastEvaluations(run, sagemaker.registry),
        sagemaker.moto.training_jobs,  # type: ignore[arg-type]
        run.effects,
        sagemaker.rollouts,
        started=started,
        step_seconds=run.pace * 60,
    )
    execution.failed_as = run.ends_as
    _register(run, text, started)
    if run.failure is not None and run.failure.place == "execution":
        execution.refuse(started + 40, run.failure.text)
    if run.stopped_after is not None:
        at = started + run.stopped_after * 60
        execution.advance(at)
        execution.stop(at)
    execution.advance(now)
    sagemaker.executions[run.arn] = execution


def _register(run: PastRun, definition: str, started: float) -> None:
    """Have moto know the pipeline and its execution, under the ARN of the table."""
    moto: Any = sagemaker_backends[ACCOUNT][HOME_REGION]
    if run.pipeline not in moto.pipelines:
        pipeline = moto.create_pipeline(
            run.pipeline, None, definition, None, None, ROLE, [SDK_TAG], None
        )
        # moto keeps times in UTC without saying so.
        made_at = moment(started).replace(tzinfo=None)
        pipeline.creation_time = pipeline.last_modified_time = made_at
    pipeline = moto.pipelines[run.pipeline]
    pipeline.pipeline_definition = definition
    made = moto.start_pipeline_execution(run.pipeline, run.name, [], None, None, None)
    execution = pipeline.pipeline_executions.pop(made["PipelineExecutionArn"])
    execution.arn = execution.pipeline_execution_arn = run.arn
    pipeline.pipeline_executions[run.arn] = execution


def _log_lines(text: str, at: float) -> list[tuple[float, str]]:
    told: Iterable[str] = (
        "Starting the evaluation container",
        "Reading the settings of the job",
        "Loading weights: 100%|##########| 4/4 [00:41<00:00]",
        "Evaluating: 0%|          | 0/60",
        "Traceback (most recent call last):",
        '  File "/opt/evaluation/main.py", line 212, in main',
        "    outcome = run(settings)",
        text,
    )
    return [(at - 20 + number, line) for number, line in enumerate(told)]

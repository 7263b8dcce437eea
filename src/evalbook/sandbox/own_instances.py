"""Evaluations on instances of your own: training jobs that a recipe tells what to do.

The SDK (sagemaker 3.27.0, ``_evaluate_serverful_smtj`` of the benchmark and of the custom scorer)
renders a recipe template of the base model's hub content, uploads it as the channel ``recipe`` and
calls CreateTrainingJob itself. Weights come by the channel ``model``, or for Nova models as the
hyperparameter ``base_model_location``; a dataset by the channel ``train``.

What such a job writes, SageMaker packs into one archive, ``JOB/output/output.tar.gz``, unless it is
told not to by ``CompressionType``, which the SDK leaves at GZIP.

Kinder than AWS: any image runs on any instance, quotas are not held, and a job takes as long as
one step of a pipeline. That the archive holds ``NAME/eval_results/``, as the output of serverless
jobs does, is assumed.
"""

from __future__ import annotations

import io
import itertools
import math
import tarfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evalbook.sandbox.clock import CLOCK, moment
from evalbook.sandbox.evaluation import Evaluations, Job, JobFailed, measured_files, subtasks_of
from evalbook.sandbox.records import DatasetUnreadable, read_records
from evalbook.sandbox.sagemaker.executions import SLOW_FACTOR, STOPPING_SHARE
from evalbook.sandbox.sagemaker.training_jobs import TrainingJob
from evalbook.sandbox.scenarios import effects_in
from evalbook.sandbox.storage import StorageProblem, read_object, write_object
from evalbook.sandbox.totals import Measured, benchmark_results, scorer_results

PHASES = {"Starting": 0.0, "Downloading": 0.2, "Training": 0.4, "Uploading": 0.9}
"""Secondary states, and when they begin as a share of the job's time."""

_PUBLIC_WEIGHTS = "s3://jumpstart-cache-prod-"


class OwnInstancesJob(TrainingJob):
    """A training job that somebody created, going through its states as time passes."""

    def __init__(self, job: Job, started: float) -> None:
        super().__init__(job, started)
        self.started = started
        pace = math.inf if "stuck" in job.effects else CLOCK.step_seconds
        self.seconds = pace * (SLOW_FACTOR if "slow" in job.effects else 1)
        self._stopped: float | None = None

    @property
    def due(self) -> float:
        """When it will be over, in seconds since the epoch."""
        if self._stopped is not None:
            return self._stopped + CLOCK.step_seconds * STOPPING_SHARE
        return self.started + self.seconds

    @property
    def over(self) -> bool:
        """Whether nothing will happen any more."""
        return self.training_end_time is not None

    def stop(self, now: float) -> None:
        """Begin to stop."""
        self._stopped = now
        self.training_job_status = "Stopping"

    def advance(self, now: float, account: str) -> None:
        """Do all that was due by ``now``."""
        if self.over or self.due > now:
            return
        if self._stopped is not None:
            self.end("Stopped", self.due)
            return
        try:
            _evaluate(self.job, account)
        except (StorageProblem, DatasetUnreadable) as error:
            self.end("Failed", self.due, f"ClientError: {error}")
        except JobFailed as error:
            self.end("Failed", self.due, error.of_job)
        else:
            self.end("Completed", self.due)

    @property
    def response_object(self) -> dict[str, Any]:
        """What DescribeTrainingJob shows."""
        transitions = self._transitions()
        seconds = (self.training_end_time or moment(CLOCK.now())) - self.creation_time
        return {
            **super().response_object,
            "SecondaryStatus": transitions[-1]["Status"],
            "SecondaryStatusTransitions": transitions,
            "BillableTimeInSeconds": max(1, round(seconds.total_seconds())),
        }

    def _transitions(self) -> list[dict[str, Any]]:
        end = self.training_end_time or moment(CLOCK.now())
        length = self.seconds if math.isfinite(self.seconds) else CLOCK.step_seconds * SLOW_FACTOR
        begun = {name: moment(self.started + share * length) for name, share in PHASES.items()}
        if not math.isfinite(self.seconds):
            del begun["Uploading"]
        shown: list[dict[str, Any]] = [
            {"Status": name, "StartTime": at, "StatusMessage": f"{name} the evaluation"}
            for name, at in begun.items()
            if at <= end
        ]
        for before, after in itertools.pairwise(shown):
            before["EndTime"] = after["StartTime"]
        if self.training_job_status != "InProgress":
            shown.append(_last(self.training_job_status, self.failure, end))
            shown[-2]["EndTime"] = shown[-1]["StartTime"]
        return shown


def _last(status: str, failure: str | None, end: datetime) -> dict[str, Any]:
    message = failure or f"Training job {status.lower()}"
    return {"Status": status, "StartTime": end, "EndTime": end, "StatusMessage": message}


def own_instances_job(
    request: Mapping[str, Any], evaluations: Evaluations, arn: str
) -> OwnInstancesJob:
    """Create a training job.

    Raises:
        JobFailed: SageMaker would not create it.
    """
    name = str(request["TrainingJobName"])
    job = Job(name, arn, request, effects_in([name, str(request.get("InputDataConfig"))]))
    if "start-refused" in job.effects:
        kind = (request.get("ResourceConfig") or {}).get("InstanceType")
        raise JobFailed(f"The account-level service limit '{kind} for training job usage' is 0.")
    evaluations.begin(job, CLOCK.now())
    return OwnInstancesJob(job, CLOCK.now())


def _evaluate(job: Job, account: str) -> None:
    """Do what the recipe says, as its container would, and keep what it wrote as SageMaker does."""
    import yaml  # type: ignore[import-untyped]

    channels = _channels(job)
    if "recipe" not in channels:
        raise JobFailed("AlgorithmError: There is no recipe in /opt/ml/input/data/recipe.")
    recipe = yaml.safe_load(read_object(channels["recipe"], account))
    if "inference-fails" in job.effects:
        raise JobFailed("AlgorithmError: CUDA out of memory, exit code: 1")
    files = measured_files(_measured(job, channels, recipe, account))
    named = {f"{recipe['run']['name']}/{name}": content for name, content in files.items()}
    if job.request["OutputDataConfig"].get("CompressionType") == "NONE":
        for name, content in named.items():
            write_object(f"{job.folder}/{name}", content, account)
        return
    write_object(f"{job.output}/{job.name}/output/output.tar.gz", _archive(named), account)


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _channels(job: Job) -> dict[str, str]:
    """Return the S3 URIs of a job's input channels by their names."""
    return {
        channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"]
        for channel in job.request.get("InputDataConfig") or ()
    }


def _measured(
    job: Job, channels: Mapping[str, str], recipe: Mapping[str, Any], account: str
) -> Measured:
    tuned = not _weights(job, channels).startswith(_PUBLIC_WEIGHTS)
    evaluation = {name: str(value) for name, value in recipe["evaluation"].items()}
    if evaluation["task"] != "gen_qa":
        return benchmark_results(evaluation, subtasks_of(evaluation), tuned=tuned, seed=job.output)
    records = read_records(read_object(channels["train"], account))
    preset = (recipe.get("processor") or {}).get("preset_reward_function")
    return scorer_results(records, preset or "custom_score", tuned=tuned, seed=job.output)


def _weights(job: Job, channels: Mapping[str, str]) -> str:
    """Return where the model's weights are; those of a base Nova model are AWS's own."""
    found = channels.get("model") or job.settings.get("base_model_location")
    return found or _PUBLIC_WEIGHTS


def training_job_arn(region: str, account: str, name: str) -> str:
    """Return the ARN of a training job."""
    return f"arn:aws:sagemaker:{region}:{account}:training-job/{name}"

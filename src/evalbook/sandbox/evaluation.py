"""What happens inside the jobs of an evaluation, each as AWS would fail.

A job is made by a pipeline's step and finished when its time is over. Inference writes the
responses, judging asks Bedrock, which writes the scores; a benchmark or a scorer writes totals.
Every file lies where the SDK looks.

Kinder than AWS: whether the role may read and write the buckets and keys is not looked at, nor
are networks. No scorer's function is invoked, and no benchmark's question is asked.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evalbook.datasets.formats import Record
from evalbook.metrics.benchmarks import find_benchmark
from evalbook.sandbox import scores
from evalbook.sandbox.bedrock.models import EvaluationJob, bedrock_in
from evalbook.sandbox.clock import CLOCK, moment
from evalbook.sandbox.iam.models import find_role, role_permissions
from evalbook.sandbox.iam.policies import trusts
from evalbook.sandbox.inspect_job import (
    CONFIG,
    InspectFailed,
    delete_endpoint,
    make_endpoint,
    run_tasks,
)
from evalbook.sandbox.records import DatasetUnreadable, read_inspect_inputs, read_records
from evalbook.sandbox.sagemaker.registry import Registry
from evalbook.sandbox.sagemaker.rollouts import RolloutJob
from evalbook.sandbox.scenarios import Effect
from evalbook.sandbox.storage import StorageProblem, bucket_region, read_object, write_object
from evalbook.sandbox.totals import Measured, benchmark_results, parquet, scorer_results

MOST_ROWS = 1000
"""Bedrock's limit for one LLM-as-judge job."""


class JobFailed(Exception):
    """A job came to nothing; the text is the failure reason that AWS would give.

    ``of_job`` is the job's own reason, where it differs from the step's.
    """

    def __init__(self, reason: str, of_job: str | None = None) -> None:
        super().__init__(reason)
        self.of_job = of_job or reason


@dataclass
class Job:
    """A training job that a pipeline's step asked for."""

    name: str
    arn: str
    request: Mapping[str, Any]
    """CreateTrainingJob's arguments, resolved."""
    effects: frozenset[Effect] = frozenset()
    bedrock_job: EvaluationJob | None = field(default=None, repr=False)
    endpoint: str | None = None
    """What it made to host a model on."""

    @property
    def settings(self) -> Mapping[str, str]:
        """The job's hyperparameters."""
        settings: Mapping[str, str] = self.request.get("HyperParameters") or {}
        return settings

    @property
    def output(self) -> str:
        """The S3 prefix that the job writes under, without a slash at its end."""
        return str(self.request["OutputDataConfig"]["S3OutputPath"]).rstrip("/")

    @property
    def folder(self) -> str:
        """Where the job's own files go."""
        return f"{self.output}/{self.name}/output/output"

    @property
    def judges(self) -> bool:
        """Tell whether this is a judging job."""
        return self.evaluation == "LLMAJEvaluation"

    @property
    def runs_inspect_tasks(self) -> bool:
        """Tell whether it runs the tasks that somebody wrote for Inspect AI."""
        return "-InspectAIEvaluation-" in self.name

    @property
    def evaluation(self) -> str | None:
        """The type of evaluation that a serverless job is part of."""
        found: str | None = (self.request.get("ServerlessJobConfig") or {}).get("EvaluationType")
        return found


class Evaluations:
    """The inside of evaluation jobs in one account and region."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._account = registry.account
        self._region = registry.region

    def begin(self, job: Job, at: float) -> None:
        """Start a job.

        Raises:
            JobFailed: SageMaker could not even create it.
        """
        role_arn = job.request["RoleArn"]
        role = find_role(role_arn)
        if role is None or not trusts(role, "sagemaker.amazonaws.com"):
            raise JobFailed(
                "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: "
                f"Could not assume role {role_arn}. Please ensure that the role exists and allows "
                "principal 'sagemaker.amazonaws.com' to assume the role."
            )
        region = bucket_region(job.output, self._account)
        if region != self._region:
            found = f"is in {region}" if region else "does not exist"
            raise JobFailed(
                "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: The "
                f"bucket of output path {job.output} {found}; the job runs in {self._region}."
            )
        if job.judges:
            job.bedrock_job = self._bedrock_job(job, at)
        elif job.runs_inspect_tasks:
            self._host(job)

    def _host(self, job: Job) -> None:
        """Make the endpoint that the job hosts the model on; a job that is stopped leaves it."""
        try:
            provider = self._inspect_config(job, CONFIG)["inference_provider"]
        except StorageProblem:
            return  # which it fails of when it begins to work
        settings = provider.get("sagemaker_endpoint")
        if settings and settings["endpoint_name"] is None:
            job.endpoint = f"{settings.get('endpoint_prefix', 'inspectai')}-{job.name[-10:]}"
            make_endpoint(job.endpoint, settings, self._account, self._region)

    def finish(self, job: Job, at: float) -> None:
        """Do a job's work.

        Raises:
            JobFailed: it failed; a judging job's Bedrock job says why.
        """
        try:
            if job.bedrock_job is not None:
                self._judge(job, job.bedrock_job, at)
            elif job.runs_inspect_tasks:
                self._run_inspect_tasks(job)
            elif "AlgorithmSpecification" in job.request:
                self._infer_with_inspect(job)
            elif job.settings.get("task") == "inference_only":
                self._infer(job)
            else:
                self._measure(job)
        except (StorageProblem, DatasetUnreadable) as error:
            raise self._failed(job, f"{error}", at) from error

    def finish_rollouts(self, job: RolloutJob, at: float) -> None:
        """Do the work of a job that plays rollouts, of which nothing is left in S3.

        Raises:
            JobFailed: it failed.
        """
        job.end("Completed", at)

    def stop(self, job: Job, at: float) -> None:
        """Stop a job, and the Bedrock job behind it."""
        if job.bedrock_job is not None:
            job.bedrock_job.status, job.bedrock_job.modified = "Stopped", at

    def _measure(self, job: Job) -> None:
        """Run a benchmark or a scorer: totals where the SDK looks, and details beside them."""
        self._load_model(job)
        tuned = "ModelPackageConfig" in job.request
        if job.evaluation == "CustomScorerEvaluation":
            measured = self._scored(job, tuned=tuned)
        else:
            measured = benchmark_results(
                job.settings, subtasks_of(job.settings), tuned=tuned, seed=job.output
            )
        for name, content in measured_files(measured).items():
            write_object(f"{job.folder}/None/{name}", content, self._account)

    def _scored(self, job: Job, *, tuned: bool) -> Measured:
        records = read_records(read_object(self._dataset_uri(job), self._account))
        unanswered = sum(record.reference is None for record in records)
        if unanswered:
            raise JobFailed(f"AlgorithmError: {unanswered} records have no ground truth.")
        preset = job.settings.get("preset_reward_function")
        if preset is None:
            self._invoke_scorer(job)
        score = preset or "custom_score"
        return scorer_results(records, score, tuned=tuned, seed=job.output)

    def _invoke_scorer(self, job: Job) -> None:
        arn = str((job.request.get("ServerlessJobConfig") or {}).get("EvaluatorArn"))
        content = self._registry.content_by_arn(arn)
        if content is None:
            raise JobFailed(f"ClientError: The evaluator {arn} does not exist.")
        reference = json.loads(json.loads(content.document)["JsonContent"])["Reference"]
        role = find_role(job.request["RoleArn"])
        answer = role and role_permissions(role).decide("lambda:InvokeFunction", reference)
        if not answer or answer.decision != "allowed":
            raise JobFailed(
                f"AlgorithmError: AccessDeniedException: {job.request['RoleArn']} is not "
                f"authorized to perform: lambda:InvokeFunction on resource: {reference}."
            )

    def _infer(self, job: Job) -> None:
        self._load_model(job)
        records = read_records(read_object(self._dataset_uri(job), self._account))
        tuned = "ModelPackageConfig" in job.request
        if len({record.category for record in records}) == 1:
            # One category of all records is none: every result would be told twice.
            records = [record._replace(category=None) for record in records]
        lines = [_inference_line(record, tuned=tuned) for record in records]
        uri = f"{job.folder}/{job.settings['name']}/eval_results/inference_output.jsonl"
        write_object(uri, _json_lines(lines), self._account)

    def _load_model(self, job: Job) -> None:
        serverless = job.request.get("ServerlessJobConfig") or {}
        base = self._registry.content_by_arn(str(serverless.get("BaseModelArn")))
        if "inference-fails" in job.effects or base is None or not _has_recipe(base.document):
            name = base.name if base else serverless.get("BaseModelArn")
            raise JobFailed(
                "ClientError: DownstreamServiceUnavailable: no evaluation recipe is available for "
                f"base model {name}."
            )

    def _infer_with_inspect(self, job: Job) -> None:
        if "inference-fails" in job.effects:
            raise JobFailed("AlgorithmError: DownstreamServiceUnavailable, exit code: 1")
        config = self._inspect_config(job, "config.yaml")
        arguments = config["benchmarks"]["tasks"][0]["task_args"]
        dataset = f"{config['benchmarks']['s3_path']}/{arguments['dataset']}"
        records = read_inspect_inputs(read_object(dataset, self._account))
        tuned = "sagemaker_endpoint" in config["inference_provider"]
        lines = [_inference_line(record, tuned=tuned) for record in records]
        write_object(arguments["output_s3_uri"], _json_lines(lines), self._account)

    def _run_inspect_tasks(self, job: Job) -> None:
        if "inference-fails" in job.effects:
            raise JobFailed("AlgorithmError: DownstreamServiceUnavailable, exit code: 1")
        try:
            config = self._inspect_config(job, CONFIG)
            run_tasks(config, job.name, self._account, self._region)
        except InspectFailed as error:
            raise JobFailed(f"AlgorithmError: {error}, exit code: 1") from error
        if job.endpoint and config["inference_provider"]["sagemaker_endpoint"]["cleanup_endpoint"]:
            delete_endpoint(job.endpoint, self._account, self._region)

    def _inspect_config(self, job: Job, name: str) -> dict[str, Any]:
        import yaml  # type: ignore[import-untyped]

        prefix = job.request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"]
        config: dict[str, Any] = yaml.safe_load(read_object(f"{prefix}/{name}", self._account))
        return config

    def _dataset_uri(self, job: Job) -> str:
        source = job.request["InputDataConfig"][0]["DataSource"]
        if "S3DataSource" in source:
            return str(source["S3DataSource"]["S3Uri"])
        content = self._registry.content_by_arn(source["DatasetSource"]["DatasetArn"])
        if content is None:
            raise JobFailed("ClientError: The dataset does not exist.")
        document = json.loads(content.document)
        return f"s3://{document['DatasetS3Bucket']}/{document['DatasetS3Prefix']}"

    def _bedrock_job(self, job: Job, at: float) -> EvaluationJob:
        arn = (
            f"arn:aws:bedrock:{self._region}:{self._account}:evaluation-job/{uuid.uuid4().hex[:12]}"
        )
        bedrock_job = EvaluationJob(
            arn=arn,
            name=job.settings["name"],
            role=job.request["RoleArn"],
            judge=job.settings["judge_model_id"],
            metrics=tuple(f"Builtin.{name}" for name in json.loads(job.settings["llmaj_metrics"])),
            dataset_uri=job.settings["inference_data_s3_path"],
            output_uri=job.output,
            source="model",
            created=at,
        )
        bedrock_in(self._account, self._region).jobs[arn] = bedrock_job
        return bedrock_job

    def _judge(self, job: Job, bedrock_job: EvaluationJob, at: float) -> None:
        lines = read_object(bedrock_job.dataset_uri, self._account).splitlines()
        reason = self._why_bedrock_fails(job, bedrock_job, len(lines))
        if reason is not None:
            raise self._failed(job, reason, at)
        metrics = self._metrics(job, at)
        rows = [self._judged(json.loads(line), job, metrics) for line in lines]
        detail = f"{bedrock_job.name}/{bedrock_job.arn.split('/')[-1]}/models/model/taskTypes"
        write_object(
            f"{job.output}/{detail}/General/datasets/CustomDataset/{uuid.uuid4()}_output.jsonl",
            _json_lines(rows),
            self._account,
        )
        write_object(
            f"{job.folder}/{bedrock_job.name}/bedrock_llm_judge_results.json",
            json.dumps(scores.aggregate(bedrock_job.name, rows, metrics)).encode(),
            self._account,
        )
        bedrock_job.status, bedrock_job.modified = "Completed", at

    def _failed(self, job: Job, reason: str, at: float) -> JobFailed:
        """Note a failure in the Bedrock job, if there is one, and return it as the job's."""
        bedrock_job = job.bedrock_job
        if bedrock_job is None:
            return JobFailed(f"ClientError: {reason}")
        bedrock_job.status, bedrock_job.modified = "Failed", at
        bedrock_job.failures = [reason]
        # In several lines, as SageMaker tells what a container wrote.
        told = f"ExitCode 1\nBedrock evaluation job {bedrock_job.name} failed: {reason}"
        return JobFailed(f"AlgorithmError: ExecuteUserScriptError:\n{told}")

    def _why_bedrock_fails(self, job: Job, bedrock_job: EvaluationJob, rows: int) -> str | None:
        role = find_role(bedrock_job.role)
        if (
            role is None
            or not trusts(role, "bedrock.amazonaws.com")
            or "role-refused" in job.effects
        ):
            return (
                f"Access denied when attempting to assume role {bedrock_job.role}. Check that its "
                "trust policy allows bedrock.amazonaws.com to assume it."
            )
        if rows > MOST_ROWS:
            return f"The dataset has {rows} prompts; a job may have at most {MOST_ROWS}."
        return self._why_judge_fails(job, bedrock_job.judge, role)

    def _why_judge_fails(self, job: Job, judge: str, role: Any) -> str | None:
        bedrock = bedrock_in(self._account, self._region)
        model = bedrock.models.get(bedrock.profiles.get(judge, judge))
        if model is None or model.retired() or "judge-fails" in job.effects:
            return (
                "ResourceNotFoundException: This model version has reached the end of its life: "
                f"{judge}."
            )
        if model.legacy_unused:
            return (
                "ResourceNotFoundException: Access denied. This Model is marked by provider as "
                "Legacy and you have not been actively using the model in the last 30 days."
            )
        if model.profile_only and model.id not in bedrock.profiles.values():
            return (
                f"ValidationException: Invocation of model ID {judge} with on-demand throughput "
                "isn't supported."
            )
        resource = f"arn:aws:bedrock:{self._region}::foundation-model/{model.id}"
        for action in ("bedrock:CreateEvaluationJob", "bedrock:InvokeModel"):
            target = resource if action.endswith("InvokeModel") else None
            if role_permissions(role).decide(action, target).decision != "allowed":
                return (
                    f"AccessDeniedException: {role.arn} is not authorized to perform: {action} on "
                    f"resource: {resource}."
                )
        return None

    def _metrics(self, job: Job, at: float) -> list[scores.Metric]:
        names = json.loads(job.settings["llmaj_metrics"])
        metrics = [scores.builtin_metric(name) for name in names]
        uri = job.settings.get("custom_metrics")
        if not uri:
            return metrics
        try:
            entries = json.loads(read_object(uri, self._account))
            return metrics + [
                scores.custom_metric(entry["customMetricDefinition"]) for entry in entries
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise self._failed(job, f"{uri} is no list of custom metrics: {error!r}", at) from error

    def _judged(
        self, line: dict[str, Any], job: Job, metrics: Sequence[scores.Metric]
    ) -> dict[str, Any]:
        judge = job.settings["judge_model_id"]
        tuned = "ModelPackageConfig" in job.request
        entries = [
            scores.no_score(metric, judge)
            if "no-scores" in job.effects
            else scores.judge_record(metric, line["prompt"], judge, tuned=tuned, seed=job.output)
            for metric in metrics
        ]
        record = {key: value for key, value in line.items() if key != "modelResponses"}
        return {
            "automatedEvaluationResult": {"scores": entries},
            "inputRecord": record,
            "modelResponses": line["modelResponses"],
        }


def measured_files(measured: Measured) -> dict[str, bytes]:
    """Return the files of a benchmark or a scorer by their paths: details, and totals last."""
    stamp = moment(CLOCK.now()).strftime("%Y-%m-%dT%H-%M-%S.%f")
    details = {
        f"eval_results/details/model/{stamp}/details_{task}_{stamp}.parquet": parquet(rows)
        for task, rows in measured.details.items()
    }
    totals = json.dumps(measured.totals).encode()
    return {**details, f"eval_results/results_{stamp}.json": totals}


def subtasks_of(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return the subtasks that a benchmark's job is to run: those it names, or all there are."""
    try:
        known = find_benchmark(settings["task"]).subtasks
    except KeyError as error:
        raise JobFailed(f"AlgorithmError: There is no task {error}.") from error
    named = tuple(filter(None, settings.get("subtask", "").split(",")))
    unknown = [name for name in named if name not in known]
    if unknown:
        raise JobFailed(f"AlgorithmError: {settings['task']} has no subtask {', '.join(unknown)}.")
    return named or known


def _has_recipe(document: str) -> bool:
    recipes = json.loads(document).get("RecipeCollection") or []
    return any(recipe.get("Type") == "Evaluation" for recipe in recipes)


def _inference_line(record: Record, *, tuned: bool) -> dict[str, Any]:
    """Return a line as the inference container writes it: texts as Python prints lists."""
    reference = record.reference or ""
    if tuned:
        response = reference or f"In short: {record.prompt.strip()[:120]} - yes, as agreed."
    else:
        response = f"Here is some general information that may help. {reference[:60]}"
    line: dict[str, Any] = {
        "prompt": str([{"role": "user", "content": record.prompt}]),
        "modelResponses": [{"response": str([response.strip()]), "modelIdentifier": "model"}],
    }
    if record.category is not None:
        line["category"] = record.category
    return line if record.reference is None else {**line, "referenceResponse": reference}


def _json_lines(values: Sequence[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()

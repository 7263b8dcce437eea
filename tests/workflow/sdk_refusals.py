"""Every wrong input that the SDK or its services refuse, and the turn that refuses it before.

One row a refusal: the place in the SDK that refuses (read in sagemaker 3.27.0), the wrong input in
words, the answer by which a person gives it, and the code of the turn's rejection. The rows are
held to three tests: the interview refuses each answer (`test_sdk_refusals.py`), the unpatched SDK
refuses each input (`tests/e2e/test_sdk_refusals.py`), and every place of the SDK's source that
raises has a row or a reason for having none (`test_sdk_refusal_sites.py`).

To add one: a row in the tuple of who refuses it (code, types, service). Where nothing that can be
typed leads to a place, its reason goes to `UNTYPED`; a function that is never called goes to
`NOT_CALLED`. A constructor's argument that the notebook begins to hand over leaves
`NOT_HANDED_OVER`, and its rows come here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from evalbook.aws.registry import name_registry_hub
from evalbook.sandbox import world

_ACCOUNT = world.ACCOUNT
_HERE = f"us-east-1:{_ACCOUNT}"
_PACKAGE = f"arn:aws:sagemaker:{_HERE}:model-package"
_ROLE = f"arn:aws:iam::{_ACCOUNT}:role"
_HUB = f"arn:aws:sagemaker:{_HERE}:hub-content/{world.DATASET_HUB}"
_REGISTRY = f"arn:aws:sagemaker:{_HERE}:hub-content/{name_registry_hub(_ACCOUNT, 'us-east-1')}"
_NOVA = world.package_arn("nova-support", 1)
_CAUGHT = "_get_effective_hyperparameters catches the SDK's error, and the run fails later"

When = Literal["construction", "dry run", "start", "nowhere"]


@dataclass(frozen=True)
class Refusal:
    """A wrong input: who refuses it after the launch, and which turn does before."""

    place: str
    """Module and function of the SDK; argument and type; or service, operation and member."""
    says: str
    """Words of the SDK's message that tell the place from others; empty for types and services."""
    wrong: str
    """What is wrong, in words."""
    kind: str
    step: str
    said: str
    code: str
    """Of the rejection; of a question that follows instead, ``asks`` and its step."""
    handed: Any = ...
    """What the SDK or the service is handed: the answer itself unless given."""
    when: When = "construction"
    """When the SDK refuses it; ``nowhere`` where its check never comes to run."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Answers before this one that differ from the usual ones."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """Other arguments that the SDK is handed beside the usual ones."""
    found: str | None = None
    """Words by which the turn's message says what was found; the answer itself unless given."""
    shown: str | None = None
    """Words of the error, where the SDK makes them elsewhere than at the place."""
    note: str = ""
    """Why the SDK does not refuse it, where it looks as if it did."""
    argument: str = ""
    """The evaluator's argument, where the step's answer may become one of several."""

    @property
    def value(self) -> Any:
        """What is handed over."""
        return self.said if self.handed is ... else self.handed


ARGUMENTS = {
    "agent_config": "agent_config",
    "agent_qualifier": "agent_qualifier",
    "answered_by": "bedrock_model_id",
    "benchmark": "benchmark",
    "builtin_metrics": "builtin_metrics",
    "compute": "compute",
    "custom_metrics": "custom_metrics",
    "dataset": "dataset",
    "epochs": "tasks",
    "execution_role": "role",
    "generation": "temperature",
    "inference_parameters": "hyperparameters",
    "judge_model": "evaluator_model",
    "kms_key": "kms_key_id",
    "mlflow": "mlflow_resource_arn",
    "mlflow_experiment": "mlflow_experiment_name",
    "model": "model",
    "region": "region",
    "run_name": "base_eval_name",
    "sample_limit": "tasks",
    "s3_output": "s3_output_path",
    "scope": "evaluate_base_model",
    "scorer": "evaluator",
    "stopping_condition": "stopping_condition",
    "subtasks": "subtasks",
    "tags": "tags",
    "task_source": "benchmarks_path",
    "vpc": "networking",
}
"""The argument of the SDK's evaluators that each step's answer becomes."""


def _base(model: world.BaseModel) -> dict[str, str]:
    return {"HubContentName": model.name, "HubContentVersion": model.version}


PACKAGES = (
    ("us-east-1", "odd-without-specification", None),
    ("us-east-1", "odd-nova-without-data", {"BaseModel": _base(world.NOVA)}),
    (
        "us-east-1",
        "odd-archive",
        {
            "BaseModel": _base(world.LLAMA_SMALL),
            "ModelDataUrl": "s3://evalbook-models-us-east-1/odd/model.tar.gz",
        },
    ),
    (
        "eu-west-1",
        "odd-nova-in-europe",
        {"BaseModel": _base(world.NOVA), "ModelDataUrl": "s3://evalbook-models-eu-west-1/x/"},
    ),
)
"""Model packages that the sandbox lacks: region, group, and what the container holds."""
ALONE = ("odd-alone", {"BaseModel": _base(world.LLAMA_SMALL), "Image": "made-up"})
"""A model package without a group, in us-east-1."""


def make_odd_packages(client: Callable[[str], Any]) -> None:
    """Register the packages that rows need; ``client`` makes SageMaker's for a region."""
    for region, group, container in PACKAGES:
        client(region).create_model_package_group(ModelPackageGroupName=group)
        client(region).create_model_package(
            ModelPackageGroupName=group, **_specification(container)
        )
    name, container = ALONE
    client("us-east-1").create_model_package(ModelPackageName=name, **_specification(container))


def _specification(container: dict[str, Any] | None) -> dict[str, Any]:
    types: dict[str, Any] = {"SupportedContentTypes": [], "SupportedResponseMIMETypes": []}
    return {"InferenceSpecification": {"Containers": [container], **types}} if container else {}


JUDGE, SCORER, BENCHMARK, AGENT = "llm_as_judge", "custom_scorer", "benchmark", "multi_turn_rl"
INSPECT = "inspect_ai"
_ARTEFACTS = "s3://evalbook-models-us-east-1/support-bot-sft-2/output/model/"
_IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:1"
_HOSTED = {"answered_by": _ARTEFACTS, "base_answered_by": "none"}

# fmt: off
# The SDK's code ----------------------------------------------------------------------------------

_DATASETS = (
    Refusal(
        "base_evaluator BaseEvaluator._validate_and_resolve_dataset",
        "Invalid dataset format",
        "a file on this computer that is not there",
        JUDGE, "dataset", "eval.jsonl", "dataset.no_file",
    ),
    Refusal(
        "base_evaluator BaseEvaluator._validate_and_resolve_dataset",
        "Invalid dataset format",
        "the ARN of a model in a hub",
        SCORER, "dataset", f"{_HUB}/Model/llama/1.0.0", "s3.uri",
    ),
    Refusal(
        "base_evaluator BaseEvaluator._validate_and_resolve_dataset",
        "Invalid dataset format",
        "a web address",
        AGENT, "dataset", "https://evalbook-data.s3.amazonaws.com/agents/trips.jsonl", "s3.uri",
    ),
    Refusal(
        "multi_turn_rl_evaluator MultiTurnRLEvaluator._resolve_dataset",
        "'dataset' is required",
        "no dataset",
        AGENT, "dataset", "", "answer.empty", None, found="No answer",
    ),
    Refusal(
        "data_utils validate_data_path_exists",
        "Invalid {label} path format",
        "no bucket",
        JUDGE, "dataset", "s3://", "s3.uri", when="dry run",
    ),
    Refusal(
        "data_utils validate_data_path_exists",
        "S3 {label} path does not exist",
        "an object that is not there",
        JUDGE, "dataset", "s3://evalbook-data/none.jsonl", "s3.missing", when="dry run",
    ),
    Refusal(
        "data_utils validate_data_path_exists",
        "Cannot verify S3 {label} path",
        "an object that may not be read",
        SCORER, "dataset", "s3://evalbook-denied/eval.jsonl", "s3.denied", when="dry run",
    ),
    Refusal(
        "data_utils validate_data_path_exists",
        "Error accessing S3 {label} path",
        "a bucket that does not exist",
        SCORER, "dataset", "s3://nobody-has-this/eval.jsonl", "s3.no_bucket", when="dry run",
        found="nobody-has-this",
    ),
    Refusal(
        "data_utils _validate_dataset_arn_exists",
        "Invalid {label} DataSet ARN format",
        "a version that is none",
        JUDGE, "dataset", f"{_HUB}/DataSet/support-questions/latest", "dataset.missing",
        when="dry run", found='"support-questions", version latest',
    ),
    Refusal(
        "data_utils _validate_dataset_arn_exists",
        "{label.capitalize()} DataSet does not exist",
        "a version that does not exist",
        SCORER, "dataset", f"{_HUB}/DataSet/support-questions/9.9.9", "dataset.missing",
        when="dry run", found='"support-questions", version 9.9.9',
    ),
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator._upload_benchmark_and_dataset",
        "Failed to download dataset from",
        "an object that is not there, for a Nova model",
        JUDGE, "dataset", "s3://evalbook-data/none.jsonl", "s3.missing", when="dry run",
        beside={"model": _NOVA},
    ),
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator._resolve_dataset_arn_to_s3_uri",
        "Failed to parse dataset ARN",
        "a dataset's ARN with its version after a colon, for a Nova model",
        JUDGE, "dataset", f"{_HUB}/DataSet/nobody:1.0.0", "dataset.missing", when="dry run",
        beside={"model": _NOVA}, found='"nobody", version 1.0.0',
    ),
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator._resolve_dataset_arn_to_s3_uri",
        "Failed to resolve dataset ARN",
        "a dataset that does not exist, for a Nova model",
        JUDGE, "dataset", f"{_HUB}/DataSet/nobody/1.0.0", "dataset.missing", when="dry run",
        beside={"model": _NOVA}, found='"nobody", version 1.0.0',
    ),
    Refusal(
        "llmaj_inference_benchmark convert_dataset_to_inspectai_format",
        "has neither 'prompt' nor 'query' field",
        "records without a prompt or query, for a Nova model",
        JUDGE, "model", "nova-support", "asks data_fix", _NOVA, when="dry run",
        given={"dataset": "s3://evalbook-data/formats/openai.jsonl"},
        beside={"dataset": "s3://evalbook-data/formats/openai.jsonl"},
    ),
)

_MODELS = (
    Refusal(
        "base_evaluator BaseEvaluator._resolve_model_info",
        "Failed to resolve model",
        "a package of another kind of thing: a training job",
        JUDGE, "model", f"arn:aws:sagemaker:{_HERE}:training-job/support-bot-7", "model.kind",
    ),
    Refusal(
        "model_resolution _ModelResolver._resolve_jumpstart_model",
        "Failed to resolve JumpStart model",
        "a name that no model has",
        JUDGE, "model", "nobody", "model.missing",
    ),
    Refusal(
        "model_resolution _ModelResolver._resolve_model_package_object",
        "does not have an inference_specification.",
        "a package without an inference specification",
        JUDGE, "model", "odd-without-specification/1", "model.base_model",
        f"{_PACKAGE}/odd-without-specification/1",
    ),
    Refusal(
        "model_resolution _ModelResolver._resolve_model_package_object",
        "does not have base_model metadata",
        "a package that SageMaker's fine-tuning did not make",
        JUDGE, "model", "old-style/1", "model.base_model", f"{_PACKAGE}/old-style/1",
    ),
    Refusal(
        "model_resolution _ModelResolver._resolve_model_package_arn",
        "Failed to resolve model package ARN",
        "a version that does not exist",
        JUDGE, "model", f"{_PACKAGE}/support-bot/99", "model.missing",
    ),
    Refusal(
        "model_resolution _ModelResolver._validate_model_package_arn",
        "Invalid ModelPackage ARN format",
        "an ARN with too short an account",
        JUDGE, "model", "arn:aws:sagemaker:us-east-1:12345:model-package/support-bot/2",
        "model.arn",
    ),
    Refusal(
        "base_evaluator BaseEvaluator._get_model_package_group_arn",
        "Could not infer model_package_group",
        "a package without a group",
        JUDGE, "model", f"{_PACKAGE}/odd-alone", "model.unversioned", when="dry run",
    ),
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator.evaluate",
        "S3 checkpoint paths cannot be used with serverless evaluation",
        "a checkpoint in S3",
        JUDGE, "model", "s3://evalbook-data/checkpoints/step_10", "model.kind", when="dry run",
    ),
    Refusal(
        "custom_scorer_evaluator CustomScorerEvaluator.evaluate",
        "S3 checkpoint paths cannot be used with serverless evaluation",
        "a checkpoint in S3",
        SCORER, "model", "s3://evalbook-data/checkpoints/step_10", "model.kind", when="dry run",
    ),
    Refusal(
        "benchmark_evaluator BenchMarkEvaluator.evaluate",
        "S3 checkpoint paths cannot be used with serverless evaluation",
        "a checkpoint in S3",
        BENCHMARK, "model", "s3://evalbook-data/checkpoints/step_10", "model.kind", when="dry run",
    ),
    Refusal(
        "finetune_utils validate_eval_platform_compatibility",
        "Platform mismatch",
        "a checkpoint that HyperPod left in S3",
        BENCHMARK, "model", "s3://evalbook-data/run-hp-7/step_10", "model.kind", when="dry run",
    ),
    Refusal(
        "recipe_utils _get_evaluation_override_params",
        "does not have an evaluation recipe with EvaluationType",
        "a base model without an evaluation recipe",
        BENCHMARK, "model", "no-recipe", "model.recipe", f"{_PACKAGE}/no-recipe/1", when="nowhere",
        found=world.FALCON.name, note=_CAUGHT,
    ),
    Refusal(
        "recipe_utils _get_evaluation_override_params",
        "does not have an evaluation recipe with EvaluationType",
        "a base model that has no recipe for agents",
        AGENT, "model", "support-bot", "model.recipe", f"{_PACKAGE}/support-bot/2", when="nowhere",
        found=world.LLAMA_SMALL.name, note=_CAUGHT,
    ),
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator._validate_model_compatibility",
        "is not supported for LLM-as-Judge evaluation in region",
        "a Nova model in a region without cross-region inference",
        JUDGE, "model",
        f"arn:aws:sagemaker:eu-west-1:{_ACCOUNT}:model-package/odd-nova-in-europe/1",
        "model.nova.region", beside={"region": "eu-west-1"}, found=world.NOVA.name,
    ),
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator._resolve_model_artifacts_for_endpoint",
        "Cannot resolve model S3 URI from model package",
        "a Nova package without model data",
        JUDGE, "model", "odd-nova-without-data/1", "model.nova.artifacts",
        f"{_PACKAGE}/odd-nova-without-data/1", when="dry run",
    ),
)

_METRICS_AND_JUDGES = (
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator._validate_custom_metrics_json",
        "Invalid JSON in custom_metrics",
        "text that is not JSON",
        JUDGE, "custom_metrics", '[{"customMetricDefinition": }]', "custom_metrics.json",
        when="dry run", found="JSON",
    ),
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator._validate_evaluator_model",
        "is not a supported LLM-as-Judge model",
        "a model that does not judge",
        JUDGE, "judge_model", world.NOT_A_JUDGE.id, "judge.list",
    ),
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator._check_evaluator_model_lifecycle",
        "is not available in region",
        "a listed judge that Bedrock no longer knows",
        JUDGE, "judge_model", "anthropic.claude-3-7-sonnet-20250219-v1:0", "judge.lifecycle",
        when="dry run",
    ),
    Refusal(
        "llm_as_judge_evaluator LLMAsJudgeEvaluator._check_evaluator_model_lifecycle",
        "has reached end of life",
        "a judge past its end of life",
        JUDGE, "judge_model", "anthropic.claude-3-5-sonnet-20240620-v1:0", "judge.lifecycle",
        when="dry run",
    ),
)

_SCORERS_AND_BENCHMARKS = (
    Refusal(
        "custom_scorer_evaluator CustomScorerEvaluator._validate_evaluator",
        "Invalid evaluator:",
        "a name that is no preset",
        SCORER, "scorer", "prime_poetry", "answer.choice",
    ),
    Refusal(
        "benchmark_evaluator BenchMarkEvaluator._validate_benchmark_model_compatibility",
        "Benchmark 'mmmu' is only supported for Nova models",
        "a benchmark for Nova models",
        BENCHMARK, "benchmark", "mmmu", "benchmark.model", beside={"subtasks": None},
    ),
    Refusal(
        "benchmark_evaluator BenchMarkEvaluator._validate_benchmark_model_compatibility",
        "Benchmark 'llm_judge' is not supported for Nova models",
        "a benchmark that is not for Nova models",
        BENCHMARK, "benchmark", "llm_judge", "benchmark.model",
        given={"model": "nova-support"}, beside={"model": _NOVA, "subtasks": None},
    ),
    Refusal(
        "benchmark_evaluator BenchMarkEvaluator._validate_subtasks",
        "Subtask list cannot be empty",
        "no subtask",
        BENCHMARK, "subtasks", "[]", "answer.none", [], found="You named nothing",
    ),
    Refusal(
        "benchmark_evaluator BenchMarkEvaluator._validate_subtasks",
        "Invalid subtask '{subtask}'",
        "a subtask that there is not, beside one that there is",
        BENCHMARK, "subtasks", "anatomy, alchemy", "answer.choice", ["anatomy", "alchemy"],
        found="alchemy",
    ),
    Refusal(
        "benchmark_evaluator BenchMarkEvaluator._validate_subtasks",
        "Invalid subtask '{v}'",
        "a subtask of another benchmark",
        BENCHMARK, "subtasks", "boolean_expressions", "answer.choice",
    ),
    Refusal(
        "benchmark_evaluator BenchMarkEvaluator._validate_subtasks",
        "Subtask is not supported for benchmark",
        "a subtask of a benchmark that has none",
        BENCHMARK, "subtasks", "anatomy", "step.not_asked", given={"benchmark": "gpqa"},
        beside={"benchmark": "gpqa"}, found="gpqa",
    ),
)

_AGENTS = (
    Refusal(
        "multi_turn_rl_evaluator MultiTurnRLEvaluator._resolve_agent_config",
        "is not a recognized Bedrock AgentCore ARN or Lambda ARN",
        "a Bedrock agent, which is no AgentCore runtime",
        AGENT, "agent_config", f"arn:aws:bedrock:{_HERE}:agent/ABCDEFGHIJ", "agent.arn",
    ),
    Refusal(
        "multi_turn_rl_evaluator MultiTurnRLEvaluator._resolve_agent_config",
        "is not a recognized Bedrock AgentCore ARN or Lambda ARN",
        "a Lambda function's ARN without its name",
        AGENT, "agent_config", f"arn:aws:lambda:{_HERE}:function:", "agent.arn",
    ),
    Refusal(
        "multi_turn_rl_evaluator MultiTurnRLEvaluator._check_agent_config_for_non_trainer_models",
        "'agent_config' is required when 'model' is not a MultiTurnRLTrainer",
        "no agent",
        AGENT, "agent_config", "none", "answer.choice", None,
    ),
    Refusal(
        "multi_turn_rl_evaluator MultiTurnRLEvaluator._validate_stopping_condition",
        "must be > 0",
        "no time at all",
        AGENT, "stopping_condition", "0", "stopping_condition", 0,
    ),
    Refusal(
        "multi_turn_rl_evaluator MultiTurnRLEvaluator._validate_stopping_condition",
        "must be > 0",
        "less than no time",
        AGENT, "stopping_condition", "-1", "stopping_condition", -1,
    ),
    Refusal(
        "multi_turn_rl_evaluator MultiTurnRLEvaluator._validate_stopping_condition",
        "must be <=",
        "a second more than 72 hours",
        AGENT, "stopping_condition", "259201", "stopping_condition", 259201,
    ),
)

_ROLES_AND_PLACES = (
    Refusal(
        "iam_role_resolver _resolve_explicit_role",
        "does not exist. Create it first",
        "a role that there is not",
        BENCHMARK, "execution_role", "Nobody", "role.exists", when="dry run",
    ),
    Refusal(
        "iam_role_resolver resolve_and_validate_role",
        "missing_actions=denied",
        "a role that may do nothing",
        JUDGE, "execution_role", "NoPermissionsRole", "role.permissions",
        f"{_ROLE}/NoPermissionsRole", when="dry run", shown="Missing permissions: ",
    ),
    Refusal(
        "iam_role_resolver resolve_and_validate_role",
        "trust_failed=True",
        "a role that SageMaker may not assume",
        BENCHMARK, "execution_role", "NoTrustRole", "role.trust.sagemaker", f"{_ROLE}/NoTrustRole",
        when="dry run",
        shown="Its trust policy does not allow",
    ),
    Refusal(
        "base_evaluator BaseEvaluator._validate_mlflow_arn_format",
        "Invalid MLFlow resource ARN format",
        "the ARN of a run in MLflow",
        JUDGE, "mlflow", f"arn:aws:sagemaker:{_HERE}:mlflow-run/x", "mlflow.form",
    ),
    Refusal(
        "base_evaluator BaseEvaluator._validate_mlflow_arn_format",
        "Invalid MLFlow resource ARN format",
        "the ARN of a training job",
        BENCHMARK, "mlflow", f"arn:aws:sagemaker:{_HERE}:training-job/x", "mlflow.form",
    ),
    Refusal(
        "execution EvaluationPipelineExecution.start",
        "Invalid pipeline definition JSON",
        "a double quote, which ends a text of the pipeline's JSON",
        BENCHMARK, "s3_output", 's3://evalbook-results/a"b', "text.template", when="start",
        found="a double quote",
    ),
    Refusal(
        "execution EvaluationPipelineExecution.start",
        "Invalid pipeline definition JSON",
        "a line break, which no text of JSON has",
        SCORER, "kms_key", "alias/results\nof-ours", "text.template", when="start",
        found="a line break",
    ),
)

_PARAMETERS = (
    Refusal(
        "common FineTuningOptions.__setattr__", "exc", "a parameter that the recipe has not",
        BENCHMARK, "inference_parameters", "warmth=1", "parameters.unknown", {"warmth": 1},
        found="warmth", shown="is not a valid fine-tuning option",
    ),
    Refusal(
        "common FineTuningOptions._validate_value", "must be a number", "a word for a number",
        BENCHMARK, "inference_parameters", "temperature=warm", "parameters.value",
        {"temperature": "warm"},
    ),
    Refusal(
        "common FineTuningOptions._validate_value", "must be an integer", "a part of a token",
        SCORER, "inference_parameters", "max_new_tokens=1.5", "parameters.value",
        {"max_new_tokens": 1.5},
    ),
    Refusal(
        "common FineTuningOptions._validate_value", "must be >=", "less than the least",
        AGENT, "inference_parameters", "sampling_temperature=-1", "parameters.value",
        {"sampling_temperature": -1},
    ),
    Refusal(
        "common FineTuningOptions._validate_value", "must be <=", "more than the most",
        BENCHMARK, "inference_parameters", "temperature=3", "parameters.value",
        {"temperature": 3},
    ),
    Refusal(
        "common FineTuningOptions._validate_value", "must be one of", "none of the choices",
        SCORER, "inference_parameters", "aggregation=sum", "parameters.value",
        {"aggregation": "sum"},
    ),
)

_ON_G5 = {"instance_type": "ml.g5.12xlarge", "instance_count": 1}
_OWN_INSTANCES = (
    Refusal(
        "base_evaluator BaseEvaluator._get_smtj_eval_recipes", "No SMTJ evaluation recipes found",
        "a base model whose recipes are for serverless runs",
        BENCHMARK, "compute", "ml.g5.12xlarge", "compute.recipe", _ON_G5, when="dry run",
        given={"model": "medical-notes"}, beside={"model": world.package_arn("medical-notes", 1)},
        found=world.QWEN.name,
    ),
    Refusal(
        "base_evaluator BaseEvaluator._resolve_eval_model_input", "an uncompressed S3 prefix",
        "weights in an archive",
        SCORER, "compute", "ml.g5.12xlarge", "compute.weights", _ON_G5, when="dry run",
        given={"model": "odd-archive"}, beside={"model": world.package_arn("odd-archive", 1)},
        found="model.tar.gz",
    ),
    Refusal(
        "benchmark_evaluator BenchMarkEvaluator._evaluate_serverful_smtj",
        "Could not resolve S3 model artifacts path",
        "a package without weights",
        BENCHMARK, "compute", "ml.g5.12xlarge", "compute.weights", _ON_G5, when="dry run",
        given={"model": "odd-nova-without-data"},
        beside={"model": world.package_arn("odd-nova-without-data", 1)},
        found="where its weights are",
    ),
)

_INSPECT_AI = (
    Refusal(
        "inspect_ai_evaluator InspectAIEvaluator._validate_benchmarks_path",
        "is required and cannot be empty", "no folder of tasks",
        INSPECT, "task_source", "", "answer.empty", found="No answer",
    ),
    Refusal(
        "inspect_ai_evaluator InspectAIEvaluator._validate_benchmarks_path",
        "must start with 's3://'", "a folder that is not there",
        INSPECT, "task_source", "no-such-folder", "tasks.folder",
    ),
    Refusal(
        "inspect_ai_evaluator InspectAIEvaluator._validate_tasks",
        "['limit'] must be", "no sample",
        INSPECT, "sample_limit", "0", "sample_limit", [{"name": "refunds", "limit": 0}],
    ),
    Refusal(
        "inspect_ai_evaluator InspectAIEvaluator._validate_tasks",
        "['epochs'] must be", "less than once",
        INSPECT, "epochs", "0", "epochs", [{"name": "refunds", "epochs": 0}],
    ),
    Refusal(
        "inspect_ai_evaluator InspectAIEvaluator._validate_model_s3_uri",
        "must start with 's3://'", "artefacts that are not in S3",
        INSPECT, "answered_by", "/models/tuned", "answers.form", argument="model_s3_uri",
        beside={"inference_image_uri": _IMAGE},
    ),
    Refusal(
        "inspect_ai_evaluator InspectAIEvaluator._get_bedrock_model_id",
        "Cannot determine Bedrock model ID", "nothing that can serve",
        INSPECT, "answered_by", "", "answer.empty", None, when="dry run", found="No answer",
    ),
    Refusal(
        "inspect_ai_evaluator InspectAIEvaluator._validate_inference_image_uri",
        "must be a valid ECR URI", "an image of another registry",
        INSPECT, "hosting_image", "vllm/vllm-openai:latest", "image.form",
        argument="inference_image_uri", given=_HOSTED, beside={"model_s3_uri": _ARTEFACTS},
    ),
    Refusal(
        "inspect_ai_evaluator InspectAIEvaluator._validate_inference_mode_consistency",
        "inference_image_uri is required", "artefacts without an image",
        INSPECT, "hosting_image", "", "answer.empty", _ARTEFACTS, argument="model_s3_uri",
        given=_HOSTED, found="No answer",
    ),
    Refusal(
        "inspect_ai_evaluator InspectAIEvaluator._validate_endpoint_instance_type",
        "must start with 'ml.'", "a type that is none of SageMaker's",
        INSPECT, "hosting_instances", "ec2.g5.12xlarge", "hosting.type",
        argument="endpoint_instance_type", given=_HOSTED,
        beside={"model_s3_uri": _ARTEFACTS, "inference_image_uri": _IMAGE},
    ),
    *(
        Refusal(
            f"inspect_ai_evaluator InspectAIEvaluator._validate_{name}",
            f"{name} must be", f"{name} beyond its bounds",
            INSPECT, "generation", f"{name}={wrong:g}", "generation.value", wrong, argument=name,
        )
        for name, wrong in (
            ("max_connections", 0), ("max_retries", 0), ("max_tokens", 0), ("timeout", 0),
            ("temperature", 2.5), ("top_p", 1.5), ("top_k", 0),
        )
    ),
)
REFUSED_BY_CODE = (
    *_INSPECT_AI,
    *_OWN_INSTANCES,
    *_PARAMETERS,
    *_DATASETS,
    *_MODELS,
    *_METRICS_AND_JUDGES,
    *_SCORERS_AND_BENCHMARKS,
    *_AGENTS,
    *_ROLES_AND_PLACES,
)

# The types of its arguments ----------------------------------------------------------------------

REFUSED_BY_TYPE = (
    Refusal(
        "stopping_condition int", "", "a part of a second",
        AGENT, "stopping_condition", "1.5", "stopping_condition", 1.5,
    ),
    Refusal(
        "stopping_condition int", "", "weeks",
        AGENT, "stopping_condition", "1 week", "stopping_condition",
    ),
    Refusal(
        "benchmark _Benchmark", "", "a benchmark that there is not",
        BENCHMARK, "benchmark", "gsm8k", "answer.choice",
    ),
    Refusal(
        "subtasks Union[str, List[str]]", "", "a subtask that is a number",
        BENCHMARK, "subtasks", '["anatomy", 3.5]', "answer.list", ["anatomy", 3.5],
    ),
    Refusal(
        "networking VpcConfig", "", "subnets without a security group",
        BENCHMARK, "vpc", "subnet-0123456789abcdef0", "vpc.count",
        {"subnets": ["subnet-0123456789abcdef0"]}, found="No security group",
    ),
    Refusal(
        "networking VpcConfig", "", "security groups that are numbers",
        BENCHMARK, "vpc", '{"subnets": ["subnet-0123456789abcdef0"], "security_group_ids": [7]}',
        "vpc.form", {"subnets": ["subnet-0123456789abcdef0"], "security_group_ids": [7]},
        found="neither a subnet's nor a security group's ID",
    ),
    Refusal(
        "compute Union[Compute, HyperPodCompute]", "", "an instance and a half",
        BENCHMARK, "compute", '{"instance_type": "ml.g5.12xlarge", "instance_count": 1.5}',
        "compute.form", {"instance_type": "ml.g5.12xlarge", "instance_count": 1.5},
    ),
    Refusal(
        "evaluate_base_model bool", "", "neither of the two models",
        BENCHMARK, "scope", "neither", "answer.choice",
    ),
    # Construction asks in the region of the model's ARN; evaluate() is the first to ask in this.
    Refusal(
        "region str", "", "a region that boto3 can't ask in",
        BENCHMARK, "region", "us-middle-1", "region.unknown", when="dry run",
    ),
)
# fmt: on

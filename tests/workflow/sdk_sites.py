"""The places of the SDK's source that raise, and those of them that no row of the table has, why.

Read from the installed files; nothing of the SDK is imported.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from sdk_source import sdk_file

from evalbook.workflow.steps import samples

MODULES = {
    path.rsplit("/", 1)[-1]: f"{path}.py"
    for path in (
        "core/helper/iam_role_resolver",
        "train/common",
        "train/common_utils/data_utils",
        "train/common_utils/finetune_utils",
        "train/common_utils/mlflow_config_utils",
        "train/common_utils/model_resolution",
        "train/common_utils/recipe_utils",
        "train/common_utils/validator",
        "train/defaults",
        "train/evaluate/base_evaluator",
        "train/evaluate/benchmark_evaluator",
        "train/evaluate/constants",
        "train/evaluate/custom_scorer_evaluator",
        "train/evaluate/execution",
        "train/evaluate/inspect_ai_evaluator",
        "train/evaluate/llm_as_judge_evaluator",
        "train/evaluate/llmaj_inference_benchmark",
        "train/evaluate/mtrl_pipeline_templates",
        "train/evaluate/multi_turn_rl_evaluator",
        "train/evaluate/pipeline_templates",
        "train/recipe_resolver",
    )
}
"""What the evaluators run before a pipeline's execution is started."""


@dataclass(frozen=True)
class Site:
    """A ``raise`` in the SDK's source."""

    place: str
    """Module and qualified name of the function."""
    words: str
    """What it says: the texts in it, with each value in braces."""
    line: int


def raising_sites() -> list[Site]:
    """Return the places that raise an error of the SDK's own, one for each ``raise``.

    A bare ``raise`` passes on AWS's error and is left out.
    """
    sites: list[Site] = []
    for module, path in MODULES.items():
        _walk(ast.parse(sdk_file(path)), [], module, sites)
    return sites


def _walk(node: ast.AST, names: list[str], module: str, sites: list[Site]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            _walk(child, [*names, child.name], module, sites)
            continue
        if isinstance(child, ast.Raise) and child.exc is not None:
            sites.append(Site(f"{module} {'.'.join(names)}", _words(child.exc), child.lineno))
        _walk(child, names, module, sites)


def _words(raised: ast.expr) -> str:
    """Return the texts of a message in their order; where there are none, the expression."""
    texts = [
        "".join(_piece(piece) for piece in node.values)
        if isinstance(node, ast.JoinedStr)
        else str(node.value)
        for node in _strings(raised)
    ]
    return "".join(texts) or ast.unparse(raised)


def _strings(node: ast.AST) -> list[ast.JoinedStr | ast.Constant]:
    if isinstance(node, ast.JoinedStr):
        return [node]
    if isinstance(node, ast.Constant):
        return [node] if isinstance(node.value, str) else []
    return [found for child in ast.iter_child_nodes(node) for found in _strings(child)]


def _piece(node: ast.expr) -> str:
    if isinstance(node, ast.FormattedValue):
        return f"{{{ast.unparse(node.value)}}}"
    return str(node.value) if isinstance(node, ast.Constant) else ""


_CELLS = "written by cell 2 itself"
_NOT_SET = "not handed over"

UNTYPED = {
    **{
        (f"inspect_ai_evaluator InspectAIEvaluator.{function}", words): reason
        for function, words, reason in (
            ("_validate_environment", "flat Dict", _NOT_SET),
            ("_validate_tasks", "must be a list of dicts", _CELLS),
            ("_validate_tasks", "must be a dict, got", _CELLS),
            ("_validate_tasks", "must have a 'name' key", _CELLS),
            ("_validate_tasks", "must end with '.py'", _NOT_SET),
            ("_validate_tasks", "['task_args'] must be", _NOT_SET),
            ("_validate_output_format", "must be one of", _CELLS),
            ("_validate_endpoint_execution_role_arn", "must be a valid IAM role", _NOT_SET),
            ("_validate_image_uri", "must be a valid ECR URI", _NOT_SET),
            ("_validate_instance_type", "must start with 'ml.'", _NOT_SET),
            (
                "_validate_inference_mode_consistency",
                "mutually exclusive",
                "one answer names one of them",
            ),
            (
                "_validate_inference_mode_consistency",
                "model_s3_uri is required",
                "the image is asked for where artefacts are named",
            ),
        )
    },
    # What is typed is a text, never an object of Python's.
    ("base_evaluator BaseEvaluator._validate_and_resolve_dataset", "Dataset must be a string"): (
        "an answer is a text"
    ),
    ("custom_scorer_evaluator CustomScorerEvaluator._validate_evaluator", "evaluator type"): (
        "an answer is a text"
    ),
    ("benchmark_evaluator BenchMarkEvaluator._validate_subtasks", "must be strings"): (
        "pydantic refuses a list of other things before; the table has that"
    ),
    ("benchmark_evaluator BenchMarkEvaluator._validate_subtasks", "Subtask must be a string"): (
        "pydantic refuses other things before"
    ),
    ("model_resolution _ModelResolver.resolve_model_info", "AgentRFTJob must have"): (
        "a job's object is never handed over"
    ),
    ("model_resolution _ModelResolver.resolve_model_info", "BaseTrainer must have"): (
        "a trainer's object is never handed over"
    ),
    ("model_resolution _ModelResolver.resolve_model_info", "base_model must be a string"): (
        "an answer is a text"
    ),
    ("multi_turn_rl_evaluator MultiTurnRLEvaluator._resolve_agent_arn", "Could not resolve"): (
        "an answer is a text"
    ),
    # An earlier check of the SDK's own refuses it first.
    ("multi_turn_rl_evaluator MultiTurnRLEvaluator._resolve_agent_arn", "is neither a"): (
        "_resolve_agent_config has refused it"
    ),
    ("multi_turn_rl_evaluator MultiTurnRLEvaluator.evaluate", "resolved to None"): (
        "_check_agent_config_for_non_trainer_models has refused it"
    ),
    (
        "benchmark_evaluator BenchMarkEvaluator._resolve_subtask_for_evaluation",
        "Invalid subtask '{eval_subtask}'",
    ): "_validate_subtasks has refused it",
    (
        "benchmark_evaluator BenchMarkEvaluator._resolve_subtask_for_evaluation",
        "Invalid subtask '{st}'",
    ): "_validate_subtasks has refused it",
    (
        "benchmark_evaluator BenchMarkEvaluator._resolve_subtask_for_evaluation",
        "cannot be empty",
    ): "_validate_subtasks has refused it",
    ("llm_as_judge_evaluator LLMAsJudgeEvaluator._resolve_model_artifacts_for_endpoint",
     "Failed to retrieve model package"): "the model's resolution has refused it",
    ("llm_as_judge_evaluator LLMAsJudgeEvaluator._resolve_model_artifacts_for_endpoint",
     "does not have an inference_specification"): "the model's resolution has refused it",
    ("llm_as_judge_evaluator LLMAsJudgeEvaluator._resolve_model_artifacts_for_endpoint",
     "Cannot resolve inference image"): (
        "reached by Nova models only, whose image the SDK knows in each region that it takes"
    ),
    # The service does not answer so.
    ("base_evaluator BaseEvaluator._resolve_model_info", "Base model is not supported"): (
        "a package's BaseModel has no HubContentArn in the service model, and the ARN that the "
        "SDK makes of its name is one of a hub; model.base_model is in tests/aws"
    ),
    ("model_resolution _ModelResolver._resolve_model_package_object",
     "does not have any containers"): (
        "the service takes no inference specification without a container"
    ),
    ("llm_as_judge_evaluator LLMAsJudgeEvaluator._resolve_dataset_arn_to_s3_uri",
     "resolved to empty S3 location"): (
        "a dataset is not registered without its place; dataset.location is in tests/aws"
    ),
    ("data_utils _validate_dataset_arn_exists", "Error validating"): (
        "an error that DescribeHubContent does not document; dataset.arn is in tests/aws"
    ),
    ("recipe_utils _get_evaluation_override_params", "No recipes found"): (
        "caught by _get_effective_hyperparameters; the table has a model without recipes"
    ),
    ("recipe_utils _get_evaluation_override_params", "missing required configuration"): (
        "caught by _get_effective_hyperparameters; no recipe is known without its parameters"
    ),
    ("multi_turn_rl_evaluator MultiTurnRLEvaluator.hyperparameters", "base model name not"): (
        "caught by _get_effective_hyperparameters; a package has a base model"
    ),
    ("multi_turn_rl_evaluator MultiTurnRLEvaluator.hyperparameters", "does not expose"): (
        "caught by _get_effective_hyperparameters; no recipe is known without its parameters"
    ),
    ("benchmark_evaluator BenchMarkEvaluator.hyperparameters", "Base model name not"): (
        "caught by _get_effective_hyperparameters; a package has a base model"
    ),
    ("custom_scorer_evaluator CustomScorerEvaluator.hyperparameters", "Base model name not"): (
        "caught by _get_effective_hyperparameters; a package has a base model"
    ),
    # On instances of one's own.
    ("base_evaluator BaseEvaluator._get_smtj_eval_recipes", "No evaluation recipes found"): (
        "the model's turn refuses a base model without one; model.recipe is in tests/aws"
    ),
    ("base_evaluator BaseEvaluator._resolve_model_name_for_recipe", "Could not resolve"): (
        "a package has a base model"
    ),
    ("base_evaluator BaseEvaluator._validate_no_unresolved_placeholders", "unresolved"): (
        "the SDK has blanked what is left of a template before"
    ),
    ("benchmark_evaluator BenchMarkEvaluator._evaluate_serverful_smtj", "HyperPod-trained"): (
        "for checkpoints in S3, which are never handed over"
    ),
    ("custom_scorer_evaluator CustomScorerEvaluator._evaluate_serverful_smtj", "HyperPod-"): (
        "for checkpoints in S3, which are never handed over"
    ),
    # Not an answer's fault, but the account's or the caller's.
    ("base_evaluator BaseEvaluator._get_or_create_artifact_arn", "Failed to create artifact"): (
        "what the caller may not do; role.caller and `evalbook doctor` say so"
    ),
    ("iam_role_resolver verify_evaluation_caller_permissions", "message"): (
        "what the caller may not do; role.caller and `evalbook doctor` say so"
    ),
    ("llm_as_judge_evaluator LLMAsJudgeEvaluator._resolve_llmaj_proxy_model_arn", "proxy model"): (
        "the public hub's fault; model.nova.proxy is in tests/aws"
    ),
    ("common FineTuningOptions._validate_value", "must be a string"): (
        "an answer for a text is one"
    ),
    ("finetune_utils _verify_default_bucket_ownership", "Refusing to use default bucket"): (
        "reached where the SDK makes an MLflow app; the warning mlflow.plan tells of it"
    ),
    # Made by the notebook, out of answers that were checked.
    ("iam_role_resolver resolve_and_validate_role", "Invalid role_type"): "the SDK's own word",
    ("iam_role_resolver resolve_and_validate_role", "None, role_type"): (
        "the notebook always hands a role over"
    ),
    ("base_evaluator BaseEvaluator._validate_and_resolve_model_package_group", "does not have"): (
        "made of the model package's ARN, outside the partition aws only"
    ),
    ("base_evaluator BaseEvaluator._validate_and_resolve_model_package_group", "Failed to"): (
        "made of the model package's ARN, outside the partition aws only"
    ),
    ("base_evaluator BaseEvaluator._validate_and_resolve_model_package_group", "must be either"): (
        "made of the model package's ARN, outside the partition aws only"
    ),
}  # fmt: skip
"""Why nothing that can be typed leads to a place: the place, words of it, and the reason."""

_HYPERPOD = "runs on a HyperPod cluster, which is never handed over"
_TRAINING = "part of training, not of evaluation"
_NO_RECIPE = "recipes are never handed over, and overrides on instances of one's own alone"
_AFTER = "after the launch"

NOT_CALLED = {
    "inspect_ai_evaluator InspectAIEvaluator.upload_benchmarks": "evalbook uploads them",
    "base_evaluator BaseEvaluator._submit_hyperpod_eval_job": _HYPERPOD,
    "base_evaluator BaseEvaluator.evaluate": "each evaluator has its own",
    "base_evaluator BaseEvaluator.stream_logs": _AFTER,
    "benchmark_evaluator get_benchmark_properties": "not called by the evaluator",
    "common FineTuningOptions.get_info": "shows what there is",
    "common FineTuningOptions.validate_length_constraints": _TRAINING,
    "data_utils _validate_extension": _TRAINING,
    "data_utils load_file_content": _TRAINING,
    "defaults JumpStartTrainDefaults": _TRAINING,
    "execution EvaluationPipelineExecution.wait": _AFTER,
    "execution BenchmarkEvaluationExecution.show_results": _AFTER,
    "execution LLMAJEvaluationExecution.show_results": _AFTER,
    "execution InspectAIEvaluationExecution.show_results": _AFTER,
    "execution MTRLEvaluationExecution": _AFTER,
    "finetune_utils _extract_recipe_from_helm_template": _TRAINING,
    "finetune_utils _get_fine_tuning_options_and_model_arn": _TRAINING,
    "finetune_utils _get_lambda_arn_from_evaluator_arn": _TRAINING,
    "finetune_utils _get_recipe_entry_and_override_spec": _TRAINING,
    "finetune_utils _parse_sequence_length": _TRAINING,
    "finetune_utils _render_recipe_placeholders": _TRAINING,
    "finetune_utils _resolve_model_name": _TRAINING,
    "finetune_utils _resolve_model_with_checkpoint": _TRAINING,
    "finetune_utils _validate_and_resolve_model_package_group": _TRAINING,
    "finetune_utils _validate_dataset_arn": _TRAINING,
    "finetune_utils _validate_eula_for_gated_model": _TRAINING,
    "finetune_utils _validate_evaluator_arn": _TRAINING,
    "finetune_utils _validate_hyperparameter_values": _TRAINING,
    "finetune_utils _validate_model_in_hub": _TRAINING,
    "finetune_utils _validate_model_package_group_requirement": _TRAINING,
    "finetune_utils _validate_model_region_availability": _TRAINING,
    "finetune_utils _validate_s3_path_exists": _TRAINING,
    "finetune_utils get_hyperpod_recipe_path": _HYPERPOD,
    "finetune_utils get_recipe_s3_uri": _TRAINING,
    "iam_role_resolver IamRoleResolver": "makes roles, which the notebook never does",
    "multi_turn_rl_evaluator MultiTurnRLEvaluator._resolve_trainer_defaults": (
        "a trainer's object is never handed over"
    ),
    "recipe_resolver": _NO_RECIPE,
    "recipe_utils _download_s3_json": "the URI is that of a recipe in the hub",
    "recipe_utils _list_hub_models_by_recipe": "not called by the evaluators",
    "recipe_utils get_resolved_recipe_from_context": _NO_RECIPE,
    "recipe_utils resolve_recipe": _NO_RECIPE,
    "validator validate_hyperpod_compute": _HYPERPOD,
}
"""Modules, classes and functions that an evaluation never comes to, and why."""

NAMED_BY_ANSWERS = {
    "bedrock_model_id",
    "endpoint_instance_count",
    "endpoint_instance_type",
    "endpoint_name",
    "inference_image_uri",
    "model_s3_uri",
    *samples.SETTINGS,
}
"""Arguments whose names are in the settings of cell 1, and not in the text of cell 2."""

NOT_HANDED_OVER = {
    "accept_eula": "the SDK's default; its templates accept it whatever is said",
    "base_model_name": "for checkpoints in S3",
    "cleanup_endpoint": "the SDK's default, which deletes it",
    "context_length": "not asked for; the endpoint's own",
    "endpoint_environment": "not asked for",
    "endpoint_execution_role_arn": "the evaluation's own role",
    "endpoint_prefix": "the SDK's default, by which endpoints left behind are found",
    "environment": "not asked for",
    "extra_args": "not asked for",
    "image_uri": "the SDK's own image of the region",
    "instance_type": "the SDK's default, which only sends the questions",
    "max_concurrency": "not asked for; max_connections says the same",
    "mlflow_run_name": "not asked for",
    "recipe": "not asked for; the hub's own",
    "training_image": "not asked for; the recipe's own",
}
"""Arguments of the evaluators that the notebook leaves alone, and why."""

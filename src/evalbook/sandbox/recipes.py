"""The base models' evaluation recipes: what they let be set, and templates for one's own instances.

Names are those that the SDK looks for; defaults and bounds are made up, and so is the order of the
templates' sections. What the SDK makes of a template is in `own_instances.py`.
"""

from __future__ import annotations

import json
from typing import Any

from evalbook.sandbox.world import LLAMA_SMALL, NOVA, QWEN, BaseModel

_ANSWERS: dict[str, Any] = {
    "max_new_tokens": {"default": 8192, "type": "integer", "min": 1, "max": 16384},
    "temperature": {"default": 0, "type": "float", "min": 0, "max": 2},
    "top_k": {"default": -1, "type": "integer", "min": -1},
    "top_p": {"default": 1.0, "type": "float", "min": 0, "max": 1},
}
_SCORING: dict[str, Any] = {
    "aggregation": {"default": "mean", "type": "string", "enum": ["mean", "median", "max"]},
    "postprocessing": {"default": "False", "type": "string", "enum": ["True", "False"]},
    "max_model_len": {"default": 12000, "type": "integer", "min": 1, "max": 131072},
}
_ROLLOUTS: dict[str, Any] = {
    "eval_group_size": {"default": 4, "type": "integer", "min": 1, "max": 64},
    "sampling_temperature": {"default": 1.0, "type": "float", "min": 0, "max": 2},
    "top_p": {"default": 1.0, "type": "float", "min": 0, "max": 1},
    "max_tokens": {"default": 4096, "type": "integer", "min": 1, "max": 32768},
    "pass_k_values": {"default": "1,4", "type": "string"},
    "success_threshold": {"default": 1.0, "type": "float", "min": 0, "max": 1},
}
_LONGEST_ANSWER = {LLAMA_SMALL.name: 8192, QWEN.name: 32768, NOVA.name: 5120}


def parameters_key(model: BaseModel, kind: str) -> str:
    """Return the key of the parameters' file in the region's bucket of JumpStart."""
    return f"recipes/{model.name}/{kind}/override-params.json"


def parameters_file(model: BaseModel, kind: str) -> bytes:
    """Return the file's content for one type of recipe of one model."""
    if kind == "MTRLEvaluation":
        return json.dumps(_ROLLOUTS).encode()
    longest = _LONGEST_ANSWER.get(model.name, 16384)
    answers = {**_ANSWERS, "max_new_tokens": {**_ANSWERS["max_new_tokens"], "max": longest}}
    answers["max_new_tokens"]["default"] = min(8192, longest)
    return json.dumps(answers if model is NOVA else {**answers, **_SCORING}).encode()


# Templates for instances of your own -----------------------------------------------------------

_OPEN_WEIGHTS_TEMPLATE = """\
run:
  name: "{{name}}"
  base_model_name: "{{base_model_name}}"
  model_name_or_path: "{{model_name_or_path}}"
  data_s3_path: "{{data_s3_path}}"
  replicas: "{{instance_count}}"
output:
  output_path: "{{output_path}}"
  kms_key_id: "{{kms_key_id}}"
  mlflow_tracking_uri: "{{mlflow_tracking_uri}}"
  mlflow_experiment_name: "{{mlflow_experiment_name}}"
  mlflow_run_name: "{{mlflow_run_name}}"
evaluation:
  task: "{{task}}"
  strategy: "{{strategy}}"
  metric: "{{evaluation_metric}}"
  subtask: "{{subtask}}"
processor:
  lambda_arn: "{{lambda_arn}}"
  preset_reward_function: "{{preset_reward_function}}"
  aggregation: "{{aggregation}}"
  postprocessing: "{{postprocessing}}"
inference:
  max_new_tokens: "{{max_new_tokens}}"
  max_model_len: "{{max_model_len}}"
  temperature: "{{temperature}}"
  top_k: "{{top_k}}"
  top_p: "{{top_p}}"
"""
_NOVA_TEMPLATE = """\
run:
  name: "{{name}}"
  model_type: amazon.nova-lite-v1:0:300k
  model_name_or_path: "{{model_name_or_path}}"
  replicas: "{{instance_count}}"
  data_s3_path: "{{data_s3_path}}"
  output_s3_path: "{{output_s3_path}}"
evaluation:
  task: "{{task}}"
  strategy: "{{strategy}}"
  metric: "{{metric}}"
  subtask: "{{subtask}}"
inference:
  max_new_tokens: "{{max_new_tokens}}"
  temperature: "{{temperature}}"
  top_k: "{{top_k}}"
  top_p: "{{top_p}}"
"""
_SCORES = ("DeterministicEvaluation", "DeterministicTextBenchmark")


def template_key(model: BaseModel, kind: str) -> str:
    """Return the key of a recipe's template in the region's bucket of JumpStart."""
    return f"recipes/{model.name}/{kind}/template.yaml"


def template_file(model: BaseModel) -> bytes:
    """Return the template; that of a Nova model does not know of a KMS key."""
    return (_NOVA_TEMPLATE if model is NOVA else _OPEN_WEIGHTS_TEMPLATE).encode()


def own_instances_members(model: BaseModel, kind: str, region: str) -> dict[str, str]:
    """Return what a recipe in a hub's document has for instances of your own; {} for none."""
    if not model.own_instances or kind not in _SCORES:
        return {}
    return {
        "DisplayName": f"{model.name} General Text Benchmark Evaluation",
        "SmtjRecipeTemplateS3Uri": (
            f"s3://jumpstart-cache-prod-{region}/{template_key(model, kind)}"
        ),
        "SmtjImageUri": f"763104351884.dkr.ecr.{region}.amazonaws.com/evaluation:smtj-latest",
    }


def weights_uri(model: BaseModel, region: str) -> str:
    """Return where the base model's weights lie, as a prefix."""
    return f"s3://jumpstart-cache-prod-{region}/weights/{model.name}/{model.version}/"

"""What the base models' evaluation recipes let be set: a file for each model and type of recipe.

Names are those that the SDK looks for; defaults and bounds are made up.
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

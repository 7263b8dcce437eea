"""What people say for the choices that are always the same: words that all must be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SYNONYMS: Mapping[str, Sequence[str]] = {
    "llm_as_judge": (
        "judge",
        "llmaj",
        "judg",
        "grade model",
        "grade llm",
        "rate model",
        "rate llm",
    ),
    "benchmark": ("benchmark", "mmlu", "gpqa", "ifeval"),
    "custom_scorer": (
        "scorer",
        "own function",
        "own code",
        "lambda",
        "score code",
        "score function",
    ),
    "multi_turn_rl": ("multi turn", "multiturn", "agent", "rollout", "mtrl"),
    "help": ("help decide", "help choose", "help me"),
    "new": ("new", "fresh", "another notebook"),
    "fine_tuned_only": (
        "fine tuned only",
        "only tuned",
        "just tuned",
        "no base",
        "without base",
        "not base",
        "skip base",
        "finetuned only",
        "only finetuned",
    ),
    "base_only": ("only base", "just base"),
    "all": ("all", "everything", "every", "whole", "no pilot", "without pilot"),
    "pilot": ("pilot", "small", "sample", "subset"),
    "includes": ("contain", "include", "somewhere"),
    "exact": ("exact",),
    "own": ("my own", "our own", "own function", "my lambda", "our lambda"),
    "rest": ("rest", "remaining", "others"),
    "Faithfulness": (
        "hallucination",
        "hallucinations",
        "hallucinate",
        "hallucinates",
        "made up",
        "stuff up",
    ),
    "kms_key": ("encryption", "encrypt", "encrypted"),
    "vpc": ("network", "subnet", "subnets"),
    "mlflow": ("tracking",),
    "tags": ("labels", "label"),
    "run_name": ("name run",),
    "scope": ("which models", "models"),
    "both": ("all", "both", "compare", "two"),
}

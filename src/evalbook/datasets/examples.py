"""A few records in each format that evaluations read, to start a dataset from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from evalbook.datasets.strictjson import dump


class _Case(NamedTuple):
    prompt: str
    reference: str
    category: str


_SYSTEM = "You answer questions of customers of a telephone company, in one or two sentences."
_CASES = (
    _Case(
        "How do I reset the router?",
        "Hold the button at the back for ten seconds, until all lights go out.",
        "router",
    ),
    _Case(
        "Why was I charged twice this month?",
        "The second charge is the deposit for the new handset. It is returned with the next bill.",
        "billing",
    ),
    _Case(
        "Can I move my contract to a new address?",
        "Yes. Choose Contract, then Moving in the portal, two weeks before you move.",
        "contract",
    ),
)


def _asked(case: _Case) -> list[dict[str, str]]:
    return [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": case.prompt}]


FORMATS: dict[str, Callable[[_Case], dict[str, Any]]] = {
    "sagemaker": lambda it: {
        "query": it.prompt,
        "response": it.reference,
        "system": _SYSTEM,
        "category": it.category,
    },
    "openai": lambda it: {
        "messages": [*_asked(it), {"role": "assistant", "content": it.reference}]
    },
    "hf_prompt_completion": lambda it: {"prompt": it.prompt, "completion": it.reference},
    "hf_preference": lambda it: {
        "prompt": it.prompt,
        "chosen": it.reference,
        "rejected": "I don't know.",
    },
    "verl": lambda it: {
        "data_source": "support",
        "prompt": _asked(it),
        "ability": it.category,
        "reward_model": {"style": "rule", "ground_truth": it.reference},
    },
    "prompt_only": lambda it: {"prompt": it.prompt},
}
"""By the names of `formats.FORMATS`; the first is what conversions write."""


def example_dataset(name: str) -> str:
    """Return a dataset in the format of that name, as JSON Lines.

    Raises:
        KeyError: there is no such format.
    """
    write = FORMATS[name]
    return "".join(dump(write(case)) + "\n" for case in _CASES)


def build_example_custom_metrics() -> str:
    """Return custom metrics in Bedrock's format."""
    definition = {
        "name": "MentionsNextStep",
        "instructions": (
            "You judge answers of a support agent. Does the answer tell the customer what to do"
            " next?\n\nQuestion: {{prompt}}\n\nAnswer: {{prediction}}"
        ),
        "ratingScale": [
            {"definition": "It names a next step.", "value": {"floatValue": 1}},
            {"definition": "It names none.", "value": {"floatValue": 0}},
        ],
    }
    return json.dumps([{"customMetricDefinition": definition}], indent=2) + "\n"

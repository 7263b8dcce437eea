"""What the SageMaker SDK says to inputs that are handed to it; the last line it prints is JSON.

Each input comes with the evaluator's class and all of its arguments. Nothing is patched; one
process serves all of them, as importing the SDK takes seconds.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from sagemaker.core.shapes import VpcConfig
from sagemaker.train import evaluate


def refusal(evaluator: str, arguments: dict[str, Any], *, start: bool) -> tuple[str, str]:
    """Return when the SDK refuses the arguments, and in which words; or ``nowhere``."""
    when = "construction"
    try:
        network = arguments.get("networking")
        if network is not None:
            arguments["networking"] = VpcConfig(**network)
        parameters = arguments.pop("hyperparameters", {})
        made = getattr(evaluate, evaluator)(**arguments)
        for name, value in parameters.items():
            setattr(made.hyperparameters, name, value)
        when = "dry run"
        made.evaluate(dry_run=True)
        when = "start"
        if start:
            made.evaluate()
    except Exception as error:  # noqa: BLE001 - whatever it raises is its refusal
        return when, f"{type(error).__name__}: {error}"
    return "nowhere", ""


def main(inputs: list[dict[str, Any]]) -> None:
    """Try each input and print what came of it."""
    outcomes = [
        refusal(tried["evaluator"], tried["arguments"], start=tried["start"]) for tried in inputs
    ]
    sys.stdout.write(f"\n=== {json.dumps(outcomes)}")


if __name__ == "__main__":
    main(json.load(sys.stdin))

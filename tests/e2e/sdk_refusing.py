"""What the SageMaker SDK says to inputs that are handed to it; the last line it prints is JSON.

Each input comes with the evaluator's class and all of its arguments. Nothing is patched; one
process serves all of them, as importing the SDK takes seconds.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.shapes import VpcConfig
from sagemaker.core.training.configs import Compute
from sagemaker.train import evaluate


def refusal(evaluator: str, arguments: dict[str, Any], *, start: bool) -> tuple[str, str]:
    """Return when the SDK refuses the arguments, and in which words; or ``nowhere``."""
    when = "construction"
    try:
        network = arguments.get("networking")
        if network is not None:
            arguments["networking"] = VpcConfig(**network)
        parameters = arguments.pop("hyperparameters", {})
        compute = arguments.get("compute")
        if compute is not None:
            arguments["compute"] = Compute(**compute)
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
    """Try each input and print what came of it.

    Those of the usual region share a session: making one takes the SDK a second.
    """
    usual = inputs[0]["arguments"]["region"]
    session = Session(boto_session=boto3.Session(region_name=usual))
    outcomes = []
    for tried in inputs:
        arguments = tried["arguments"]
        if arguments["region"] == usual:
            arguments = {**arguments, "sagemaker_session": session}
        outcomes.append(refusal(tried["evaluator"], arguments, start=tried["start"]))
    sys.stdout.write(f"\n=== {json.dumps(outcomes)}")


if __name__ == "__main__":
    main(json.load(sys.stdin))

"""Endpoints that a run of Inspect AI made to host its model, and did not delete."""

from __future__ import annotations

from datetime import datetime, timedelta

from evalbook.aws.session import NO_HELP, Aws
from evalbook.evaluation_types import EVALUATION_TYPES

PREFIX = "inspectai"
"""How their names begin (``endpoint_prefix`` in train/evaluate/inspect_ai_evaluator.py, 3.27.0)."""
_GRACE = timedelta(minutes=2)


def hosts_models(kind: str) -> bool:
    """Tell whether runs of an evaluation type may host a model on an endpoint of their own."""
    known = EVALUATION_TYPES.get(kind)
    return known is not None and known.one_model_a_run


def find_endpoints_left(aws: Aws, region: str, since: datetime, until: datetime) -> list[str]:
    """Return the names of such endpoints that were made while a run went on, and are there still.

    No endpoint names the run that made it: another run of the same time may be its owner.

    Raises:
        AwsUnavailable: AWS could not be asked.
    """
    try:
        pages = (
            aws.client("sagemaker", region)
            .get_paginator("list_endpoints")
            .paginate(
                NameContains=PREFIX,
                CreationTimeAfter=since - _GRACE,
                CreationTimeBefore=until + _GRACE,
            )
        )
        return [str(it["EndpointName"]) for page in pages for it in page["Endpoints"]]
    except NO_HELP:
        return []


def words_for_endpoints(names: list[str], region: str) -> str:
    """Say what was left, what it costs and how it is deleted."""
    one = len(names) == 1
    commands = "; ".join(
        f"aws sagemaker delete-endpoint --region {region} --endpoint-name {name}" for name in names
    )
    return (
        f"{'An endpoint that' if one else 'Endpoints that'} an Inspect AI run created at that time "
        f"still {'exists' if one else 'exist'}, at your cost: {', '.join(names)}. If no other run "
        f"uses {'it' if one else 'them'}: {commands}"
    )

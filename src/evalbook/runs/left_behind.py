"""Endpoints that a run of Inspect AI made to host its model, and did not delete."""

from __future__ import annotations

from datetime import datetime, timedelta

from evalbook.aws.session import NO_HELP, Aws

PREFIX = "inspectai"
"""How their names begin (``endpoint_prefix`` in train/evaluate/inspect_ai_evaluator.py, 3.27.0)."""
_GRACE = timedelta(minutes=2)


def describe_endpoints_left(aws: Aws, region: str, since: datetime, until: datetime) -> str | None:
    """Say which such endpoints were made while a run went on and are there still, if any.

    No endpoint names the run that made it: another run of the same time may be its owner.
    """
    listing = aws.client("sagemaker", region).get_paginator("list_endpoints")
    first, last = since - _GRACE, until + _GRACE
    try:
        pages = listing.paginate(
            NameContains=PREFIX, CreationTimeAfter=first, CreationTimeBefore=last
        )
        names = [str(it["EndpointName"]) for page in pages for it in page["Endpoints"]]
    except NO_HELP:
        return None
    if not names:
        return None
    one = len(names) == 1
    commands = "; ".join(
        f"aws sagemaker delete-endpoint --region {region} --endpoint-name {name}" for name in names
    )
    return (
        f"{'An endpoint that' if one else 'Endpoints that'} an Inspect AI run created at that time "
        f"still {'exists' if one else 'exist'}, at your cost: {', '.join(names)}. If no other run "
        f"uses {'it' if one else 'them'}: {commands}"
    )

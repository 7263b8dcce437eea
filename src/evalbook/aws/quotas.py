"""Quotas of an account that an evaluation can run into, as Service Quotas tells them."""

from __future__ import annotations

import re
from typing import Literal

from evalbook.aws.found import Instances
from evalbook.aws.session import REFUSED, Aws, try_asking, unchecked
from evalbook.checks import Check, failed, passed, skipped, warning
from evalbook.errors import AnswerRejected

# Bedrock calls them "(Model evaluation) Number of concurrent …"; the codes are not documented.
_ABOUT_EVALUATION = re.compile(r"model evaluation|evaluation job|judge", re.I)
_GRANT = "servicequotas:ListServiceQuotas"


def check_quotas(aws: Aws, region: str) -> list[Check]:
    """Compare Bedrock's quota of concurrent evaluation jobs with those that run now."""
    try:
        listed = _list_quotas(aws, region, "bedrock")
    except REFUSED as error:
        return [unchecked("quotas", "Bedrock's quotas", error, _GRANT)]
    quotas = {name: value for name, value in listed.items() if _ABOUT_EVALUATION.search(name)}
    if not quotas:
        return [skipped("quotas", "Service Quotas lists none for evaluation jobs.")]
    jobs = aws.client("bedrock", region).get_paginator("list_evaluation_jobs")
    pages = jobs.paginate(statusEquals="InProgress")
    running = try_asking(lambda: sum(len(page["jobSummaries"]) for page in pages))
    return [_check_quota(name, value, running) for name, value in quotas.items()]


def _list_quotas(aws: Aws, region: str, service: str) -> dict[str, float]:
    quotas = aws.client("service-quotas", region).get_paginator("list_service_quotas")
    listed = (it for page in quotas.paginate(ServiceCode=service) for it in page["Quotas"])
    return {it.get("QuotaName", ""): it["Value"] for it in listed if "Value" in it}


def _check_quota(name: str, value: float, running: int | None) -> Check:
    text = f"{name}: {value:g}"
    if value <= 0:
        text += ". No such job could start."
        return failed("quotas", text, "Request an increase in Service Quotas.")
    if running is None or "concurrent" not in name.lower():
        return passed("quotas", f"{text}.")
    if running >= value:
        return warning(
            "quotas",
            f"{text}; {running} evaluation jobs are in progress.",
            "Wait for one to end, or request an increase in Service Quotas.",
        )
    return passed("quotas", f"{text}; {running} in progress.")


_INSTEAD = {
    "training job": ("compute.quota", ", name another instance type, or answer serverless"),
    "endpoint": ("hosting.quota", " or name another instance type"),
}


def check_instance_quota(
    aws: Aws, region: str, instances: Instances, use: Literal["training job", "endpoint"]
) -> Check:
    """Compare the quota of an instance type with how many would be taken.

    Raises:
        AnswerRejected: ``compute.quota`` or ``hosting.quota``, fewer are allowed.
    """
    check_id, instead = _INSTEAD[use]
    name, count = f"{instances.instance_type} for {use} usage", instances.instance_count
    try:
        value = _list_quotas(aws, region, "sagemaker").get(name)
    except REFUSED as error:
        return unchecked(check_id, f"the quota for {name}", error, _GRANT)
    if value is None:
        return skipped(check_id, f"Service Quotas lists none for {name}.")
    if value < count:
        raise AnswerRejected(
            check_id,
            f"The account's quota for {name} in {region} is {value:g}; {count} would be needed.",
            f"Request an increase in Service Quotas{instead}.",
        )
    return passed(check_id, f"The quota for {name} is {value:g}.")

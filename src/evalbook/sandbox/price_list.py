"""AWS's Price List, as far as it tells what judges cost: GetProducts, which moto does not have.

The figures are those of a day in 2026 and may be old; what matters is the shape, which is the real
list's: services under several codes, a product for input and one for output tokens, a batch price
beside each, and models that are not listed at all.

Kinder than AWS: one page holds everything, and only TERM_MATCH filters are known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evalbook.sandbox.faults import AwsError
from evalbook.sandbox.shapes import check_answer
from evalbook.sandbox.wire import AwsRequest
from evalbook.sandbox.world import REGIONS

BATCH_SHARE = 0.5
"""A batch's price as a share of the price on demand."""


@dataclass(frozen=True)
class Price:
    """What a model's tokens cost, in US dollars for ``unit``."""

    model: str
    service: str
    read: float
    written: float
    unit: str = "1K tokens"


PRICES = (
    Price("Nova Pro", "AmazonBedrock", 0.0008, 0.0032),
    Price("Mistral Large 24.02", "AmazonBedrock", 0.004, 0.012),
    Price("Llama 3.3 70B", "AmazonBedrock", 0.00072, 0.00072),
    Price("Claude 3 Haiku", "AmazonBedrockService", 0.00025, 0.00125),
    Price("Claude Sonnet 4.5", "AmazonBedrockFoundationModels", 3.0, 15.0, "1M tokens"),
    Price("Claude Haiku 4.5", "AmazonBedrockFoundationModels", 1.0, 5.0, "1M tokens"),
)


def answer(request: AwsRequest) -> dict[str, Any] | AwsError:
    """Answer a request to the Price List."""
    if request.operation != "GetProducts":
        return AwsError("NotImplemented", f"The sandbox has no pricing:{request.operation}.", 501)
    wanted = {it["Field"]: it["Value"] for it in request.params.get("Filters") or ()}
    found = [
        product
        for price in PRICES
        if price.service == request.params.get("ServiceCode")
        for product in _products(price)
        if _fits(product, wanted)
    ]
    told = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(it) for it in found]}
    check_answer("pricing", "GetProducts", told)
    return told


def _fits(product: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    attributes = product["product"]["attributes"]
    return all(attributes.get(name) == value for name, value in wanted.items())


def _products(price: Price) -> Iterator[dict[str, Any]]:
    for region in REGIONS:
        for kind, dollars in (("Input tokens", price.read), ("Output tokens", price.written)):
            yield _product(price, region, kind, "On-demand Inference", dollars)
            yield _product(price, region, kind, "Batch Inference", dollars * BATCH_SHARE)


def _product(price: Price, region: str, kind: str, feature: str, dollars: float) -> dict[str, Any]:
    model = price.model.replace(" ", "")
    batch = "-batch" if feature.startswith("Batch") else ""
    dimension = {"unit": price.unit, "pricePerUnit": {"USD": f"{dollars:.10f}"}}
    return {
        "serviceCode": price.service,
        "product": {
            "productFamily": "Amazon Bedrock",
            "attributes": {
                "regionCode": region,
                "model": price.model,
                "inferenceType": kind,
                "feature": feature,
                "usagetype": f"{region}-{model}-{kind.lower().replace(' ', '-')}{batch}",
            },
        },
        "terms": {"OnDemand": {"sandbox": {"priceDimensions": {"sandbox": dimension}}}},
    }

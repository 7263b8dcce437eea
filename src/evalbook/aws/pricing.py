"""What a model's tokens cost on demand in a region, as AWS's Price List tells it.

Bedrock's models are spread over several service codes, and the attributes that name a model's
tokens are ``model`` (a display name such as ``Nova Pro``) and ``inferenceType`` (``Input tokens``).
Whatever does not fit exactly is not taken for a price.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from evalbook.aws.documents import ForeignJson, read_document
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing, in_parallel
from evalbook.errors import AwsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_pricing.type_defs import FilterTypeDef

# The Price List API is served in three regions; this one is in the partition "aws".
# https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
PRICING_REGION = "us-east-1"
SERVICES = ("AmazonBedrock", "AmazonBedrockService", "AmazonBedrockFoundationModels")

_PER = {"1K tokens": 1e3, "1M tokens": 1e6, "Tokens": 1.0, "1 token": 1.0}
_PRICE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,18})?")


@dataclass(frozen=True)
class TokenPrice:
    """US dollars for a million tokens."""

    input: float
    output: float


def find_token_price(
    aws: Aws, region: str, model_name: str
) -> tuple[TokenPrice | None, str | None]:
    """Return a model's price, and why there is none if so.

    ``model_name`` is Bedrock's display name, without the provider.
    """
    try:
        answers = in_parallel(
            [partial(_list_products, aws, service, region, model_name) for service in SERVICES]
        )
    except AwsDenied:
        return None, "you may not query the Price List (pricing:GetProducts)"
    # It only adorns a turn: no fault of it stops one.
    except (AwsInvalid, AwsMissing, AwsUnavailable):
        return None, "the Price List did not answer"
    found = {"Input tokens": set[float](), "Output tokens": set[float]()}
    for product in (it for answer in answers for it in answer):
        kind = product["product"]["attributes"]["inferenceType"].text
        if kind in found and _is_plain(product):
            found[kind].update(_read_prices(product))
    read, written = found["Input tokens"], found["Output tokens"]
    if len(read) != 1 or len(written) != 1:
        return None, f"the Price List has no single price for {model_name} in {region}"
    return TokenPrice(read.pop(), written.pop()), None


def _list_products(aws: Aws, service: str, region: str, model_name: str) -> list[ForeignJson]:
    wanted = {"regionCode": region, "model": model_name}
    filters: list[FilterTypeDef] = [
        {"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()
    ]
    products = aws.client("pricing", PRICING_REGION).get_paginator("get_products")
    pages = products.paginate(ServiceCode=service, Filters=filters)
    return [read_document(text) for page in pages for text in page["PriceList"]]


def _is_plain(product: ForeignJson) -> bool:
    """Tell whether it is on-demand inference of the standard tier, in the region itself."""
    attributes = product["product"]["attributes"]
    usage = (attributes["usagetype"].text or "").lower()
    special = ("batch", "cache", "cross-region", "custom", "flex", "priority", "latency")
    feature = attributes["feature"].text or "On-demand Inference"
    return feature == "On-demand Inference" and not any(word in usage for word in special)


def _read_prices(product: ForeignJson) -> Iterator[float]:
    for term in product["terms"]["OnDemand"].items:
        for dimension in term["priceDimensions"].items:
            per = _PER.get(dimension["unit"].text or "")
            price = dimension["pricePerUnit"]["USD"].text
            if per is not None and price is not None and _PRICE.fullmatch(price):
                yield round(float(price) / per * 1e6, 6)

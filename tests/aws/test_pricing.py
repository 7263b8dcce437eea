from __future__ import annotations

import json
from typing import Any

from border import answer

from evalbook.aws.pricing import PRICING_REGION, TokenPrice, find_token_price
from evalbook.aws.session import Aws
from evalbook.sandbox.process import Sandbox


def product(kind: str, price: str, unit: str = "1K tokens", **attributes: str) -> str:
    about = {"inferenceType": kind, "feature": "On-demand Inference", **attributes}
    dimension = {"unit": unit, "pricePerUnit": {"USD": price}}
    terms = {"OnDemand": {"t": {"priceDimensions": {"d": dimension}}}}
    return json.dumps({"product": {"attributes": about}, "terms": terms})


def price_of(aws: Aws, *products: str) -> tuple[TokenPrice | None, str | None]:
    def respond(asked: Any) -> dict[str, Any]:
        return {"PriceList": list(products) if asked["ServiceCode"] == "AmazonBedrock" else []}

    answer(aws.client("pricing", PRICING_REGION), "GetProducts", respond)
    return find_token_price(aws, "us-east-1", "Nova Pro")


def test_reads_the_price_of_a_million_tokens(aws: Aws) -> None:
    read = product("Input tokens", "0.0008000000")
    written = product("Output tokens", "3.2", "1M tokens")

    assert price_of(aws, read, written) == (TokenPrice(0.8, 3.2), None)


def test_batches_caches_and_other_tiers_are_not_taken_for_the_price(aws: Aws) -> None:
    others = [
        product("Input tokens", "0.1", feature="Batch Inference"),
        product("Input tokens", "0.1", usagetype="USE1-NovaPro-input-tokens-cache-read"),
        product("Input tokens priority", "0.1"),
        product("Input tokens", "0.1", usagetype="USE1-NovaPro-Model-Customization-input"),
    ]
    plain = [product("Input tokens", "0.0008"), product("Output tokens", "0.0032")]

    assert price_of(aws, *others, *plain)[0] == TokenPrice(0.8, 3.2)


def test_two_prices_are_none(aws: Aws) -> None:
    doubtful = [product("Input tokens", it) for it in ("0.1", "0.2")]

    price, why_not = price_of(aws, *doubtful, product("Output tokens", "0.1"))
    assert price is None
    assert why_not == "the Price List has no single price for Nova Pro in us-east-1"


def test_a_denial_is_said(aws: Aws) -> None:
    answer(aws.client("pricing", PRICING_REGION), "GetProducts", lambda _: "AccessDeniedException")

    price, why_not = find_token_price(aws, "us-east-1", "Nova Pro")
    assert price is None
    assert why_not == "you may not query the Price List (pricing:GetProducts)"


def test_the_sandbox_has_prices_in_the_shape_of_the_list(in_sandbox: Sandbox) -> None:
    assert in_sandbox.endpoint
    prices = {name: find_token_price(Aws(), "us-east-1", name) for name in ("Nova Pro", "Nova Max")}

    assert prices["Nova Pro"] == (TokenPrice(0.8, 3.2), None)
    assert prices["Nova Max"][0] is None
